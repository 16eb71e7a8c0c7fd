/** The TypeScript half of the treaty over test/vectors/expiry.json; contracts/test/libraries/ExpiryStatement.t.sol is the other. */
import { readFileSync } from "node:fs";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Hex, fromHex, toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import { type ExpiryStatement, encodeStatements, expiryStatementDigest } from "../../src/report/expiry-statement.ts";
import { keccak, keccakHex } from "../../src/base/keccak.ts";

const hex = z.templateLiteral(["0x", z.string().regex(/^(?:[0-9a-f]{2})*$/)]);
const bigint = z.string().transform((text) => BigInt(text));
const vectorFile = z.strictObject({
  generator: z.literal("scripts/vectors-expiry.mjs"),
  count: z.int(),
  vectors: z.array(
    z.strictObject({
      name: z.string(),
      networkId: hex,
      feedId: hex,
      expirySec: z.int(),
      statements: z.array(
        z.strictObject({
          value: bigint,
          signer: hex,
          r: hex,
          s: hex,
          yParity: z.union([z.literal(0), z.literal(1)]),
          digest: hex,
        }),
      ),
      encoded: hex,
    }),
  ),
});
const url = new URL("../vectors/expiry.json", import.meta.url);
const { vectors, count } = vectorFile.parse(JSON.parse(readFileSync(url, "utf8")));

const NETWORK: Hex = `0x${"11".repeat(32)}`;
const FEED: Hex = `0x${"22".repeat(32)}`;

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof OracleError ? error.code : error;
  }
}

const wordOf = (n: bigint): Hex => `0x${n.toString(16).padStart(64, "0")}`;

const statement = (signer: Hex, other: Partial<ExpiryStatement> = {}): ExpiryStatement => ({
  value: 0x0102n,
  signer,
  r: wordOf(0x0304n),
  s: wordOf(0x0506n),
  yParity: 0,
  ...other,
});

describe("the expiry vectors", () => {
  test("are as many as they say, of one to five statements, with both parities", () => {
    expect(vectors.length).toBe(count);
    expect(new Set(vectors.map((v) => v.statements.length))).toEqual(new Set([1, 2, 3, 5]));
    expect(new Set(vectors.flatMap((v) => v.statements.map((s) => s.yParity)))).toEqual(new Set([0, 1]));
  });

  test.each(vectors)("$name: digests and statements are the same bytes", (v) => {
    for (const { value, digest } of v.statements) {
      expect(expiryStatementDigest(v.networkId, v.feedId, v.expirySec * 1000, value)).toBe(digest);
    }
    expect(encodeStatements(v.statements.toReversed())).toBe(v.encoded);
  });

  test.each(vectors)("$name: each signature is its signer's", (v) => {
    for (const { r, s, yParity, digest, signer } of v.statements) {
      const point = new secp256k1.Signature(BigInt(r), BigInt(s), yParity).recoverPublicKey(fromHex(digest));
      expect(toHex(keccak(point.toBytes(false).slice(1)).slice(12))).toBe(signer);
    }
  });
});

describe("a statement's digest", () => {
  test("is the hash of the bytes that its layout names", () => {
    const named = `0x${Buffer.from("TENOR/EXPIRY/1").toString("hex")}${"11".repeat(32)}${"22".repeat(32)}0000000069562d80`;
    const signed = `${keccakHex(fromHex(named))}${"3e8".padStart(32, "0")}`;
    expect(expiryStatementDigest(NETWORK, FEED, 0x69562d80 * 1000, 1000n)).toBe(keccakHex(fromHex(signed)));
  });

  test("differs with every field", () => {
    const digests = [
      expiryStatementDigest(NETWORK, FEED, 1000, 1n),
      expiryStatementDigest(FEED, FEED, 1000, 1n),
      expiryStatementDigest(NETWORK, NETWORK, 1000, 1n),
      expiryStatementDigest(NETWORK, FEED, 2000, 1n),
      expiryStatementDigest(NETWORK, FEED, 1000, 2n),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("needs a whole second and a value that fits", () => {
    expect(codeOf(() => expiryStatementDigest(NETWORK, FEED, 1500, 1n))).toBe("field-range");
    expect(codeOf(() => expiryStatementDigest(NETWORK, FEED, 1000, -1n))).toBe("field-range");
    expect(codeOf(() => expiryStatementDigest(NETWORK, FEED, 1000, 2n ** 128n))).toBe("field-range");
  });
});

describe("encoded statements", () => {
  test("are 80 bytes each, with the parity on top of s", () => {
    const word = (end: string): string => end.padStart(64, "0");
    expect(encodeStatements([statement("0x01", { yParity: 1 })])).toBe(
      `0x${"0102".padStart(32, "0")}${word("0304")}${`8${word("0506").slice(1)}`}`,
    );
    expect(encodeStatements([])).toBe("0x");
  });

  test("ascend by signer whatever order they come in, and letters' case means nothing", () => {
    const signers = fc.uniqueArray(fc.bigInt(1n, 2n ** 160n - 1n), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(signers, fc.boolean(), (numbers, upper) => {
        const given = numbers.map((n) => {
          const digits = n.toString(16).padStart(40, "0");
          return statement(`0x${upper ? digits.toUpperCase() : digits}`, { r: wordOf(n) });
        });
        const ascending = numbers.toSorted((a, b) => (a < b ? -1 : 1));
        expect(encodeStatements(given)).toBe(
          encodeStatements(ascending.map((n) => statement(toHex20(n), { r: wordOf(n) }))),
        );
      }),
    );
  });

  test("of one signer twice, and the malleable twin, are refused", () => {
    expect(codeOf(() => encodeStatements([statement("0x0a"), statement("0x0A", { value: 5n })]))).toBe(
      "duplicate-signer",
    );
    const sMax = (secp256k1.Point.Fn.ORDER - 1n) / 2n;
    expect(codeOf(() => encodeStatements([statement("0x01", { s: wordOf(sMax) })]))).toBe(null);
    expect(codeOf(() => encodeStatements([statement("0x01", { s: wordOf(sMax + 1n) })]))).toBe("high-s");
  });
});

function toHex20(n: bigint): Hex {
  return `0x${n.toString(16).padStart(40, "0")}`;
}
