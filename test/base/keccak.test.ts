import { keccak_256, sha3_256 } from "@noble/hashes/sha3.js";
import { afterEach, describe, expect, test } from "vitest";
import { asciiBytes, toHex } from "../../src/base/bytes.ts";
import { keccak, keccakHex, useKeccak } from "../../src/base/keccak.ts";

describe("keccak", () => {
  test.each([
    // The EVM's hash of nothing, and two well-known selectors: keccak, not SHA3-256.
    ["", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
    ["transfer(address,uint256)", "0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"],
  ])("of %j is the EVM's", (text, expected) => {
    expect(keccakHex(asciiBytes(text))).toBe(expected);
    expect(toHex(keccak(asciiBytes(text)))).toBe(expected);
  });
});

describe("something faster", () => {
  afterEach(() => useKeccak(null));

  test("takes the reference's place when it says the same", () => {
    let asked = 0;
    useKeccak((bytes) => {
      asked++;
      return keccak_256(bytes);
    });
    const before = asked;
    expect(keccakHex(asciiBytes(""))).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect(asked).toBe(before + 1);
  });

  test.each([
    ["another hash", () => new Uint8Array(32)],
    ["SHA3", (bytes: Uint8Array) => sha3_256(bytes)],
    // A block whose last byte is full takes a padding of its own.
    ["wrong at 135 bytes", (bytes: Uint8Array) => keccak_256(bytes.length === 135 ? new Uint8Array(135) : bytes)],
    ["cut after a page", (bytes: Uint8Array) => keccak_256(bytes.subarray(0, 16_384))],
  ])("%s is refused, and nothing has changed", (_, wrong) => {
    expect(() => useKeccak(wrong)).toThrow(/a keccak256 that is none/);
    expect(keccakHex(asciiBytes(""))).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });
});
