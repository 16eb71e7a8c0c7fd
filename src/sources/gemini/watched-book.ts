/** One of Gemini's books, and what is said of it: its best bid and ask when they change, its depth once a second. */
import { type BookSide, HeldBook } from "./held-book.ts";
import { depthOf } from "../depth.ts";
import { gap } from "../gap.ts";
import { numericSides } from "../sanity.ts";
import { type StreamStep, type StreamUpdate } from "../stream-adapter.ts";
import { closes, tells } from "../stream-step.ts";
import { type DepthSubscription, type SpotSubscription, sourceName } from "../subscription.ts";

export type Change = { readonly side: BookSide; readonly price: number; readonly size: number };

const DEPTH_PERIOD_MS = 1_000;
/** An unchanged best bid and ask is said again after this. */
const REPEAT_MS = 1_000;
/** No honest book stays crossed: one that does has lost a message. */
const CROSSED_MAX_MS = 5_000;

export class WatchedBook {
  #book: HeldBook | null = null;
  #spot: SpotSubscription | null = null;
  #depth: DepthSubscription | null = null;
  #crossedSinceMs: number | null = null;
  #spotSaid = { bid: 0, ask: 0, atMs: -Infinity };
  #depthSaidMs = -Infinity;

  watch(subscription: SpotSubscription | DepthSubscription): void {
    if (subscription.kind === "spot") this.#spot = subscription;
    else this.#depth = subscription;
  }

  get sources(): readonly string[] {
    return [this.#spot, this.#depth].flatMap((one) => (one === null ? [] : [sourceName(one)]));
  }

  /** @param isWhole the changes are all there is, not what changed */
  take(changes: readonly Change[], isWhole: boolean, receivedAtMs: number): StreamStep {
    if (this.#book === null || isWhole) this.#book = new HeldBook();
    for (const { side, price, size } of changes) this.#book.set(side, price, size);
    if (this.#book.isTooLarge) return closes(gap("too-large", "a book of over 100000 levels"));
    const [bid, ask] = [this.#book.bids[0]?.[0], this.#book.asks[0]?.[0]];
    if (bid === undefined || ask === undefined || bid <= ask) this.#crossedSinceMs = null;
    else this.#crossedSinceMs ??= receivedAtMs;
    if (this.#crossedSinceMs !== null && receivedAtMs - this.#crossedSinceMs > CROSSED_MAX_MS)
      return closes(gap("sequence-gap", `bid ${bid} above ask ${ask} for ${CROSSED_MAX_MS} ms`));
    return tells(...this.#say(receivedAtMs));
  }

  /** What is known, again. */
  confirm(receivedAtMs: number): readonly StreamUpdate[] {
    return this.#book === null ? [] : this.#say(receivedAtMs);
  }

  #say(receivedAtMs: number): readonly StreamUpdate[] {
    const said: StreamUpdate[] = [];
    const [bids, asks] = [this.#book?.bids ?? [], this.#book?.asks ?? []];
    const times = { venue: "gemini", timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    // 0 is a side that is empty.
    const [bid, ask] = [bids[0]?.[0] ?? 0, asks[0]?.[0] ?? 0];
    const { bid: saidBid, ask: saidAsk, atMs } = this.#spotSaid;
    if (this.#spot !== null && (bid !== saidBid || ask !== saidAsk || receivedAtMs - atMs >= REPEAT_MS)) {
      this.#spotSaid = { bid, ask, atMs: receivedAtMs };
      const source = sourceName(this.#spot);
      const { base, quote } = this.#spot;
      const sides =
        bid === 0 || ask === 0 ? gap("empty-book", `${bids.length} bids, ${asks.length} asks`) : numericSides(bid, ask);
      if (sides.kind === "gap") said.push({ kind: "gap", source, gap: sides });
      else said.push({ kind: "spot", source, quote: { ...times, base, quote, bid: sides.bid, ask: sides.ask } });
    }
    if (this.#depth !== null && receivedAtMs - this.#depthSaidMs >= DEPTH_PERIOD_MS) {
      this.#depthSaidMs = receivedAtMs;
      const source = sourceName(this.#depth);
      const { base, quote } = this.#depth;
      const depth = depthOf(bids, asks);
      if (depth.kind === "gap") said.push({ kind: "gap", source, gap: depth });
      else {
        const { bid: best, ask: least, down, up } = depth;
        said.push({ kind: "depth", source, quote: { ...times, base, quote, bid: best, ask: least, down, up } });
      }
    }
    return said;
  }
}
