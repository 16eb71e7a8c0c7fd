/** Tells the sender of a stream how much of it has arrived, once for everything of a few milliseconds. */
import type { Stream } from "@libp2p/interface";
import { encodeCount } from "./acknowledgements.ts";
import { ACKNOWLEDGEMENT_DELAY_MS } from "./peer-policy.ts";

export class Acknowledger {
  readonly #stream: Stream;
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  add(frames: number): void {
    this.#count += frames;
    if (frames === 0 || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#send();
    }, ACKNOWLEDGEMENT_DELAY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A sender that does not read is told nothing more: the next count says the same and more. */
  #send(): void {
    const { status, writeStatus, writableNeedsDrain } = this.#stream;
    if (status !== "open" || writeStatus !== "writable" || writableNeedsDrain) return;
    try {
      this.#stream.send(encodeCount(this.#count));
    } catch {
      // It closed meanwhile, and with it whoever would have read this.
    }
  }
}
