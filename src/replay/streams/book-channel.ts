/** Channels of a whole book: all levels to who joins, and then those that changed. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { text } from "./fields.ts";
import { changedLevels, type Level, levelsAround, type TextLevels } from "./levels.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import type { ToldMarket } from "./told-market.ts";

export type SideChanges = readonly (readonly [price: string, size: string])[];

export type BookShape = {
  readonly base: string;
  readonly quote: string;
  /** Of one side. */
  readonly levels: number;
  readonly sizeDecimals: number;
  /** All levels; best first. */
  snapshot(bids: SideChanges, asks: SideChanges, told: ToldMarket): string;
  changes(bids: SideChanges, asks: SideChanges, told: ToldMarket): string;
};

export class BookChannel implements Channel {
  readonly #shape: BookShape;
  #bids: TextLevels;
  #asks: TextLevels;
  #told: ToldMarket;

  constructor(shape: BookShape, told: ToldMarket) {
    this.#shape = shape;
    this.#told = told;
    [this.#bids, this.#asks] = this.#read(told);
  }

  picture(): readonly string[] {
    return [this.#shape.snapshot([...this.#bids], [...this.#asks], this.#told)];
  }

  advance(told: ToldMarket): readonly string[] {
    if (!told.lists(this.#shape.base, this.#shape.quote)) return NO_FRAMES;
    const [bids, asks] = this.#read(told);
    const [bidChanges, askChanges] = [changedLevels(this.#bids, bids), changedLevels(this.#asks, asks)];
    [this.#bids, this.#asks, this.#told] = [bids, asks, told];
    if (bidChanges.length === 0 && askChanges.length === 0) return NO_FRAMES;
    return [this.#shape.changes(bidChanges, askChanges, told)];
  }

  #read(told: ToldMarket): [bids: TextLevels, asks: TextLevels] {
    const { base, quote, levels, sizeDecimals } = this.#shape;
    const book = told.spot(base, quote);
    if (book === null) return [new Map(), new Map()];
    const decimals = tickDecimals(book.spec);
    const { bids, asks } = levelsAround(told, book, levels);
    const texts = (side: readonly Level[]): TextLevels =>
      new Map(side.map(([price, size]) => [text(price, decimals), text(size, sizeDecimals)]));
    return [texts(bids), texts(asks)];
  }
}
