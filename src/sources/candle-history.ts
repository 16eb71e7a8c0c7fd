/** The bars of one source: which page to ask for next, and what the answers add up to. No clock, no network. */
import type { Candle, CandleSeries } from "../market/quote.ts";
import { BAR_SETTLE_MS, type CandleAdapter, type CandlePage } from "./candle-bars.ts";
import type { CandleSubscription } from "./subscription.ts";

const DAY_MS = 86_400_000;
/** Bars asked for again with the next new one: a venue may publish a bar late, or correct it. */
const OVERLAP_BARS = 3;

export class CandleHistory {
  readonly #subscription: CandleSubscription;
  readonly #pageBars: number;
  readonly #keptBars: number;
  /** Opening times that answers have covered, without a hole; a bar missing inside is one the venue does not have. */
  #covered: CandlePage | null = null;
  #series: CandleSeries | null = null;

  constructor(
    subscription: CandleSubscription,
    { pageBars, reachBars }: Pick<CandleAdapter, "pageBars" | "reachBars">,
  ) {
    this.#subscription = subscription;
    this.#pageBars = pageBars;
    // One more than the days: the close from which the window's first return is taken.
    const wanted = 1 + (subscription.days * DAY_MS) / subscription.intervalMs;
    this.#keptBars = Math.min(wanted, reachBars ?? wanted);
  }

  /** All bars so far; null before the first answer that held one. */
  get series(): CandleSeries | null {
    return this.#series;
  }

  /** The newest bars first, then the history behind them, page by page. @returns null while nothing is missing */
  nextPage(nowMs: number): CandlePage | null {
    const { intervalMs } = this.#subscription;
    const newestMs = this.#newestMs(nowMs);
    const oldestMs = this.#oldestMs(nowMs);
    const spanMs = (this.#pageBars - 1) * intervalMs;
    const covered = this.#covered;
    if (covered === null || covered.toMs < oldestMs)
      return { fromMs: Math.max(oldestMs, newestMs - spanMs), toMs: newestMs };
    if (covered.toMs < newestMs) {
      const fromMs = Math.max(oldestMs, covered.fromMs, covered.toMs - (OVERLAP_BARS - 1) * intervalMs);
      return { fromMs, toMs: Math.min(newestMs, fromMs + spanMs) };
    }
    if (covered.fromMs <= oldestMs) return null;
    const toMs = covered.fromMs - intervalMs;
    return { fromMs: Math.max(oldestMs, toMs - spanMs), toMs };
  }

  /** How long until `nextPage` has something to ask for again, when it has nothing now. */
  waitMs(nowMs: number): number {
    const { intervalMs } = this.#subscription;
    return Math.max(0, this.#newestMs(nowMs) + 2 * intervalMs + BAR_SETTLE_MS - nowMs);
  }

  /** @param page as `nextPage` gave it; @param answer null: the venue has no bar in that page */
  take(page: CandlePage, answer: CandleSeries | null, nowMs: number): void {
    const covered = this.#covered;
    const { intervalMs } = this.#subscription;
    // A page that does not touch what is covered begins anew: the node slept longer than it keeps bars.
    const joins =
      covered !== null && page.fromMs <= covered.toMs + intervalMs && page.toMs >= covered.fromMs - intervalMs;
    this.#covered = joins
      ? { fromMs: Math.min(covered.fromMs, page.fromMs), toMs: Math.max(covered.toMs, page.toMs) }
      : page;
    if (answer !== null) this.#merge(answer, nowMs);
  }

  /** The newer answer's bar replaces an older one's; bars that are too old go. */
  #merge(answer: CandleSeries, nowMs: number): void {
    const oldestMs = this.#oldestMs(nowMs);
    const bars = new Map<number, Candle>();
    for (const bar of this.#series?.closes ?? []) bars.set(bar.openMs, bar);
    for (const bar of answer.closes) bars.set(bar.openMs, bar);
    const closes = [...bars.values()].filter(({ openMs }) => openMs >= oldestMs).sort((a, b) => a.openMs - b.openMs);
    const last = closes.at(-1);
    if (last === undefined) return;
    const { receivedAtMs } = answer;
    this.#series = { ...answer, closes, timeMs: last.openMs + answer.intervalMs, receivedAtMs };
  }

  /** Opening time of the newest bar that has ended. */
  #newestMs(nowMs: number): number {
    const { intervalMs } = this.#subscription;
    return Math.floor((nowMs - BAR_SETTLE_MS) / intervalMs) * intervalMs - intervalMs;
  }

  #oldestMs(nowMs: number): number {
    return this.#newestMs(nowMs) - (this.#keptBars - 1) * this.#subscription.intervalMs;
  }
}
