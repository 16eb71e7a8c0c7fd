import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asciiBytes,
  ByteReader,
  ByteWriter,
  concatBytes,
  equalBytes,
  fromHex,
  type Hex,
  toHex,
} from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OracleError) return error.code;
    throw error;
  }
  return "no error";
}

describe("hex", () => {
  test("bytes survive hex and back, and Node's own encoder agrees", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(toHex(bytes)).toBe(`0x${Buffer.from(bytes).toString("hex")}`);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test("a long text is made of pieces, and nothing is lost between them", () => {
    for (const length of [511, 512, 513, 1_024, 1_500]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (7 * i) & 255);
      expect(toHex(bytes)).toBe(`0x${Buffer.from(bytes).toString("hex")}`);
    }
  });

  test("capital digits are read, small ones are written", () => {
    expect(toHex(fromHex("0xDEADbeef"))).toBe("0xdeadbeef");
  });

  test.each(["", "0x1", "12", "0xzz", "0x12 ", " 0x12", "0x12\n", "0X12"])("%j is refused", (text) => {
    expect(codeOf(() => fromHex(text))).toBe("bad-hex");
  });
});

describe("byte strings", () => {
  test("equal means same length and same bytes", () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(equalBytes(Uint8Array.of(), Uint8Array.of())).toBe(true);
  });

  test("concatenation keeps the order, and ASCII is one byte a character", () => {
    expect(concatBytes(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(asciiBytes("T/1")).toEqual(Uint8Array.of(0x54, 0x2f, 0x31));
    expect(codeOf(() => asciiBytes("é"))).toBe("not-ascii");
  });
});

describe("fields", () => {
  test("a writer holds whatever is written, however long", () => {
    const writer = new ByteWriter();
    const parts: Uint8Array[] = [];
    for (let i = 0; i < 300; i++) {
      const part = Uint8Array.from({ length: i % 70 }, () => i & 255);
      parts.push(part, Uint8Array.of(i >> 8, i & 255));
      writer.raw(part).uint(i, 2);
    }
    expect(writer.done()).toEqual(concatBytes(...parts));
  });

  test("digits are written as bytes, and what is no digits or not as many is refused", () => {
    expect(new ByteWriter().uint(9, 1).hex("0xDEadbeef", 4).done()).toEqual(Uint8Array.of(9, 0xde, 0xad, 0xbe, 0xef));
    expect(codeOf(() => new ByteWriter().hex("0x12zz", 2))).toBe("bad-hex");
    expect(codeOf(() => new ByteWriter().hex("1234" as Hex, 1))).toBe("bad-hex");
    expect(codeOf(() => new ByteWriter().hex("0x123", 2))).toBe("bad-hex");
    expect(codeOf(() => new ByteWriter().hex("0x1234", 3))).toBe("field-length");
  });

  test("are big-endian at their width", () => {
    expect(new ByteWriter().uint(0x0102, 4).done()).toEqual(Uint8Array.of(0, 0, 1, 2));
    expect(new ByteWriter().bigInt(-2n, 2, true).done()).toEqual(Uint8Array.of(0xff, 0xfe));
    expect(new ByteWriter().bigInt(0x0102n, 3, false).done()).toEqual(Uint8Array.of(0, 1, 2));
  });

  test("whatever fits is read back", () => {
    const field = fc.record({ width: fc.integer({ min: 1, max: 8 }), raw: fc.maxSafeNat() });
    const big = fc.record({
      width: fc.integer({ min: 1, max: 32 }),
      bits: fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
    });
    fc.assert(
      fc.property(field, big, fc.uint8Array({ maxLength: 20 }), ({ width, raw }, { width: bigWidth, bits }, tail) => {
        const limit = Math.min(Number.MAX_SAFE_INTEGER, Number((1n << BigInt(8 * width)) - 1n));
        const value = raw > limit ? raw % limit : raw;
        const unsigned = BigInt.asUintN(8 * bigWidth, bits);
        const signed = BigInt.asIntN(8 * bigWidth, bits);
        const bytes = new ByteWriter()
          .uint(value, width)
          .bigInt(unsigned, bigWidth, false)
          .bigInt(signed, bigWidth, true)
          .raw(tail)
          .done();
        const reader = new ByteReader(bytes);
        expect(reader.uint(width)).toBe(value);
        expect(reader.bigInt(bigWidth, false)).toBe(unsigned);
        expect(reader.bigInt(bigWidth, true)).toBe(signed);
        expect(reader.raw(tail.length)).toEqual(tail);
        reader.end();
      }),
    );
  });

  test.each([
    ["256 in one byte", () => new ByteWriter().uint(256, 1)],
    ["a negative count", () => new ByteWriter().uint(-1, 4)],
    ["a fraction", () => new ByteWriter().uint(1.5, 4)],
    ["NaN", () => new ByteWriter().uint(Number.NaN, 4)],
    ["2^53 in eight bytes", () => new ByteWriter().uint(9_007_199_254_740_992, 8)],
    ["128 as a signed byte", () => new ByteWriter().bigInt(128n, 1, true)],
    ["−129 as a signed byte", () => new ByteWriter().bigInt(-129n, 1, true)],
    ["−1 unsigned", () => new ByteWriter().bigInt(-1n, 16, false)],
    ["2^128 unsigned in 16 bytes", () => new ByteWriter().bigInt(1n << 128n, 16, false)],
  ])("%s is out of range", (_name, write) => {
    expect(codeOf(write)).toBe("field-range");
  });

  test("the edges of a range are in it", () => {
    expect(new ByteWriter().uint(255, 1).done()).toEqual(Uint8Array.of(255));
    expect(new ByteWriter().bigInt(127n, 1, true).bigInt(-128n, 1, true).done()).toEqual(Uint8Array.of(0x7f, 0x80));
    const edge = new ByteWriter().bigInt(-(1n << 127n), 16, true).done();
    expect(new ByteReader(edge).bigInt(16, true)).toBe(-(1n << 127n));
  });

  test("a fixed field of another length is refused when writing", () => {
    expect(codeOf(() => new ByteWriter().raw(Uint8Array.of(1), 2))).toBe("field-length");
    expect(codeOf(() => new ByteWriter().hex("0x0102", 1))).toBe("field-length");
  });
});

describe("reading", () => {
  test("every missing byte is noticed, and nothing is consumed by a failed read", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(codeOf(() => reader.raw(4))).toBe("truncated");
    expect(reader.remaining()).toBe(3);
    expect(reader.uint(3)).toBe(0x010203);
    expect(codeOf(() => reader.uint(1))).toBe("truncated");
  });

  test("leftover bytes are refused", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2));
    expect(codeOf(() => reader.end())).toBe("trailing-bytes");
    reader.raw(2);
    expect(codeOf(() => reader.end())).toBe("no error");
  });

  test("an integer above 2^53 is refused, not rounded", () => {
    expect(new ByteReader(fromHex("0x001fffffffffffff")).uint(8)).toBe(Number.MAX_SAFE_INTEGER);
    expect(codeOf(() => new ByteReader(fromHex("0x0020000000000000")).uint(8))).toBe("field-range");
    expect(codeOf(() => new ByteReader(fromHex("0xffffffffffffffff")).uint(8))).toBe("field-range");
  });

  test("what was read is a copy: the buffer may change afterwards", () => {
    const buffer = Uint8Array.of(1, 2);
    const read = new ByteReader(buffer).raw(2);
    buffer.fill(9);
    expect(read).toEqual(Uint8Array.of(1, 2));
  });
});
