/** What the adapters of nine venues read from the market over HTTP, held against its model and against each other. */
import { join } from "node:path";
import { onTestFinished, describe, expect, test } from "vitest";
import type {
  BookDepth,
  FutureBoard,
  IndexQuote,
  OptionChain,
  SpotQuote,
  VolIndexQuote,
} from "../../src/market/quote.ts";
import { OPTION_VENUES } from "../../src/market/venue.ts";
import { OPTION_RULES } from "../../src/sim/market/option-rules.ts";
import { SyntheticMarket } from "../../src/sim/market/synthetic.ts";
import { INDEX_NOISE_RELATIVE, SPOT_BOOKS } from "../../src/sim/market/venues.ts";
import { volIndexAt } from "../../src/sim/market/vol-index.ts";
import { fetchQuote } from "../../src/sources/adapters.ts";
import { accessBelow } from "../../src/sources/hosts.ts";
import { HttpGet } from "../../src/sources/http.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import { DATA, getJson, openMarket, present, skipNote, START_MS, type TestMarket } from "./support.ts";

const CHAIN = "exchanges/deribit/chain_20260113T092145Z.csv";
const here = present(CHAIN);
const SEED = 9;
const STEP = 300;
const COINS = ["BTC", "ETH"] as const;
const YEAR_MS = 365 * 86_400_000;

type Reader = <Quote>(subscription: PolledSubscription) => Promise<Quote>;

/** A reader of one moment: what is no quote fails the test by its reason. */
async function openReader(
  options: Parameters<typeof openMarket>[0] = {},
): Promise<{ readonly market: TestMarket; readonly read: Reader }> {
  const market = await openMarket(options);
  market.clock.nowMs = START_MS + STEP * 250;
  const http = new HttpGet(
    { userAgent: "test" },
    { clock: { nowMs: () => market.clock.nowMs, monotonicMs: () => market.clock.nowMs } },
  );
  onTestFinished(() => http.close());
  const read = async <Quote>(subscription: PolledSubscription): Promise<Quote> => {
    const access = accessBelow(market.url, subscription.venue);
    const parsed = await fetchQuote(subscription, access, http, new AbortController().signal);
    if (parsed.kind === "gap") throw new Error(`${sourceName(subscription)}: ${parsed.reason}: ${parsed.detail}`);
    return parsed.quote.value as Quote;
  };
  return { market, read };
}

const model = new SyntheticMarket({ seed: SEED, startMs: START_MS });

/** Why rows were refused, but for those of the other coin: some venues list all of them in one answer. */
function strangers(refused: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(refused).filter((reason) => reason !== "other-underlying");
}

