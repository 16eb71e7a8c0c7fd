/** What the adapters make of each venue's refusals, bans and spoilt numbers: a gap with the right reason, never a quote. */
import { describe, expect, test } from "vitest";
import type { GapReason } from "../../src/market/quote.ts";
import { SPOT_VENUES, type Venue, VENUES } from "../../src/market/venue.ts";
import type { VenueAnswer } from "../../src/replay/answer.ts";
import { type Distortion, distort } from "../../src/replay/distort.ts";
import { banned, delisted, geoBlocked, maintenance, rateLimited, serverError } from "../../src/replay/refusals.ts";
import { renderAnswer } from "../../src/replay/render.ts";
import { CandleBook } from "../../src/sim/market/candles.ts";
import { SyntheticMarket } from "../../src/sim/market/synthetic.ts";
import { SPOT_BOOKS } from "../../src/sim/market/venues.ts";
import { parseBodies, requestsOf } from "../../src/sources/adapters.ts";
import { readAnswer } from "../../src/sources/answer.ts";
import type { Gap } from "../../src/sources/gap.ts";
import type { PolledSubscription } from "../../src/sources/subscription.ts";
import { START_MS } from "./support.ts";

const model = new SyntheticMarket({ seed: 9, startMs: START_MS });
const candles = new CandleBook(model);

function cheapest(venue: Venue): PolledSubscription {
  if (venue === "deribit") return { kind: "index", venue, base: "BTC", quote: "USD" };
  const { base, quote } = SPOT_BOOKS.find((spec) => spec.venue === venue)!;
  return { kind: "spot", venue, base, quote };
}

function honest(venue: Venue, path: string): VenueAnswer {
  const url = new URL(venue === "deribit" ? `/api/v2${path}` : path, "http://venue");
  return renderAnswer(model, candles, venue, { path: url.pathname, query: url.searchParams }, START_MS + 5_000);
}

/** As the collector reads one answer. */
function gapOf(subscription: PolledSubscription, { status, contentType, body, headers }: VenueAnswer): Gap | null {
  const told = { "content-type": contentType, ...headers };
  const at = { startedAtMs: START_MS + 4_990, receivedAtMs: START_MS + 5_010 };
  const read = readAnswer({ kind: "body", status, text: body, headers: told, ...at }, (text, receivedAtMs) =>
    parseBodies([text], subscription, receivedAtMs, { allowTestnet: false }),
  );
  return read.kind === "gap" ? read : null;
}

function reasonsOf(answer: (venue: Venue) => VenueAnswer): Record<Venue, GapReason | undefined> {
  const reasons = VENUES.map((venue) => [venue, gapOf(cheapest(venue), answer(venue))?.reason] as const);
  return Object.fromEntries(reasons) as Record<Venue, GapReason | undefined>;
}

function all(reason: GapReason): Record<string, GapReason> {
  return Object.fromEntries(VENUES.map((venue) => [venue, reason]));
}

describe("refusals in each venue's words", () => {
  test("an honest answer is a quote at every venue", () => {
    for (const venue of VENUES) {
      const subscription = cheapest(venue);
      expect(gapOf(subscription, honest(venue, requestsOf(subscription)[0]!.path)), venue).toBeNull();
    }
  });

  test("a rate limit is one, and says for how long", () => {
    expect(reasonsOf(rateLimited)).toEqual(all("rate-limited"));
    for (const venue of VENUES) expect(gapOf(cheapest(venue), rateLimited(venue))?.retryAfterMs, venue).toBe(2_000);
  });

  test("a ban is a ban, or where the venue has no word for it a rate limit; Binance's says for how long", () => {
    expect(reasonsOf(banned)).toEqual({ ...all("banned"), deribit: "rate-limited", bitfinex: "rate-limited" });
    expect(gapOf(cheapest("binance"), banned("binance"))?.retryAfterMs).toBe(120_000);
    expect(gapOf(cheapest("bitfinex"), banned("bitfinex"))?.retryAfterMs).toBe(60_000);
  });

  test("maintenance is understood where the venue says it, and a server error where it does not", () => {
    const said = ["kraken", "bitstamp", "deribit"];
    const reasons = reasonsOf(maintenance);
    for (const venue of VENUES) {
      const wanted = said.includes(venue) ? ["maintenance"] : ["maintenance", "server-error"];
      expect(wanted, `${venue}: ${reasons[venue]}`).toContain(reasons[venue]);
    }
  });

  test("a block by country is one at Binance, and a ban elsewhere: a 403 does not say why", () => {
    expect(reasonsOf(geoBlocked)).toEqual({ ...all("banned"), binance: "geo-blocked" });
    expect(reasonsOf(serverError)).toEqual(all("server-error"));
  });

  test("a symbol that is gone is delisted at every venue with spot books", () => {
    const reasons = reasonsOf(delisted);
    // Bitstamp has a web page for it, and Bitfinex says it with HTTP 500.
    for (const venue of SPOT_VENUES)
      expect(reasons[venue], venue).toBe(
        venue === "bitstamp" ? "venue-error" : venue === "bitfinex" ? "server-error" : "delisted",
      );
  });
});

