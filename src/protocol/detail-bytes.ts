/** Reads what report/detail-codec.ts writes in full. Strict: counts within the cap, expiries ascending. */
import type { ByteReader } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { AgreedSlice, FeedDetail, PublishedSlice, SviWords } from "../report/detail.ts";
import { SLICES_MAX } from "../report/detail.ts";
import {
  DETAIL_PREFIX,
  PUBLISHED_BYTES,
  PUBLISHED_PREFIX,
  phaseFromCode,
  SETTLEMENT_CODE,
  SLICE_BYTES,
  SLICE_PREFIX,
  SURFACE_CODE,
} from "../report/detail-codec.ts";

function expectByte(reader: ByteReader, wanted: number, what: string): void {
  const seen = reader.uint(1);
  if (seen === wanted) return;
  throw new OracleError(`${what} must begin with ${wanted}, saw ${seen}`, { code: "bad-detail", seen, wanted });
}

function readParams(reader: ByteReader): SviWords {
  const word = (): bigint => reader.bigInt(8, true);
  return { a: word(), b: word(), rho: word(), m: word(), sigma: word() };
}

function readAgreed(reader: ByteReader): AgreedSlice {
  expectByte(reader, SLICE_PREFIX, "an agreed slice");
  const head = { expiryMs: reader.uint(6), forward: reader.bigInt(8, false) };
  return {
    ...head,
    params: readParams(reader),
    theta: reader.bigInt(8, false),
    centreErrorVolBps: reader.uint(2),
    wingErrorVolBps: reader.uint(2),
  };
}

function readPublished(reader: ByteReader): PublishedSlice {
  expectByte(reader, PUBLISHED_PREFIX, "a published slice");
  const head = { expiryMs: reader.uint(6), round: reader.uint(6), fitTimeMs: reader.uint(6) };
  return { ...head, forwardRatio: reader.bigInt(16, false), params: readParams(reader) };
}

function readSlices<T extends { readonly expiryMs: number }>(
  reader: ByteReader,
  itemBytes: number,
  read: (reader: ByteReader) => T,
): T[] {
  const count = reader.uint(1);
  if (count > SLICES_MAX || reader.remaining() < count * itemBytes) {
    throw new OracleError(`a surface says ${count} expiries, at most ${SLICES_MAX}, in ${reader.remaining()} bytes`, {
      code: "bad-count",
      seen: count,
    });
  }
  const items = Array.from({ length: count }, () => read(reader));
  if (items.some((item, i) => i > 0 && item.expiryMs <= items[i - 1]!.expiryMs)) {
    throw new OracleError("a surface's expiries must ascend", { code: "bad-detail" });
  }
  return items;
}

/** @throws OracleError on malformed bytes */
export function readDetail(reader: ByteReader): FeedDetail {
  expectByte(reader, DETAIL_PREFIX, "a detail");
  const code = reader.uint(1);
  if (code === SURFACE_CODE) {
    const gridRound = reader.uint(6);
    const spot = reader.bigInt(16, true);
    const slices = readSlices(reader, SLICE_BYTES, readAgreed);
    return { kind: "surface", gridRound, spot, slices, published: readSlices(reader, PUBLISHED_BYTES, readPublished) };
  }
  if (code !== SETTLEMENT_CODE) {
    throw new OracleError(`unknown kind of detail ${code}`, { code: "bad-detail", seen: code });
  }
  const expiryMs = reader.uint(6);
  const phaseCode = reader.uint(1);
  const phase = phaseFromCode(phaseCode);
  if (phase === undefined) {
    throw new OracleError(`unknown phase of a settlement ${phaseCode}`, { code: "bad-detail", seen: phaseCode });
  }
  return {
    kind: "settlement",
    expiryMs,
    phase,
    fixed: reader.bigInt(16, true),
    variable: reader.bigInt(16, true),
    coveragePpm: reader.uint(4),
    pubExpiryMs: reader.uint(6),
  };
}
