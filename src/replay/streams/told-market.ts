/** The market as one venue tells it at one step: its own clock, its own names, and what a fault makes of its numbers. */
import { formatListed } from "../../market/listed-name.ts";
import { OPTION_VENUES, type OptionVenue, SPOT_VENUES, type SpotVenue, type Venue } from "../../market/venue.ts";
import { findBook, type SpotBook, spotBookAt } from "../../sim/market/books.ts";
import { venueIndex } from "../../sim/market/index-price.ts";
import {
  type Coin,
  COINS,
  type FutureRow,
  type MarketModel,
  type OptionRow,
  stepAt,
  timeOf,
} from "../../sim/market/model.ts";
import { OPTION_RULES } from "../../sim/market/option-rules.ts";
import { type VenueFuture, venueFutures } from "../../sim/market/venue-futures.ts";
import { volIndexAt } from "../../sim/market/vol-index.ts";
import type { SpotBookSpec } from "../../sim/market/venues.ts";
import { clockOffMs, type Fault, type FaultKind } from "../faults.ts";
import { type DayFigures, dayFigures } from "../venues/day.ts";
import { spoiltFuture, spoiltOption, spoiltPrice, spoiltSides, type ToldOption } from "./spoil.ts";

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

/** A move from chain to chain after which rows do not wait for their turn. */
const JUMP_RELATIVE = 5e-4;

type Board<Row> = { readonly step: number; readonly rows: ReadonlyMap<string, Row> };

/** What is drawn once for many steps, or for all. */
type Drawn = {
  readonly options: Map<Coin, Board<ToldOption>>;
  readonly futures: Map<Coin, Board<VenueFuture>>;
  readonly deribitFutures: Map<Coin, Board<FutureRow>>;
  readonly volIndices: Map<Coin, { readonly step: number; readonly vol: number | null }>;
};

function isOptionVenue(venue: Venue): venue is OptionVenue {
  return (OPTION_VENUES as readonly Venue[]).includes(venue);
}

function isSpotVenue(venue: Venue): venue is SpotVenue {
  return (SPOT_VENUES as readonly Venue[]).includes(venue);
}