const KINDS = ["spot", "depth", "index", "vol-index", "futures", "options"] as const;

function subscriptions(): readonly PolledSubscription[] {
  return VENUES.flatMap((venue) =>
    KINDS.flatMap((kind): readonly PolledSubscription[] => {
      if (kind === "spot" || kind === "depth") {
        const book = SPOT_BOOKS.find((spec) => spec.venue === venue);
        if (book === undefined) return [];
        const { base, quote } = book;
        return kind === "spot"
          ? [{ kind, venue: book.venue, base, quote }]
          : [{ kind, venue: book.venue, base, quote }];
      }
      if (venue !== "deribit" && venue !== "okx" && venue !== "bybit" && venue !== "binance") return [];
      const subscription = { kind, venue, base: "BTC", quote: "USD" } as const;
      return requestsOf(subscription).length === 0 ? [] : [subscription];
    }),
  );
}

/** As the adapter reads all of its requests, spoilt. */
function readSpoilt(subscription: PolledSubscription, distortion: Distortion) {
  const bodies = requestsOf(subscription).map(
    ({ path }) => distort(subscription.venue, honest(subscription.venue, path), distortion).body,
  );
  return parseBodies(bodies, subscription, START_MS + 5_010, { allowTestnet: false });
}

describe("spoilt numbers of every kind of answer", () => {
  test.each(["zero", "null"] as const)("%s leaves no price anywhere", (distortion) => {
    for (const subscription of subscriptions()) {
      const parsed = readSpoilt(subscription, distortion);
      const { venue, kind } = subscription;
      if (parsed.kind === "gap") continue;
      // Rows of boards may stand without quotes.
      expect(parsed.quote.kind === "options" || parsed.quote.kind === "futures", `${venue} ${kind}`).toBe(true);
      if (parsed.quote.kind === "options")
        for (const { bidCoin, askCoin } of parsed.quote.value.options) expect([bidCoin, askCoin]).toEqual([null, null]);
    }
  });

  test("crossed and locked books are refused, of spot and of depth", () => {
    for (const subscription of subscriptions()) {
      if (subscription.kind !== "spot" && subscription.kind !== "depth") continue;
      for (const [distortion, reason] of [
        ["crossed", "crossed-book"],
        ["locked", "locked-book"],
      ] as const) {
        const parsed = readSpoilt(subscription, distortion);
        expect(parsed.kind === "gap" ? parsed.reason : "quote", `${subscription.venue} ${subscription.kind}`).toBe(
          reason,
        );
      }
    }
  });

  test("an emptied book is no quote, and an emptied chain has rows without sides", () => {
    for (const subscription of subscriptions()) {
      if (subscription.kind === "index" || subscription.kind === "vol-index") continue;
      const parsed = readSpoilt(subscription, "empty");
      const { venue, kind } = subscription;
      if (parsed.kind === "gap") expect(["no-quote", "empty-book"], `${venue} ${kind}`).toContain(parsed.reason);
      else if (parsed.quote.kind === "options")
        for (const { bidCoin, askCoin } of parsed.quote.value.options) expect([bidCoin, askCoin]).toEqual([null, null]);
      else if (parsed.quote.kind === "futures")
        for (const { bid, ask } of parsed.quote.value.futures) expect([bid, ask]).toEqual([null, null]);
      else expect.unreachable(`${venue} ${kind} is still a quote`);
    }
  });

  test("×1000 is ×1000 wherever it is still read", () => {
    for (const subscription of subscriptions()) {
      const parsed = readSpoilt(subscription, "x1000");
      if (parsed.kind === "gap") continue;
      const { kind, value } = parsed.quote;
      const name = `${subscription.venue} ${kind}`;
      if (kind === "spot" || kind === "depth") expect(value.bid, name).toBeGreaterThan(1e6);
      if (kind === "index") expect(value.price, name).toBeGreaterThan(1e7);
      if (kind === "futures") for (const { mark } of value.futures) expect(mark, name).toBeGreaterThan(1e7);
      if (kind === "vol-index") expect(value.vol, name).toBeGreaterThan(100);
    }
  });
});
