/** The rules that only some kinds have: tenors within their expiries, caps within outlier limits, windows within periods. */
import { parseFixed } from "../base/fixed.ts";
import { unreachable } from "../base/errors.ts";
import type { FeedDefinition } from "./definition.ts";
import { BPS_PLACES, scheduleOf } from "./feed-shape.ts";
import { type FieldProblem, compareDecimals, isCalendarDay, placesOf } from "./field-problem.ts";
import type { ChainMethod } from "./kinds/chain-kinds.ts";
import type { RealisedVolDefinition, SettlementDefinition } from "./kinds/history-kinds.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";
import type { VolSurfaceDefinition } from "./kinds/vol-surface.ts";
import { venueFacts } from "./venues.ts";

/** A mean over fewer samples is no mean. */
const SAMPLES_MIN = 10;

function* checkSpotIndex({ method }: SpotIndexDefinition): Generator<FieldProblem, void> {
  const { capBps, outlierBps, readmitBps, conversions } = method;
  if (capBps > outlierBps) {
    yield { path: "method.capBps", seen: capBps, allowed: `at most outlierBps, ${outlierBps}` };
  }
  if (readmitBps * 2 > outlierBps) {
    const allowed = `at most half of outlierBps, ${Math.floor(outlierBps / 2)}: a book must not flicker in and out`;
    yield { path: "method.readmitBps", seen: readmitBps, allowed };
  }
  for (const [i, { low, high }] of conversions.entries()) {
    const path = `method.conversions[${i}]`;
    if (compareDecimals(low, "0") <= 0) yield { path: `${path}.low`, seen: low, allowed: "more than zero" };
    if (compareDecimals(low, high) >= 0) yield { path: `${path}.high`, seen: high, allowed: `more than low, ${low}` };
  }
}

/** @param tenor the constant maturity and where it stands; null for a listed expiry */
function* checkChain(
  method: ChainMethod,
  tenor: { readonly path: string; readonly days: number } | null,
): Generator<FieldProblem, void> {
  const { minHours, maxDays } = method.expiries;
  if (minHours >= maxDays * 24) {
    yield { path: "method.expiries.minHours", seen: minHours, allowed: `less than maxDays, ${maxDays} days` };
  }
  if (tenor !== null && minHours >= tenor.days * 24) {
    const allowed = `less than ${tenor.days * 24}, the hours of ${tenor.path}: expiries on both sides are needed`;
    yield { path: "method.expiries.minHours", seen: minHours, allowed };
  }
  if (tenor !== null && maxDays <= tenor.days) {
    const allowed = `more than ${tenor.path}, ${tenor.days}: expiries on both sides are needed`;
    yield { path: "method.expiries.maxDays", seen: maxDays, allowed };
  }
  const { minVol, maxVol } = method.chain;
  if (compareDecimals(minVol, "0") <= 0) yield { path: "method.chain.minVol", seen: minVol, allowed: "more than zero" };
  if (compareDecimals(minVol, maxVol) >= 0) {
    yield { path: "method.chain.maxVol", seen: maxVol, allowed: `more than minVol, ${minVol}` };
  }
}

function* checkBook({ method }: VolSurfaceDefinition): Generator<FieldProblem, void> {
  const { book } = method;
  if (book === null) return;
  const { lambda, rest, spotToleranceBps, floorBps, premiumToleranceBps, gas } = book;
  for (const [field, seen] of Object.entries({ lambda, rest, spotToleranceBps, floorBps })) {
    if (compareDecimals(seen, "0") <= 0) yield { path: `method.book.${field}`, seen, allowed: "more than zero" };
    if (field.endsWith("Bps") && placesOf(seen) > BPS_PLACES) {
      yield { path: `method.book.${field}`, seen, allowed: `at most ${BPS_PLACES} decimal places` };
    }
  }
  if (compareDecimals(rest, lambda) > 0) {
    yield { path: "method.book.rest", seen: rest, allowed: `at most lambda, ${lambda}` };
  }
  if (compareDecimals(spotToleranceBps, "10000") > 0) {
    yield { path: "method.book.spotToleranceBps", seen: spotToleranceBps, allowed: "at most 10000" };
  }
  if (compareDecimals(floorBps, spotToleranceBps) > 0) {
    const allowed = `at most spotToleranceBps, ${spotToleranceBps}`;
    yield { path: "method.book.floorBps", seen: floorBps, allowed };
  }
  if (premiumToleranceBps > 10_000) {
    yield { path: "method.book.premiumToleranceBps", seen: premiumToleranceBps, allowed: "at most 10000" };
  }
  for (const [field, seen] of Object.entries(gas)) {
    if (seen === 0) yield { path: `method.book.gas.${field}`, seen, allowed: "more than zero" };
  }
}

