import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, equalBytes } from "../../src/base/bytes.ts";
import { decodeRequest, encodeRequest, type Request } from "../../src/node/requests.ts";
import { hexArbitrary } from "../protocol/arbitrary.ts";
import { hexOf } from "../support/protocol.ts";

const requests: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ kind: fc.constant("message"), hash: hexArbitrary(32) }),
  fc.record({ kind: fc.constant("report"), round: fc.maxSafeNat(), digest: hexArbitrary(32) }),
);

describe("a request", () => {
  test("comes back from its bytes as it was", () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeRequest(encodeRequest(request))).toEqual(request);
      }),
    );
  });

  test("of any other bytes is none, and none has two encodings", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 3 }), (bytes, kind) => {
        const typed = concatBytes(Uint8Array.of(kind), bytes);
        const request = decodeRequest(typed);
        if (request !== null) expect(equalBytes(encodeRequest(request), typed)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["an unknown kind", Uint8Array.of(3, ...new Uint8Array(32))],
    ["a hash cut short", encodeRequest({ kind: "message", hash: hexOf("h") }).subarray(0, 32)],
    ["a byte too many", concatBytes(encodeRequest({ kind: "message", hash: hexOf("h") }), Uint8Array.of(0))],
    ["a round above 2^53", Uint8Array.of(2, ...new Uint8Array(8).fill(255), ...new Uint8Array(32))],
  ])("of %s is none", (_name, bytes) => {
    expect(decodeRequest(bytes)).toBeNull();
  });
});
