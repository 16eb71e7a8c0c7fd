import { beforeAll, describe, expect, test } from "vitest";
import { EXPIRY_OFFSET_MS, MS_PER_DAY } from "../../src/quant/day-count.ts";
import { generatedPath, pathOfCloses } from "../../src/sim/trigger-bench/bates.ts";
import {
  bestBook,
  bestClosedForm,
  bestPercent,
  measured,
  referencePercent,
  type Setting,
} from "../../src/sim/trigger-bench/equal-gas.ts";
import { floatBook } from "../../src/sim/trigger-bench/float-book.ts";
import { agreement, integerPolicy, integerRule } from "../../src/sim/trigger-bench/integer-book.ts";
import { listedExpiries, type MarketPath, shortened, SLOTS } from "../../src/sim/trigger-bench/market-path.ts";
import { bookPolicy } from "../../src/sim/trigger-bench/policies.ts";

const WINDOW_MS = 1_800_000;
const tolerances = { spot: 3e-4, premium: 0.125, floor: 5e-6 };

function settingOf(path: MarketPath): Setting {
  return {
    book: floatBook(path, tolerances, WINDOW_MS),
    gas: { transaction: 33_600, spot: 7_150, slice: 12_000 },
    heartbeats: { spotMs: 3_600_000, sliceMs: 14_400_000 },
    tolerances,
    restShare: 0.3,
  };
}

describe("the market of the benchmark", () => {
  test("lists eight different expiries at 08:00 UTC, all of them ahead, whatever the time", () => {
    const start = 20_458 * MS_PER_DAY;
    for (let hour = 0; hour < 24 * 90; hour++) {
      const now = start + hour * 3_600_000;
      const listed = listedExpiries(now);
      expect(new Set(listed).size).toBe(SLOTS);
      expect(Math.min(...listed)).toBeGreaterThan(now);
      expect(Math.min(...listed)).toBeLessThanOrEqual(now + MS_PER_DAY);
      for (const one of listed) expect(one % MS_PER_DAY).toBe(EXPIRY_OFFSET_MS);
    }
  });

  test("is the same for the same seed and another for another", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => generatedPath(seed, 0.1, 30_000));
    expect(one).toEqual(same);
    expect(one?.spot).not.toEqual(other?.spot);
  });

  test("moves as the parameters say: 55 % a year and its jumps, within what 40 days can tell", () => {
    const path = generatedPath(3, 40, 300_000);
    let sum = 0;
    for (let step = 1; step < path.steps; step++) {
      const change = Math.log((path.spot[step] ?? 0) / (path.spot[step - 1] ?? 0));
      sum += change * change;
    }
    const vol = Math.sqrt((sum * 365) / 40);
    expect(vol).toBeGreaterThan(0.4);
    expect(vol).toBeLessThan(0.75);
  });

  test("on real closes the spot is the closes", () => {
    const closes = [23_143.72, 23_150, 23_170.5, 23_099.11];
    expect([...pathOfCloses(closes, 1_677_628_800_000, 60_000, 1).spot]).toEqual(closes);
  });
});

describe("one seeded day", () => {
  let setting: Setting;
  let short: Setting;
  beforeAll(() => {
    const path = generatedPath(1, 1, 60_000);
    setting = settingOf(path);
    short = settingOf(shortened(generatedPath(2, 1, 300_000), 288));
  });

  test("worst u is at most λ when the integer judge decides, with heartbeats, listings and an expiry in between", () => {
    for (const lambda of [2, 6]) {
      const policy = integerPolicy(short.book.path, integerRule(short, lambda, WINDOW_MS));
      const { worstU, transactions } = measured(short, policy, "");
      expect(worstU).toBeLessThanOrEqual(lambda + 1e-9);
      expect(worstU).toBeGreaterThan(0.5 * lambda);
      expect(transactions).toBeGreaterThan(24);
    }
  });

  test("judge and floats find the same due set in every step", () => {
    const every = agreement(short, 3, WINDOW_MS, 1);
    expect(every).toEqual({ compared: 288, differing: 0 });
    const { compared, differing } = agreement(setting, 4, WINDOW_MS, 200);
    expect(compared).toBeGreaterThan(150);
    expect(differing).toBe(0);
  });

  test("a smaller λ costs more gas and leaves smaller errors", () => {
    const [wide, narrow] = [8, 3].map((lambda) =>
      measured(setting, bookPolicy(setting.book, lambda, 0.3 * lambda, setting.gas), ""),
    );
    expect(narrow?.gas).toBeGreaterThan(2 * (wide?.gas ?? 0));
    expect(narrow?.meanBp).toBeLessThan(0.7 * (wide?.meanBp ?? 0));
  });

  test("at equal gas the book beats the best percent rule, and only the book holds its λ", () => {
    const gas = 4 * referencePercent(setting).gas;
    const percent = bestPercent(setting, gas);
    const closedForm = bestClosedForm(setting, gas);
    const book = bestBook(setting, gas);
    expect(Math.max(book.gas, closedForm.gas)).toBeLessThanOrEqual(gas);
    expect(percent.gas).toBeGreaterThan(0.9 * gas);
    expect(percent.gas).toBeLessThanOrEqual(1.005 * gas);
    expect(book.meanBp).toBeLessThan(percent.meanBp);
    expect(book.worstU).toBeLessThanOrEqual(book.lambda);
    expect(closedForm.worstU).toBeGreaterThan(closedForm.lambda);
    expect(percent.worstU).toBeGreaterThan(book.worstU);
  });
});
