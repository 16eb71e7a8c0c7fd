/** A chain or a board of futures that is streamed: one `LiveBoard` of the kind that was subscribed. */
import type { FutureQuote, OptionQuote } from "../market/quote.ts";
import type { MarketQuote } from "./adapters.ts";
import { LiveBoard } from "./live-board.ts";
import type { Times } from "./retimed.ts";
import { sameFuture, sameOption } from "./same-numbers.ts";
import type { RowsUpdate } from "./stream-adapter.ts";
import type { FuturesSubscription, OptionsSubscription, Subscription } from "./subscription.ts";

/** Rows that nobody spoke of since before the connection opened are kept for so long after: then they are of the past. */
const OLD_ROWS_MS = 60_000;

export type BoardUpdate =
  | ({ readonly kind: "options" } & RowsUpdate<OptionQuote>)
  | ({ readonly kind: "futures" } & RowsUpdate<FutureQuote>);

export class HeldBoard {
  readonly #subscription: OptionsSubscription | FuturesSubscription;
  readonly #options = new LiveBoard<OptionQuote>(sameOption);
  readonly #futures = new LiveBoard<FutureQuote>(sameFuture);
  #forgotFor: number | null = null;

  /** @returns null for what has no rows */
  static of(subscription: Subscription): HeldBoard | null {
    return subscription.kind === "options" || subscription.kind === "futures" ? new HeldBoard(subscription) : null;
  }

  private constructor(subscription: OptionsSubscription | FuturesSubscription) {
    this.#subscription = subscription;
  }

  get dropped(): number {
    return this.#options.dropped + this.#futures.dropped;
  }

  /** What REST has listed. @returns whether any number changed */
  relist({ kind, value }: MarketQuote, sentAtMs: number, stampMs: number | null): boolean {
    const { receivedAtMs } = value;
    if (kind === "options") return this.#options.relist({ rows: value.options, sentAtMs, stampMs, receivedAtMs });
    if (kind === "futures") return this.#futures.relist({ rows: value.futures, sentAtMs, stampMs, receivedAtMs });
    return false;
  }

  /** @param openedAtMs of the connection that brought it. @returns whether any number changed */
  update(update: BoardUpdate, openedAtMs: number | null): boolean {
    const changed = update.kind === "options" ? this.#options.update(update) : this.#futures.update(update);
    // Once for each connection.
    if (openedAtMs !== null && this.#forgotFor !== openedAtMs && update.receivedAtMs - openedAtMs >= OLD_ROWS_MS) {
      this.#forgotFor = openedAtMs;
      this.#options.forgetBefore(openedAtMs);
      this.#futures.forgetBefore(openedAtMs);
    }
    return changed;
  }

  /** The board as it is subscribed, before REST has listed anything. */
  head(times: Times): MarketQuote {
    const { kind, venue, base, quote } = this.#subscription;
    const head = { venue, base, quote, refused: {}, ...times };
    return kind === "options" ? { kind, value: { ...head, options: [] } } : { kind, value: { ...head, futures: [] } };
  }

  /** The held quote with the rows that have not expired by its time. */
  fill(held: MarketQuote): MarketQuote {
    if (held.kind === "options")
      return { kind: "options", value: { ...held.value, options: this.#options.rowsAt(held.value.timeMs) } };
    if (held.kind === "futures")
      return { kind: "futures", value: { ...held.value, futures: this.#futures.rowsAt(held.value.timeMs) } };
    return held;
  }
}
