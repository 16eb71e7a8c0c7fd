/** Lets a bounded number through at a time; a bounded number waits in line, in order. */
export class Turnstile {
  readonly #insideMax: number;
  readonly #waitingMax: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(insideMax: number, waitingMax: number) {
    this.#insideMax = insideMax;
    this.#waitingMax = waitingMax;
  }

  /** @returns false when the line is full or the signal fires first; after true, `leave` must follow exactly once */
  async enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#inside < this.#insideMax) {
      this.#inside++;
      return true;
    }
    if (this.#waiting.length >= this.#waitingMax) return false;
    return await new Promise<boolean>((resolve) => {
      const admitted = (): void => {
        signal.removeEventListener("abort", gaveUp);
        resolve(true);
      };
      const gaveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(admitted), 1);
        resolve(false);
      };
      signal.addEventListener("abort", gaveUp, { once: true });
      this.#waiting.push(admitted);
    });
  }

  /** The place passes straight to the first in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    else next();
  }
}
