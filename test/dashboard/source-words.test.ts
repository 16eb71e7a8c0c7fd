import { describe, expect, test } from "vitest";
import type { SourceView, VenueView } from "../../src/api/sources-view.ts";
import {
  budgetShare,
  budgetWords,
  clockWords,
  connectionWords,
  errorWords,
  sourceBadge,
  sourceVia,
  tightestBudget,
  venueBadge,
  venueVia,
} from "../../src/dashboard/source-words.ts";
import { sourcesOf, venuesOf } from "../api/sources-fixture.ts";

const NOW_MS = 1_768_300_000_000;
const [coinbase, kraken, bitstamp] = venuesOf(NOW_MS);

describe("a venue", () => {
  const badge = (venue: VenueView, over: Partial<VenueView>) => venueBadge({ ...venue, ...over });

  test("is good, down or waiting in a word, and half well in numbers", () => {
    expect(venueBadge(coinbase!)).toEqual({ tone: "good", text: "Good" });
    expect(badge(coinbase!, { state: "waiting" })).toEqual({ tone: "idle", text: "Waiting" });
    expect(badge(coinbase!, { state: "down" })).toEqual({ tone: "bad", text: "Down" });
    expect(badge(kraken!, { pausedMs: null })).toEqual({ tone: "warn", text: "2 of 3 good" });
    // All sources answer over REST while the stream is lost.
    expect(venueBadge(bitstamp!)).toEqual({ tone: "warn", text: "Degraded" });
  });

  test("that asked to be left alone says for how long", () => {
    expect(venueBadge(kraken!)).toEqual({ tone: "warn", text: "Left alone for 10 s" });
    expect(badge(kraken!, { state: "down", pausedMs: 120_000 }).text).toBe("Down, left alone for 2 min");
  });

  test("says how much of it is streamed", () => {
    expect(venueVia({ total: 3, ok: 3, streamed: 3 })).toBe("Stream");
    expect(venueVia({ total: 3, ok: 3, streamed: 0 })).toBe("REST");
    expect(venueVia({ total: 3, ok: 3, streamed: 2 })).toBe("Stream 2, REST 1");
    expect(venueVia({ total: 0, ok: 0, streamed: 0 })).toBe("\u2013");
  });

  test("has a clock that is ahead, behind, or not told", () => {
    expect(clockWords(12)).toBe("+12 ms");
    expect(clockWords(-2_500)).toBe("\u22122.50 s");
    expect(clockWords(null)).toBe("no stamps");
  });
});

test("of several budgets the tightest is shown, and a budget is never less than empty or more than full", () => {
  const budgets = [
    { bucket: "spot", left: 88, of: 100 },
    { bucket: "options", left: 3, of: 10 },
  ];
  expect(tightestBudget(budgets)?.bucket).toBe("options");
  expect(tightestBudget([])).toBeNull();
  expect(budgetWords(budgets[1]!)).toBe("30\u202f%");
  expect(budgetShare({ bucket: "a", left: -4, of: 8 })).toBe(0);
  expect(budgetShare({ bucket: "a", left: 9, of: 8 })).toBe(1);
  expect(budgetShare({ bucket: "a", left: 0, of: 0 })).toBe(0);
});

test("an error is told with its age, in words", () => {
  const error = { reason: "sequence-gap", detail: "12 after 9", atMs: NOW_MS - 4_000 };
  expect(errorWords(error, NOW_MS)).toBe("Stream lost messages: 12 after 9, 4.0 s ago");
  expect(errorWords({ ...error, detail: "" }, NOW_MS)).toBe("Stream lost messages, 4.0 s ago");
});

test("a connection says since when it is live, how often it was opened again, and who carries on when it is down", () => {
  const [live] = coinbase!.connections;
  expect(connectionWords(live!, NOW_MS)).toBe("spot: live for 1 h, 18.5 frames a second");
  expect(connectionWords({ ...live!, reconnects: 1, sinceMs: null }, NOW_MS)).toBe(
    "spot: live, opened again 1 time, 18.5 frames a second",
  );
  expect(connectionWords({ ...live!, state: "connecting" }, NOW_MS)).toBe("spot: connecting");
  expect(connectionWords(bitstamp!.connections[0]!, NOW_MS)).toBe(
    "spot: down, opened again 7 times; REST carries what it can",
  );
});

test("a source is fresh, too old, frozen, waiting, or says why there is none", () => {
  const one = sourcesOf(NOW_MS)[0]!;
  const badge = (over: Partial<SourceView>) => sourceBadge({ ...one, ...over });
  expect(badge({})).toEqual({ tone: "good", text: "Fresh" });
  expect(badge({ state: "stale", reason: "stale" })).toEqual({ tone: "warn", text: "Too old" });
  expect(badge({ state: "frozen", reason: "frozen" })).toEqual({ tone: "warn", text: "Frozen" });
  expect(badge({ state: "waiting", reason: "never-fetched" })).toEqual({ tone: "idle", text: "Waiting" });
  expect(badge({ state: "gap", reason: "maintenance" })).toEqual({ tone: "bad", text: "Under maintenance" });
  expect(badge({ state: "gap", reason: null }).text).toBe("Gap");
  expect([sourceVia("stream"), sourceVia("rest"), sourceVia(null)]).toEqual(["Stream", "REST", "\u2013"]);
});
