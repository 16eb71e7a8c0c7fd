/** Where a bad point or scalar ends: no decoder does arithmetic, so it is the attempt that names who sent it. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Hex, toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import { loadCurve } from "../../src/keystore/native-curve.ts";
import { decodeMessage, encodeMessage } from "../../src/protocol/encoding.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { GROUP_ORDER, parsePointHex, Point } from "../../src/threshold/curve.ts";
import { aggregateShares, nobleCurve } from "../../src/threshold/signing-curve.ts";
import { configOf, FIRST, hexOf, observeOf, proposeOf, shareOf } from "../support/protocol.ts";
import { dealKey, type DealtKey, signByReference, type Signed } from "../threshold/dealt.ts";

const config = configOf();
const DIGEST = hexOf("digest");
const good = Point.BASE.multiply(7n).toBytes(true);
const SIGNERS = [1, 2, 4];

const point = (prefix: number, x: Uint8Array | bigint): Hex => {
  const hex = typeof x === "bigint" ? x.toString(16).padStart(64, "0") : toHex(x).slice(2);
  return `0x${prefix.toString(16).padStart(2, "0")}${hex}`;
};

const FIELD = 2n ** 256n - 2n ** 32n - 977n;
const BAD_POINTS: readonly (readonly [string, Hex])[] = [
  ["the identity as zeros", point(0, 0n)],
  ["zero under a sign", point(2, 0n)],
  ["hybrid, even", point(6, good.slice(1))],
  ["hybrid, odd", point(7, good.slice(1))],
  ["an uncompressed prefix", point(4, good.slice(1))],
  ["a coordinate equal to the field", point(2, FIELD)],
  ["a coordinate above the field", point(3, FIELD + 1n)],
  ["ones only", point(255, 2n ** 256n - 1n)],
  ["x = 5, which is on the twist", point(2, 5n)],
];

/** The reference alone where the native curve is not installed. */
const curves = [nobleCurve, (await loadCurve()).curve];

let key: DealtKey;
let signed: Signed;

beforeAll(() => {
  key = dealKey(4, 3);
  signed = signByReference(key, SIGNERS, Uint8Array.from(Buffer.from(DIGEST.slice(2), "hex")));
});

describe("a commitment that is no point", () => {
  test.each(BAD_POINTS)(
    "%s: travels in an OBSERVE like any 33 bytes and is none for the attempt, which names its member",
    (_, bad) => {
      const observe = observeOf(config, 2, FIRST);
      const [first, second] = observe.commitments;
      const message: Message = { ...observe, commitments: [{ ...first, binding: bad }, second] };
      expect(decodeMessage(encodeMessage(config.cfg, message))).toEqual(message);
      expect(parsePointHex(bad)).toBeNull();
      for (const which of ["hiding", "binding"] as const) {
        const list = signed.commitments.map((one) => (one.id === 2 ? { ...one, [which]: bad } : one));
        for (const curve of curves) {
          const refusal = { ok: false, why: "bad-commitment", culprits: [2] };
          expect(curve.openAttempt(key.group, DIGEST, list), curve.name).toMatchObject(refusal);
        }
      }
    },
  );

  test("is never anything else than a refusal, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 33, maxLength: 33 }), (bytes) => {
        const list = signed.commitments.map((one) => (one.id === 2 ? { ...one, hiding: toHex(bytes) } : one));
        for (const curve of curves) {
          const opened = curve.openAttempt(key.group, DIGEST, list);
          expect(opened.ok, curve.name).toBe(parsePointHex(toHex(bytes)) !== null);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a share that is no scalar", () => {
  const proposal = proposeOf(
    2,
    [1, 2, 3].map((id) => observeOf(config, id, FIRST)),
  );

  test.each([
    ["the order itself", GROUP_ORDER],
    ["the order and one", GROUP_ORDER + 1n],
    ["ones only", 2n ** 256n - 1n],
    ["zero", 0n],
  ])("%s: travels like any 32 bytes, and its sender alone is named", (_, value) => {
    const z: Hex = `0x${value.toString(16).padStart(64, "0")}`;
    const share: Message = { ...shareOf(2, proposal, DIGEST), z };
    expect(decodeMessage(encodeMessage(config.cfg, share))).toEqual(share);
    const shares = new Map([...signed.shares, [2, z] as const]);
    for (const curve of curves) {
      const result = aggregateShares(curve, key.group, DIGEST, signed.commitments, shares);
      expect(result, curve.name).toMatchObject({ ok: false, culprits: [2] });
    }
  });
});

describe("a decoder of messages", () => {
  test("throws nothing but its refusal, whatever follows a right header", () => {
    const header = encodeMessage(config.cfg, observeOf(config, 2, FIRST)).slice(0, 42);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.uint8Array({ maxLength: 400 }), (type, body) => {
        const bytes = Uint8Array.from([...header, ...body]);
        bytes[0] = type;
        try {
          decodeMessage(bytes);
        } catch (error) {
          if (!(error instanceof OracleError)) throw error;
        }
      }),
    );
  });
});
