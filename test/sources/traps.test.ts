/** The sixteen traps that the venues' answers are known for: each is held here, or by a test that is named here. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { OPTION_VENUES, SPOT_VENUES, VENUES, type Venue } from "../../src/market/venue.ts";
import type { MarketSource } from "../../src/replay/options.ts";
import { banned, geoBlocked, htmlPage, maintenance, rateLimited, serverError } from "../../src/replay/refusals.ts";
import { HTTP_LIMITS, type MarketQuote, parseBodies } from "../../src/sources/adapters.ts";
import type { Parsed } from "../../src/sources/gap.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { SubscriptionKind } from "../../src/sources/subscription.ts";
import { AT_MS, type BodySample, bodiesOf, openMarketSource } from "./market-samples.ts";
import { expectLawful } from "./quote-laws.ts";
import { expectSameScale } from "./scale-laws.ts";
import { HELD_ELSEWHERE } from "./traps-elsewhere.ts";

const TRAPS = [...Array(16).keys()].map((i) => i + 1);

let source: MarketSource;
beforeAll(async () => {
  source = await openMarketSource();
});

function sampleOf(venue: Venue, kind: SubscriptionKind, base = "BTC"): BodySample {
  const sample = bodiesOf(source, venue, base).find(({ subscription }) => subscription.kind === kind);
  return sample ?? expect.fail(`${venue} has no ${kind}`);
}

function read({ subscription, bodies }: BodySample, receivedAtMs = AT_MS): Parsed<MarketQuote> {
  const outcome = parseBodies(bodies, subscription, receivedAtMs, PRODUCTION_ONLY);
  expectLawful(outcome);
  return outcome;
}

type Revive = (key: string, value: unknown) => unknown;
const changed = (sample: BodySample, revive: Revive): BodySample => ({
  ...sample,
  bodies: sample.bodies.map((body) => JSON.stringify(JSON.parse(body, (key, value: unknown) => revive(key, value)))),
});

function optionsOf(outcome: Parsed<MarketQuote>) {
  if (outcome.kind === "gap") return [];
  return outcome.quote.kind === "options" ? outcome.quote.value.options : expect.fail("no chain");
}

/** What stands for a bid and an ask in each venue's rows. */
const SIDES = [
  "bid",
  "ask",
  "bid_price",
  "ask_price",
  "bidPrice",
  "askPrice",
  "bidPx",
  "askPx",
  "bid1Price",
  "ask1Price",
];

describe("what other tests hold", () => {
  test.each(HELD_ELSEWHERE.map((held) => [held.trap, held.file, held.title] as const))(
    "%i: %s has the test “%s”",
    (_trap, file, title) => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
      const quoted = [`"${title}"`, `'${title}'`, `\`${title}\``];
      expect(quoted.some((name) => text.includes(name))).toBe(true);
    },
  );

  test("every trap is held somewhere: here by its number, or there", () => {
    const here = readFileSync(new URL(import.meta.url), "utf8");
    const missing = TRAPS.filter(
      (trap) => !HELD_ELSEWHERE.some((held) => held.trap === trap) && !here.includes(`"${trap}: `),
    );
    expect(missing).toEqual([]);
  });
});

