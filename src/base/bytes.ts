/** Fixed-layout binary, big-endian, strict lengths: two encodings of one statement cannot exist. */
import { OracleError } from "./errors.ts";

export type Hex = `0x${string}`;

const HEX_DIGITS = "0123456789abcdef";
/** Characters that one call makes a text of: more could be more than the stack holds. */
const HEX_PIECE_BYTES = 512;

/** Codes of both digits of a byte: the first one above, the second one below. */
const DIGIT_CODES = Uint16Array.from(
  { length: 256 },
  (_, byte) => (HEX_DIGITS.charCodeAt(byte >> 4) << 8) | HEX_DIGITS.charCodeAt(byte & 15),
);

/** One flat text: text made of many parts is put together again when it is first compared or looked up. */
function hexDigits(bytes: Uint8Array, from: number, to: number, prefix: readonly number[]): string {
  const codes: number[] = [...prefix];
  for (let i = from; i < to; i++) {
    const both = DIGIT_CODES[bytes[i]!]!;
    codes.push(both >> 8, both & 255);
  }
  return String.fromCharCode(...codes);
}

const HEX_PREFIX = [0x30, 0x78];

function toHexOf(bytes: Uint8Array, from: number, to: number): Hex {
  let out = hexDigits(bytes, from, Math.min(to, from + HEX_PIECE_BYTES), HEX_PREFIX);
  for (let at = from + HEX_PIECE_BYTES; at < to; at += HEX_PIECE_BYTES) {
    out += hexDigits(bytes, at, Math.min(to, at + HEX_PIECE_BYTES), []);
  }
  return out as Hex;
}

export function toHex(bytes: Uint8Array): Hex {
  return toHexOf(bytes, 0, bytes.length);
}

/** Value of a hexadecimal digit by its character code; −1 for anything else. */
const DIGIT_VALUES = new Int8Array(128).fill(-1);
for (const [value, digit] of HEX_DIGITS.split("").entries()) {
  DIGIT_VALUES[digit.charCodeAt(0)] = value;
  DIGIT_VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Digits from the third character on into `out`, from `at`, `length` bytes of them. @returns whether all are digits */
function readDigits(hex: string, out: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const high = DIGIT_VALUES[hex.charCodeAt(2 * i + 2)] ?? -1;
    const low = DIGIT_VALUES[hex.charCodeAt(2 * i + 3)] ?? -1;
    if (high < 0 || low < 0) return false;
    out[at + i] = high * 16 + low;
  }
  return true;
}

/** @throws OracleError `bad-hex` when the text is not an even number of hexadecimal digits after 0x */
export function fromHex(hex: string): Uint8Array {
  const out = new Uint8Array(Math.max(0, hex.length - 2) >> 1);
  if (hex.length % 2 !== 0 || !hex.startsWith("0x") || !readDigits(hex, out, 0, out.length)) {
    const seen = hex.slice(0, 20);
    throw new OracleError(`expected 0x and an even number of hexadecimal digits, saw ${JSON.stringify(seen)}`, {
      code: "bad-hex",
      seen,
    });
  }
  return out;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function asciiBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) throw new OracleError("expected ASCII text", { code: "not-ascii" });
    out[i] = code;
  }
  return out;
}

const WRITER_BYTES = 256;
const WORD = 0x1_0000_0000;

function cannotHold(value: number | bigint, widthBytes: number): OracleError {
  return new OracleError(`field of ${widthBytes} bytes cannot hold ${value}`, {
    code: "field-range",
    value: typeof value === "bigint" ? value.toString() : value,
    widthBytes,
  });
}

/** Appends big-endian fields. Values outside a field's range are a caller's bug and throw. */
export class ByteWriter {
  #bytes = new Uint8Array(WRITER_BYTES);
  #length = 0;

  /** @returns where the next field begins; it is zero until it is written */
  #room(widthBytes: number): number {
    const at = this.#length;
    this.#length += widthBytes;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }

