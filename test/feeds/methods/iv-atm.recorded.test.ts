import { expect, test } from "vitest";
import type { OptionQuote } from "../../../src/market/quote.ts";
import { recordedFile } from "../../support/recorded-data.ts";
import { ivDefinition, spotDefinition } from "../support/definitions.ts";
import { recordedSnapshot } from "../support/recorded-chain.ts";
import { evaluateFeed } from "./support/context.ts";

const CHAINS = [
  "20251230T173115Z",
  "20260113T092145Z",
  "20260205T212937Z",
  "20260227T042840Z",
  "20260405T050414Z",
  "20260531T070333Z",
  "20260814T213340Z",
].map((stamp) => recordedFile(`exchanges/deribit/chain_${stamp}.csv`));

const DAY_MS = 86_400_000;

/**
 * The second implementation, without guards: each expiry's at-the-money volatility by `atm` from its mark volatilities,
 * then total variance between the nearest expiries around 30 days.
 */
function independentIv(
  options: readonly OptionQuote[],
  timeMs: number,
  atm: (rows: readonly OptionQuote[]) => number,
): number {
  const points = [...new Set(options.map(({ expiryMs }) => expiryMs))]
    .map((expiryMs) => ({
      days: (expiryMs - timeMs) / DAY_MS,
      rows: options.filter((row) => row.expiryMs === expiryMs),
    }))
    .filter(({ days }) => days > 7)
    .map(({ days, rows }) => ({ days, vol: atm(rows) }))
    .sort((a, b) => a.days - b.days);
  const near = points.findLast(({ days }) => days <= 30)!;
  const far = points.find(({ days }) => days >= 30)!;
  const [w1, w2] = [near.vol * near.vol * near.days, far.vol * far.vol * far.days];
  return Math.sqrt((w1 + ((w2 - w1) * (30 - near.days)) / (far.days - near.days)) / 30);
}

/** Volatility, not variance, linear in the strike, not its logarithm, between the two listed strikes around the forward. */
function nearestStrikes(rows: readonly OptionQuote[]): number {
  const sorted = [...rows].sort((a, b) => a.strike - b.strike);
  const below = sorted.findLast((row) => row.strike <= row.forward)!;
  const above = sorted.find((row) => row.strike > row.forward)!;
  const weight = (below.forward - below.strike) / (above.strike - below.strike);
  return below.markVol! + weight * (above.markVol! - below.markVol!);
}

/** A parabola in strike/forward by least squares through everything within 12 % of the forward, read at the forward. */
function parabola(rows: readonly OptionQuote[]): number {
  return parabolaAtZero(rows.filter((row) => Math.abs(row.strike / row.forward - 1) < 0.12));
}

function parabolaAtZero(rows: readonly OptionQuote[]): number {
  const sums = Array.from({ length: 5 }, () => 0);
  const right = [0, 0, 0];
  for (const row of rows) {
    const x = row.strike / row.forward - 1;
    for (let p = 0, power = 1; p < 5; p++, power *= x) {
      sums[p]! += power;
      if (p < 3) right[p]! += power * row.markVol!;
    }
  }
  const [s0, s1, s2, s3, s4] = sums as [number, number, number, number, number];
  const [r0, r1, r2] = right as [number, number, number];
  // Cramer's rule for the constant term.
  const determinant = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
  return (r0 * (s2 * s4 - s3 * s3) - s1 * (r1 * s4 - s3 * r2) + s2 * (r1 * s3 - s2 * r2)) / determinant;
}

for (const chain of CHAINS) {
  for (const base of ["BTC", "ETH"] as const) {
    test.skipIf(!chain.present)(
      `${base}: the chain's own marks at the money to 0.1 vol points, its whole smile to 0.5 ${chain.note}`,
      () => {
        const market = recordedSnapshot(chain, base);
        const evaluation = evaluateFeed({ definition: ivDefinition(base), spot: spotDefinition(base) }, market);
        if (evaluation.kind !== "value") throw new Error(JSON.stringify(evaluation));
        const { options, timeMs } = market.chains[0]!;
        const vol = Number(evaluation.value) / 1e8;
        expect(Math.abs(vol - independentIv(options, timeMs, nearestStrikes))).toBeLessThan(0.001);
        // The chain of 13 January has torn marks in it (94 000 lies 2 points under its neighbours), so the smile may differ.
        expect(Math.abs(vol - independentIv(options, timeMs, parabola))).toBeLessThan(0.005);
      },
    );

    test.skipIf(!chain.present)(`${base}: with spot 10 % elsewhere the real chain is refused ${chain.note}`, () => {
      const market = recordedSnapshot(chain, base);
      const spots = market.spots.map((q) => (q.base === base ? { ...q, bid: q.bid * 1.1, ask: q.ask * 1.1 } : q));
      const feed = { definition: ivDefinition(base), spot: spotDefinition(base) };
      expect(evaluateFeed(feed, { ...market, spots })).toMatchObject({
        kind: "missing",
        reason: "cross-check-failed",
      });
    });
  }
}
