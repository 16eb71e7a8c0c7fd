/**
 * A made-up surface for the API's and the page's tests: SSVI slices (Gatheral & Jacquier 2014, eq. 4.5) as raw SVI, so
 * that what is drawn has the shape of a real one and no arbitrage.
 */
import type {
  PublishedSliceView,
  SmilePointView,
  SmileView,
  SurfaceSliceView,
  SurfaceView,
  SviView,
} from "../../src/api/derivatives-view.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const RHO = -0.24;
const ETA = 0.85;
/** Days from 08:00 UTC tomorrow. */
const EXPIRY_DAYS = [0, 1, 2, 9, 16, 44, 79, 135, 226, 317];

export type CoinShape = {
  readonly base: string;
  readonly spot: number;
  readonly shortVol: number;
  readonly longVol: number;
};

export const BTC: CoinShape = { base: "BTC", spot: 97_123.45, shortVol: 0.41, longVol: 0.53 };
export const ETH: CoinShape = { base: "ETH", spot: 3_412.08, shortVol: 0.72, longVol: 0.63 };

function thetaOf({ shortVol, longVol }: CoinShape, years: number): number {
  const reverted = (1 - Math.exp(-6 * years)) / 6;
  return longVol * longVol * years + (shortVol * shortVol - longVol * longVol) * reverted;
}

function sviOf(theta: number): SviView {
  const phi = ETA / Math.sqrt(theta * (1 + theta));
  return {
    a: (theta / 2) * (1 - RHO * RHO),
    b: (theta * phi) / 2,
    rho: RHO,
    m: -RHO / phi,
    sigma: Math.sqrt(1 - RHO * RHO) / phi,
  };
}

export function variance({ a, b, rho, m, sigma }: SviView, k: number): number {
  return a + b * (rho * (k - m) + Math.sqrt((k - m) * (k - m) + sigma * sigma));
}

function forwardOf({ spot }: CoinShape, years: number): number {
  return spot * Math.exp(0.058 * years);
}

function pointsOf(coin: CoinShape, svi: SviView, years: number, forward: number): SmilePointView[] {
  const width = Math.sqrt(variance(svi, 0));
  const points: SmilePointView[] = [];
  for (let step = -14; step <= 14; step++) {
    const round = coin.spot > 10_000 ? 500 : 25;
    const strike = Math.round((forward * Math.exp(step * 0.22 * width)) / round) * round;
    const k = Math.log(strike / forward);
    if (points.some((point) => point.strike === strike)) continue;
    const vol = Math.sqrt(variance(svi, k) / years) + 0.003 * Math.sin(7 * step);
    const half = 0.004 + 0.00028 * step * step;
    points.push({
      k,
      strike,
      bidVol: step < -12 ? null : vol - half,
      askVol: step === 14 ? null : vol + half,
      markVol: vol,
      used: Math.abs(step) < 12 && step !== 5,
    });
  }
  return points;
}

function publishedOf(coin: CoinShape, nowMs: number, expiryMs: number): PublishedSliceView {
  const fitTimeMs = nowMs - 1_320_000;
  const years = (expiryMs - fitTimeMs) / YEAR_MS;
  const theta = thetaOf(coin, years) * 1.035;
  return { round: 46_890, fitTimeMs, years, forward: forwardOf(coin, years) * 0.9991, params: sviOf(theta) };
}

export function surfaceOf(coin: CoinShape, nowMs: number, round: number): SurfaceView {
  const firstMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS + 8 * 3_600_000;
  const timeMs = nowMs - 4_000;
  const slices: SurfaceSliceView[] = [];
  const smiles: SmileView[] = [];
  for (const [i, days] of EXPIRY_DAYS.entries()) {
    const expiryMs = firstMs + days * DAY_MS;
    const years = (expiryMs - timeMs) / YEAR_MS;
    const theta = thetaOf(coin, years);
    const forward = forwardOf(coin, years);
    const params = sviOf(theta);
    const published = i === 0 ? null : publishedOf(coin, nowMs, expiryMs);
    const atmVol = Math.sqrt(theta / years);
    const errors = { centreErrorVolBps: 2, wingErrorVolBps: 9 };
    slices.push({ expiryMs, years, forward, params, theta, atmVol, ...errors, published });
    const own = sviOf(theta * 1.006);
    const hasFit = i !== 2;
    smiles.push({
      expiryMs,
      years,
      forward: forward * 1.0001,
      points: pointsOf(coin, own, years, forward),
      fitted: hasFit ? own : null,
      rmseVol: hasFit ? 0.0031 : null,
      refusal: hasFit ? null : "no curve fits its 4 quotes: too-few-points",
    });
  }
  return {
    name: `${coin.base}-USD.vol-surface`,
    round,
    status: "ok",
    gridRound: round - (round % 10),
    timeMs,
    headline: { raw: "47120000", text: "0.47120000" },
    headlineDays: 30,
    slices,
    smiles,
    refusal: null,
  };
}
