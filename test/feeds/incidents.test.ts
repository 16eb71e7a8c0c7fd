/** Incidents of the industry, replayed through the spot index: what went wrong elsewhere must be left out or missing here. */
import { expect, test } from "vitest";
import type { Evaluation } from "../../src/feeds/evaluation.ts";
import { recordedFile } from "../support/recorded-data.ts";
import { evaluateFeed } from "./methods/support/context.ts";
import { spotDefinition } from "./support/definitions.ts";
import { book, snapshot } from "./support/snapshots.ts";

const file = recordedFile("incidents/scenarios.json");

type Scenario = { readonly id: string } & Readonly<Record<string, unknown>>;

function scenario(id: string): Scenario {
  const { scenarios } = JSON.parse(file.text()) as { readonly scenarios: readonly Scenario[] };
  return scenarios.find((candidate) => candidate.id === id)!;
}

/** Any price is in bounds: what is tested is the method. */
const definition = { ...spotDefinition(), bounds: { low: "0.00000001", high: "10000000" } };
const VENUES = [
  ["coinbase", "BTC-USD"],
  ["kraken", "BTC-USD"],
  ["bitstamp", "BTC-USD"],
  ["binance", "BTC-USDT"],
] as const;

/** One price a venue, in the order of VENUES; fewer prices are fewer venues. */
function indexOf(prices: readonly number[]): Evaluation {
  const spots = prices.map((price, i) => book(VENUES[i]![0], VENUES[i]![1], price));
  return evaluateFeed(
    { definition, spot: null },
    snapshot({ spots: [...spots, book("kraken", "USDT-USD", 1), book("coinbase", "USDT-USD", 1)] }),
  );
}

/** One venue of four equal ones can move the index by a quarter of the cap, half a percent. */
const ONE_VENUE = 0.005 / 4;

function expectBetween(evaluation: Evaluation, low: number, high: number): void {
  if (evaluation.kind !== "value") throw new Error(evaluation.detail);
  expect(Number(evaluation.value) / 1e8).toBeGreaterThanOrEqual(low * (1 - 1e-9));
  expect(Number(evaluation.value) / 1e8).toBeLessThanOrEqual(high * (1 + 1e-9));
}

test.skipIf(!file.present)(`sKRW 2019: two sources left, one at ×1000, and no value at any step ${file.note}`, () => {
  for (const prices of scenario("synthetix_skrw_2019_06_24")["sources"] as number[][]) {
    expect(indexOf(prices)).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  }
});

test.skipIf(!file.present)(
  `Pyth 2021: two publishers near zero among honest ones are never the value ${file.note}`,
  () => {
    const all = scenario("pyth_btc_2021_09_20")["sources_n13"] as number[];
    const honest = all.filter((price) => price > 1);
    const [zero, tiny] = all.filter((price) => price <= 1) as [number, number];
    expectBetween(indexOf([honest[0]!, zero, honest[1]!, honest[2]!]), 42_985, 43_020);
    expectBetween(indexOf([honest[0]!, honest[1]!, tiny, honest[2]!]), 42_985, 43_020);
    expect(indexOf([zero, honest[0]!, tiny, honest[1]!])).toMatchObject({ kind: "missing" });
  },
);

test.skipIf(!file.present)(
  `LUNA 2022: a falling price is followed to the last cent, never held at a floor ${file.note}`,
  () => {
    for (const price of scenario("luna_min_answer_2022_05")["true"] as number[]) {
      expectBetween(indexOf([price, price, price, price]), price, price);
    }
  },
);

const SINGLE_VENUE = [
  ["bitstamp_2019_05_17", "bitstamp", "others", 2],
  ["gdax_eth_2017_06_21", "gdax", "others", 0],
  ["binance_usde_2025_10_10", "binance", "others", 3],
] as const;

test.skipIf(!file.present).each(SINGLE_VENUE)(
  `%s: one venue falls alone and the index stays with the others, its share of the cap aside ${file.note}`,
  (id, one, rest, at) => {
    const others = scenario(id)[rest] as number[];
    for (const [i, price] of (scenario(id)[one] as number[]).entries()) {
      const other = others[i]!;
      const prices = [other * 0.9995, other, other * 1.0005, other];
      prices[at] = price;
      expectBetween(indexOf(prices), other * (0.9995 - ONE_VENUE), other * (1.0005 + ONE_VENUE));
    }
  },
);

test.skipIf(!file.present)(
  `Compound DAI 2020: Coinbase at 1.30 and the index with the other venues, its share of the cap aside ${file.note}`,
  () => {
    const sources = scenario("compound_dai_2020_11_26")["sources"] as Record<string, number[]>;
    for (const [i, price] of sources["coinbase"]!.entries()) {
      const others = ["kraken", "bitfinex", "binance"].map((venue) => sources[venue]![i]!);
      const evaluation = indexOf([price, ...others]);
      expectBetween(evaluation, Math.min(...others) * (1 - ONE_VENUE), Math.max(...others) * (1 + ONE_VENUE));
      if (price >= 1.1) expect(evaluation.excluded).toMatchObject([{ source: "coinbase:BTC-USD", reason: "outlier" }]);
    }
  },
);
