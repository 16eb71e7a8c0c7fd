import { InvalidMessageLengthError, LengthPrefixedDecoder } from "@libp2p/utils";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { endDecodingQuietly } from "../../src/network/quiet-decoders.ts";

/** What a decoder's length function saw: bytes at hand, or that there were none. */
type Look = number;

beforeAll(() => {
  endDecodingQuietly();
  endDecodingQuietly();
});

const framed = (message: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(message.length >> 8, message.length & 255), message);

/** Lengths of two bytes, as Noise has them. */
function noiseDecoder(looks: Look[], maxDataLength?: number): LengthPrefixedDecoder {
  return new LengthPrefixedDecoder({
    lengthDecoder: (data) => {
      looks.push(data.byteLength);
      if (data.byteLength < 2) throw new RangeError("too short");
      const bytes = data.subarray();
      return (bytes[0]! << 8) + bytes[1]!;
    },
    encodingLength: () => 2,
    ...(maxDataLength === undefined ? {} : { maxDataLength }),
  });
}

test("however messages are cut, they come out whole and in order, and nobody asks an empty buffer for a length", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 900 })),
      (messages, sizes) => {
        const looks: Look[] = [];
        const decoder = noiseDecoder(looks);
        const bytes = concatBytes(...messages.map(framed));
        const read: Uint8Array[] = [];
        for (let from = 0; from < bytes.length; ) {
          const to = Math.min(bytes.length, from + sizes.next().value!);
          for (const message of decoder.decode(bytes.subarray(from, to))) read.push(message.slice());
          from = to;
        }
        expect(read.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
        expect(Math.min(...looks)).toBeGreaterThan(0);
      },
    ),
    { numRuns: 200 },
  );
});

test("varints, a message of no bytes, one that is too long and a buffer that is too full are read as the library reads them", () => {
  const varints = new LengthPrefixedDecoder();
  const long = new Uint8Array(300).fill(7);
  const read = [...varints.decode(concatBytes(Uint8Array.of(0, 2, 1, 1, 172)))].map((message) => message.byteLength);
  expect(read).toEqual([2]);
  expect([...varints.decode(concatBytes(Uint8Array.of(2), long))].map((message) => message.byteLength)).toEqual([300]);
  const tooLong = (): unknown => [...noiseDecoder([], 9).decode(framed(long))];
  expect(tooLong).toThrow(InvalidMessageLengthError);
  const small = new LengthPrefixedDecoder({ maxBufferSize: 10 });
  expect(() => [...small.decode(long)]).toThrow(/limit exceeded/);
});
