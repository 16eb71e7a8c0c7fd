/**
 * Follows the frames of a Yamux connection without keeping them: how many began, how many of them open a stream, and
 * whether one promises more than a stream's window holds. Yamux itself would wait for the end of any frame, holding all
 * of it, and acts on each small one without asking how many came before.
 */

const HEADER_BYTES = 12;
const DATA = 0;
const WINDOW_UPDATE = 1;
const SYN = 1;

export type YamuxTally = { readonly frames: number; readonly opened: number; readonly fault: "oversized" | null };

export class YamuxCounter {
  readonly #bytesMax: number;
  readonly #header = new Uint8Array(HEADER_BYTES);
  readonly #view = new DataView(this.#header.buffer);
  #filled = 0;
  #remaining = 0;

  /** @param bytesMax of one data frame */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** After a fault the counter must not be used again. */
  push(chunk: Uint8Array): YamuxTally {
    let frames = 0;
    let opened = 0;
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - offset);
        this.#remaining -= skipped;
        offset += skipped;
        continue;
      }
      this.#header[this.#filled++] = chunk[offset++]!;
      if (this.#filled < HEADER_BYTES) continue;
      this.#filled = 0;
      frames++;
      const type = this.#view.getUint8(1);
      if ((type === DATA || type === WINDOW_UPDATE) && (this.#view.getUint16(2) & SYN) !== 0) opened++;
      if (type !== DATA) continue;
      this.#remaining = this.#view.getUint32(8);
      if (this.#remaining > this.#bytesMax) return { frames, opened, fault: "oversized" };
    }
    return { frames, opened, fault: null };
  }
}
