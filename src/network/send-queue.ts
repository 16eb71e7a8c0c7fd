/** Frames waiting for one peer: bounded in count and bytes, the oldest leaves first, because stale rounds are worthless. */
export class SendQueue {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #frames: Uint8Array[] = [];
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns how many older frames had to leave (or 1 for a frame that cannot fit at all) */
  push(frame: Uint8Array): number {
    if (frame.length > this.#bytesMax) return 1;
    let dropped = 0;
    while (this.#frames.length >= this.#messagesMax || this.#bytes + frame.length > this.#bytesMax) {
      this.shift();
      dropped++;
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
    return dropped;
  }

  shift(): Uint8Array | null {
    const frame = this.#frames.shift();
    if (frame === undefined) return null;
    this.#bytes -= frame.length;
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}
