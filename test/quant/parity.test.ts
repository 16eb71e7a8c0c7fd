import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blackPrice } from "../../src/quant/black76.ts";
import { discountedForward, inverseForward, linearForward } from "../../src/quant/parity.ts";
import type { StrikeQuotes } from "../../src/quant/strike-quotes.ts";
import { deribitBoard, deribitFile, deribitTickers } from "./support/deribit-tickers.ts";

/** A board with a smile. Premiums are per coin when `coin`, else USD; every option has the given half-spread. */
function board(given: {
  readonly forward: number;
  readonly discount?: number;
  readonly strikes: readonly number[];
  readonly halfSpread?: number;
  readonly coin?: boolean;
}): StrikeQuotes[] {
  const { forward, discount = 1, strikes, halfSpread = 0, coin = false } = given;
  return strikes.map((strike) => {
    const moneyness = Math.log(strike / forward);
    const totalVol = 0.2 + 0.1 * moneyness * moneyness;
    const price = (right: "call" | "put") =>
      (discount * blackPrice(right, forward, strike, totalVol)) / (coin ? forward : 1);
    const [call, put] = [price("call"), price("put")];
    return {
      strike,
      callBid: call - halfSpread,
      callAsk: call + halfSpread,
      putBid: put - halfSpread,
      putAsk: put + halfSpread,
    };
  });
}

const LADDER = [70, 80, 85, 90, 95, 100, 105, 110, 115, 120, 130];

function relative(value: number, wanted: number): number {
  return Math.abs(value / wanted - 1);
}

function forwardOf(result: ReturnType<typeof inverseForward>): number {
  if (!result.ok) throw new Error(result.why);
  return result.forward;
}

const planted = fc.record({
  forward: fc.double({ min: 85, max: 115, noNaN: true }),
  discount: fc.double({ min: 0.8, max: 1.02, noNaN: true }),
  scale: fc.constantFrom(1e-3, 1, 900),
  nearest: fc.integer({ min: 5, max: 11 }),
});

describe.skipIf(!deribitFile.present)(`Deribit, 21 May 2020 ${deribitFile.note}`, () => {
  const EXPIRY_MS = Date.UTC(2020, 5, 5, 8);

  test("5 June by marks: 9087.45 at the money, median 9088.64, the exchange's own forward 9089.10", () => {
    const result = inverseForward(deribitBoard(deribitTickers(), EXPIRY_MS, "mark"), { nearest: Infinity });
    expect(result).toMatchObject({ ok: true, used: 25, atTheMoney: { strike: 9000 } });
    if (!result.ok) return;
    expect(Math.abs(result.atTheMoney.forward - 9087.45)).toBeLessThan(0.005);
    expect(Math.abs(result.forward - 9088.64)).toBeLessThan(0.005);
    expect(relative(result.forward, 9089.1)).toBeLessThan(1e-4);
  });

  test("every expiry: within 2 bps of the exchange's forward by marks, within 6 by bids and asks", () => {
    const tickers = deribitTickers();
    const expiries = new Set(tickers.map(({ expiryMs }) => expiryMs));
    expect(expiries.size).toBe(7);
    for (const expiryMs of expiries) {
      const all = tickers.filter((one) => one.expiryMs === expiryMs).map(({ underlying }) => underlying);
      const underlying = all.sort((a, b) => a - b)[all.length >> 1]!;
      for (const [by, tolerance] of [
        ["mark", 2e-4],
        ["quote", 6e-4],
      ] as const) {
        const forward = forwardOf(inverseForward(deribitBoard(tickers, expiryMs, by)));
        expect(relative(forward, underlying), `${by} ${new Date(expiryMs).toISOString()}`).toBeLessThan(tolerance);
      }
    }
  });
});

test("a planted forward comes back from coin premiums", () => {
  fc.assert(
    fc.property(planted, ({ forward, scale, nearest }) => {
      const rows = board({ forward: forward * scale, strikes: LADDER.map((strike) => strike * scale), coin: true });
      expect(relative(forwardOf(inverseForward(rows, { nearest })), forward * scale)).toBeLessThan(1e-13);
    }),
  );
});

test("a planted forward and discount come back from USD premiums, by the line and by a known discount", () => {
  fc.assert(
    fc.property(planted, ({ forward, discount, scale, nearest }) => {
      const rows = board({ forward: forward * scale, discount, strikes: LADDER.map((strike) => strike * scale) });
      const line = linearForward(rows, { nearest });
      expect(line).toMatchObject({ ok: true, agreeing: nearest });
      if (!line.ok) return;
      expect(relative(line.forward, forward * scale)).toBeLessThan(1e-11);
      expect(relative(line.discount, discount)).toBeLessThan(1e-11);
      expect(relative(forwardOf(discountedForward(rows, discount, { nearest })), forward * scale)).toBeLessThan(1e-13);
    }),
  );
});

