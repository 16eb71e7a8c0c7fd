/** A recording as a stream of snapshots for some feeds, refused where it lacks what they read. */
import { OracleError } from "../../base/errors.ts";
import type { LinkedFeed } from "../../feeds/context.ts";
import { subscriptionsOf } from "../../feeds/subscriptions.ts";
import type { MarketSnapshot } from "../../market/quote.ts";
import { type Recording, openRecording } from "../../replay/recorded.ts";
import { recordedSnapshots } from "../../sources/recorded-snapshots.ts";
import { sourceName } from "../../sources/subscription.ts";

export type Tape = {
  readonly dir: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Sources that the feeds read and the recording does not hold. */
  readonly absent: readonly string[];
  snapshots(stepMs: number, range?: { readonly fromMs: number; readonly toMs: number }): AsyncIterable<MarketSnapshot>;
};

/** How long a source may take to give its first answer before the tape counts. */
const WARM_UP_MAX_MS = 60_000;

/**
 * @param feeds   all that are evaluated, with what they refer to
 * @param partial whether a source that the recording lacks is taken for one that never answers
 * @throws OracleError `cannot-read`, `bad-recordings`; `bad-argument` when sources are absent and `partial` is not set
 */
export async function openTape(dir: string, feeds: readonly LinkedFeed[], partial: boolean): Promise<Tape> {
  const recording: Recording = await openRecording(dir);
  const { startMs, endMs, sources } = recording.manifest;
  const subscriptions = subscriptionsOf(feeds);
  const absent = subscriptions.filter((one) => (sources[sourceName(one)] ?? 0) === 0);
  // A venue's own index and the depths of books decide nothing: without them there is less to tell.
  const needed = absent.filter(({ kind }) => kind !== "index" && kind !== "depth").map(sourceName);
  if (needed.length > 0 && !partial) {
    throw new OracleError(
      `the recording ${dir} does not hold ${needed.join(", ")}; it holds ${Object.keys(sources).join(", ") || "nothing"}. ` +
        "Record again with these feeds, or say --partial to go on without",
      { code: "bad-argument", path: dir },
    );
  }
  return {
    dir,
    startMs,
    endMs,
    absent: absent.map(sourceName),
    snapshots: (stepMs, range) =>
      recordedSnapshots(recording.replies(), { subscriptions, stepMs, allowTestnet: false, ...range }),
  };
}

/** The snapshots from the first on in which every source that the tape holds has answered once. */
export async function* warm(
  { absent, startMs }: Tape,
  snapshots: AsyncIterable<MarketSnapshot>,
): AsyncGenerator<MarketSnapshot> {
  let isWarm = false;
  for await (const snapshot of snapshots) {
    isWarm ||=
      snapshot.takenAtMs - startMs > WARM_UP_MAX_MS ||
      !snapshot.gaps.some(({ source, reason }) => reason === "never-fetched" && !absent.includes(source));
    if (isWarm) yield snapshot;
  }
}
