/** The integers of a definition that only surfaces and settlements have: units of 1e-18 and milliseconds. */
import { OracleError, unreachable } from "../base/errors.ts";
import { parseFixed } from "../base/fixed.ts";
import type { FeedDefinition } from "./definition.ts";
import type { SettlementDefinition } from "./kinds/history-kinds.ts";
import type { VolSurfaceDefinition } from "./kinds/vol-surface.ts";
import type { BookRule, FeedShape } from "./rule.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** One basis point, and one hundredth of a vol point, in units of 1e-18. */
const BPS = 10n ** 14n;
/** Decimal basis points with at most this many places are whole numbers of 1e-18. */
export const BPS_PLACES = 14;

function bookOf(definition: VolSurfaceDefinition, positions: ReadonlyMap<string, number>): BookRule | null {
  const { book, spot } = definition.method;
  if (book === null) return null;
  const spotPosition = positions.get(spot.ref);
  if (spotPosition === undefined) {
    throw new OracleError(`the option book of ${definition.name} needs ${spot.ref} in the set`, {
      code: "book-without-spot",
      feed: definition.name,
      spot: spot.ref,
    });
  }
  return {
    spotPosition,
    lambda: parseFixed(book.lambda, 18),
    rest: parseFixed(book.rest, 18),
    spotTolerance: parseFixed(book.spotToleranceBps, BPS_PLACES),
    premiumTolerance: BigInt(book.premiumToleranceBps) * BPS,
    floor: parseFixed(book.floorBps, BPS_PLACES),
    settlementWindowMs: book.settlementWindowMs,
    gas: book.gas,
  };
}

function surfaceOf(definition: VolSurfaceDefinition, positions: ReadonlyMap<string, number>): FeedShape {
  const { method } = definition;
  const startVol = parseFixed(method.startVol, 9);
  return {
    type: "surface",
    everyRounds: method.everyRounds,
    phase: method.phase,
    minTenorMs: method.expiries.minHours * HOUR_MS,
    maxTenorMs: method.expiries.maxDays * DAY_MS,
    minExpiries: method.minExpiries,
    maxExpiries: method.maxExpiries,
    startVariance: startVol * startVol,
    agreementVol: BigInt(method.agreementVolBps) * BPS,
    fitTolerance: {
      centre: BigInt(method.fitToleranceVolBps.centre) * BPS,
      wing: BigInt(method.fitToleranceVolBps.wing) * BPS,
    },
    headlineMs: method.headlineDays * DAY_MS,
    book: bookOf(definition, positions),
  };
}

/** `daily` is a period of a day that begins at the hour of expiry, UTC. */
export function scheduleOf({ schedule }: SettlementDefinition["method"]): {
  readonly periodMs: number;
  readonly offsetMs: number;
} {
  if (schedule.type === "every") return { periodMs: schedule.periodMs, offsetMs: schedule.offsetMs };
  const hours = Number(schedule.timeUtc.slice(0, 2));
  const minutes = Number(schedule.timeUtc.slice(3));
  return { periodMs: DAY_MS, offsetMs: hours * HOUR_MS + minutes * 60_000 };
}

/**
 * @param positions of every feed of the set by its name
 * @throws OracleError `book-without-spot`
 */
export function shapeOf(definition: FeedDefinition, positions: ReadonlyMap<string, number>): FeedShape {
  switch (definition.kind) {
    case "vol-surface":
      return surfaceOf(definition, positions);
    case "settlement":
      return {
        type: "settlement",
        ...scheduleOf(definition.method),
        windowMs: definition.method.windowMs,
        minCoveragePpm: Number(parseFixed(definition.method.minCoverage, 6)),
      };
    case "spot-index":
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "realised-vol":
    case "funding-8h":
      return { type: "scalar" };
    default:
      return unreachable(definition);
  }
}
