import { describe, expect, test } from "vitest";
import { asciiBytes, toHex } from "../../src/base/bytes.ts";
import { keccak, keccakHex } from "../../src/report/hash.ts";
import { statusCode, statusFromCode } from "../../src/report/report.ts";

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

describe("feed status", () => {
  test("codes and names are each other's inverse, and other codes have no name", () => {
    for (const name of ["none", "ok", "missing", "disputed"] as const)
      expect(statusFromCode(statusCode(name))).toBe(name);
    expect([4, 255, -1].map(statusFromCode)).toEqual([undefined, undefined, undefined]);
  });
});