describe.each(OPTION_VENUES)("%s options", (venue) => {
  test("2: premiums are coins of the row's own forward: marks of one instrument agree across venues", () => {
    const rows = optionsOf(read(sampleOf(venue, "options")));
    const deribit = optionsOf(read(sampleOf("deribit", "options")));
    let compared = 0;
    for (const { strike, right, expiryMs, bidCoin, markCoin } of rows) {
      const same = deribit.find((row) => row.strike === strike && row.right === right && row.expiryMs === expiryMs);
      const worth = markCoin ?? bidCoin;
      if (same?.markCoin === undefined || same.markCoin === null || same.markCoin < 0.01 || worth === null) continue;
      compared += 1;
      expect(worth / same.markCoin, same.instrument).toBeGreaterThan(0.7);
      expect(worth / same.markCoin, same.instrument).toBeLessThan(1.4);
    }
    expect(compared).toBeGreaterThan(20);
  });

  test.each([null, 0, "0", "0.0000", "", "-1.0", "-0.00000001", "-1"])(
    "3: a side of %j is no quote, or no row: never a number",
    (sentinel) => {
      const rows = optionsOf(
        read(changed(sampleOf(venue, "options"), (key, v) => (SIDES.includes(key) ? sentinel : v))),
      );
      for (const row of rows) expect([row.bidCoin, row.askCoin]).toEqual([null, null]);
    },
  );

  test.each([null, "", "0", "-1.0", "-0.00000001", "0.0000006", 0, -1, 500_000, "500000"])(
    "3: a vol of %j is no vol",
    (sentinel) => {
      const vols = ["mark_iv", "markVol", "markIv", "markIV"];
      const rows = optionsOf(
        read(changed(sampleOf(venue, "options"), (key, v) => (vols.includes(key) ? sentinel : v))),
      );
      expect(rows.length).toBeGreaterThan(200);
      expect(rows.every(({ markVol }) => markVol === null)).toBe(true);
    },
  );

  test("9: an option is no row from its expiry on, however long it is listed", () => {
    const before = optionsOf(read(sampleOf(venue, "options")));
    const expiryMs = Math.min(...before.map((row) => row.expiryMs));
    const sample = sampleOf(venue, "options");
    const bodies = sample.bodies.map((body) => body.replaceAll(String(AT_MS), String(expiryMs)));
    const after = optionsOf(read({ ...sample, bodies }, expiryMs));
    expect(after.length).toBeGreaterThan(100);
    expect(before.some((row) => row.expiryMs === expiryMs)).toBe(true);
    expect(after.filter((row) => row.expiryMs <= expiryMs)).toEqual([]);
  });

  test("10: rows of one expiry may have forwards of their own, and each keeps it", () => {
    const member = { deribit: "underlying_price", okx: "fwdPx", bybit: "underlyingPrice", binance: null }[venue];
    // Binance names no forward: its rows share the index that stands for it.
    if (member === null) return;
    let i = 0;
    const sample = changed(sampleOf(venue, "options"), (key, value) => {
      if (key !== member) return value;
      const moved = Number(value) + (i++ % 7) / 100;
      return typeof value === "string" ? moved.toFixed(6) : Number(moved.toFixed(6));
    });
    const outcome = read(sample);
    const first = optionsOf(outcome).filter((row, _at, all) => row.expiryMs === all[0]!.expiryMs);
    expect(new Set(first.map(({ forward }) => forward)).size).toBeGreaterThanOrEqual(7);
    if (outcome.kind === "quote") expectSameScale(outcome.quote, sample.bodies);
  });
});

