/**
 * What a node says of one feed, as bytes. [R35] Tag first, then:
 *
 *   0 missing      nothing
 *   1 number       value i128
 *   2 surface      gridRound u48 | count u8 | per expiry: expiryMs u48 | forward u64 | 17 × total variance u64
 *   3 settlement   expiryMs u48 | fixed i128 | variable i128 | coveragePpm u32
 *
 * Strict, so that two encodings of one statement cannot exist: expiries ascend, forwards and variances are above zero,
 * averages are not below it, coverage is at most the whole.
 */
import type { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";
import type { Observed, ObservedSlice, SettlementObservation, SurfaceObservation } from "../feeds/observed.ts";
import { SURFACE_EXPIRIES_MAX, SURFACE_NODES } from "../feeds/observed.ts";

const MISSING = 0;
const NUMBER = 1;
const SURFACE = 2;
const SETTLEMENT = 3;

const WHOLE_PPM = 1_000_000;
const U48_MAX = 0xffff_ffff_ffff;
const U64_MAX = (1n << 64n) - 1n;
const INT128_MAX = (1n << 127n) - 1n;
/** The sum of two still fits a leaf. */
const AVERAGE_MAX = INT128_MAX >> 1n;

const isU48 = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= U48_MAX;
const isPositiveWord = (value: bigint): boolean => value > 0n && value <= U64_MAX;
const isAverage = (value: bigint): boolean => value >= 0n && value <= AVERAGE_MAX;

function whyNotSlice(slice: ObservedSlice, before: ObservedSlice | undefined): string | null {
  if (!isU48(slice.expiryMs)) return "an expiry outside 48 bits";
  if (before !== undefined && slice.expiryMs <= before.expiryMs) return "expiries that do not ascend";
  if (!isPositiveWord(slice.forward)) return "a forward that is not in 1 … 2^64 - 1";
  if (slice.variances.length !== SURFACE_NODES) return `${slice.variances.length} total variances`;
  return slice.variances.every(isPositiveWord) ? null : "a total variance that is not in 1 … 2^64 - 1";
}

/** What keeps an observation from being said, in words; null when it can be. */
export function whyNotSayable(observed: Observed): string | null {
  if (observed === null) return null;
  if (typeof observed === "bigint") return observed >= -INT128_MAX - 1n && observed <= INT128_MAX ? null : "no int128";
  switch (observed.type) {
    case "surface": {
      const { gridRound, slices } = observed;
      if (!isU48(gridRound)) return "a grid's round outside 48 bits";
      if (slices.length > SURFACE_EXPIRIES_MAX) return `${slices.length} expiries`;
      for (const [i, slice] of slices.entries()) {
        const why = whyNotSlice(slice, slices[i - 1]);
        if (why !== null) return why;
      }
      return null;
    }
    case "settlement":
      if (!isU48(observed.expiryMs)) return "an expiry outside 48 bits";
      if (!isAverage(observed.fixed) || !isAverage(observed.variable)) return "an average that is not in 0 … 2^126 - 1";
      return Number.isInteger(observed.coveragePpm) && observed.coveragePpm >= 0 && observed.coveragePpm <= WHOLE_PPM
        ? null
        : "a coverage that is not in 0 … 1 000 000";
    default:
      return unreachable(observed);
  }
}

function checked<T extends Observed>(observed: T): T {
  const why = whyNotSayable(observed);
  if (why !== null) throw new OracleError(`an observation with ${why}`, { code: "bad-value", why });
  return observed;
}

/** @throws OracleError `bad-value` for what `whyNotSayable` names */
export function writeObserved(writer: ByteWriter, observed: Observed): void {
  checked(observed);
  if (observed === null) {
    writer.uint(MISSING, 1);
  } else if (typeof observed === "bigint") {
    writer.uint(NUMBER, 1).bigInt(observed, 16, true);
  } else if (observed.type === "surface") {
    writer.uint(SURFACE, 1).uint(observed.gridRound, 6).uint(observed.slices.length, 1);
    for (const { expiryMs, forward, variances } of observed.slices) {
      writer.uint(expiryMs, 6).bigInt(forward, 8, false);
      for (const variance of variances) writer.bigInt(variance, 8, false);
    }
  } else {
    writer
      .uint(SETTLEMENT, 1)
      .uint(observed.expiryMs, 6)
      .bigInt(observed.fixed, 16, true)
      .bigInt(observed.variable, 16, true)
      .uint(observed.coveragePpm, 4);
  }
}

function readSurface(reader: ByteReader): SurfaceObservation {
  const gridRound = reader.uint(6);
  const count = reader.uint(1);
  if (count > SURFACE_EXPIRIES_MAX) {
    throw new OracleError(`a surface holds at most ${SURFACE_EXPIRIES_MAX} expiries, saw ${count}`, {
      code: "bad-count",
      seen: count,
    });
  }
  const slices = Array.from({ length: count }, () => ({
    expiryMs: reader.uint(6),
    forward: reader.bigInt(8, false),
    variances: Array.from({ length: SURFACE_NODES }, () => reader.bigInt(8, false)),
  }));
  return { type: "surface", gridRound, slices };
}

function readSettlement(reader: ByteReader): SettlementObservation {
  return {
    type: "settlement",
    expiryMs: reader.uint(6),
    fixed: reader.bigInt(16, true),
    variable: reader.bigInt(16, true),
    coveragePpm: reader.uint(4),
  };
}

/** @throws OracleError on bytes that `writeObserved` does not write */
export function readObserved(reader: ByteReader): Observed {
  const tag = reader.uint(1);
  switch (tag) {
    case MISSING:
      return null;
    case NUMBER:
      return reader.bigInt(16, true);
    case SURFACE:
      return checked(readSurface(reader));
    case SETTLEMENT:
      return checked(readSettlement(reader));
    default:
      throw new OracleError(`unknown tag of an observation: ${tag}`, { code: "bad-tag", seen: tag });
  }
}
