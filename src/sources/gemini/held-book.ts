/** A whole order book, kept from its changes: each side sorted, best price first. */
import type { Level } from "../depth.ts";

export type BookSide = "bid" | "ask";

/** Whole books had some ten thousand levels a side; ten times that is no book. */
const LEVELS_MAX = 100_000;

export class HeldBook {
  readonly #bids: Level[] = [];
  readonly #asks: Level[] = [];

  get bids(): readonly Level[] {
    return this.#bids;
  }

  get asks(): readonly Level[] {
    return this.#asks;
  }

  get isTooLarge(): boolean {
    return this.#bids.length > LEVELS_MAX || this.#asks.length > LEVELS_MAX;
  }

  /** @param size what lies there now, not how it changed; 0: the level is gone */
  set(side: BookSide, price: number, size: number): void {
    const levels = side === "bid" ? this.#bids : this.#asks;
    const isBefore = (other: number): boolean => (side === "bid" ? other > price : other < price);
    let [low, high] = [0, levels.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(levels[middle]![0])) low = middle + 1;
      else high = middle;
    }
    const isThere = levels[low]?.[0] === price;
    if (size > 0) levels.splice(low, isThere ? 1 : 0, [price, size]);
    else if (isThere) levels.splice(low, 1);
  }
}
