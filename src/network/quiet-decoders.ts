/**
 * libp2p's reader of length-prefixed messages asks for the next length until an exception says that there is no more: one
 * for every packet of every connection, with a stack that nobody reads, 7 µs. Here an empty buffer ends the reading.
 */
import { LengthPrefixedDecoder } from "@libp2p/utils";

type Parts = {
  lengthDecoder(this: void, data: { readonly byteLength: number }): number;
  readonly encodingLength: (length: number) => number;
  readonly maxDataLength: number;
};

// oxlint-disable-next-line typescript/unbound-method -- it is called with its decoder below
const decode = LengthPrefixedDecoder.prototype.decode;
const quiet = new WeakSet<LengthPrefixedDecoder>();
let isQuiet = false;

function partsOf(decoder: LengthPrefixedDecoder): Parts | null {
  const { lengthDecoder, encodingLength, maxDataLength } = decoder as unknown as Partial<Parts>;
  const isKnown = typeof lengthDecoder === "function" && typeof encodingLength === "function";
  return isKnown && typeof maxDataLength === "number" ? (decoder as unknown as Parts) : null;
}

/** For all connections of this process, once. A decoder of another shape reads as its library has it. */
export function endDecodingQuietly(): void {
  if (isQuiet) return;
  isQuiet = true;
  LengthPrefixedDecoder.prototype.decode = function (this: LengthPrefixedDecoder, data) {
    const parts = quiet.has(this) ? null : partsOf(this);
    quiet.add(this);
    if (parts !== null) {
      const { lengthDecoder, maxDataLength } = parts;
      // The longest message there may be has not arrived where nothing has.
      parts.lengthDecoder = (buffer) => (buffer.byteLength === 0 ? maxDataLength : lengthDecoder(buffer));
    }
    return decode.call(this, data);
  };
}
