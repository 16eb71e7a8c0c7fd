/** One key that stands for the whole group: makes real signatures in the EVM form that the hub checks. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "../../../src/base/bytes.ts";
import { concatBytes, fromHex, toHex } from "../../../src/base/bytes.ts";
import { encodeSubmit, reportDigest } from "../../../src/report/codec.ts";
import type { FeedState, GroupSignature, PushEntry, Report } from "../../../src/report/report.ts";

type Point = InstanceType<typeof secp256k1.Point>;

const Q = secp256k1.Point.Fn.ORDER;

export type GroupKey = { readonly secret: bigint; readonly x: Hex };

/** @param seed picks the key; the secret is negated where needed, so that y is even */
export function groupKey(seed: string): GroupKey {
  const drawn = scalarOf(keccak_256(new TextEncoder().encode(seed)));
  const odd = secp256k1.Point.BASE.multiply(drawn).toAffine().y % 2n === 1n;
  const secret = odd ? Q - drawn : drawn;
  return { secret, x: xOf(secp256k1.Point.BASE.multiply(secret)) };
}

/** z = k + e·s with e = keccak(Px | 0 | digest | address(R)) mod Q. */
export function signDigest(key: GroupKey, digest: Hex): { readonly rAddress: Hex; readonly z: Hex } {
  const nonce = scalarOf(keccak_256(concatBytes(fromHex(digest), toBytes32(key.secret))));
  const rAddress = addressOf(secp256k1.Point.BASE.multiply(nonce));
  const challenge = scalarOf(
    keccak_256(concatBytes(fromHex(key.x), Uint8Array.of(0), fromHex(digest), fromHex(rAddress))),
  );
  return { rAddress, z: toHex(toBytes32((nonce + challenge * key.secret) % Q)) };
}

export function signReport(key: GroupKey, networkId: Hex, report: Report): GroupSignature {
  return signDigest(key, reportDigest(networkId, report));
}

export function submitPayload(
  key: GroupKey,
  networkId: Hex,
  round: number,
  reportTimeMs: number,
  values: readonly { readonly index: number; readonly value: bigint }[],
): Hex {
  const pushes = values.map(({ index, value }): PushEntry => ({ index, status: "ok", value, confidencePpb: 1_000 }));
  const leaves: readonly FeedState[] = [];
  const report: Report = { round, reportTimeMs, leaves, pushes };
  return encodeSubmit(report, signDigest(key, reportDigest(networkId, report)), networkId, key.x);
}

function scalarOf(bytes: Uint8Array): bigint {
  return BigInt(toHex(bytes)) % Q;
}

function toBytes32(value: bigint): Uint8Array {
  return fromHex(`0x${value.toString(16).padStart(64, "0")}`);
}

function xOf(point: Point): Hex {
  return toHex(toBytes32(point.toAffine().x));
}

function addressOf(point: Point): Hex {
  return toHex(keccak_256(point.toBytes(false).slice(1)).slice(12));
}
