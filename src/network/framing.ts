/** Messages on a byte stream: u32 big-endian length, then that many bytes. Empty messages do not exist. */

const PREFIX_BYTES = 4;
/** Five varint bytes say more than any u32 length needs. */
const VARINT_SCALE_MAX = 0x8_0000_0000;

export type FrameFault = "oversized" | "malformed";

export type FrameResult = { readonly frames: readonly Uint8Array[]; readonly fault: FrameFault | null };

/** @param message 1 … 2^32−1 bytes */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(out.buffer).setUint32(0, message.length);
  out.set(message, PREFIX_BYTES);
  return out;
}

/**
 * Cuts chunks of any size into messages. A length above the cap is refused on its prefix; below it a promise of many
 * bytes allocates none either: a body has room for twice what has arrived of it. After a fault the reader is dead,
 * because the stream has no boundary to resume at.
 */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixFilled = 0;
  /** Of the message under way; 0 between messages. */
  #length = 0;
  #body = new Uint8Array(0);
  #bodyFilled = 0;
  #fault: FrameFault | null = null;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What is held of an unfinished message, in bytes. */
  get heldBytes(): number {
    return this.#body.length;
  }

  /** Messages are copies: they stay valid when the chunk's buffer is reused and do not keep it alive. */
  push(chunk: Uint8Array): FrameResult {
    const frames: Uint8Array[] = [];
    let offset = 0;
    while (this.#fault === null && offset < chunk.length) {
      if (this.#length === 0) {
        this.#prefix[this.#prefixFilled++] = chunk[offset++]!;
        if (this.#prefixFilled === PREFIX_BYTES) this.#begin();
        continue;
      }
      const taken = chunk.subarray(offset, offset + this.#length - this.#bodyFilled);
      this.#take(taken);
      offset += taken.length;
      if (this.#bodyFilled === this.#length) {
        frames.push(this.#body.length === this.#length ? this.#body : this.#body.slice(0, this.#length));
        this.#body = new Uint8Array(0);
        this.#length = 0;
      }
    }
    return { frames, fault: this.#fault };
  }

  #take(bytes: Uint8Array): void {
    const filled = this.#bodyFilled + bytes.length;
    if (filled > this.#body.length) {
      // All of it at once when it is here, else twice what is here.
      const grown = new Uint8Array(filled === this.#length ? filled : Math.min(this.#length, 2 * filled));
      grown.set(this.#body.subarray(0, this.#bodyFilled));
      this.#body = grown;
    }
    this.#body.set(bytes, this.#bodyFilled);
    this.#bodyFilled = filled;
  }

  #begin(): void {
    this.#prefixFilled = 0;
    const length = new DataView(this.#prefix.buffer).getUint32(0);
    if (length === 0) this.#fault = "malformed";
    else if (length > this.#bytesMax) this.#fault = "oversized";
    else {
      this.#length = length;
      this.#bodyFilled = 0;
    }
  }
}

/**
 * Follows the unsigned-varint length prefixes of a gossip stream without keeping its bodies: how many frames began,
 * and whether one is longer than allowed or its prefix is longer than any honest one.
 */
export class VarintFrameCounter {
  readonly #bytesMax: number;
  #length = 0;
  #scale = 1;
  #remaining = 0;
  #dead = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): { readonly begun: number; readonly fault: FrameFault | null } {
    let begun = 0;
    let offset = 0;
    while (!this.#dead && offset < chunk.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - offset);
        this.#remaining -= skipped;
        offset += skipped;
        continue;
      }
      const byte = chunk[offset++]!;
      this.#length += (byte & 0x7f) * this.#scale;
      this.#scale *= 128;
      if (this.#length > this.#bytesMax || this.#scale > VARINT_SCALE_MAX) {
        this.#dead = true;
        return { begun, fault: "oversized" };
      }
      if ((byte & 0x80) === 0) {
        begun++;
        this.#remaining = this.#length;
        this.#length = 0;
        this.#scale = 1;
      }
    }
    return { begun, fault: null };
  }
}