describe("the adapters in a market of nine venues", () => {
  test("every spot book is read, and in dollars lies within the stated noise", async () => {
    const { read } = await openReader();
    for (const { venue, base, quote } of SPOT_BOOKS) {
      const book = await read<SpotQuote>({ kind: "spot", venue, base, quote });
      const isStable = base === "USDT" || base === "USDC";
      const fair = isStable ? model.stableUsd(base, STEP) : model.spotUsd(base, STEP);
      const money = quote === "USD" ? 1 : model.stableUsd(quote, STEP);
      const noise = isStable ? model.noise.usdtRelative : model.noise.spotRelative;
      expect(Math.abs((book.bid * money) / fair - 1), `${venue} ${base}-${quote}`).toBeLessThanOrEqual(noise);
      expect(Math.abs((book.ask * money) / fair - 1), `${venue} ${base}-${quote}`).toBeLessThanOrEqual(noise);
    }
  });

  test("a whole depth is the truth of the book, one that was cut is less, and both stand on the ticker's bid and ask", async () => {
    const { market, read } = await openReader();
    const whole = new Set<string>();
    for (const { venue, base, quote } of SPOT_BOOKS) {
      const depth = await read<BookDepth>({ kind: "depth", venue, base, quote });
      const name = `${venue}:${base}-${quote}.depth`;
      const truth = await getJson<{ down: number; up: number; bid: number; ask: number }>(
        market,
        `/truth?feed=${name}`,
      );
      for (const side of ["down", "up"] as const) {
        const { notional, isWhole } = depth[side];
        expect(truth[side], name).toBeGreaterThan(50_000);
        // Bitfinex shows levels that are grouped outward, and so less of them lies within.
        const [least, most] = venue === "bitfinex" ? [0.85, 1.0001] : [0.998, 1.002];
        if (isWhole) expect(notional / truth[side], name).toBeGreaterThan(least);
        expect(notional / truth[side], name).toBeLessThan(most);
        if (isWhole) whole.add(venue);
      }
      const tick = venue === "bitfinex" ? depth.bid * 1e-3 : 1e-9;
      expect(Math.abs(depth.bid - truth.bid), name).toBeLessThanOrEqual(tick);
      expect(Math.abs(depth.ask - truth.ask), name).toBeLessThanOrEqual(tick);
    }
    expect([...whole].sort()).toEqual([
      "binance",
      "bitfinex",
      "bitstamp",
      "bybit",
      "coinbase",
      "gemini",
      "kraken",
      "okx",
    ]);
  });

  test.each(OPTION_VENUES)("%s: its index, its chain and its futures tell the model's truth", async (venue) => {
    const { read } = await openReader();
    const { settlement } = OPTION_RULES[venue];
    const money = settlement === null ? 1 : model.stableUsd(settlement, STEP);
    const timeMs = START_MS + STEP * 250;
    for (const base of COINS) {
      const index = await read<IndexQuote>({ kind: "index", venue, base, quote: "USD" });
      const inUsd = index.quote === "USD" ? index.price : index.price * model.stableUsd("USDT", STEP);
      expect(Math.abs(inUsd / model.spotUsd(base, STEP) - 1)).toBeLessThan(INDEX_NOISE_RELATIVE + 2e-5);

      const chain = await read<OptionChain>({ kind: "options", venue, base, quote: "USD" });
      expect(strangers(chain.refused)).toEqual([]);
      expect(chain.quote).toBe(settlement ?? "USD");
      expect(chain.options.length).toBe(model.options(base, STEP, venue).length);
      const deribit = new Map(
        model.options(base, STEP).map((row) => [`${row.expiryMs}${row.strike}${row.right}`, row]),
      );
      let compared = 0;
      for (const option of chain.options) {
        const { bidCoin, askCoin } = option;
        if (bidCoin !== null && askCoin !== null) expect(bidCoin).toBeLessThanOrEqual(askCoin);
        const other = deribit.get(`${option.expiryMs}${option.strike}${option.right}`);
        const years = (option.expiryMs - timeMs) / YEAR_MS;
        // A stablecoin's distance from a dollar moves the strike along the smile.
        if (other === undefined || option.markVol === null || years < 7 / 365) continue;
        compared++;
        expect(Math.abs(option.markVol - other.markVolPercent / 100), option.instrument).toBeLessThan(2.5e-3);
        // Binance prints no forward, and its reader takes the index for it.
        if (venue !== "binance")
          expect(Math.abs((option.forward * money) / other.underlyingPrice - 1)).toBeLessThan(2e-5);
      }
      expect(compared).toBeGreaterThan(60);

      const board = await read<FutureBoard>({ kind: "futures", venue, base, quote: "USD" });
      expect(strangers(board.refused)).toEqual([]);
      const perpetual = board.futures.find(({ expiryMs }) => expiryMs === null)!;
      const own = model.futures(base, STEP)[0]!;
      const unit = board.quote === "USD" ? 1 : model.stableUsd("USDT", STEP);
      expect(Math.abs((perpetual.mark * unit) / own.mark - 1)).toBeLessThan(3e-5);
      expect(perpetual.currentFunding).toBeCloseTo(own.currentFunding!, 7);
      expect(perpetual.bid! <= perpetual.mark && perpetual.mark <= perpetual.ask!).toBe(true);
    }
  });

  test("Deribit's volatility index is the strip of the chain", async () => {
    const { read } = await openReader();
    for (const base of COINS) {
      const { vol } = await read<VolIndexQuote>({ kind: "vol-index", venue: "deribit", base, quote: "USD" });
      expect(Math.abs(vol - volIndexAt(model, base, STEP)!)).toBeLessThan(1e-3);
      const atTheMoney = model.atmVol(base, 30, STEP);
      expect(vol > atTheMoney && vol < atTheMoney + 0.08, `${base} ${vol} ${atTheMoney}`).toBe(true);
    }
  });

  test.skipIf(!here)(
    `a recorded chain of Deribit's is read from every venue, with its own vols${skipNote(here)}`,
    async () => {
      const { read } = await openReader({ tape: { chain: join(DATA, CHAIN) } });
      const vols = new Map<string, number>();
      for (const venue of OPTION_VENUES) {
        const chain = await read<OptionChain>({ kind: "options", venue, base: "BTC", quote: "USD" });
        expect(strangers(chain.refused)).toEqual([]);
        expect(chain.options.length).toBeGreaterThan(550);
        for (const { expiryMs, strike, right, markVol } of chain.options) {
          const name = `${expiryMs}:${strike}:${right}`;
          if (markVol === null) continue;
          if (venue === "deribit") vols.set(name, markVol);
          else expect(Math.abs(markVol - vols.get(name)!), `${venue} ${name}`).toBeLessThan(3e-4);
        }
      }
    },
  );

  test("twice the strikes are a market of about three thousand options a coin, and every one is read", async () => {
    const { read } = await openReader({ strikeDensity: 2 });
    let options = 0;
    for (const venue of OPTION_VENUES) {
      const chain = await read<OptionChain>({ kind: "options", venue, base: "BTC", quote: "USD" });
      expect(strangers(chain.refused)).toEqual([]);
      expect(chain.options.length).toBeGreaterThan(600);
      options += chain.options.length;
    }
    expect(options).toBeGreaterThan(2_800);
  });
});
