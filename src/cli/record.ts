/** `tenor record`: what the venues answer to the subscriptions of some feeds, written down for backtests. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import { silentLogger } from "../base/ports.ts";
import { parseDefinitionSet } from "../feeds/definition-set.ts";
import { describeProblem } from "../feeds/parse-definition.ts";
import { subscriptionsOf } from "../feeds/subscriptions.ts";
import { isVenue, perVenue, type Venue, VENUES } from "../market/venue.ts";
import type { RecordingManifest } from "../market/recording.ts";
import { systemClock, systemRng } from "../node/clock.ts";
import { RecordingWriter } from "../replay/recording-writer.ts";
import { accessBelow, PRODUCTION, type VenueAccess } from "../sources/hosts.ts";
import { Collector } from "../sources/collector.ts";
import { DEFAULT_POLL_MS } from "../sources/collector-options.ts";
import { type Subscription, sourceName } from "../sources/subscription.ts";
import { ending } from "./fail.ts";
import { durationMs, positiveNumber } from "./options.ts";
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
  if (subscriptions.length === 0) throw new OracleError("these feeds subscribe to nothing", { code: "bad-argument" });
  const enough = new AbortController();
  let failure: unknown = null;
  let writer: RecordingWriter | null = null;
  const collector = new Collector(
    { venues, subscriptions, pollMs: DEFAULT_POLL_MS },
    {
      clock: systemClock,
      log: silentLogger,
      rng: systemRng,
      hear: ({ subscription, path, body }) => {
        if (writer === null || enough.signal.aborted) return;
        try {
          writer.write({
            venue: subscription.venue,
            source: sourceName(subscription),
            path,
            status: body.status,
            contentType: body.headers["content-type"] ?? null,
            sentMs: body.startedAtMs,
            receivedMs: body.receivedAtMs,
            body: body.text,
          });
        } catch (error) {
          failure = error;
          enough.abort();
        }
        if (writer.bytes >= maxBytes) enough.abort();
      },
    },
  );
  // After the collector, whose refusals must not leave a directory behind.
  writer = new RecordingWriter({ dir, sources: subscriptions.map(sourceName) });
  const begunMs = systemClock.monotonicMs();
  const startMs = systemClock.nowMs();
  const progress = (): RecordProgress => ({
    elapsedMs: systemClock.monotonicMs() - begunMs,
    replies: writer.replies,
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

/** Every venue below one market server. */
export function venuesOfMarket(marketUrl: string): Record<Venue, VenueAccess> {
  return perVenue((venue) => accessBelow(marketUrl, venue));
}

type RecordFlags = {
  readonly feeds: readonly string[];
  readonly market?: string;
  readonly venues?: readonly string[];
  readonly for: number;
  readonly maxMb: number;
};

function venuesOf({ market, venues }: RecordFlags): Record<Venue, VenueAccess> {
  const access = market === undefined ? { ...PRODUCTION } : venuesOfMarket(market);
  for (const text of venues ?? []) {
    const at = text.indexOf("=");
    const name = text.slice(0, at);
    if (at < 1 || !isVenue(name)) {
      throw new OracleError(`--venues takes name=url, where name is one of ${VENUES.join(", ")}; saw ${text}`, {
        code: "bad-argument",
        seen: text,
      });
    }
    access[name] = { baseUrl: text.slice(at + 1) };
  }
  return access;
}

function readFeeds(files: readonly string[]): readonly Subscription[] {
  const texts = files.map((file) => {
    try {
      return { file, text: readFileSync(file, "utf8") };
    } catch (error) {
      throw new OracleError(`cannot read ${file}: ${reasonOf(error)}`, { code: "cannot-read", path: file }, error);
    }
  });
  const set = parseDefinitionSet(texts);
  if (set.ok) return subscriptionsOf(set.feeds);
  throw new OracleError(set.problems.map(describeProblem).join("\n"), { code: "bad-argument" });
}

function lineOf({ elapsedMs, replies, bytes, gaps }: RecordProgress, forMs: number): string {
  const share = `${Math.round(elapsedMs / 1000)} of ${Math.round(forMs / 1000)} s`;
  return `${share}: ${replies} replies, ${(bytes / 1e6).toFixed(2)} MB, ${gaps} sources without a quote`;
}

function summary(dir: string, { files, sources }: RecordingManifest): string {
  const lines = files.map(
    ({ venue, replies, bytes }) => `  ${venue}  ${replies} replies, ${(bytes / 1e6).toFixed(2)} MB`,
  );
  const silent = Object.entries(sources).flatMap(([source, count]) => (count === 0 ? [source] : []));
  if (silent.length > 0) lines.push(`  never answered: ${silent.join(", ")}`);
  return `recorded to ${dir}\n${lines.join("\n")}\n`;
}

export function recordCommand(): Command {
  return new Command("record")
    .description("record what exchanges answer to the subscriptions of some feeds, for backtests and replays")
    .argument("<dir>", "directory to write, new or empty")
    .requiredOption("--feeds <file...>", "feed definitions, JSON")
    .option("--market <url>", "a market server instead of the exchanges")
    .option("--venues <name=url...>", "base URLs instead of the exchanges' own")
    .option("--for <duration>", "how long, such as 90s, 10m or 1h", durationMs, 600_000)
    .option("--max-mb <n>", "end when the recording has grown to this size", positiveNumber, 2_000)
    .action(async (dir: string, flags: RecordFlags) => {
      await ending(async () => {
        const stop = stopSignal();
        const options = {
          dir,
          subscriptions: readFeeds(flags.feeds),
          venues: venuesOf(flags),
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
