import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ParentGrid, SurfaceAgreement } from "../../src/feeds/agree-surface.ts";
import { agreeSurface, headline } from "../../src/feeds/agree-surface.ts";
import type { ObservedSlice, SurfaceObservation } from "../../src/feeds/observed.ts";
import type { SurfaceShape } from "../../src/feeds/rule.ts";
import { gridTheta, isOutdated, isSurfaceRound } from "../../src/feeds/surface-schedule.ts";
import { yearsBetween } from "../../src/quant/day-count.ts";
import { gridVariance, toSvi } from "../../src/quant/grid-admission.ts";
import { gridLogMoneyness, THETA_MAX, THETA_MIN } from "../../src/quant/surface-grid.ts";
import { durrleman, totalVariance } from "../../src/quant/svi.ts";
import { seededRng } from "../../src/sim/random.ts";
import {
  DAY_MS,
  EXPIRIES,
  NO_GRID,
  sliceSeen,
  smile,
  SPOT,
  surfaceSeen,
  surfaceShape,
} from "../support/derivatives.ts";
import { T0 } from "../support/protocol.ts";

const QUORUM = 3;

function agree(
  observations: readonly SurfaceObservation[],
  {
    shape = surfaceShape,
    grid = NO_GRID,
    timeMs = T0,
  }: { shape?: SurfaceShape; grid?: ParentGrid; timeMs?: number } = {},
): SurfaceAgreement {
  return agreeSurface(shape, 8, grid, observations, QUORUM, timeMs);
}

function okOf(agreement: SurfaceAgreement): Extract<SurfaceAgreement, { status: "ok" }> {
  if (agreement.status !== "ok") throw new Error(`expected an agreed surface, saw ${agreement.status}`);
  return agreement;
}

const vols = [0.499, 0.5, 0.501, 0.502];
const honest = vols.map((vol) => surfaceSeen({ vol }));
const expiriesOf = (agreement: SurfaceAgreement): number[] => okOf(agreement).slices.map(({ expiryMs }) => expiryMs);

