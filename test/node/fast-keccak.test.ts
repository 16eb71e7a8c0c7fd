/** The faster hash against the reference: the same of every length, or it is not used. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { keccak, keccakHex, useKeccak } from "../../src/base/keccak.ts";
import { hashFaster } from "../../src/node/fast-keccak.ts";

const EMPTY = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

afterEach(() => useKeccak(null));

describe("keccak256 by WebAssembly", () => {
  test("says what the reference says, of every length around a block and of long texts", async () => {
    expect(await hashFaster()).toBeNull();
    for (let length = 0; length <= 420; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + length) & 255);
      expect(toHex(keccak(bytes))).toBe(toHex(keccak_256(bytes)));
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 70_000, size: "max" }), (bytes) => {
        expect(toHex(keccak(bytes))).toBe(toHex(keccak_256(bytes)));
      }),
    );
  });

  test("gives bytes of their own: the next hash does not change them", async () => {
    await hashFaster();
    const first = keccak(new Uint8Array(3));
    const said = toHex(first);
    keccak(new Uint8Array(4));
    expect(toHex(first)).toBe(said);
  });

  test("is not used where the package is not there, breaks, or is another function", async () => {
    expect(await hashFaster(() => Promise.reject(new Error("no such package")))).toBe("no such package");
    expect(keccakHex(new Uint8Array())).toBe(EMPTY);
    const wrong = { init: () => 0, update: () => 0, digest: () => new Uint8Array(32) };
    expect(await hashFaster(() => Promise.resolve(wrong))).toMatch(/a keccak256 that is none/);
    expect(keccakHex(new Uint8Array())).toBe(EMPTY);
  });
});
