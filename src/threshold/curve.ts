/** secp256k1 as this room uses it: points and scalars that come from strangers are parsed here and nowhere else. */
import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Hex } from "../base/bytes.ts";
import { fromHex, toHex } from "../base/bytes.ts";
import { keccak } from "../base/keccak.ts";

export const Point = secp256k1.Point;
export type CurvePoint = InstanceType<typeof Point>;

/** Arithmetic modulo Q, the order of the group. */
export const Scalar = Point.Fn;
export const GROUP_ORDER: bigint = Scalar.ORDER;

export const POINT_BYTES = 33;
export const SCALAR_BYTES = 32;

/** Compressed encoding, 33 bytes; null for anything else: wrong length, not on the curve, the identity. */
export function parsePoint(bytes: Uint8Array): CurvePoint | null {
  if (bytes.length !== POINT_BYTES) return null;
  try {
    const point = Point.fromBytes(bytes);
    point.assertValidity();
    return point.is0() ? null : point;
  } catch {
    return null;
  }
}

/** Big-endian, 32 bytes, below Q; null for anything else. Zero is a scalar. */
export function parseScalar(bytes: Uint8Array): bigint | null {
  if (bytes.length !== SCALAR_BYTES) return null;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value < GROUP_ORDER ? value : null;
}

export function scalarBytes(value: bigint): Uint8Array {
  return Scalar.toBytes(value);
}

/** Text from a stranger that should be `length` bytes of hexadecimal; null when it is not. */
export function parseHex(text: unknown, length: number): Uint8Array | null {
  if (typeof text !== "string" || text.length !== 2 + 2 * length) return null;
  try {
    return fromHex(text);
  } catch {
    return null;
  }
}

export function parsePointHex(text: unknown): CurvePoint | null {
  const bytes = parseHex(text, POINT_BYTES);
  return bytes === null ? null : parsePoint(bytes);
}

export function parseScalarHex(text: unknown): bigint | null {
  const bytes = parseHex(text, SCALAR_BYTES);
  return bytes === null ? null : parseScalar(bytes);
}

export function pointHex(point: CurvePoint): Hex {
  return toHex(point.toBytes(true));
}

/** Σ scalars[i]·points[i] in variable time: for public values only. */
export function sumPublic(points: readonly CurvePoint[], scalars: readonly bigint[]): CurvePoint {
  return mulAddUnsafe(Point, [...points], [...scalars]);
}

/** The last 20 bytes of keccak(x | y), as the EVM names a key. The identity has none. */
export function addressOf(point: CurvePoint): Uint8Array {
  return addressOfBytes(point.toBytes(false));
}

/** @param uncompressed 65 bytes: 4 | x | y */
export function addressOfBytes(uncompressed: Uint8Array): Uint8Array {
  return keccak(uncompressed.subarray(1)).subarray(12);
}
