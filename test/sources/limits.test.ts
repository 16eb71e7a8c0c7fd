import { describe, expect, test } from "vitest";
import { VENUES, type Venue } from "../../src/market/venue.ts";
import { REST_ADAPTERS, requestsOf } from "../../src/sources/adapters.ts";
import { type BucketLimit, VENUE_LIMITS } from "../../src/sources/limits.ts";
import type { PolledKind, PolledSubscription } from "../../src/sources/subscription.ts";
import { paceOf } from "../../src/sources/token-bucket.ts";

function limitsOf(venue: Venue): readonly (readonly [string, BucketLimit])[] {
  const { buckets, history, connects, messages } = VENUE_LIMITS[venue];
  return [...Object.entries(buckets), ["history", history], ["connects", connects], ["messages", messages]];
}

/** Every kind that a venue offers, in the quotes that it may list. */
function subscriptionsOf(venue: Venue): readonly PolledSubscription[] {
  const kinds: readonly PolledKind[] = ["spot", "depth", "index", "vol-index", "futures", "options"];
  return kinds
    .filter((kind) => REST_ADAPTERS[venue][kind] !== undefined)
    .map((kind) => ({ kind, venue, base: "BTC", quote: "USD" }) as PolledSubscription);
}

describe.each(VENUES)("the limits of %s", (venue) => {
  test.each(limitsOf(venue))("%s: no stretch of time sees more than the venue allows", (_name, limit) => {
    const { burst, perSecond } = paceOf(limit);
    const { credits, perMs, burstMax } = limit;
    expect(burst).toBeGreaterThanOrEqual(1);
    expect(perSecond).toBeGreaterThan(0);
    expect((perSecond * perMs) / 1000).toBeLessThanOrEqual(credits);
    if (burstMax === undefined) expect(burst + (perSecond * perMs) / 1000).toBeLessThanOrEqual(credits);
    else expect(burst).toBeLessThanOrEqual(burstMax);
  });

  test("pages of history fit beside the polls", () => {
    const { buckets, history } = VENUE_LIMITS[venue];
    const polls = buckets.public ?? buckets.spot!;
    // Kraken's limit is a rule of thumb; all its history is one page.
    expect(polls.share + history.share * Number(history.perMs === polls.perMs)).toBeLessThanOrEqual(1.05);
  });

  test("every bucket that an adapter pays from is in the table, and can pay", () => {
    for (const subscription of subscriptionsOf(venue)) {
      for (const { bucket, cost } of requestsOf(subscription)) {
        const limit = VENUE_LIMITS[venue].buckets[bucket];
        expect(limit, `${venue} ${subscription.kind}: ${bucket}`).toBeDefined();
        expect(cost).toBeGreaterThan(0);
        expect(cost).toBeLessThanOrEqual(limit!.burst);
      }
    }
  });
});
