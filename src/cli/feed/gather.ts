/** One good look at the venues: asks until every source has answered and the feed has a value, or time is over. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { silentLogger } from "../../base/ports.ts";
import { subscriptionsOf } from "../../feeds/subscriptions.ts";
import type { Venue } from "../../market/venue.ts";
import { systemClock, systemRng } from "../../node/clock.ts";
import type { VenueAccess } from "../../sources/hosts.ts";
import { Collector } from "../../sources/collector.ts";
import { DEFAULT_POLL_MS } from "../../sources/collector-options.ts";
import type { LoadedFeed } from "./definitions.ts";
import { FeedObserver, type Look } from "./observer.ts";

const LOOK_MS = 250;
/** As a node polls by default; nothing is asked much more than once. First polls are spread, and nobody waits half a minute. */
const POLL_MS = { ...DEFAULT_POLL_MS, depth: 3_000 };
/** A feed without a value although every source has answered gets so long to come about: bars come in pages. */
const SETTLE_MS = 3_000;
const PROGRESS_MS = 1_000;

export type GatherOptions = {
  readonly venues: Readonly<Record<Venue, VenueAccess>>;
  readonly timeoutMs: number;
};

/** @param tell one line of progress a second */
export async function gather(
  loaded: LoadedFeed,
  { venues, timeoutMs }: GatherOptions,
  tell: (line: string) => void,
): Promise<Look> {
  const subscriptions = subscriptionsOf(loaded.feeds);
  const collector = new Collector(
    { venues, subscriptions, pollMs: POLL_MS },
    { clock: systemClock, log: silentLogger, rng: systemRng },
  );
  const observer = new FeedObserver(loaded);
  const startMs = systemClock.monotonicMs();
  const isSlow = subscriptions.some(({ kind }) => kind === "candles");
  let answeredMs: number | null = null;
  let toldMs = startMs;
  collector.start();
  try {
    for (;;) {
      await sleepFor(LOOK_MS);
      const nowMs = systemClock.monotonicMs();
      const look = observer.look(collector.snapshot(systemClock.nowMs()), []);
      const heard = collector.statistics().filter(({ okCount, gapCounts }) => okCount + sum(gapCounts) > 0).length;
      const hasAll = heard === subscriptions.length;
      if (hasAll) answeredMs ??= nowMs;
      const isDone = hasAll && look.evaluations.at(-1)?.kind === "value";
      const isHopeless = !isSlow && answeredMs !== null && nowMs - answeredMs >= SETTLE_MS;
      if (isDone || isHopeless || nowMs - startMs >= timeoutMs) return look;
      if (nowMs - toldMs >= PROGRESS_MS) {
        toldMs = nowMs;
        tell(`${heard} of ${subscriptions.length} sources have answered, ${Math.round((nowMs - startMs) / 1_000)} s`);
      }
    }
  } finally {
    await collector.stop();
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
