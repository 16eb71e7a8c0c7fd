import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MS_PER_YEAR } from "../../src/quant/day-count.ts";
import type { SliceObservation } from "../../src/quant/grid-agreement.ts";
import { agreeSlices, gridVol } from "../../src/quant/grid-agreement.ts";
import { GRID_SIZE, MONEY_NODE, WORD_MAX } from "../../src/quant/surface-grid.ts";

const DAY_MS = 86_400_000;
const EXPIRY_MS = 30 * DAY_MS;
const THETA = 10n ** 16n;
const RULE = { atMs: 0, quorum: 5, agreementVolBps: 100 };

function flat(w: bigint, forward = 60_000n): SliceObservation {
  return { forward, w: Array.from({ length: GRID_SIZE }, () => w) };
}

function agree(observations: readonly SliceObservation[], rule = RULE) {
  return agreeSlices([{ expiryMs: EXPIRY_MS, theta1e18: THETA, observations }], rule)[0]!;
}

/** 30 days at 60 %, give or take hundredths of a vol point. */
function around(volBps: number): bigint {
  const vol = BigInt(6_000 + volBps) * 10n ** 14n;
  return (vol * vol * BigInt(EXPIRY_MS)) / (10n ** 18n * BigInt(MS_PER_YEAR));
}

describe("gridVol", () => {
  it("is the root of variance per year of 365 days, in 1e-9", () => {
    expect(gridVol(36n * 10n ** 16n, MS_PER_YEAR)).toBe(600_000_000n);
    expect(gridVol(10n ** 16n, MS_PER_YEAR / 365)).toBe(1_910_497_317n);
    expect(gridVol(0n, 1)).toBe(0n);
  });
});

describe("agreeSlices", () => {
  it("takes the upper middle of each coordinate on its own", () => {
    const observations = [1, 2, 3, 4, 5, 6].map((step) => {
      const { w } = flat(around(step));
      return { forward: BigInt(60_000 - step), w: w.with(2, around(10 - step)) };
    });
    const agreement = agree(observations);
    if (agreement.status !== "ok") throw new Error(agreement.status);
    expect(agreement.forward).toBe(59_997n);
    expect(agreement.medians[MONEY_NODE]).toBe(around(4));
    expect(agreement.medians[2]).toBe(around(7));
  });

  it("is missing below the quorum, and counts no observation outside the domain", () => {
    const good = [1, 2, 3, 4].map((step) => flat(around(step)));
    const bad: SliceObservation[] = [
      flat(0n),
      flat(-1n),
      flat(WORD_MAX + 1n),
      flat(around(0), 0n),
      { forward: 1n, w: [around(0)] },
    ];
    const wanted = { status: "missing", expiryMs: EXPIRY_MS, present: 4, wanted: 5 };
    expect(agree([...good, ...bad])).toEqual(wanted);
    expect(agree([...good, flat(around(5))]).status).toBe("ok");
    expect(agree([], { ...RULE, quorum: 0 })).toMatchObject({ status: "missing", present: 0 });
  });

  it("is disputed where fewer than the quorum are close at the central nodes", () => {
    const close = [1, 2, 3, 4].map((step) => flat(around(step)));
    expect(agree([...close, flat(around(250))])).toEqual({
      status: "disputed",
      expiryMs: EXPIRY_MS,
      agreeing: 4,
      wanted: 5,
    });
    expect(agree([...close, flat(around(100))]).status).toBe("ok");
    const oneNode = flat(around(2)).w.with(4, around(200));
    expect(agree([...close, { forward: 60_000n, w: oneNode }]).status).toBe("disputed");
  });

  it("lets nodes differ in the wings", () => {
    const close = [1, 2, 3, 4].map((step) => flat(around(step)));
    const wings = flat(around(2)).w.with(3, around(2_000)).with(13, around(2_000));
    expect(agree([...close, { forward: 60_000n, w: wings }]).status).toBe("ok");
  });

  it("says that an expiry has come or a grid is outside", () => {
    const observations = [1, 2, 3, 4, 5].map((step) => flat(around(step)));
    const outside = { status: "outside", expiryMs: EXPIRY_MS };
    expect(agree(observations, { ...RULE, atMs: EXPIRY_MS })).toEqual(outside);
    expect(agreeSlices([{ expiryMs: EXPIRY_MS, theta1e18: 1n, observations }], RULE)).toEqual([outside]);
  });

  const anyW = fc.array(fc.bigInt({ min: 1n, max: WORD_MAX }), { minLength: GRID_SIZE, maxLength: GRID_SIZE });
  const anyObservation = fc.record({ forward: fc.bigInt({ min: 1n, max: 10n ** 20n }), w: anyW });
  const everyone = { atMs: 0, quorum: 9, agreementVolBps: 2 ** 31 };

  it("gives the same in whatever order the observations come", () => {
    fc.assert(
      fc.property(
        fc
          .array(anyObservation, { minLength: 9, maxLength: 13 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(agree(shuffled, everyone)).toEqual(agree(all, everyone));
        },
      ),
    );
  });

  it("lies between two honest values in every coordinate, whatever at most f of 2f+1 or more say", () => {
    fc.assert(
      fc.property(
        fc.array(anyObservation, { minLength: 5, maxLength: 9 }),
        fc.array(anyObservation, { minLength: 4, maxLength: 4 }),
        (honest, liars) => {
          const agreement = agree([...liars, ...honest], everyone);
          if (agreement.status !== "ok") throw new Error(agreement.status);
          const within = (value: bigint, values: readonly bigint[]): boolean =>
            values.some((other) => other <= value) && values.some((other) => other >= value);
          expect(
            within(
              agreement.forward,
              honest.map(({ forward }) => forward),
            ),
          ).toBe(true);
          for (const [i, median] of agreement.medians.entries()) {
            expect(
              within(
                median,
                honest.map(({ w }) => w[i]!),
              ),
            ).toBe(true);
          }
        },
      ),
    );
  });
});
