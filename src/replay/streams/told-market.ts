/** The market as one venue tells it at one step: its own clock, and what a fault makes of its numbers. */
import { OPTION_VENUES, type OptionVenue, type Venue } from "../../market/venue.ts";
import { venueIndex } from "../../sim/market/index-price.ts";
import { type Coin, COINS, type FutureRow, type MarketModel, type OptionRow, stepAt, timeOf } from "../../sim/market/model.ts";
import { findBook, type SpotBook, spotBookAt } from "../../sim/market/books.ts";
import type { SpotBookSpec } from "../../sim/market/venues.ts";
import { clockOffMs, type Fault, type FaultKind } from "../faults.ts";
import { type DayFigures, dayFigures } from "../venues/day.ts";
import { spoiltFuture, spoiltOption, spoiltPrice, spoiltSides } from "./spoil.ts";

export type ToldBook = {
  readonly spec: SpotBookSpec;
  /** null: no quote on that side. */
  readonly bid: number | null;
  readonly ask: number | null;
  readonly last: number;
  readonly day: DayFigures;
  /** As it is under no fault. */
  readonly honest: SpotBook;
};

/** How boards of options are told: the whole chain is drawn every `chainMs`, and each row has its turn once in `turnMs`. */
export type Pace = { readonly chainMs: number; readonly turnMs: number };

function isOptionVenue(venue: Venue): venue is OptionVenue {
  return (OPTION_VENUES as readonly Venue[]).includes(venue);
}

type Board<Row> = { readonly step: number; readonly rows: ReadonlyMap<string, Row> };

export class ToldMarket {
  readonly venue: Venue;
  readonly model: MarketModel;
  readonly step: number;
  /** The venue's own time of this step, unix ms. */
  readonly timeMs: number;
  readonly #fault: Fault | null;
  readonly #offMs: number;
  readonly #slots: number;
  readonly #chainSteps: number;
  /** Steps since the one before, of which every row's turn counts; Infinity: all rows are due. */
  readonly #passed: number;
  readonly #options = new Map<Coin, Board<OptionRow>>();
  readonly #futures = new Map<Coin, Board<FutureRow>>();
  readonly #books = new Map<string, ToldBook | null>();

  /** @param previous what the venue told before: what has not changed since is not drawn again */
  constructor(
    { model, venue, pace }: { readonly model: MarketModel; readonly venue: Venue; readonly pace: Pace },
    nowMs: number,
    fault: Fault | null,
    previous: ToldMarket | null,
  ) {
    this.venue = venue;
    this.model = model;
    this.#fault = fault;
    this.#offMs = clockOffMs(fault);
    this.step = stepAt(model, fault?.fault === "frozen" ? Math.max(fault.fromMs, model.startMs) : nowMs);
    this.timeMs = timeOf(model, this.step) + this.#offMs;
    this.#slots = Math.max(1, Math.round(pace.turnMs / model.stepMs));
    this.#chainSteps = Math.max(1, Math.round(pace.chainMs / model.stepMs));
    const isSameFault = previous !== null && previous.#fault === fault;
    this.#passed = isSameFault ? this.step - previous.step : Number.POSITIVE_INFINITY;
    if (!isSameFault) return;
    this.#options = previous.#options;
    this.#futures = previous.#futures;
  }

  get fault(): FaultKind | null {
    return this.#fault?.fault ?? null;
  }

  /** Everything is told anew, because a fault came or went. */
  get isAnew(): boolean {
    return this.#passed === Number.POSITIVE_INFINITY;
  }

  /** @param turn any whole number ≥ 0 that is the row's own */
  isTurn(turn: number): boolean {
    if (this.#passed >= this.#slots) return true;
    const since = (this.step - (turn % this.#slots)) % this.#slots;
    return (since + this.#slots) % this.#slots < this.#passed;
  }

  /** null: the venue has no such book, or tells nothing of it now. */
  spot(base: string, quote: string): ToldBook | null {
    const key = `${base}-${quote}`;
    const kept = this.#books.get(key);
    if (kept !== undefined) return kept;
    const book = this.#spotAt(base, quote);
    this.#books.set(key, book);
    return book;
  }

  lists(base: string, quote: string): boolean {
    return this.#specOf(base, quote) !== null;
  }

  /** USD; null where there is none. */
  index(coin: string): number | null {
    const known = this.coin(coin);
    if (known === null || !isOptionVenue(this.venue)) return null;
    const price = venueIndex(this.model, this.venue, known, this.step);
    return price === null ? null : spoiltPrice(Math.round(100 * price) / 100, this.fault);
  }

  /** The venue's volatility index, percent; null where there is none. */
  volIndexPercent(coin: Coin): number | null {
    const vol = this.model.atmVol(coin, 30, this.step);
    return vol === null ? null : spoiltPrice(100 * vol, this.fault);
  }

  /** A coin with options and futures; null for another, and while nothing is listed. */
  coin(text: string): Coin | null {
    if (this.fault === "delisted") return null;
    return COINS.find((coin) => coin === text && this.model.listsSpot(coin, "USD")) ?? null;
  }

  /** By instrument, in Deribit's names and units. */
  options(coin: Coin): ReadonlyMap<string, OptionRow> {
    return this.#board(this.#options, coin, (step) =>
      (this.model.options(coin, step) ?? []).map((row) => spoiltOption(row, this.fault)),
    );
  }

  futures(coin: Coin): ReadonlyMap<string, FutureRow> {
    return this.#board(this.#futures, coin, (step) =>
      (this.model.futures(coin, step) ?? []).map((row) => spoiltFuture(row, this.fault)),
    );
  }

  /** The venue's own time of the chain that is told now. */
  get chainTimeMs(): number {
    return timeOf(this.model, this.#chainStep()) + this.#offMs;
  }

  /** When that is by an honest clock: what the time to an expiry counts from. */
  get honestChainTimeMs(): number {
    return timeOf(this.model, this.#chainStep());
  }

  #chainStep(): number {
    return this.step - (this.step % this.#chainSteps);
  }

  #board<Row extends { readonly instrument: string }>(
    boards: Map<Coin, Board<Row>>,
    coin: Coin,
    draw: (step: number) => readonly Row[],
  ): ReadonlyMap<string, Row> {
    const step = this.#chainStep();
    const kept = boards.get(coin);
    if (kept?.step === step) return kept.rows;
    const rows = new Map(draw(step).map((row) => [row.instrument, row]));
    boards.set(coin, { step, rows });
    return rows;
  }

  #specOf(base: string, quote: string): SpotBookSpec | null {
    if (this.fault === "delisted" || this.venue === "deribit") return null;
    const spec = findBook(this.venue, base, quote);
    return spec !== null && this.model.listsSpot(spec.base, spec.quote) ? spec : null;
  }

  #spotAt(base: string, quote: string): ToldBook | null {
    const spec = this.#specOf(base, quote);
    const book = spec === null ? null : spotBookAt(this.model, spec, this.step);
    if (spec === null || book === null) return null;
    const { bid, ask } = spoiltSides(book, this.fault);
    return { spec, bid, ask, last: spoiltPrice(book.last, this.fault), day: dayFigures(this.model, book), honest: book };
  }
}
