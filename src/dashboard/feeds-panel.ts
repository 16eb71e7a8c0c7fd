/** All feeds, a column a symbol, and the history behind their lines. */
import type { HistoryReply } from "../api/replies.ts";
import type { FeedView } from "../api/view.ts";
import { byId, el, setHidden, setText } from "./dom.ts";
import type { FeedTime } from "./feed-detail.ts";
import { columnsOf, matches } from "./feed-groups.ts";
import { FeedRow } from "./feed-row.ts";
import { fetchJson, reasonOf } from "./fetch-json.ts";
import type { PageState } from "./state.ts";
import { feedTitle } from "./words.ts";

/** Points seen live may have holes (a hidden tab, a lost connection); the node's history has none. */
const HISTORY_EVERY_MS = 60_000;
/** The API's own cap. */
const POINTS_MAX = 5_000;
/** Enough for a sparkline. */
const SPARK_POINTS = 120;
/** Narrower, an open feed would push all others off the screen. */
const WIDE = "(width >= 1000px)";

type Group = { readonly node: HTMLElement; readonly names: readonly string[] };

export class FeedsPanel {
  readonly #rows = new Map<string, FeedRow>();
  readonly #grid = byId("feeds");
  readonly #empty = byId("feeds-empty");
  readonly #noMatch = byId("feeds-no-match");
  readonly #count = byId("feeds-count");
  readonly #filter = byId("feeds-filter") as HTMLInputElement;
  readonly #onError: (message: string) => void;
  readonly #page: PageState;
  #groups: readonly Group[] = [];
  #shown = "";
  #rangeMs = 15 * 60_000;
  #historyAtMs = Number.NEGATIVE_INFINITY;
  #historyRequest = 0;

  constructor(doors: { readonly page: PageState; readonly onError: (message: string) => void }) {
    this.#page = doors.page;
    this.#onError = doors.onError;
    this.#filter.addEventListener("input", () => this.#applyFilter());
    for (const input of document.querySelectorAll<HTMLInputElement>("input[name=range]")) {
      if (input.checked) this.#rangeMs = Number(input.value);
      input.addEventListener("change", () => {
        this.#rangeMs = Number(input.value);
        this.forgetHistory();
      });
    }
  }

  /** The next update fetches the lines' history anew. */
  forgetHistory(): void {
    this.#historyAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Ages and words; cheap, called every second. */
  update(nowMs: number): void {
    const page = this.#page;
    const feeds = page.feeds?.feeds ?? [];
    setHidden(this.#empty, page.feeds === null || feeds.length > 0);
    this.#arrange(feeds);
    const time = this.#time(nowMs);
    for (const feed of feeds) this.#rows.get(feed.name)?.update(feed, time);
    const agreed = feeds.filter(({ status }) => status === "ok").length;
    setText(this.#count, feeds.length === 0 ? "" : `${agreed} of ${feeds.length} agreed`);
    const isDue = performance.now() - this.#historyAtMs > HISTORY_EVERY_MS;
    if (feeds.length > 0 && isDue && page.connection.kind !== "lost") {
      this.#historyAtMs = performance.now();
      void this.#fetchHistory(feeds);
    }
  }

  /** After feeds were fetched: the lines move on. */
  refreshed(nowMs: number): void {
    const time = this.#time(nowMs);
    for (const feed of this.#page.feeds?.feeds ?? []) {
      const row = this.#rows.get(feed.name);
      if (row === undefined) continue;
      if (feed.timeMs !== null && feed.status === "ok") row.series.append(feed.timeMs, feed.value?.text ?? null, "ok");
      const { published } = feed;
      if (published !== null) {
        row.series.appendPublished({ timeMs: published.timeMs, value: published.value.text, round: published.round });
      }
      row.draw(feed, time);
    }
  }

  #time(nowMs: number): FeedTime {
    return { nowMs, slotMs: this.#page.slotMs, rangeMs: this.#rangeMs };
  }

  /** Built anew only when other feeds are served, which is a new version of the network. */
  #arrange(feeds: readonly FeedView[]): void {
    const shown = feeds.map(({ name }) => name).join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#rows.clear();
    const groups: Group[] = [];
    const columns = columnsOf(feeds).map(({ symbol, groups: kinds }) => {
      const id = `column-${symbol}`;
      const parts = kinds.map(({ title, feeds: mine }) => {
        const node = el("div", { class: "group" }, el("h4", {}, title), ...mine.map((feed) => this.#row(feed)));
        groups.push({ node, names: mine.map(({ name }) => name) });
        return node;
      });
      const heading = el("h3", { id }, feedTitle(symbol));
      return el("section", { class: "card column", "aria-labelledby": id }, heading, ...parts);
    });
    this.#groups = groups;
    this.#grid.replaceChildren(...columns);
    this.forgetHistory();
    this.#applyFilter();
  }

  #row(feed: FeedView): HTMLElement {
    const row = new FeedRow(feed, {
      onOpen: () => {
        this.forgetHistory();
        this.update(this.#page.nowMs());
      },
    });
    this.#rows.set(feed.name, row);
    if (feed.kind === "spot-index" && matchMedia(WIDE).matches) queueMicrotask(() => row.toggle());
    return row.node;
  }

  #applyFilter(): void {
    const query = this.#filter.value.trim();
    const found = new Set(
      (this.#page.feeds?.feeds ?? []).filter((feed) => query === "" || matches(feed, query)).map(({ name }) => name),
    );
    for (const [name, row] of this.#rows) setHidden(row.node, !found.has(name));
    for (const { node, names } of this.#groups) setHidden(node, !names.some((name) => found.has(name)));
    for (const column of this.#grid.querySelectorAll<HTMLElement>(".column")) {
      setHidden(column, column.querySelector(".group:not([hidden])") === null);
    }
    setHidden(this.#noMatch, this.#rows.size === 0 || found.size > 0);
    if (found.size === 0) setText(this.#noMatch, `No feed is called \u201c${query}\u201d.`);
  }

  async #fetchHistory(feeds: readonly FeedView[]): Promise<void> {
    this.#historyRequest += 1;
    const request = this.#historyRequest;
    const sinceMs = Math.floor(this.#page.nowMs() - this.#rangeMs);
    const every = Math.min(POINTS_MAX, Math.ceil(this.#rangeMs / this.#page.slotMs) + 60);
    try {
      const histories = await Promise.all(
        feeds.map(({ name }) => {
          const limit = this.#rows.get(name)?.isOpen === true ? every : SPARK_POINTS;
          return fetchJson<HistoryReply>(
            `/v1/feeds/${encodeURIComponent(name)}/history?sinceMs=${sinceMs}&limit=${limit}`,
          );
        }),
      );
      // The reader has chosen another range meanwhile: its own answer is under way.
      if (request !== this.#historyRequest) return;
      for (const history of histories) this.#rows.get(history.name)?.series.replace(history);
      this.#onError("");
    } catch (error) {
      this.#onError(`Charts are incomplete: ${reasonOf(error)}.`);
    }
    this.refreshed(this.#page.nowMs());
  }
}
