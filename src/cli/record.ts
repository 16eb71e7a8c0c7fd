/** `tenor record`: what venues answer and push, written down for backtests and replays. */
import { Command } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import { silentLogger } from "../base/ports.ts";
import type { Venue } from "../market/venue.ts";
import type { RecordingManifest } from "../market/recording.ts";
import { systemClock, systemRng } from "../node/clock.ts";
import { RecordingWriter } from "../replay/recording-writer.ts";
import type { VenueAccess } from "../sources/hosts.ts";
import { Collector } from "../sources/collector.ts";
import { DEFAULT_POLL_MS } from "../sources/collector-options.ts";
import { type Subscription, sourceName } from "../sources/subscription.ts";
import { ending } from "./fail.ts";
import { durationMs, positiveNumber } from "./options.ts";
import { accessOf, type SourceFlags, wantedSources } from "./record-sources.ts";
import { stopSignal } from "./stop-signal.ts";

const PROGRESS_MS = 1_000;
/** Where no line can be overwritten. */
const PROGRESS_PLAIN_MS = 15_000;

export type RecordOptions = {
  readonly dir: string;
  readonly subscriptions: readonly Subscription[];
  readonly venues: Readonly<Record<Venue, VenueAccess>>;
  readonly forMs: number;
  readonly maxBytes: number;
};

export type RecordProgress = {
  readonly elapsedMs: number;
  readonly replies: number;
  readonly frames: number;
  readonly bytes: number;
  /** Sources that presently give no quote. */
  readonly gaps: number;
};

/**
 * Ends when the time is over, `stop` is given, the recording has grown to `maxBytes`, or it cannot be written. In every
 * case but the last what is on disk is whole.
 * @throws OracleError `bad-argument`, `cannot-write`, and what the collector refuses
 */
export async function record(
  options: RecordOptions,
  stop: AbortSignal,
  tell: (progress: RecordProgress) => void = () => undefined,
): Promise<RecordingManifest> {
  const { dir, subscriptions, venues, forMs, maxBytes } = options;
  if (subscriptions.length === 0)
    throw new OracleError("nothing is to be recorded: no source was named", { code: "bad-argument" });
  const enough = new AbortController();
  let failure: unknown = null;
  let writer: RecordingWriter | null = null;
  const keep = (write: (to: RecordingWriter) => void): void => {
    if (writer === null || enough.signal.aborted) return;
    try {
      write(writer);
    } catch (error) {
      failure = error;
      enough.abort();
    }
    if (writer.bytes >= maxBytes) enough.abort();
  };
  const collector = new Collector(
    // Backtests read answers, replays want frames too: both are recorded, whichever a node would have relied on.
    { venues, subscriptions, pollMs: DEFAULT_POLL_MS, pollBesideStreams: true },
    {
      clock: systemClock,
      log: silentLogger,
      rng: systemRng,
      hear: ({ subscription, path, body }) =>
        keep((to) =>
          to.write({
            venue: subscription.venue,
            source: sourceName(subscription),
            path,
            status: body.status,
            contentType: body.headers["content-type"] ?? null,
            sentMs: body.startedAtMs,
            receivedMs: body.receivedAtMs,
            body: body.text,
          }),
        ),
      hearFrame: (frame) => keep((to) => to.writeFrame({ kind: "frame", ...frame })),
    },
  );
  // After the collector, whose refusals must not leave a directory behind.
  writer = new RecordingWriter({ dir, sources: subscriptions.map(sourceName) });
  const begunMs = systemClock.monotonicMs();
  const startMs = systemClock.nowMs();
  const progress = (): RecordProgress => ({
    elapsedMs: systemClock.monotonicMs() - begunMs,
    replies: writer.replies,
    frames: writer.frames,
    bytes: writer.bytes,
    gaps: collector.snapshot(systemClock.nowMs()).gaps.length,
  });
  const ticker = setInterval(() => tell(progress()), PROGRESS_MS);
  collector.start();
  await firstOf([stop, enough.signal], forMs);
  clearInterval(ticker);
  await collector.stop();
  const manifest = await writer.close(startMs, systemClock.nowMs());
  if (failure !== null) throw failure instanceof Error ? failure : new Error(reasonOf(failure));
  return manifest;
}

/** Resolves when one of the signals is given, or after `ms`. */
async function firstOf(signals: readonly AbortSignal[], ms: number): Promise<void> {
  const any = AbortSignal.any([...signals]);
  if (any.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    any.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

type RecordFlags = SourceFlags & {
  readonly market?: string;
  readonly urls?: readonly string[];
  readonly for: number;
  readonly maxMb: number;
};

function lineOf({ elapsedMs, replies, frames, bytes, gaps }: RecordProgress, forMs: number): string {
  const share = `${Math.round(elapsedMs / 1000)} of ${Math.round(forMs / 1000)} s`;
  return `${share}: ${replies} replies, ${frames} frames, ${(bytes / 1e6).toFixed(2)} MB, ${gaps} sources without a quote`;
}

function summary(dir: string, { files, sources }: RecordingManifest): string {
  const lines = files.map(
    ({ venue, replies, frames, bytes }) =>
      `  ${venue}  ${replies} replies, ${frames} frames, ${(bytes / 1e6).toFixed(2)} MB`,
  );
  const silent = Object.entries(sources).flatMap(([source, count]) => (count === 0 ? [source] : []));
  if (silent.length > 0) lines.push(`  never answered: ${silent.join(", ")}`);
  return `recorded to ${dir}\n${lines.join("\n")}\n`;
}

export function recordCommand(): Command {
  return new Command("record")
    .description("record what exchanges really send, answers and frames, for backtests and replays")
    .argument("<dir>", "directory to write, new or empty")
    .option("--feeds <file...>", "what these feed definitions read")
    .option("--venues <name...>", "all that is read of these venues for BTC and ETH")
    .option("--sources <name...>", "single sources, such as kraken:SOL-USD or okx:BTC.options")
    .option("--market <url>", "a market server instead of the exchanges")
    .option("--urls <name=url...>", "URLs instead of the exchanges' own: http(s) for REST, ws(s) for streams")
    .option("--for <duration>", "how long, such as 90s, 10m or 1h", durationMs, 600_000)
    .option("--max-mb <n>", "end when the recording has grown to this size", positiveNumber, 2_000)
    .action(async (dir: string, flags: RecordFlags) => {
      await ending(async () => {
        const stop = stopSignal();
        const options = {
          dir,
          subscriptions: wantedSources(flags),
          venues: accessOf(flags.market, flags.urls ?? []),
          forMs: flags.for,
          maxBytes: flags.maxMb * 1e6,
        };
        const live = process.stderr.isTTY;
        let toldMs = 0;
        const manifest = await record(options, stop, (progress) => {
          if (live) process.stderr.write(`\r${lineOf(progress, flags.for)}   `);
          else if (progress.elapsedMs - toldMs >= PROGRESS_PLAIN_MS) {
            toldMs = progress.elapsedMs;
            process.stderr.write(`${lineOf(progress, flags.for)}\n`);
          }
        });
        if (live) process.stderr.write("\n");
        process.stdout.write(summary(dir, manifest));
        return manifest.files.length === 0 ? 1 : 0;
      });
    });
}
