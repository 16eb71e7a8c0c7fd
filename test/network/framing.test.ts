import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { encodeFrame, FrameReader, VarintFrameCounter } from "../../src/network/framing.ts";

/** Cuts bytes at the given positions, as a network would. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (let i = 0; offset < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return chunks;
}

const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
const chunkSizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 });

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...out, rest];
}

describe("FrameReader", () => {
  test("gives back every message in order, wherever the stream is cut", () => {
    fc.assert(
      fc.property(messages, chunkSizes, (sent, sizes) => {
        const reader = new FrameReader(300);
        const stream = concatBytes(...sent.map(encodeFrame));
        const received = cut(stream, sizes).flatMap((chunk) => [...reader.push(chunk).frames]);
        expect(received).toEqual(sent);
      }),
    );
  });

  test("takes a message of exactly the cap and refuses one byte more on its prefix alone", () => {
    expect(new FrameReader(5).push(encodeFrame(new Uint8Array(5)))).toEqual({
      frames: [new Uint8Array(5)],
      fault: null,
    });
    expect(new FrameReader(5).push(Uint8Array.of(0, 0, 0, 6))).toEqual({ frames: [], fault: "oversized" });
  });

  test("allocates nothing for a length it refuses", () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) new FrameReader(1024).push(Uint8Array.of(0x7f, 0xff, 0xff, 0xff));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  test("stays dead after a fault, but hands out what came before it", () => {
    const reader = new FrameReader(10);
    const good = Uint8Array.of(1, 2);
    const first = reader.push(concatBytes(encodeFrame(good), new Uint8Array(4), encodeFrame(good)));
    expect(first).toEqual({ frames: [good], fault: "malformed" });
    expect(reader.push(encodeFrame(good))).toEqual({ frames: [], fault: "malformed" });
  });

  test("its messages do not share memory with the chunk they came in", () => {
    const chunk = encodeFrame(Uint8Array.of(7, 7));
    const { frames } = new FrameReader(10).push(chunk);
    chunk.fill(0);
    expect(frames).toEqual([Uint8Array.of(7, 7)]);
  });
});

describe("VarintFrameCounter", () => {
  test("counts as many frames as were written, wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 }), chunkSizes, (lengths, sizes) => {
        const counter = new VarintFrameCounter(400);
        const stream = concatBytes(
          ...lengths.map((n) => Uint8Array.from([...varint(n), ...new Uint8Array(n).fill(255)])),
        );
        const results = cut(stream, sizes).map((chunk) => counter.push(chunk));
        expect(results.every(({ fault }) => fault === null)).toBe(true);
        expect(results.reduce((sum, { begun }) => sum + begun, 0)).toBe(lengths.length);
      }),
    );
  });

  test("refuses a length above the cap, and a prefix that never ends", () => {
    expect(new VarintFrameCounter(127).push(Uint8Array.from(varint(127)))).toEqual({ begun: 1, fault: null });
    expect(new VarintFrameCounter(127).push(Uint8Array.from(varint(128))).fault).toBe("oversized");
    expect(new VarintFrameCounter(127).push(new Uint8Array(20).fill(0x80)).fault).toBe("oversized");
  });
});

describe("room for a message", () => {
  test("is never more than twice of what has come of it, whatever its prefix promises", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), chunkSizes, (length, sizes) => {
        const reader = new FrameReader(100_000);
        reader.push(encodeFrame(new Uint8Array(length)).subarray(0, 4));
        let arrived = 0;
        for (const size of sizes) {
          if (arrived + size >= length) return;
          reader.push(new Uint8Array(size));
          arrived += size;
          expect(reader.heldBytes).toBeLessThanOrEqual(2 * arrived);
        }
      }),
    );
  });

  test("is none after its end", () => {
    const reader = new FrameReader(1_000);
    for (const byte of encodeFrame(new Uint8Array(700))) reader.push(Uint8Array.of(byte));
    expect(reader.heldBytes).toBe(0);
  });
});
