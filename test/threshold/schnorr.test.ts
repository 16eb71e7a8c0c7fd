import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { keccak } from "../../src/base/keccak.ts";
import { addressOf, GROUP_ORDER, parsePoint, Scalar, scalarBytes } from "../../src/threshold/curve.ts";
import type { EvmSignature } from "../../src/threshold/schnorr.ts";
import { signatureFromFrost } from "../../src/threshold/schnorr.ts";
import { evmChallenge } from "../../src/threshold/suite.ts";
import { dealKey, signByReference } from "./dealt.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

/** A second implementation, the contract's: ecrecover(−z·Px, 27, Px, −e·Px) names R. */
function verifyAsContract(keyX: Hex, digest: Hex, { rAddress, z }: EvmSignature): boolean {
  const x = BigInt(keyX);
  const challenge = evmChallenge(fromHex(keyX), fromHex(digest), fromHex(rAddress));
  const hash = scalarBytes(Scalar.neg(Scalar.mul(BigInt(z), x)));
  const s = Scalar.neg(Scalar.mul(challenge, x));
  const recovered = new secp256k1.Signature(x, s, 0).recoverPublicKey(hash);
  return toHex(addressOf(recovered)) === rAddress;
}

function digestOf(i: number): Uint8Array {
  return keccak(Uint8Array.from([i >> 8, i & 255]));
}

function flip(hex: Hex, byte: number): Hex {
  const bytes = fromHex(hex);
  bytes[byte % bytes.length]! ^= 1;
  return toHex(bytes);
}

const key = dealKey(4, 3);
const signed = Array.from({ length: 100 }, (_, i) => {
  const digest = digestOf(i);
  return { digest: toHex(digest), signature: signatureFromFrost(signByReference(key, [1, 2, 4], digest).reference) };
});

describe("verifyGroupSignature", () => {
  test("accepts the threshold signatures of 100 digests, and so does the contract's ecrecover", () => {
    for (const { digest, signature } of signed) {
      expect(nobleCurve.verifyGroupSignature(key.group.groupKeyX, digest, signature)).toBe(true);
      expect(verifyAsContract(key.group.groupKeyX, digest, signature)).toBe(true);
    }
  });

  test("refuses each of them with one bit changed in digest, key, address or scalar", () => {
    for (const [i, { digest, signature }] of signed.entries()) {
      const { rAddress, z } = signature;
      const x = key.group.groupKeyX;
      expect(nobleCurve.verifyGroupSignature(x, flip(digest, i), signature)).toBe(false);
      expect(nobleCurve.verifyGroupSignature(flip(x, i), digest, signature)).toBe(false);
      expect(nobleCurve.verifyGroupSignature(x, digest, { rAddress: flip(rAddress, i), z })).toBe(false);
      expect(nobleCurve.verifyGroupSignature(x, digest, { rAddress, z: flip(z, i) })).toBe(false);
      expect(verifyAsContract(x, digest, { rAddress, z: flip(z, 31 - (i % 16)) })).toBe(false);
    }
  });

  test("refuses a scalar that is not reduced, a zero scalar and a zero address", () => {
    const { digest, signature } = signed[0]!;
    const x = key.group.groupKeyX;
    const small = { rAddress: signature.rAddress, z: toHex(scalarBytes(5n)) };
    expect(nobleCurve.verifyGroupSignature(x, digest, small)).toBe(false);
    const unreduced: Hex = `0x${(GROUP_ORDER + 5n).toString(16)}`;
    expect(nobleCurve.verifyGroupSignature(x, digest, { ...signature, z: unreduced })).toBe(false);
    expect(nobleCurve.verifyGroupSignature(x, digest, { ...signature, z: `0x${"00".repeat(32)}` })).toBe(false);
    expect(nobleCurve.verifyGroupSignature(x, digest, { ...signature, rAddress: `0x${"00".repeat(20)}` })).toBe(false);
  });

  test("never throws, whatever it is given", () => {
    const part = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 40 }).map(toHex),
      fc.constant(null),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(part, part, part, part, (x, digest, rAddress, z) => {
        const signature = { rAddress: rAddress as Hex, z: z as Hex };
        expect(nobleCurve.verifyGroupSignature(x as Hex, digest as Hex, signature)).toBe(false);
      }),
      { numRuns: 300 },
    );
    const { digest } = signed[0]!;
    expect(nobleCurve.verifyGroupSignature(key.group.groupKeyX, digest, null as never)).toBe(false);
  });
});

describe("signatureFromFrost", () => {
  test("refuses what is no point and scalar", () => {
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(65),
      new Uint8Array(65).fill(255),
      new Uint8Array(66).fill(2),
    ]) {
      expect(() => signatureFromFrost(bytes)).toThrow(/65 bytes/);
    }
    expect(parsePoint(new Uint8Array(33))).toBeNull();
  });
});
