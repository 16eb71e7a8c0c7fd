/** Channels of one row: a ticker, a mark, a quote. They differ in what they push when something changed. */
import { type Channel, NO_FRAMES } from "./line.ts";
import { changedFields, type Fields } from "./fields.ts";
import type { ToldMarket } from "./told-market.ts";

export type RowShape = {
  /** What makes a change worth a push. null: nothing is told now, and nothing is pushed. */
  readonly row: (told: ToldMarket) => Fields | null;
  /** The whole row. */
  readonly snapshot: (row: Fields, told: ToldMarket) => string;
  /** The fields that changed, where the venue sends only those; else the whole row again. */
  readonly delta?: (changed: Fields, row: Fields, told: ToldMarket) => string;
  /** What is said once when the row is no longer listed; by default nothing. */
  readonly gone?: (told: ToldMarket) => string;
  /** The picture is told to who joins; else the next change is the first word. True by default. */
  readonly picture?: boolean;
  /** Pushed again at least this often though nothing changed; by default never. */
  readonly everyMs?: number;
  /** Not pushed more often than this, however much changes; by default at every step. */
  readonly atMostEveryMs?: number;
  /** Rows of a long board take turns: a number of the row that decides when. */
  readonly turn?: number;
};

export class RowChannel implements Channel {
  readonly #shape: RowShape;
  #row: Fields | null;
  #pushedMs: number;
  #told: ToldMarket;

  constructor(shape: RowShape, told: ToldMarket) {
    this.#shape = shape;
    this.#row = shape.row(told);
    this.#told = told;
    this.#pushedMs = told.timeMs;
  }

  picture(): readonly string[] {
    if (this.#row === null || this.#shape.picture === false) return NO_FRAMES;
    return [this.#shape.snapshot(this.#row, this.#told)];
  }

  advance(told: ToldMarket): readonly string[] {
    const { everyMs, atMostEveryMs, turn } = this.#shape;
    if (turn !== undefined && !told.isTurn(turn)) return NO_FRAMES;
    const waitedMs = told.timeMs - this.#pushedMs;
    if (atMostEveryMs !== undefined && waitedMs < atMostEveryMs && !told.isAnew) return NO_FRAMES;
    const row = this.#shape.row(told);
    if (row === null) return this.#leave(told);
    const changed = this.#row === null ? row : changedFields(this.#row, row);
    const isFirst = this.#row === null;
    const isDue = told.isAnew || (everyMs !== undefined && waitedMs >= everyMs);
    if (changed === null && !isDue) return NO_FRAMES;
    this.#row = row;
    this.#told = told;
    this.#pushedMs = told.timeMs;
    const { delta, snapshot } = this.#shape;
    return [
      delta === undefined || isFirst || changed === null || told.isAnew
        ? snapshot(row, told)
        : delta(changed, row, told),
    ];
  }

  #leave(told: ToldMarket): readonly string[] {
    const { gone } = this.#shape;
    if (this.#row === null || gone === undefined) return NO_FRAMES;
    this.#row = null;
    return [gone(told)];
  }
}