  /** The lower bytes of a non-negative safe integer, up to `end`, exclusive. @returns what does not fit */
  #putUint(value: number, start: number, end: number): number {
    let rest = value;
    for (let i = end - 1; i >= start && rest > 0; i--) {
      this.#bytes[i] = rest % 256;
      rest = rest < WORD ? rest >>> 8 : Math.floor(rest / 256);
    }
    return rest;
  }

  /** @param value non-negative safe integer below 2^(8·width) */
  uint(value: number, widthBytes: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw cannotHold(value, widthBytes);
    const at = this.#room(widthBytes);
    if (this.#putUint(value, at, at + widthBytes) !== 0) throw cannotHold(value, widthBytes);
    return this;
  }

  /** Two's complement when negative. */
  bigInt(value: bigint, widthBytes: number, signed: boolean): this {
    const bits = 8 * widthBytes;
    const fits = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
    if (fits !== value) throw cannotHold(value, widthBytes);
    const at = this.#room(widthBytes);
    let end = at + widthBytes;
    let rest = BigInt.asUintN(bits, value);
    // By words: arithmetic on integers of any length costs the same for one byte as for four.
    for (; rest > Number.MAX_SAFE_INTEGER; end -= 4) {
      let word = Number(BigInt.asUintN(32, rest));
      for (let i = end - 1; i >= Math.max(at, end - 4); i--) {
        this.#bytes[i] = word & 255;
        word >>>= 8;
      }
      rest >>= 32n;
    }
    this.#putUint(Number(rest), at, end);
    return this;
  }

  raw(bytes: Uint8Array, expectedLength?: number): this {
    if (expectedLength !== undefined && bytes.length !== expectedLength) {
      throw new OracleError(`expected ${expectedLength} bytes, saw ${bytes.length}`, {
        code: "field-length",
        expectedLength,
        seen: bytes.length,
      });
    }
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  hex(value: Hex, expectedLength: number): this {
    if (value.length !== 2 + 2 * expectedLength || !value.startsWith("0x")) {
      return this.raw(fromHex(value), expectedLength);
    }
    const at = this.#room(expectedLength);
    // What is no number of digits is told by who tells it everywhere.
    if (!readDigits(value, this.#bytes, at, expectedLength)) fromHex(value);
    return this;
  }

  ascii(text: string): this {
    return this.raw(asciiBytes(text));
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what ByteWriter wrote. Every shortfall throws `truncated`, leftover bytes throw `trailing-bytes`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @returns where the next field begins */
  #take(length: number): number {
    const at = this.#offset;
    const end = at + length;
    if (end > this.#bytes.length) {
      throw new OracleError(`message ends ${end - this.#bytes.length} bytes early`, {
        code: "truncated",
        wanted: end,
        seen: this.#bytes.length,
      });
    }
    this.#offset = end;
    return at;
  }

  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  #number(from: number, to: number): number {
    let value = 0;
    for (let i = from; i < to; i++) value = value * 256 + this.#bytes[i]!;
    return value;
  }

  uint(widthBytes: number): number {
    const at = this.#take(widthBytes);
    const value = this.#number(at, at + widthBytes);
    if (!Number.isSafeInteger(value)) {
      throw new OracleError("integer above 2^53 in a field that holds safe integers", {
        code: "field-range",
        widthBytes,
      });
    }
    return value;
  }

  bigInt(widthBytes: number, signed: boolean): bigint {
    let at = this.#take(widthBytes);
    const end = at + widthBytes;
    while (at < end && this.#bytes[at] === 0) at++;
    // Six bytes are a safe integer whatever they are; most values need no more.
    let next = Math.min(end, at + 6);
    let value = BigInt(this.#number(at, next));
    while (next < end) {
      const from = next;
      next = Math.min(end, from + 4);
      value = (value << BigInt(8 * (next - from))) | BigInt(this.#number(from, next));
    }
    return signed ? BigInt.asIntN(8 * widthBytes, value) : value;
  }

  hex(length: number): Hex {
    const at = this.#take(length);
    return toHexOf(this.#bytes, at, at + length);
  }

  remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  end(): void {
    if (this.remaining() !== 0) {
      throw new OracleError(`${this.remaining()} bytes too many`, { code: "trailing-bytes", extra: this.remaining() });
    }
  }
}