describe.each(SPOT_VENUES)("%s spot", (venue) => {
  test.each([null, 0, "0", "0.00000000", "", "-1.0", "-0.00000001", -1])("3: a side of %j is no quote", (sentinel) => {
    const sample = sampleOf(venue, "spot");
    const outcome = read(
      changed(sample, (key, value) => {
        if (SIDES.includes(key)) return sentinel;
        // Kraken's sides are arrays, Bitfinex' are places.
        if ((key === "b" || key === "a") && Array.isArray(value)) return [sentinel, "1", "1.000"];
        return key === "" && Array.isArray(value) ? [sentinel, 1, sentinel, ...value.slice(3)] : value;
      }),
    );
    expect(outcome.kind).toBe("gap");
  });

  test("4: an exponent, seventeen digits and integers over 2^53 elsewhere are read as what they are", () => {
    const sample = sampleOf(venue, "spot");
    const honest = read(sample);
    const exponents = changed(sample, (_key, value) =>
      typeof value === "string" && /^\d+\.\d+$/.test(value) ? Number(value).toExponential() : value,
    );
    expect(read(exponents)).toEqual(honest);
    const [body] = sample.bodies;
    if (body!.startsWith("{"))
      expect(read({ ...sample, bodies: [body!.replace("{", '{"connection_id":18446744073709551615,')] })).toEqual(
        honest,
      );
  });

  test("4: a number where the venue writes text, or text where it writes numbers, is refused", () => {
    const flipped = changed(sampleOf(venue, "spot"), (key, value) => {
      if (SIDES.includes(key)) return typeof value === "string" ? Number(value) : String(value);
      if ((key === "b" || key === "a") && Array.isArray(value)) return value.map(Number);
      return key === "" && Array.isArray(value) ? value.map(String) : value;
    });
    expect(read(flipped)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });
});

describe.each(VENUES)("%s, at every endpoint", (venue) => {
  test("5: stamps in another unit are refused, or the time is the receipt; a missing stamp is never invented", () => {
    for (const sample of bodiesOf(source, venue)) {
      for (const factor of [1000, 1e-3, 1e6, 1e-6, 0]) {
        const isStamp = (text: string): boolean => /^1[67]\d{8}(?:\d{3}){0,2}$/.test(text);
        const moved = changed(sample, (_key, value) => {
          if (typeof value === "number" && isStamp(String(value))) return Math.floor(value * factor);
          return typeof value === "string" && isStamp(value) ? String(Math.floor(Number(value) * factor)) : value;
        });
        const outcome = read(moved);
        if (outcome.kind === "gap") continue;
        const { timeMs, receivedAtMs } = outcome.quote.value;
        expect(Math.abs(timeMs - receivedAtMs), `${sample.name} ×${factor}`).toBeLessThan(86_400_000);
      }
    }
  });

  test("6: error bodies, pages, halves and nothing are gaps under HTTP 200 too", () => {
    const said = [rateLimited, banned, maintenance, geoBlocked].map((answer) => answer(venue).body);
    const pages = [
      htmlPage().body,
      serverError().body,
      "",
      " ",
      "\ufeff",
      "null",
      "[]",
      "{}",
      '"ok"',
      "0",
      "error code: 520",
    ];
    for (const sample of bodiesOf(source, venue)) {
      for (const body of [...said, ...pages, sample.bodies[0]!.slice(0, -3)]) {
        for (const at of sample.bodies.keys()) {
          const sent = { ...sample, bodies: sample.bodies.map((good, i) => (i === at ? body : good)) };
          const outcome = read(sent);
          // Without its books a chain of Binance and OKX is a chain without quotes: an empty list is a list.
          if (outcome.kind === "quote") expect([sample.name, body]).toEqual([sample.name, "[]"]);
        }
      }
    }
  });

  test("12: an answer about another coin is refused wherever it names what it is about", () => {
    /** Their answers say nothing of the pair: whoever asks must know. */
    const nameless: Readonly<Partial<Record<Venue, readonly SubscriptionKind[]>>> = {
      coinbase: ["spot", "depth", "candles"],
      bitstamp: ["spot", "depth"],
      binance: ["depth", "index", "candles"],
      deribit: ["index", "vol-index"],
      gemini: ["depth"],
      okx: ["depth"],
      bitfinex: ["spot", "depth"],
    };
    const ether = bodiesOf(source, venue, "ETH");
    for (const { subscription, name } of bodiesOf(source, venue)) {
      if (nameless[venue]?.includes(subscription.kind) === true) continue;
      const other = ether.find((sample) => sample.subscription.kind === subscription.kind)!;
      const outcome = read({ subscription, name, bodies: other.bodies });
      if (outcome.kind === "gap") continue;
      // These list all coins in one answer: the rows are still Bitcoin's.
      expect(["binance:BTC.options", "bybit:BTC.futures"]).toContain(name);
      const { quote } = outcome;
      const rows = quote.kind === "options" ? quote.value.options : quote.kind === "futures" ? quote.value.futures : [];
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every(({ instrument }) => instrument.startsWith("BTC"))).toBe(true);
    }
  });
});

test("13: whole chains of twice the strikes are far below the limit of a body, and the limit below a flood", () => {
  for (const venue of OPTION_VENUES) {
    const sizes = sampleOf(venue, "options").bodies.map((body) => Buffer.byteLength(body));
    expect(2 * Math.max(...sizes)).toBeLessThan(0.5 * HTTP_LIMITS.options.maxBytes);
  }
  expect(HTTP_LIMITS.options.maxBytes).toBeGreaterThan(1_000_000);
  expect(HTTP_LIMITS.options.maxBytes).toBeLessThan(10_000_000);
});
