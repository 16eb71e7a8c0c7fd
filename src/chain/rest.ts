/** The rest of a loop between two runs, which can be cut short: one timer, and no listener for each rest. */
export class Rest {
  readonly #ends = new Set<() => void>();
  #isCut = false;

  /** Ends the rests that are being taken, and those that begin before it is renewed. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end();
  }

  /** A run begins: whoever asked for it so far is served by it. */
  renew(): void {
    this.#isCut = false;
  }

  /** @param ms undefined: until it is cut */
  async take(ms: number | undefined): Promise<void> {
    if (this.#isCut) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#ends.delete(end);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(end, ms);
      this.#ends.add(end);
    });
  }
}
