import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { YamuxCounter, type YamuxTally } from "../../src/network/yamux-count.ts";

const WINDOW = 1_000;

function frame(type: number, flags: number, length: number, body = type === 0 ? length : 0): Uint8Array {
  const out = new Uint8Array(12 + body);
  const view = new DataView(out.buffer);
  view.setUint8(1, type);
  view.setUint16(2, flags);
  view.setUint32(4, 7);
  view.setUint32(8, length);
  return out;
}

function sum(tallies: readonly YamuxTally[]): { frames: number; opened: number } {
  return {
    frames: tallies.reduce((total, { frames }) => total + frames, 0),
    opened: tallies.reduce((total, { opened }) => total + opened, 0),
  };
}

describe("frames of the multiplexer", () => {
  test("are counted with the streams they open, wherever the bytes are cut", () => {
    const one = fc.record({
      type: fc.constantFrom(0, 1, 2, 3),
      isOpening: fc.boolean(),
      length: fc.integer({ min: 0, max: WINDOW }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (frames, size) => {
        const counter = new YamuxCounter(WINDOW);
        const bytes = concatBytes(
          ...frames.map(({ type, isOpening, length }) => frame(type, isOpening ? 1 : 0, length)),
        );
        const tallies: YamuxTally[] = [];
        for (let at = 0; at < bytes.length; at += size) tallies.push(counter.push(bytes.subarray(at, at + size)));
        expect(tallies.every(({ fault }) => fault === null)).toBe(true);
        // A ping's SYN asks for an answer and opens nothing.
        const opened = frames.filter(({ type, isOpening }) => isOpening && type < 2).length;
        expect(sum(tallies)).toEqual({ frames: frames.length, opened });
      }),
    );
  });

  test("of data above a stream's window are a fault on their header alone, and a window's growth is none", () => {
    expect(new YamuxCounter(WINDOW).push(frame(0, 0, WINDOW + 1, 0)).fault).toBe("oversized");
    expect(new YamuxCounter(WINDOW).push(frame(0, 0, 0xffff_ffff, 0)).fault).toBe("oversized");
    expect(new YamuxCounter(WINDOW).push(frame(1, 0, 0xffff_ffff)).fault).toBeNull();
  });

  test("may be any bytes: nothing throws", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        const counter = new YamuxCounter(WINDOW);
        for (const chunk of chunks) if (counter.push(chunk).fault !== null) return;
      }),
    );
  });
});
