/**
 * libp2p's reader of length-prefixed messages asks for the next length until an exception says that there is no more: one
 * for every packet of every connection, with a stack that nobody reads, 7 µs. Here an empty buffer ends the reading.
 */
import { LengthPrefixedDecoder } from "@libp2p/utils";

// oxlint-disable-next-line typescript/unbound-method -- it is called with its decoder below
const decode = LengthPrefixedDecoder.prototype.decode;
const quiet = new WeakSet<LengthPrefixedDecoder>();
let isQuiet = false;

function isEmpty(buffer: unknown): boolean {
  return typeof buffer === "object" && buffer !== null && Reflect.get(buffer, "byteLength") === 0;
}

/** A decoder of another shape reads as its library has it. */
function makeQuiet(decoder: LengthPrefixedDecoder): void {
  const lengthDecoder: unknown = Reflect.get(decoder, "lengthDecoder");
  const longest: unknown = Reflect.get(decoder, "maxDataLength");
  if (typeof lengthDecoder !== "function" || typeof longest !== "number") return;
  // The longest message there may be has not arrived where nothing has.
  const quietly = (buffer: unknown): unknown =>
    isEmpty(buffer) ? longest : Reflect.apply(lengthDecoder, undefined, [buffer]);
  Reflect.set(decoder, "lengthDecoder", quietly);
}

/** For all connections of this process, once. */
export function endDecodingQuietly(): void {
  if (isQuiet) return;
  isQuiet = true;
  LengthPrefixedDecoder.prototype.decode = function (this: LengthPrefixedDecoder, data) {
    if (!quiet.has(this)) {
      quiet.add(this);
      makeQuiet(this);
    }
    return decode.call(this, data);
  };
}
