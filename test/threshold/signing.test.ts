import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import { keccak } from "../../src/base/keccak.ts";
import { GROUP_ORDER, parseScalar, scalarBytes } from "../../src/threshold/curve.ts";
import { signatureFromFrost } from "../../src/threshold/schnorr.ts";
import type { NonceCommitment } from "../../src/threshold/signing.ts";

import { dealKey, signByReference } from "./dealt.ts";
import { aggregateShares, nobleCurve } from "../../src/threshold/signing-curve.ts";

const SIZES: readonly [number, number, readonly number[]][] = [
  [3, 4, [4, 1, 3]],
  [5, 7, [7, 6, 2, 1, 4]],
  [11, 16, [16, 15, 14, 13, 12, 1, 2, 3, 4, 5, 6]],
];

const digestBytes = keccak(Uint8Array.from([1]));
const digest = toHex(digestBytes);
const key = dealKey(4, 3);
const signed = signByReference(key, [1, 3, 4], digestBytes);

describe("aggregateShares", () => {
  test.each(SIZES)("(%i,%i): shares and signature equal the reference suite's, and verify", (t, n, signers) => {
    const dealt = dealKey(n, t);
    const made = signByReference(dealt, signers, digestBytes);
    const opened = nobleCurve.openAttempt(dealt.group, digest, made.commitments);
    if (!opened.ok) throw new Error(opened.why);
    for (const id of signers) {
      const { hiding, binding } = made.nonces.get(id)!;
      const secret = {
        hiding: parseScalar(hiding)!,
        binding: parseScalar(binding)!,
        share: parseScalar(dealt.shares.get(id)!)!,
      };
      expect(toHex(scalarBytes(opened.attempt.makeShare(id, secret)))).toBe(made.shares.get(id));
      expect(opened.attempt.shareIsGood(id, made.shares.get(id)!)).toBe(true);
    }
    const result = aggregateShares(nobleCurve, dealt.group, digest, made.commitments, made.shares);
    if (!result.ok) throw new Error(result.why);
    expect(result.signature).toEqual(signatureFromFrost(made.reference));
    expect(nobleCurve.verifyGroupSignature(dealt.group.groupKeyX, digest, result.signature)).toBe(true);
  });

  test.each(SIZES)("(%i,%i): names exactly those whose shares are bad", (t, n, signers) => {
    const dealt = dealKey(n, t);
    const made = signByReference(dealt, signers, digestBytes);
    const bad = signers.slice(0, 2).sort((a, b) => a - b);
    for (const id of bad) {
      const z = (parseScalar(Buffer.from(made.shares.get(id)!.slice(2), "hex"))! + 1n) % GROUP_ORDER;
      made.shares.set(id, toHex(scalarBytes(z)));
    }
    expect(aggregateShares(nobleCurve, dealt.group, digest, made.commitments, made.shares)).toEqual({
      ok: false,
      why: "bad-share",
      culprits: bad,
    });
  });

  test("a share that answers another digest is the signer's fault", () => {
    const other = signByReference(key, [1, 3, 4], keccak(Uint8Array.from([2])));
    const shares = new Map(signed.shares).set(3, other.shares.get(3)!);
    expect(aggregateShares(nobleCurve, key.group, digest, signed.commitments, shares)).toMatchObject({
      why: "bad-share",
      culprits: [3],
    });
  });

  test.each<[string, Hex]>([
    ["not reduced", `0x${(GROUP_ORDER + 1n).toString(16)}`],
    ["too short", "0x01"],
    ["no hexadecimal", "0xzz"],
  ])("a share that is %s is the signer's fault, and nobody else's", (_, share) => {
    const shares = new Map(signed.shares).set(4, share);
    expect(aggregateShares(nobleCurve, key.group, digest, signed.commitments, shares)).toMatchObject({
      why: "bad-share",
      culprits: [4],
    });
  });

  test.each<[string, Hex]>([
    ["the identity", `0x${"00".repeat(33)}`],
    ["not on the curve", `0x02${"00".repeat(31)}05`],
    ["uncompressed", `0x04${"11".repeat(64)}`],
    ["empty", "0x"],
  ])("a commitment that is %s is its member's fault", (_, binding) => {
    const commitments = signed.commitments.map((c) => (c.id === 3 ? { ...c, binding } : c));
    expect(aggregateShares(nobleCurve, key.group, digest, commitments, signed.shares)).toMatchObject({
      why: "bad-commitment",
      culprits: [3],
    });
  });

  test("another honest-looking commitment spoils the sum and accuses its member only", () => {
    const others = signByReference(key, [1, 3, 4], digestBytes).commitments;
    const commitments = signed.commitments.map((c) => (c.id === 1 ? others.find((o) => o.id === 1)! : c));
    const result = aggregateShares(nobleCurve, key.group, digest, commitments, signed.shares);
    // Everybody signed under another list: a share counts only under the list it was made for.
    expect(result).toMatchObject({ ok: false, why: "bad-share", culprits: [1, 3, 4] });
  });

  test("a proposal with too few, too many, repeated or foreign members accuses nobody", () => {
    const [a, b, c] = signed.commitments as [NonceCommitment, NonceCommitment, NonceCommitment];
    for (const list of [
      [],
      [a, b],
      [a, b, c, { ...a, id: 2 }],
      [a, b, b],
      [a, b, { ...c, id: 5 }],
      [a, b, { ...c, id: 0 }],
    ]) {
      expect(aggregateShares(nobleCurve, key.group, digest, list, signed.shares)).toEqual({
        ok: false,
        why: "bad-proposal",
        culprits: [],
      });
    }
  });

  test("a missing share accuses nobody, and a stranger's share changes nothing", () => {
    const shares = new Map(signed.shares);
    shares.set(2, `0x${"11".repeat(32)}`);
    expect(aggregateShares(nobleCurve, key.group, digest, signed.commitments, shares).ok).toBe(true);
    shares.delete(3);
    expect(aggregateShares(nobleCurve, key.group, digest, signed.commitments, shares)).toEqual({
      ok: false,
      why: "incomplete",
      culprits: [],
    });
  });

  test("never throws and never signs, whatever commitments and shares are", () => {
    const hex = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(toHex),
      fc.uint8Array({ minLength: 33, maxLength: 33 }).map(toHex),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex),
      fc.string().map((text) => text as Hex),
      fc.constantFrom(...signed.commitments.map((c) => c.hiding)),
      fc.constant<string | undefined>(undefined).map((value) => value as Hex),
    );
    const id = fc.oneof(fc.integer({ min: -1, max: 6 }), fc.double());
    const commitment = fc.record({ id, hiding: hex, binding: hex });
    fc.assert(
      fc.property(
        fc.array(commitment, { maxLength: 5 }),
        fc.array(fc.tuple(id, hex), { maxLength: 5 }),
        (list, shares) => {
          expect(aggregateShares(nobleCurve, key.group, digest, list, new Map(shares)).ok).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
    const oneHostile = fc.tuple(fc.constantFrom(1, 3, 4), fc.constantFrom("hiding", "binding", "share"), hex);
    fc.assert(
      fc.property(oneHostile, ([who, where, value]) => {
        const commitments = signed.commitments.map((c) =>
          c.id === who && where !== "share" ? { ...c, [where]: value } : c,
        );
        const shares = where === "share" ? new Map(signed.shares).set(who, value) : signed.shares;
        const result = aggregateShares(nobleCurve, key.group, digest, commitments, shares);
        expect(result.ok).toBe(
          commitments.every((c, i) => c.hiding === signed.commitments[i]!.hiding) && where === "hiding",
        );
      }),
      { numRuns: 200 },
    );
  });
});
