import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import type { CeremonyMessage } from "../../src/threshold/ceremony-messages.ts";
import {
  ceremonyMessageBytesMax,
  decodeMessage,
  encodePayload,
  SIGNATURE_BYTES,
} from "../../src/threshold/ceremony-messages.ts";

const shape: { readonly ceremonyId: Hex; readonly n: number; readonly t: number } = {
  ceremonyId: `0x${"ce".repeat(32)}`,
  n: 4,
  t: 3,
};
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hash = bytesOf(32).map(toHex);
const sender = fc.integer({ min: 1, max: 4 });

const message: fc.Arbitrary<CeremonyMessage> = sender.chain((from) => {
  const others = [1, 2, 3, 4].filter((id) => id !== from);
  const said = fc.constant(from);
  return fc.oneof(
    fc.record({ kind: fc.constant("key" as const), sender: said, key: bytesOf(33), proof: bytesOf(65) }),
    fc.record({
      kind: fc.constant("commit" as const),
      sender: said,
      points: fc.array(bytesOf(33), { minLength: 3, maxLength: 3 }),
      proof: bytesOf(65),
    }),
    fc.record({
      kind: fc.constant("deal" as const),
      sender: said,
      roundOneHash: hash,
      commitHash: hash,
      sealed: fc
        .tuple(bytesOf(32), bytesOf(32), bytesOf(32))
        .map((list) => new Map(others.map((id, i) => [id, list[i]!]))),
    }),
    fc.record({
      kind: fc.constant("complaint" as const),
      sender: said,
      dealer: fc.constantFrom(...others),
      dealHash: hash,
      shared: bytesOf(33),
      proof: bytesOf(64),
    }),
    fc.record({ kind: fc.constant("certificate" as const), sender: said, transcriptHash: hash }),
    fc.record({
      kind: fc.constant("have" as const),
      sender: said,
      receiver: fc.constantFrom(...others),
      knowsYouAreDone: fc.boolean(),
      knowsYouKnow: fc.boolean(),
      held: fc.array(bytesOf(16).map(toHex), { minLength: 16, maxLength: 16 }),
    }),
  );
});

function withSignature(payload: Uint8Array): Uint8Array {
  return Uint8Array.from([...payload, ...new Uint8Array(SIGNATURE_BYTES)]);
}

describe("the ceremony's codec", () => {
  test("reads back what it wrote, within the announced size", () => {
    fc.assert(
      fc.property(message, (said) => {
        const bytes = withSignature(encodePayload(shape, said));
        expect(bytes.length).toBeLessThanOrEqual(ceremonyMessageBytesMax(4, 3));
        const decoded = decodeMessage(shape, bytes);
        if (!decoded.ok) throw new Error(decoded.why);
        expect(decoded.message).toEqual(said);
      }),
    );
  });

  test("has one encoding for one statement: whatever decodes encodes to the same bytes", () => {
    const mutated = fc.tuple(message, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([said, at, mask]) => {
      const bytes = withSignature(encodePayload(shape, said));
      bytes[at % (bytes.length - SIGNATURE_BYTES)]! ^= mask;
      return bytes;
    });
    fc.assert(
      fc.property(mutated, (bytes) => {
        const decoded = decodeMessage(shape, bytes);
        if (decoded.ok) expect(withSignature(encodePayload(shape, decoded.message))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test("refuses any other bytes, one more and one less included, without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), message, (noise, said) => {
        expect(decodeMessage(shape, noise).ok).toBe(false);
        const bytes = withSignature(encodePayload(shape, said));
        expect(decodeMessage(shape, bytes.subarray(1)).ok).toBe(false);
        expect(decodeMessage(shape, bytes.subarray(0, -1))).toEqual({ ok: false, why: "malformed" });
        expect(decodeMessage(shape, Uint8Array.from([...bytes, 0]))).toEqual({ ok: false, why: "malformed" });
        expect(decodeMessage({ ...shape, ceremonyId: `0x${"00".repeat(32)}` }, bytes)).toEqual({
          ok: false,
          why: "other-ceremony",
        });
      }),
    );
  });
});