test("the order of the rows does not change a bit", () => {
  const coin = board({ forward: 101.3, strikes: LADDER, halfSpread: 0.0007, coin: true });
  const usd = board({ forward: 101.3, discount: 0.97, strikes: LADDER, halfSpread: 0.13 });
  const noisy = usd.map((row, i) => ({ ...row, callAsk: row.callAsk! + 0.01 * ((i * 7) % 5) }));
  const shuffled = (rows: StrikeQuotes[]) => fc.shuffledSubarray(rows, { minLength: rows.length });
  fc.assert(
    fc.property(shuffled(coin), shuffled(noisy), (coinRows, usdRows) => {
      expect(inverseForward(coinRows)).toEqual(inverseForward(coin));
      expect(linearForward(usdRows)).toEqual(linearForward(noisy));
    }),
  );
});

test("one bad row, wherever it stands and whatever it says, moves neither result beyond the spread", () => {
  const wrong = fc.double({ min: 0.001, max: 60, noNaN: true });
  const coin = board({ forward: 101.3, strikes: LADDER, halfSpread: 0.0005, coin: true });
  const usd = board({ forward: 101.3, discount: 0.97, strikes: LADDER, halfSpread: 0.05 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LADDER.length - 1 }), wrong, wrong, (at, call, put) => {
      const spoil = (rows: StrikeQuotes[], unit: number) =>
        rows.map((row, i) => {
          const premiums = { callBid: call * unit, callAsk: call * unit, putBid: put * unit, putAsk: put * unit };
          return i === at ? { ...row, ...premiums } : row;
        });
      expect(relative(forwardOf(inverseForward(spoil(coin, 0.01))), 101.3)).toBeLessThan(1e-3);
      const line = linearForward(spoil(usd, 1));
      expect(line).toMatchObject({ ok: true });
      if (!line.ok) return;
      expect(relative(line.forward, 101.3)).toBeLessThan(1e-3);
      expect(relative(line.discount, 0.97)).toBeLessThan(1e-2);
    }),
  );
});

test("a wide row weighs little: its error moves the line less than an equal weight would", () => {
  const usd = board({ forward: 100, strikes: LADDER, halfSpread: 0.02 });
  const rows = usd.map((row) =>
    row.strike === 110 ? { ...row, callBid: row.callBid! - 1.5, callAsk: row.callAsk! + 2 } : row,
  );
  const line = linearForward(rows, { nearest: Infinity });
  expect(line).toMatchObject({ ok: true, trimmed: 0, used: LADDER.length });
  if (!line.ok) return;
  // The mid is 0.25 off, an equal weight would move the forward by a tenth of that.
  expect(relative(line.forward, 100)).toBeLessThan(2e-6);
});

test("rows that cannot be used are counted by reason", () => {
  const good = board({ forward: 100, strikes: LADDER, halfSpread: 0.0001, coin: true });
  const rows = good.map((row) => {
    if (row.strike === 70) return { ...row, putBid: 0 };
    if (row.strike === 80) return { ...row, callAsk: null };
    if (row.strike === 85) return { ...row, callBid: 0.5, callAsk: 0.4 };
    if (row.strike === 130) return { ...row, strike: Number.NaN };
    return row;
  });
  const twice = rows.filter(({ strike }) => strike === 100);
  const result = inverseForward([...rows, ...twice], { nearest: Infinity });
  expect(result).toMatchObject({ ok: true, used: 6 });
  expect(result.dropped).toEqual({ badStrike: 1, duplicate: 2, oneSided: 2, crossed: 1 });
  expect(relative(forwardOf(result), 100)).toBeLessThan(1e-12);
});

test("a board without a forward is refused by name", () => {
  const few = board({ forward: 100, strikes: [95, 100], coin: true });
  expect(inverseForward([])).toMatchObject({ ok: false, why: "too-few-pairs" });
  expect(inverseForward(few)).toMatchObject({ ok: false, why: "too-few-pairs" });
  expect(linearForward(board({ forward: 100, strikes: [90, 95, 100, 105] }))).toMatchObject({ why: "too-few-pairs" });
  const crossed = board({ forward: 100, strikes: LADDER, halfSpread: -0.001, coin: true });
  expect(inverseForward(crossed)).toMatchObject({ ok: false, why: "crossed", dropped: { crossed: LADDER.length } });
  const usd = board({ forward: 100, discount: 0.98, strikes: LADDER, halfSpread: 0.01 });
  const coin = board({ forward: 100, strikes: LADDER, halfSpread: 0.0001, coin: true });
  expect(inverseForward(usd), "USD premiums read as coin").toMatchObject({ ok: false, why: "inconsistent" });
  expect(linearForward(coin), "coin premiums read as USD").toMatchObject({ ok: false, why: "inconsistent" });
  expect(discountedForward(usd, 0)).toMatchObject({ ok: false, why: "inconsistent" });
  const torn = board({ forward: 100, strikes: LADDER, coin: true }).map((row, i) =>
    i % 2 === 0 ? row : { ...row, callBid: row.callBid! + 0.02 * i, callAsk: row.callAsk! + 0.02 * i },
  );
  expect(inverseForward(torn), "rows of many forwards").toMatchObject({ ok: false, why: "inconsistent" });
});
