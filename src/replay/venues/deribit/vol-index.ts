/** Deribit's volatility index as bars: [unix ms, open, high, low, close], percent with two decimals. */
import { type Coin, type MarketModel, stepAt } from "../../../sim/market/model.ts";
import { volIndexAt } from "../../../sim/market/vol-index.ts";
import type { VenueAnswer } from "../../answer.ts";
import type { Scene } from "../scene.ts";
import { deribitFloat, deribitResult, invalidParameter } from "./envelope.ts";

const RESOLUTIONS_SEC: Readonly<Record<string, number>> = { 1: 1, 60: 60, 3600: 3600, 43200: 43_200, "1D": 86_400 };
/** The venue gives a thousand; an hour of minutes is what the market can tell again without much ado. */
const BARS_MAX = 60;
/** Looked at within one bar. */
const SAMPLES = 3;

export function volIndexBars(scene: Scene, coin: Coin, query: URLSearchParams): VenueAnswer {
  const { model, step, timeMs } = scene;
  const lengthMs = 1000 * (RESOLUTIONS_SEC[query.get("resolution") ?? ""] ?? 0);
  const [fromMs, askedMs] = [Number(query.get("start_timestamp") ?? ""), Number(query.get("end_timestamp") ?? "")];
  if (lengthMs === 0) return invalidParameter("resolution", "invalid resolution", timeMs);
  if (!(fromMs > 0) || !(askedMs >= fromMs)) return invalidParameter("start_timestamp", "wrong format", timeMs);
  // Between the at-the-money vol and the strip lies a factor that minutes do not change.
  const [vol, atTheMoney] = [volIndexAt(model, coin, step), model.atmVol(coin, 30, step)];
  if (vol === null || atTheMoney === null) return deribitResult('{"data":[],"continuation":null}', timeMs);
  const volAt = (atMs: number): number =>
    atMs >= timeMs ? vol : ((model.atmVol(coin, 30, stepAt(model, atMs)) ?? atTheMoney) * vol) / atTheMoney;
  const endMs = Math.min(askedMs, timeMs);
  const lastMs = Math.floor(endMs / lengthMs) * lengthMs;
  const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs;
  // The newest are given, and where the rest begins.
  const beginMs = Math.max(firstMs, lastMs - (BARS_MAX - 1) * lengthMs);
  const bars: string[] = [];
  for (let openMs = beginMs; openMs <= lastMs; openMs += lengthMs)
    bars.push(bar(openMs, samplesOf(model, openMs, Math.min(openMs + lengthMs, timeMs)).map(volAt)));
  const continuation = beginMs > firstMs ? String(beginMs - lengthMs) : "null";
  return deribitResult(`{"data":[${bars.join(",")}],"continuation":${continuation}}`, timeMs);
}

/** The last is the newest moment within. */
function samplesOf({ stepMs }: MarketModel, openMs: number, endMs: number): readonly number[] {
  const lastMs = Math.max(openMs, endMs - (endMs - openMs > stepMs ? 1 : 0));
  return Array.from({ length: SAMPLES }, (_, i) => openMs + ((lastMs - openMs) * i) / (SAMPLES - 1));
}

function bar(openMs: number, vols: readonly number[]): string {
  const told = [vols[0]!, Math.max(...vols), Math.min(...vols), vols.at(-1)!];
  return `[${[String(openMs), ...told.map((vol) => deribitFloat(Math.round(1e4 * vol) / 100))].join(",")}]`;
}
