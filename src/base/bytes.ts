/** Fixed-layout binary, big-endian, strict lengths: two encodings of one statement cannot exist. */
import { OracleError } from "./errors.ts";

export type Hex = `0x${string}`;

const HEX_DIGITS = "0123456789abcdef";

export function toHex(bytes: Uint8Array): Hex {
  let out = "";
  for (const byte of bytes) out += HEX_DIGITS[byte >> 4]! + HEX_DIGITS[byte & 15]!;
  return `0x${out}`;
}

/** Value of a hexadecimal digit by its character code; −1 for anything else. */
const DIGIT_VALUES = new Int8Array(128).fill(-1);
for (const [value, digit] of HEX_DIGITS.split("").entries()) {
  DIGIT_VALUES[digit.charCodeAt(0)] = value;
  DIGIT_VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** @throws OracleError `bad-hex` when the text is not an even number of hexadecimal digits after 0x */
export function fromHex(hex: string): Uint8Array {
  const out = new Uint8Array(Math.max(0, hex.length - 2) >> 1);
  let isHex = hex.length % 2 === 0 && hex.startsWith("0x");
  for (let i = 0; i < out.length && isHex; i++) {
    const high = DIGIT_VALUES[hex.charCodeAt(2 * i + 2)] ?? -1;
    const low = DIGIT_VALUES[hex.charCodeAt(2 * i + 3)] ?? -1;
    isHex = high >= 0 && low >= 0;
    out[i] = high * 16 + low;
  }
  if (!isHex) {
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

/** Appends big-endian fields. Values outside a field's range are a caller's bug and throw. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  /** @param value non-negative safe integer below 2^(8·width) */
  uint(value: number, widthBytes: number): this {
    const out = new Uint8Array(widthBytes);
    let rest = value;
    for (let i = widthBytes - 1; i >= 0; i--) {
      out[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    if (!Number.isSafeInteger(value) || value < 0 || rest !== 0) {
      throw new OracleError(`field of ${widthBytes} bytes cannot hold ${value}`, {
        code: "field-range",
        value,
        widthBytes,
      });
    }
    this.#parts.push(out);
    return this;
  }

  /** Two's complement when negative. */
  bigInt(value: bigint, widthBytes: number, signed: boolean): this {
    const bits = BigInt(8 * widthBytes);
    const low = signed ? -(1n << (bits - 1n)) : 0n;
    const high = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
    if (value < low || value > high) {
      throw new OracleError(`field of ${widthBytes} bytes cannot hold ${value}`, {
        code: "field-range",
        value: value.toString(),
        widthBytes,
      });
    }
    let rest = BigInt.asUintN(8 * widthBytes, value);
    const out = new Uint8Array(widthBytes);
    for (let i = widthBytes - 1; i >= 0; i--) {
      out[i] = Number(rest & 255n);
      rest >>= 8n;
    }
    this.#parts.push(out);
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
    this.#parts.push(bytes);
    return this;
  }

  hex(value: Hex, expectedLength: number): this {
    return this.raw(fromHex(value), expectedLength);
  }

  ascii(text: string): this {
    return this.raw(asciiBytes(text));
  }

  done(): Uint8Array {
    return concatBytes(...this.#parts);
  }
}

/** Reads what ByteWriter wrote. Every shortfall throws `truncated`, leftover bytes throw `trailing-bytes`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  raw(length: number): Uint8Array {
    if (this.#offset + length > this.#bytes.length) {
      throw new OracleError(`message ends ${this.#offset + length - this.#bytes.length} bytes early`, {
        code: "truncated",
        wanted: this.#offset + length,
        seen: this.#bytes.length,
      });
    }
    const out = this.#bytes.slice(this.#offset, this.#offset + length);
    this.#offset += length;
    return out;
  }

  uint(widthBytes: number): number {
    let value = 0;
    for (const byte of this.raw(widthBytes)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) {
      throw new OracleError("integer above 2^53 in a field that holds safe integers", {
        code: "field-range",
        widthBytes,
      });
    }
    return value;
  }

  bigInt(widthBytes: number, signed: boolean): bigint {
    let value = 0n;
    for (const byte of this.raw(widthBytes)) value = (value << 8n) | BigInt(byte);
    return signed ? BigInt.asIntN(8 * widthBytes, value) : value;
  }

  hex(length: number): Hex {
    return toHex(this.raw(length));
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
