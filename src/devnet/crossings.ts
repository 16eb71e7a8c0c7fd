/** For how long the stored answers broke their rules: from each report that finds a feed due until the chain holds it. */
export type Crossing = {
  readonly round: number;
  readonly feed: string;
  /** The report's time, unix ms. */
  readonly atMs: number;
  /** null: the chain does not hold it yet. */
  landedMs: number | null;
};

export class Crossings {
  readonly #all: Crossing[] = [];
  /** What the chain was seen to take, oldest first: a busy machine may show it before the page that says it was due. */
  readonly #taken: { readonly feed: string; readonly round: number; readonly atMs: number }[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** A report says that the feed is due. @param atMs the report's time, unix ms */
  due(feed: string, round: number, atMs: number): void {
    const taken = this.#taken.find((one) => one.feed === feed && one.round >= round);
    this.#all.push({ round, feed, atMs, landedMs: taken?.atMs ?? null });
  }

  /** The chain holds the feed's answer of this round. @param atMs when it was seen, unix ms */
  took(feed: string, round: number, atMs: number): void {
    this.#taken.push({ feed, round, atMs });
    for (const crossing of this.#all) {
      if (crossing.feed === feed && crossing.round <= round) crossing.landedMs ??= atMs;
    }
  }

  areAllClosed(): boolean {
    return this.#all.every(({ landedMs }) => landedMs !== null);
  }

  /** The one that was open for longest, null where nothing was due yet. One that is open counts up to now. */
  longest(nowMs: number): { readonly crossing: Crossing; readonly forMs: number } | null {
    const spans = this.#all.map((crossing) => ({ crossing, forMs: (crossing.landedMs ?? nowMs) - crossing.atMs }));
    return spans.toSorted((a, b) => b.forMs - a.forMs)[0] ?? null;
  }
}
