/** All feed cards, and the history behind their charts. */
import type { HistoryReply } from "../api/replies.ts";
import type { FeedView } from "../api/view.ts";
import { byId, setHidden } from "./dom.ts";
import { FeedCard } from "./feed-card.ts";
import { fetchJson, reasonOf } from "./fetch-json.ts";
import type { PageState } from "./state.ts";

/** Points seen live may have holes (a hidden tab, a lost connection); the node's history has none. */
const HISTORY_EVERY_MS = 60_000;
/** The API's own cap. */
const POINTS_MAX = 10_800;

export class FeedsPanel {
  readonly #cards = new Map<string, FeedCard>();
  readonly #grid = byId("feeds");
  readonly #empty = byId("feeds-empty");
  readonly #onError: (message: string) => void;
  #rangeMs = 15 * 60_000;
  #historyAtMs = Number.NEGATIVE_INFINITY;
  #historyRequest = 0;

  constructor(doors: { readonly onError: (message: string) => void }) {
    this.#onError = doors.onError;
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=range]")) {
      if (input.checked) this.#rangeMs = Number(input.value);
      input.addEventListener("change", () => {
        this.#rangeMs = Number(input.value);
        this.forgetHistory();
      });
    }
  }

  /** The next `refreshed` fetches the charts' history anew. */
  forgetHistory(): void {
    this.#historyAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Ages and words; cheap, called every second. */
  update(page: PageState, nowMs: number): void {
    const feeds = page.feeds?.feeds ?? [];
    setHidden(this.#empty, page.feeds === null || feeds.length > 0);
    const time = { nowMs, slotMs: page.slotMs, rangeMs: this.#rangeMs };
    for (const feed of feeds) {
      let card = this.#cards.get(feed.name);
      if (card === undefined) {
        card = new FeedCard(feed);
        this.#cards.set(feed.name, card);
        this.#grid.append(card.node);
        this.forgetHistory();
      }
      card.update(feed, time);
    }
    if (
      feeds.length > 0 &&
      performance.now() - this.#historyAtMs > HISTORY_EVERY_MS &&
      page.connection.kind !== "lost"
    ) {
      this.#historyAtMs = performance.now();
      void this.#fetchHistory(feeds, page);
    }
  }

  /** After feeds were fetched: the charts move on. */
  refreshed(page: PageState, nowMs: number): void {
    for (const feed of page.feeds?.feeds ?? []) {
      const card = this.#cards.get(feed.name);
      if (card === undefined) continue;
      if (feed.timeMs !== null && feed.status === "ok") card.series.append(feed.timeMs, feed.value?.text ?? null, "ok");
      const { published } = feed;
      if (published !== null) {
        card.series.appendPublished({ timeMs: published.timeMs, value: published.value.text, round: published.round });
      }
      card.draw(feed, { nowMs, slotMs: page.slotMs, rangeMs: this.#rangeMs });
    }
  }

  async #fetchHistory(feeds: readonly FeedView[], page: PageState): Promise<void> {
    this.#historyRequest += 1;
    const request = this.#historyRequest;
    const sinceMs = Math.floor(page.nowMs() - this.#rangeMs);
    const limit = Math.min(POINTS_MAX, Math.ceil(this.#rangeMs / page.slotMs) + 60);
    try {
      const histories = await Promise.all(
        feeds.map((feed) =>
          fetchJson<HistoryReply>(
            `/v1/feeds/${encodeURIComponent(feed.name)}/history?sinceMs=${sinceMs}&limit=${limit}`,
          ),
        ),
      );
      // The reader has chosen another range meanwhile: its own answer is under way.
      if (request !== this.#historyRequest) return;
      for (const history of histories) this.#cards.get(history.name)?.series.replace(history);
      this.#onError("");
    } catch (error) {
      this.#onError(`Charts are incomplete: ${reasonOf(error)}.`);
    }
    this.refreshed(page, page.nowMs());
  }
}
