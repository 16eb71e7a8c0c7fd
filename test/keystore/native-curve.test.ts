/** The native backend against the reference: the same answer to every input, or it is not used. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { importBinding, loadCurve, nativeBackend } from "../../src/keystore/native-curve.ts";
import { agreesWithReference, nobleBackend } from "../../src/threshold/curve-backend.ts";
import { keccak } from "../../src/base/keccak.ts";
import { GROUP_ORDER, scalarBytes } from "../../src/threshold/curve.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";
import { dealKey, signByReference } from "../threshold/dealt.ts";

/** `TENOR_FULL=1` asks for a hundred thousand inputs; every run asks for enough to meet each kind of them. */
const RUNS = process.env["TENOR_FULL"] === "1" ? 100_000 : 600;
/** For the reference, of which a sum takes some ten milliseconds: a hundred thousand are a night's work on a slow machine. */
const TIMEOUT_MS = RUNS > 600 ? 7_200_000 : 60_000;

const { curve, why } = await loadCurve();
const isThere = why === null;
const title = isThere ? "libsecp256k1" : `libsecp256k1 (skipped: ${why})`;
if (!isThere && process.env["TENOR_REQUIRE_ALL"] === "1") throw new Error(why);

const binding = isThere ? await importBinding() : null;

const scalar = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n, GROUP_ORDER - 1n, GROUP_ORDER - 2n, GROUP_ORDER >> 1n) },
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: GROUP_ORDER - 1n }) },
);
/** Points of known logarithm, so that sums can be made to vanish. */
const term = fc.record({ log: fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }), scalar });

/** Encodings: good points, flipped tags and bytes, wrong lengths, coordinates not below the field's prime. */
const encoding = fc.oneof(
  fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }).map((secret) => nobleBackend.commit(scalarBytes(secret))),
  fc
    .tuple(fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }), fc.nat(32), fc.nat(255))
    .map(([secret, at, byte]) => nobleBackend.commit(scalarBytes(secret)).with(at, byte)),
  fc.uint8Array({ minLength: 0, maxLength: 66 }),
  fc
    .tuple(fc.constantFrom(0, 2, 3, 4, 6, 7), fc.uint8Array({ minLength: 32, maxLength: 64 }))
    .map(([tag, rest]) => Uint8Array.from([tag, ...rest])),
  fc.constantFrom(2, 3).map((tag) => new Uint8Array(33).fill(0xff).with(0, tag)),
  fc.constantFrom(0, 2, 3, 4).map((tag) => new Uint8Array(33).with(0, tag)),
);

describe.skipIf(!isThere)(title, () => {
  const native = nativeBackend(binding!);

  test("is what loadCurve gives, and agrees with the reference", () => {
    expect(curve.name).toBe("libsecp256k1");
    expect(agreesWithReference(native)).toBe(true);
  });

  test("takes the encodings that the reference takes, and no other", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(encoding, (bytes) => {
        const mine = native.parse(bytes);
        const wanted = nobleBackend.parse(bytes);
        expect(mine === null).toBe(wanted === null);
        if (mine !== null && wanted !== null) {
          expect(toHex(native.uncompressed(mine))).toBe(toHex(nobleBackend.uncompressed(wanted)));
          expect(toHex(native.compressed(mine))).toBe(toHex(bytes));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("adds up what the reference adds up, to the identity too", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(scalar, fc.array(term, { maxLength: 4 }), fc.boolean(), (base, terms, toNothing) => {
        const encoded = terms.map(({ log }) => nobleBackend.commit(scalarBytes(log)));
        const sum = terms.reduce((total, one) => (total + one.log * one.scalar) % GROUP_ORDER, 0n);
        const from = toNothing ? (GROUP_ORDER - sum) % GROUP_ORDER : base;
        const termsOf = <P>(parse: (bytes: Uint8Array) => P | null) =>
          terms.map((one, i) => ({ point: parse(encoded[i]!)!, scalar: one.scalar }));
        const mine = native.combine(
          from,
          termsOf((bytes) => native.parse(bytes)),
        );
        const wanted = nobleBackend.combine(
          from,
          termsOf((bytes) => nobleBackend.parse(bytes)),
        );
        if (toNothing) expect(mine).toBeNull();
        expect(mine === null ? null : toHex(native.uncompressed(mine))).toBe(
          wanted === null ? null : toHex(nobleBackend.uncompressed(wanted)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  test("commits to secrets as the reference does, and refuses those that are none", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }), (secret) => {
        expect(toHex(native.commit(scalarBytes(secret)))).toBe(toHex(nobleBackend.commit(scalarBytes(secret))));
      }),
      { numRuns: RUNS },
    );
    for (const bytes of [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(31).fill(1)]) {
      expect(() => native.commit(bytes)).toThrow();
      expect(() => nobleBackend.commit(bytes)).toThrow();
    }
  });

  test.each([
    [3, 4],
    [5, 7],
    [21, 31],
  ])("(%i,%i): opens, adds and blames as the reference does", (t, n) => {
    const key = dealKey(n, t);
    const digestBytes = keccak(Uint8Array.of(n));
    const digest = toHex(digestBytes);
    const made = signByReference(
      key,
      Array.from({ length: t }, (_, i) => n - i),
      digestBytes,
    );
    const [first, second] = made.commitments;
    const bad = new Map(made.shares).set(first!.id, made.shares.get(second!.id)!);
    const off = `0x02${"ff".repeat(32)}` as const;
    const damaged = [{ ...first!, hiding: off }, ...made.commitments.slice(1)];
    for (const shares of [made.shares, bad, new Map([...made.shares].slice(1))]) {
      const results = [curve, nobleCurve].map((by) => {
        const opened = by.openAttempt(key.group, digest, made.commitments);
        return opened.ok ? opened.attempt.aggregate(shares) : opened;
      });
      expect(results[0]).toEqual(results[1]);
      if (results[0]?.ok === true) {
        const { signature } = results[0];
        expect(curve.verifyGroupSignature(key.group.groupKeyX, digest, signature)).toBe(true);
        const changed = { ...signature, z: toHex(scalarBytes(BigInt(signature.z) ^ 1n)) };
        expect(curve.verifyGroupSignature(key.group.groupKeyX, digest, changed)).toBe(false);
      }
    }
    expect(curve.openAttempt(key.group, digest, damaged)).toEqual(nobleCurve.openAttempt(key.group, digest, damaged));
  });
});

describe("loadCurve", () => {
  test("falls back on noble when the binding is not there, and says why", async () => {
    const loaded = await loadCurve(() => Promise.reject(new Error("no prebuild for this machine")));
    expect(loaded.curve).toBe(nobleCurve);
    expect(loaded.why).toMatch(/no prebuild for this machine/);
  });

  test.skipIf(!isThere)("falls back on noble when the binding computes something else", async () => {
    const broken = { ...binding!, publicKeyTweakMul: (point: Uint8Array) => point };
    const loaded = await loadCurve(() => Promise.resolve(broken));
    expect(loaded.curve).toBe(nobleCurve);
    expect(loaded.why).toMatch(/disagrees/);
  });
});