function* checkSurface(definition: VolSurfaceDefinition): Generator<FieldProblem, void> {
  const { everyRounds, phase, minExpiries, maxExpiries, startVol, chain, fitToleranceVolBps } = definition.method;
  if (phase >= everyRounds)
    yield { path: "method.phase", seen: phase, allowed: `less than everyRounds, ${everyRounds}` };
  if (minExpiries > maxExpiries) {
    yield { path: "method.minExpiries", seen: minExpiries, allowed: `at most maxExpiries, ${maxExpiries}` };
  }
  if (compareDecimals(startVol, chain.minVol) < 0 || compareDecimals(startVol, chain.maxVol) > 0) {
    const allowed = `between chain.minVol, ${chain.minVol}, and chain.maxVol, ${chain.maxVol}`;
    yield { path: "method.startVol", seen: startVol, allowed };
  }
  const { centre, wing } = fitToleranceVolBps;
  if (wing < centre) {
    const allowed = `at least centre, ${centre}: wings are known less well`;
    yield { path: "method.fitToleranceVolBps.wing", seen: wing, allowed };
  }
  yield* checkBook(definition);
}

function* checkCoverage(minCoverage: string): Generator<FieldProblem, void> {
  if (parseFixed(minCoverage, 6) === 0n) {
    yield { path: "method.minCoverage", seen: minCoverage, allowed: "more than zero" };
  }
}

function* checkRealisedVol({ method }: RealisedVolDefinition): Generator<FieldProblem, void> {
  yield* checkCoverage(method.minCoverage);
  for (const [i, { venue }] of method.candles.entries()) {
    const { candleDays } = venueFacts(venue);
    if (candleDays >= method.windowDays) continue;
    const allowed = `a venue whose trade bars go back ${method.windowDays} days; those of ${venue} go back ${candleDays}`;
    yield { path: `method.candles[${i}].venue`, seen: venue, allowed };
  }
}

function* checkSettlement({ method, heartbeatMs }: SettlementDefinition): Generator<FieldProblem, void> {
  const { schedule, windowMs, sampleEveryMs, maxHoldMs, minCoverage } = method;
  if (schedule.type === "daily" && schedule.timeUtc >= "24:00") {
    yield { path: "method.schedule.timeUtc", seen: schedule.timeUtc, allowed: "a time from 00:00 to 23:59" };
  }
  const { periodMs } = scheduleOf(method);
  if (schedule.type === "every" && schedule.offsetMs >= periodMs) {
    yield { path: "method.schedule.offsetMs", seen: schedule.offsetMs, allowed: `less than periodMs, ${periodMs}` };
  }
  // After the expiry the price needs rounds of its own before the next window opens.
  if (windowMs * 2 > periodMs) {
    const allowed = `at most half the period of the schedule, ${periodMs / 2}`;
    yield { path: "method.windowMs", seen: windowMs, allowed };
  }
  // It is published once a period and never in between, so a shorter heartbeat would call every price stale.
  if (heartbeatMs <= periodMs) {
    yield { path: "heartbeatMs", seen: heartbeatMs, allowed: `more than the period of the schedule, ${periodMs}` };
  }
  if (sampleEveryMs * SAMPLES_MIN > windowMs) {
    const allowed = `at most a tenth of windowMs, ${Math.floor(windowMs / SAMPLES_MIN)}`;
    yield { path: "method.sampleEveryMs", seen: sampleEveryMs, allowed };
  }
  if (maxHoldMs < sampleEveryMs) {
    const allowed = `at least sampleEveryMs, ${sampleEveryMs}: else there are holes between samples`;
    yield { path: "method.maxHoldMs", seen: maxHoldMs, allowed };
  }
  yield* checkCoverage(minCoverage);
}

export function* checkKind(definition: FeedDefinition): Generator<FieldProblem, void> {
  switch (definition.kind) {
    case "spot-index":
      return yield* checkSpotIndex(definition);
    case "forward": {
      const { maturity } = definition.method;
      if (maturity.type === "listed" && !isCalendarDay(maturity.expiry)) {
        yield { path: "method.maturity.expiry", seen: maturity.expiry, allowed: "a day of the calendar" };
      }
      const tenor = maturity.type === "constant" ? { path: "maturity.days", days: maturity.days } : null;
      return yield* checkChain(definition.method, tenor);
    }
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
      return yield* checkChain(definition.method, { path: "tenorDays", days: definition.method.tenorDays });
    case "vol-surface":
      yield* checkChain(definition.method, { path: "headlineDays", days: definition.method.headlineDays });
      return yield* checkSurface(definition);
    case "realised-vol":
      return yield* checkRealisedVol(definition);
    case "funding-8h":
      return;
    case "settlement":
      return yield* checkSettlement(definition);
    default:
      return unreachable(definition);
  }
}