describe("a surface", () => {
  test("is the curve through the middle of what the nodes saw, within a thousandth of its volatility", () => {
    const { slices, value } = okOf(agree(honest));
    expect(slices.map(({ expiryMs }) => expiryMs)).toEqual(EXPIRIES);
    for (const { expiryMs, params, theta, forward } of slices) {
      const middle = smile(expiryMs, T0, 0.501);
      for (const k of gridLogMoneyness(gridTheta(surfaceShape, new Map(), expiryMs, T0))) {
        const wanted = Math.sqrt(totalVariance(middle, Number(k) / 1e18));
        expect(Math.abs(Math.sqrt(totalVariance(toSvi(params), Number(k) / 1e18)) / wanted - 1)).toBeLessThan(1e-3);
      }
      expect(theta).toBe(gridVariance(params, 0n));
      expect(forward).toBe((SPOT * 1_004n) / 1_000n);
    }
    const atm = Math.sqrt(totalVariance(smile(EXPIRIES[1], T0, 0.501), 0) / yearsBetween(T0, EXPIRIES[1]));
    expect(Math.abs(Number(value) / 1e8 / atm - 1)).toBeLessThan(0.005);
  });

  test("does not depend on the order of the nodes", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...honest], { minLength: 4 }), (shuffled) => {
        expect(agree(shuffled)).toEqual(agree(honest));
      }),
      { numRuns: 6 },
    );
  });

  test("on the grid of the parent gives the same curve as on the start grid, up to the fit", () => {
    const first = okOf(agree(honest));
    const grid = { gridRound: 990, thetas: new Map(first.slices.map(({ expiryMs, theta }) => [expiryMs, theta])) };
    const again = okOf(
      agree(
        vols.map((vol) => surfaceSeen({ vol, grid })),
        { grid },
      ),
    );
    for (const [i, { theta }] of again.slices.entries()) {
      expect(Math.abs(Number(theta) / Number(first.slices[i]!.theta) - 1)).toBeLessThan(1e-3);
    }
  });

  test("counts nothing that stands on another grid", () => {
    const other = honest.map((one, i) => (i === 0 ? { ...one, gridRound: 7 } : one));
    expect(agree(other)).toEqual(agree(honest.slice(1)));
    expect(agree(honest.map((one) => ({ ...one, gridRound: 7 }))).status).toBe("missing");
    expect(agree(honest.slice(0, 2)).status).toBe("missing");
  });

  test("has the expiries that a quorum named within the tenors, the nearest of them", () => {
    const some = honest.map((one, i) => ({ ...one, slices: i < 2 ? one.slices.slice(1) : one.slices }));
    expect(expiriesOf(agree(some))).toEqual(EXPIRIES.slice(1));
    expect(expiriesOf(agree(honest, { shape: { ...surfaceShape, maxExpiries: 2 } }))).toEqual(EXPIRIES.slice(0, 2));
    expect(expiriesOf(agree(honest, { shape: { ...surfaceShape, minTenorMs: 8 * DAY_MS } }))).toEqual(
      EXPIRIES.slice(1),
    );
    expect(expiriesOf(agree(honest, { shape: { ...surfaceShape, maxTenorMs: 90 * DAY_MS } }))).toEqual(
      EXPIRIES.slice(0, 2),
    );
    expect(agree(honest, { shape: { ...surfaceShape, minExpiries: 4 } }).status).toBe("missing");
  });

  test("is disputed where curves or forwards are there and too far apart, and one outlier of four is not too far", () => {
    const apart = (vol: number, forward?: bigint) => surfaceSeen(forward === undefined ? { vol } : { vol, forward });
    expect(agree([apart(0.5), apart(0.5), apart(0.56), apart(0.44)]).status).toBe("disputed");
    expect(agree([apart(0.5), apart(0.5), apart(0.5), apart(5)]).status).toBe("ok");
    const far = (SPOT * 1_020n) / 1_000n;
    expect(agree([apart(0.5), apart(0.5), apart(0.5, far), apart(0.5, far * 2n)]).status).toBe("disputed");
    expect(agree([apart(0.5), apart(0.5), apart(0.5), apart(0.5, far * 2n)]).status).toBe("ok");
  });

  test("leaves out an expiry whose agreed grid is no smile, and is disputed when too few are left", () => {
    const saw = (slice: ObservedSlice): ObservedSlice => ({
      ...slice,
      variances: slice.variances.map((variance, node) => (node % 2 === 0 ? variance : variance * 3n)),
    });
    const bent = honest.map((one) => ({
      ...one,
      slices: one.slices.map((slice, i) => (i === 1 ? saw(slice) : slice)),
    }));
    expect(expiriesOf(agree(bent))).toEqual([EXPIRIES[0], EXPIRIES[2]]);
    const allBent = honest.map((one) => ({ ...one, slices: one.slices.map(saw) }));
    expect(agree(allBent).status).toBe("disputed");
  });

  test("says how far apart its nodes are: nothing when they are one, the deviation of volatility otherwise", () => {
    expect(okOf(agree([honest[0]!, honest[0]!, honest[0]!])).confidencePpb).toBe(0);
    const spread = [0.49, 0.5, 0.51].map((vol) => surfaceSeen({ vol }));
    const { confidencePpb } = okOf(agree(spread));
    expect(confidencePpb).toBeGreaterThan(0.018e9);
    expect(confidencePpb).toBeLessThan(0.023e9);
  });
});

describe("the headline", () => {
  // 0.5² over 10 days and 0.6² over 40: flat before and behind.
  const theta = (vol: number, days: number): bigint => BigInt(Math.round((vol * vol * days * 1e12) / 365)) * 1_000_000n;
  const slices = [
    { expiryMs: T0 + 10 * DAY_MS, theta: theta(0.5, 10) },
    { expiryMs: T0 + 40 * DAY_MS, theta: theta(0.6, 40) },
  ];
  const at = (days: number): number => Number(headline(slices, T0, days * DAY_MS, 8)) / 1e8;

  test("is linear in total variance between two expiries", () => {
    for (const days of [11, 20, 30, 39]) {
      const variance = 0.25 * 10 + ((0.36 * 40 - 0.25 * 10) * (days - 10)) / 30;
      expect(at(days)).toBeCloseTo(Math.sqrt(variance / days), 7);
    }
  });

  test("is the nearest expiry's volatility outside of them, and exactly theirs on them", () => {
    expect([at(1), at(10), at(40), at(300)].map((vol) => vol.toFixed(6))).toEqual([
      "0.500000",
      "0.500000",
      "0.600000",
      "0.600000",
    ]);
  });
});

