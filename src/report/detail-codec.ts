/**
 * Bytes and hashes of a leaf's detail. [R40] All integers big-endian.
 *
 *   params      a i64 | b i64 | rho i64 | m i64 | sigma i64                                                  →  40 bytes
 *   slice       0x05 | expiryMs u48 | forward u64 | params | theta u64 | centreErrorVolBps u16 | wingErrorVolBps u16
 *                                                                                                            →  67 bytes
 *   published   0x06 | expiryMs u48 | round u48 | fitTimeMs u48 | forwardRatio u128 | params                 →  75 bytes
 *   surface     0x04 | 0x01 | gridRound u48 | spot i128 | count u8 | top of slices 32 | count u8 | top of published 32
 *   settlement  0x04 | 0x02 | expiryMs u48 | phase u8 | fixed i128 | variable i128 | coveragePpm u32 | pubExpiryMs u48
 *
 * The detail hash is keccak of `surface` or `settlement`. Tops are those of merkle.ts over keccak of each item, so one
 * slice can be proven without the others. In messages the items stand themselves, in the place of their tops.
 */
import { ByteWriter } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";
import type { AgreedSlice, FeedDetail, PublishedSlice, SettlementPhase, SviWords } from "./detail.ts";
import { SLICES_MAX } from "./detail.ts";
import { keccak } from "../base/keccak.ts";
import { merkleTop } from "./merkle.ts";

export const DETAIL_PREFIX = 4;
export const SLICE_PREFIX = 5;
export const PUBLISHED_PREFIX = 6;
export const SURFACE_CODE = 1;
export const SETTLEMENT_CODE = 2;
export const SLICE_BYTES = 67;
export const PUBLISHED_BYTES = 75;

const PHASE_CODES: Readonly<Record<SettlementPhase, number>> = { averaging: 1, pending: 2, agreed: 3, final: 4 };
const PHASES: readonly (SettlementPhase | undefined)[] = [undefined, "averaging", "pending", "agreed", "final"];

export function phaseFromCode(code: number): SettlementPhase | undefined {
  return PHASES[code];
}

function writeParams(writer: ByteWriter, { a, b, rho, m, sigma }: SviWords): ByteWriter {
  for (const word of [a, b, rho, m, sigma]) writer.bigInt(word, 8, true);
  return writer;
}

export function encodeSlice(slice: AgreedSlice): Uint8Array {
  const head = new ByteWriter().uint(SLICE_PREFIX, 1).uint(slice.expiryMs, 6).bigInt(slice.forward, 8, false);
  return writeParams(head, slice.params)
    .bigInt(slice.theta, 8, false)
    .uint(slice.centreErrorVolBps, 2)
    .uint(slice.wingErrorVolBps, 2)
    .done();
}

export function encodePublishedSlice(slice: PublishedSlice): Uint8Array {
  const head = new ByteWriter()
    .uint(PUBLISHED_PREFIX, 1)
    .uint(slice.expiryMs, 6)
    .uint(slice.round, 6)
    .uint(slice.fitTimeMs, 6)
    .bigInt(slice.forwardRatio, 16, false);
  return writeParams(head, slice.params).done();
}

function checkCount(items: readonly unknown[]): void {
  if (items.length <= SLICES_MAX) return;
  throw new OracleError(`a surface holds at most ${SLICES_MAX} expiries, saw ${items.length}`, {
    code: "too-many-slices",
    seen: items.length,
  });
}

/** `inFull`: with the items, as messages carry them; otherwise with their tops, as the hash does. */
function writeDetail(detail: FeedDetail, inFull: boolean): Uint8Array {
  const writer = new ByteWriter().uint(DETAIL_PREFIX, 1);
  switch (detail.kind) {
    case "surface": {
      writer.uint(SURFACE_CODE, 1).uint(detail.gridRound, 6).bigInt(detail.spot, 16, true);
      for (const items of [detail.slices.map(encodeSlice), detail.published.map(encodePublishedSlice)]) {
        checkCount(items);
        writer.uint(items.length, 1);
        if (inFull) for (const item of items) writer.raw(item);
        else writer.raw(merkleTop(items.map(keccak)));
      }
      return writer.done();
    }
    case "settlement":
      return writer
        .uint(SETTLEMENT_CODE, 1)
        .uint(detail.expiryMs, 6)
        .uint(PHASE_CODES[detail.phase], 1)
        .bigInt(detail.fixed, 16, true)
        .bigInt(detail.variable, 16, true)
        .uint(detail.coveragePpm, 4)
        .uint(detail.pubExpiryMs, 6)
        .done();
    default:
      return unreachable(detail);
  }
}

/** As messages and the store carry it. @throws OracleError `too-many-slices`, `field-range` */
export function encodeDetail(detail: FeedDetail): Uint8Array {
  return writeDetail(detail, true);
}

/** A surface's detail stands unchanged for rounds on end, and has two dozen hashes in it. */
const knownHashes = new WeakMap<FeedDetail, Uint8Array>();

/** What a leaf commits to. @throws OracleError `too-many-slices`, `field-range` */
export function detailHash(detail: FeedDetail): Uint8Array {
  const known = knownHashes.get(detail);
  if (known !== undefined) return known;
  const hash = keccak(writeDetail(detail, false));
  knownHashes.set(detail, hash);
  return hash;
}
