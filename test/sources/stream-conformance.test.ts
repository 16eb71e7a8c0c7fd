import { expect, test } from "vitest";
import { VENUES } from "../../src/market/venue.ts";
import { STREAM_ADAPTERS } from "../../src/sources/adapters.ts";
import { polledOf } from "./market-samples.ts";
import { describeStream } from "./stream-conformance.ts";

const ADAPTERS = VENUES.flatMap((venue) => STREAM_ADAPTERS[venue]);
/** Coinbase ends who does not subscribe, Deribit who does not answer its test request, OKX who is silent with it. */
const NEED_WORDS = ["coinbase", "deribit", "okx"];

test("every stream carries something, and no subscription is carried twice", () => {
  for (const subscription of VENUES.flatMap((venue) => polledOf(venue))) {
    const carriers = STREAM_ADAPTERS[subscription.venue].filter((adapter) => adapter.carries(subscription));
    expect(carriers.length).toBeLessThanOrEqual(1);
    const strangers = ADAPTERS.filter(({ venue }) => venue !== subscription.venue);
    expect(strangers.filter((adapter) => adapter.carries(subscription))).toEqual([]);
  }
  for (const adapter of ADAPTERS)
    expect(
      polledOf(adapter.venue).some((subscription) => adapter.carries(subscription)),
      adapter.name,
    ).toBe(true);
});

for (const adapter of ADAPTERS)
  describeStream({
    adapter,
    needsWords: NEED_WORDS.includes(adapter.venue),
    unknownKinds: ["spot", "depth", "index", "vol-index"],
  });