export class ToldMarket {
  readonly venue: Venue;
  readonly model: MarketModel;
  readonly step: number;
  readonly #fault: Fault | null;
  readonly #offMs: number;
  readonly #slots: number;
  readonly #chainSteps: number;
  /** Steps since the one before, of which every row's turn counts; Infinity: all rows are due. */
  readonly #passed: number;
  readonly #drawn: Drawn;
  /** Deribit's names to the venue's, once for all steps. */
  readonly #names: Map<string, string>;
  readonly #books = new Map<string, ToldBook | null>();
  #jumped: boolean | null = null;

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
    this.#slots = Math.max(1, Math.round(pace.turnMs / model.stepMs));
    this.#chainSteps = Math.max(1, Math.round(pace.chainMs / model.stepMs));
    this.#names = previous === null ? new Map<string, string>() : previous.#names;
    const isSameFault = previous !== null && previous.#fault === fault;
    this.#passed = isSameFault ? this.step - previous.step : Number.POSITIVE_INFINITY;
    this.#drawn = isSameFault
      ? previous.#drawn
      : { options: new Map(), futures: new Map(), deribitFutures: new Map(), volIndices: new Map() };
  }

  /** The venue's own time of this step, unix ms. */
  get timeMs(): number {
    return this.honestTimeMs + this.#offMs;
  }

  get honestTimeMs(): number {
    return timeOf(this.model, this.step);
  }

  /** The venue's own time of the chain that is told now. */
  get chainTimeMs(): number {
    return this.honestChainTimeMs + this.#offMs;
  }

  /** When that is by an honest clock: what the time to an expiry counts from. */
  get honestChainTimeMs(): number {
    return timeOf(this.model, this.#chainStep());
  }

  get fault(): FaultKind | null {
    return this.#fault?.fault ?? null;
  }

  /** Everything is told anew, because a fault came or went. One who freezes says nothing more. */
  get isAnew(): boolean {
    return this.#passed === Number.POSITIVE_INFINITY && this.fault !== "frozen";
  }

  /**
   * Where a coin has jumped since the chain before, every row is told at once: half a board at the old price and half at
   * the new would be a market that no venue shows.
   * @param turn any whole number ≥ 0 that is the row's own
   */
  isTurn(turn: number): boolean {
    if (this.#passed >= this.#slots || this.#isJump()) return true;
    const since = (this.step - (turn % this.#slots)) % this.#slots;
    return (since + this.#slots) % this.#slots < this.#passed;
  }

  lists(base: string, quote: string): boolean {
    return this.#specOf(base, quote) !== null;
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

  /** A coin with options and futures; null for another, and while nothing is listed. */
  coin(text: string): Coin | null {
    if (this.fault === "delisted" || !isOptionVenue(this.venue)) return null;
    return COINS.find((coin) => coin === text && this.model.listsSpot(coin, "USD")) ?? null;
  }

  /** The venue's index, in the money of its board; null where there is none. */
  index(coin: Coin): number | null {
    if (!isOptionVenue(this.venue) || this.fault === "delisted") return null;
    const price = venueIndex(this.model, this.venue, coin, this.step);
    const { settlement } = OPTION_RULES[this.venue];
    const moneyUsd = settlement === null ? 1 : this.model.stableUsd(settlement, this.step);
    return price === null || moneyUsd === null ? null : spoiltPrice(price / moneyUsd, this.fault);
  }

  /** The venue's volatility index, percent; null where there is none. */
  volIndexPercent(coin: Coin): number | null {
    const step = this.#chainStep();
    const kept = this.#drawn.volIndices.get(coin);
    const vol = kept?.step === step ? kept.vol : volIndexAt(this.model, coin, step);
    this.#drawn.volIndices.set(coin, { step, vol });
    return vol === null || this.fault === "delisted" ? null : spoiltPrice(100 * vol, this.fault);
  }

  /** By the venue's own names. */
  options(coin: Coin): ReadonlyMap<string, ToldOption> {
    return this.#board(this.#drawn.options, coin, this.#chainStep(), (step) => {
      if (!isOptionVenue(this.venue)) return [];
      const rows = this.model.options(coin, step, this.venue) ?? [];
      return rows.map((row) => [this.#optionName(coin, row), spoiltOption(row, this.fault)]);
    });
  }

  /** OKX's and Bybit's inverse ones, Binance's in USDT, by their own names. */
  futures(coin: Coin): ReadonlyMap<string, VenueFuture> {
    return this.#board(this.#drawn.futures, coin, this.step, (step) => {
      const { venue } = this;
      if (!isOptionVenue(venue) || venue === "deribit") return [];
      const rows = venueFutures(this.model, venue, coin, venue === "binance" ? "USDT" : null, step) ?? [];
      return rows.map((row) => [futureName(venue, coin, row), spoiltFuture(row, this.fault)]);
    });
  }

  perpetual(coin: Coin): VenueFuture | null {
    for (const row of this.futures(coin).values()) if (row.expiryMs === null) return row;
    return null;
  }

  deribitFutures(coin: Coin): ReadonlyMap<string, FutureRow> {
    return this.#board(this.#drawn.deribitFutures, coin, this.step, (step) =>
      (this.model.futures(coin, step) ?? []).map((row) => [row.instrument, spoiltFuture(row, this.fault)]),
    );
  }

  #isJump(): boolean {
    if (this.#jumped !== null) return this.#jumped;
    const chainStep = this.#chainStep();
    // Once for each chain, at the first step that tells it.
    const isFirst = this.step - this.#passed < chainStep;
    const before = Math.max(0, chainStep - this.#chainSteps);
    this.#jumped =
      isFirst &&
      COINS.some((coin) => {
        const [then, now] = [this.model.spotUsd(coin, before), this.model.spotUsd(coin, chainStep)];
        return then !== null && now !== null && Math.abs(now / then - 1) > JUMP_RELATIVE;
      });
    return this.#jumped;
  }

  #chainStep(): number {
    return this.step - (this.step % this.#chainSteps);
  }

  #board<Row>(
    boards: Map<Coin, Board<Row>>,
    coin: Coin,
    step: number,
    draw: (step: number) => readonly (readonly [name: string, row: Row])[],
  ): ReadonlyMap<string, Row> {
    const kept = boards.get(coin);
    if (kept?.step === step) return kept.rows;
    const rows = new Map(this.fault === "delisted" ? [] : draw(step));
    boards.set(coin, { step, rows });
    return rows;
  }

  #optionName(base: Coin, { instrument, expiryMs, strike, right }: OptionRow): string {
    if (!isOptionVenue(this.venue) || this.venue === "deribit") return instrument;
    const kept = this.#names.get(instrument);
    if (kept !== undefined) return kept;
    const { settlement } = OPTION_RULES[this.venue];
    const name = formatListed(this.venue, { kind: "option", base, settlement, expiryMs, strike, right });
    this.#names.set(instrument, name);
    return name;
  }

  #specOf(base: string, quote: string): SpotBookSpec | null {
    if (this.fault === "delisted" || !isSpotVenue(this.venue)) return null;
    const spec = findBook(this.venue, base, quote);
    return spec !== null && this.model.listsSpot(spec.base, spec.quote) ? spec : null;
  }

  #spotAt(base: string, quote: string): ToldBook | null {
    const spec = this.#specOf(base, quote);
    const book = spec === null ? null : spotBookAt(this.model, spec, this.step);
    if (spec === null || book === null) return null;
    const { bid, ask } = spoiltSides(book, this.fault);
    const day = dayFigures(this.model, book);
    return { spec, bid, ask, last: spoiltPrice(book.last, this.fault), day, honest: book };
  }
}

function futureName(venue: OptionVenue, base: Coin, { settlement, expiryMs }: VenueFuture): string {
  return expiryMs === null
    ? formatListed(venue, { kind: "perpetual", base, settlement })
    : formatListed(venue, { kind: "future", base, settlement, expiryMs });
}
