/** The weeks around 11 March 2023, when USDC fell to 0.88 USD: every recorded minute through the spot index. */
import { expect, test } from "vitest";
import type { LinkedFeed } from "../../../src/feeds/context.ts";
import { MethodMemory } from "../../../src/feeds/context.ts";
import type { SpotIndexDefinition } from "../../../src/feeds/kinds/spot-index.ts";
import { recordedFile } from "../../support/recorded-data.ts";
import { spotDefinition } from "../support/definitions.ts";
import { book, snapshot } from "../support/snapshots.ts";
import { evaluateFeed, numberOf } from "./support/context.ts";

const minutes = recordedFile("quant/market/btc_1m_20230301_20230321_multi.csv");

const shipped = spotDefinition();
const USDC = {
  quote: "USDC",
  venues: ["coinbase", "bitstamp"],
  low: "0.5",
  high: "1.5",
  agreementBps: 25,
  maxQuoteAgeMs: 60_000,
} as const;
const [USDT] = shipped.method.conversions;

/** The four recorded series as books of four venues; the dollar book weighs more than the three converted ones together. */
const definition: SpotIndexDefinition = {
  ...shipped,
  method: {
    ...shipped.method,
    markets: [
      { venue: "coinbase", base: "BTC", quote: "USD", weight: 4 },
      { venue: "binance", base: "BTC", quote: "USDT", weight: 1 },
      { venue: "bitstamp", base: "BTC", quote: "USDC", weight: 1 },
      { venue: "kraken", base: "BTC", quote: "USDC", weight: 1 },
    ],
    conversions: [
      { ...USDT!, venues: ["kraken", "coinbase"] },
      { ...USDC, venues: ["coinbase", "binance"] },
    ],
  },
};
const feed: LinkedFeed = { definition, spot: null };

type Row = Readonly<Record<string, string>>;
type Minute = { readonly usd: number; readonly usdt: number; readonly usdc: number; readonly krakenUsdc: number };

const numbersOf = (row: Row): Minute => ({
  usd: Number(row["usd_close"]),
  usdt: Number(row["usdt_close"]),
  usdc: Number(row["usdc_close"]),
  krakenUsdc: Number(row["kraken_usdc_close"]),
});

/** A minute's books; 0 is a minute without a trade. `rate` is what the USDC dollar books say. */
function booksOf({ usd, usdt, usdc, krakenUsdc }: Minute, rates: Rates) {
  return [
    ...(usd > 0 ? [book("coinbase", "BTC-USD", usd)] : []),
    ...(usdt > 0 ? [book("binance", "BTC-USDT", usdt)] : []),
    ...(usdc > 0 ? [book("bitstamp", "BTC-USDC", usdc)] : []),
    ...(krakenUsdc > 0 ? [book("kraken", "BTC-USDC", krakenUsdc)] : []),
    book("kraken", "USDT-USD", rates.usdt),
    book("coinbase", "USDT-USD", rates.usdt),
    book("coinbase", "USDC-USD", rates.usdc),
    book("binance", "USDC-USD", rates.usdc),
  ];
}

/** The naive way: the median of all four as if every coin were a dollar, the mean of two where two are in the middle. */
function naiveMedian({ usd, usdt, usdc, krakenUsdc }: Minute): number {
  const sorted = [usd, usdt, usdc, krakenUsdc].filter((price) => price > 0).sort((a, b) => a - b);
  return 0.5 * (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!);
}

test.skipIf(!minutes.present)(
  `11 March 2023, 07:48 UTC: the naive median is 6.9 % off and the index is not ${minutes.note}`,
  () => {
    const row = minutes.rows().find(({ unix }) => Number(unix) === Date.UTC(2023, 2, 11, 7, 48) / 1_000);
    const minute = numbersOf(row!);
    expect(minute.usd).toBe(20_111.69);
    expect(100 * (naiveMedian(minute) / minute.usd - 1)).toBeCloseTo(6.91, 2);
    const spots = booksOf(minute, { usdt: 1.0066, usdc: 0.8784 });
    const evaluation = evaluateFeed(feed, snapshot({ spots }));
    expect(evaluation.excluded).toEqual([]);
    expect(Math.abs(numberOf(evaluation) / minute.usd - 1)).toBeLessThan(0.001);
    for (const gone of ["bitstamp", "coinbase"]) {
      const few = spots.filter(({ venue, base }) => base !== "BTC" || (venue !== gone && venue !== "kraken"));
      expect(evaluateFeed(feed, snapshot({ spots: few }))).toMatchObject({
        kind: "missing",
        reason: "too-few-sources",
      });
    }
  },
);

type Rates = { readonly usdt: number; readonly usdc: number };

const RATES = [
  {
    // What the books themselves implied a minute before: an independent rate as it would have been.
    name: "the rate of the minute before",
    rateOf: (before: Minute): Rates => ({ usdt: before.usd / before.usdt, usdc: before.usd / before.usdc }),
    missingMax: 100,
  },
  // The worst case. Nearly two thousand minutes lose both USDC books as outliers, and are missing rather than wrong.
  { name: "a rate that stays at one dollar", rateOf: (): Rates => ({ usdt: 1, usdc: 1 }), missingMax: 4_000 },
];

test.skipIf(!minutes.present).each(RATES)(
  `every minute of 1 to 21 March 2023 is within 1 percent of the dollar book or missing, with $name ${minutes.note}`,
  ({ rateOf, missingMax }) => {
    const memory = new MethodMemory();
    let before: Minute | undefined;
    let [values, missing, naiveOff] = [0, 0, 0];
    for (const row of minutes.rows()) {
      const minute = numbersOf(row);
      const complete = minute.usd > 0 && minute.usdt > 0 && minute.usdc > 0;
      const last = before;
      if (complete) before = minute;
      if (last === undefined) continue;
      const evaluation = evaluateFeed(feed, snapshot({ spots: booksOf(minute, rateOf(last)) }), { memory });
      if (minute.usd > 0 && Math.abs(naiveMedian(minute) / minute.usd - 1) > 0.01) naiveOff++;
      if (evaluation.kind === "missing") {
        expect(evaluation.reason).toBe("too-few-sources");
        missing++;
        continue;
      }
      values++;
      if (Math.abs(numberOf(evaluation) / minute.usd - 1) > 0.01)
        expect.fail(`${JSON.stringify(row)}: ${evaluation.value}`);
    }
    expect(naiveOff).toBe(1_952);
    expect(values).toBeGreaterThan(27_000);
    expect(missing).toBeLessThan(missingMax);
  },
);