describe("the schedule of a surface", () => {
  test("has its rounds by the remainder, whatever the phase", () => {
    const shape = { ...surfaceShape, everyRounds: 4, phase: 3 };
    expect([0, 1, 2, 3, 4, 7, 1_003].filter((round) => isSurfaceRound(shape, round))).toEqual([3, 7, 1_003]);
  });

  test("lets one agreement be missed, not two", () => {
    expect(isOutdated(surfaceShape, 1_000, 1_020)).toBe(false);
    expect(isOutdated(surfaceShape, 1_000, 1_021)).toBe(true);
  });

  test("draws the grid of an unknown expiry from the start variance, within the grid's domain", () => {
    const grid = (ms: number, startVariance = surfaceShape.startVariance): bigint =>
      gridTheta({ ...surfaceShape, startVariance }, new Map([[T0 + 5, 77n]]), T0 + ms, T0);
    expect(grid(5)).toBe(77n);
    expect(grid(365 * DAY_MS)).toBe(surfaceShape.startVariance);
    expect(grid(1, 1n)).toBe(THETA_MIN);
    expect(grid(365 * DAY_MS, 100n * THETA_MAX)).toBe(THETA_MAX);
  });
});

describe("under attack, of thirteen nodes four that lie", () => {
  const N = 13;
  const F = 4;
  const TRIALS = 2;
  const expiries = EXPIRIES.slice(0, 2);
  const oneShape = { ...surfaceShape, minExpiries: 1 };

  type Lie = (slice: ObservedSlice, rng: ReturnType<typeof seededRng>) => ObservedSlice;
  const scaled =
    (numerator: bigint, denominator: bigint): Lie =>
    (slice) => ({ ...slice, variances: slice.variances.map((w) => (w * numerator) / denominator) });
  const lies: Readonly<Record<string, Lie>> = {
    "all high": scaled(8n, 1n),
    "all low": scaled(1n, 8n),
    "just within the agreement": scaled(107n, 100n),
    "bent by turns": (slice) => ({
      ...slice,
      variances: slice.variances.map((w, node) => (node % 2 === 0 ? w * 4n : w / 4n)),
    }),
    "thrown at random": (slice, rng) => ({
      ...slice,
      forward: BigInt(1 + Math.floor(rng.next() * 1e15)),
      variances: slice.variances.map(() => BigInt(1 + Math.floor(rng.next() * 9e15)) * 1_000n),
    }),
  };

  test.each(Object.entries(lies))("%s: what is published has no arbitrage and stays near the truth", (_name, lie) => {
    const rng = seededRng(5);
    let agreedTrials = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const noisy = (): number => 0.5 * (1 + (rng.next() - 0.5) * 0.02);
      const nodes = Array.from({ length: N }, (_, id) => {
        const slices = expiries.map((expiryMs) => sliceSeen(expiryMs, { vol: noisy() }));
        return {
          type: "surface",
          gridRound: 0,
          slices: id < F ? slices.map((slice) => lie(slice, rng)) : slices,
        } as const;
      });
      const agreement = agreeSurface(oneShape, 8, NO_GRID, nodes, 2 * F + 1, T0);
      if (agreement.status !== "ok") continue;
      agreedTrials += 1;
      for (const { expiryMs, params } of agreement.slices) {
        const years = yearsBetween(T0, expiryMs);
        for (const k of gridLogMoneyness(gridTheta(oneShape, new Map(), expiryMs, T0))) {
          const at = Number(k) / 1e18;
          const truth = Math.sqrt(totalVariance(smile(expiryMs, T0, 0.5), at) / years);
          expect(Math.abs(Math.sqrt(totalVariance(toSvi(params), at) / years) - truth)).toBeLessThan(0.04);
          expect(durrleman(toSvi(params), at)).toBeGreaterThan(0);
        }
      }
    }
    expect(agreedTrials).toBeGreaterThan(0);
  });
});
