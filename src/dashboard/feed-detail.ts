/** One feed: the agreed value, how it compares with the chain, its chart, and where it came from. */
import type { ExcludedSource, FeedView } from "../api/view.ts";
import { FeedChart } from "./chart.ts";
import type { Row } from "./dom.ts";
import { el, KeyedList, setBadge, setHidden, setText } from "./dom.ts";
import {
  ago,
  clockTime,
  formatAge,
  formatConfidence,
  formatCount,
  formatDifference,
  formatNumber,
  formatValue,
  unitText,
} from "./format.ts";
import { FeedSeries } from "./series.ts";
import { feedBadge, feedExplanation, feedKind, feedTitle, reasonWords, sourceWords } from "./words.ts";

/** Below this a chart would show a few points as if they were a story. */
const SHORTEST_RANGE_MS = 60_000;

export type CardTime = { readonly nowMs: number; readonly slotMs: number; readonly rangeMs: number };

function fact(label: string): { readonly row: HTMLElement; readonly value: HTMLElement; readonly note: HTMLElement } {
  const value = el("span", { class: "fact-value" });
  const note = el("span", { class: "fact-note" });
  return { row: el("div", {}, el("dt", {}, label), el("dd", {}, value, note)), value, note };
}

function usedChip(feedName: string): (source: string) => Row<string> {
  return (source) => ({ node: el("li", { class: "chip", title: source }, sourceWords(source, feedName)), update() {} });
}

function excludedRow(feedName: string): (excluded: ExcludedSource) => Row<ExcludedSource> {
  return (first) => {
    const reason = el("strong");
    const detail = el("span");
    const name = el("s", { title: first.source }, sourceWords(first.source, feedName));
    return {
      node: el("li", {}, name, " ", reason, " ", detail),
      update: (excluded) => {
        setText(reason, `${reasonWords(excluded.reason)}:`);
        setText(detail, excluded.detail);
      },
    };
  };
}

export class FeedCard {
  readonly node: HTMLElement;
  readonly series = new FeedSeries();
  readonly #badge = el("span", { class: "badge" });
  readonly #number = el("span", { class: "number" });
  readonly #unit = el("span", { class: "unit" });
  readonly #value = el("p", { class: "value" }, this.#number, this.#unit);
  readonly #confidence = el("p", { class: "sub" });
  readonly #agreedAt = el("p", { class: "sub" });
  readonly #explanation = el("p", { class: "explanation" });
  readonly #onChain = fact("On chain");
  readonly #difference = fact("Agreed \u2212 on chain");
  readonly #published = fact("Last published");
  readonly #rule = fact("Publishes");
  readonly #readout = el("span", { class: "readout" });
  readonly #empty = el("p", { class: "chart-empty" });
  readonly #figure: HTMLElement;
  readonly #own = el("p", { class: "own" });
  readonly #used: KeyedList<string>;
  readonly #usedList = el("ul", { class: "chips", "aria-label": "Sources used" });
  readonly #excluded: KeyedList<ExcludedSource>;
  readonly #excludedList = el("ul", { class: "excluded", "aria-label": "Sources left out" });
  readonly #chart: FeedChart;

  constructor(feed: FeedView) {
    const titleId = `feed-${feed.index}`;
    const plot = el("div", { class: "plot" });
    const legend = el(
      "figcaption",
      {},
      el("span", { class: "key key-agreed" }, "Agreed"),
      el("span", { class: "key key-published" }, "Published"),
      this.#readout,
    );
    this.#figure = el("figure", { role: "img" }, plot, this.#empty, legend);
    this.#chart = new FeedChart({ unit: feed.unit }, { box: plot, readout: this.#readout });
    this.#used = new KeyedList({ keyOf: (source) => source, create: usedChip(feed.name) }, this.#usedList);
    this.#excluded = new KeyedList(
      { keyOf: (excluded) => excluded.source, create: excludedRow(feed.name) },
      this.#excludedList,
    );
    const heading = el(
      "h3",
      { id: titleId },
      feedTitle(feed.name),
      " ",
      el("span", { class: "kind" }, feedKind(feed.name, feed.kind)),
    );
    this.node = el(
      "article",
      { class: "card feed", "aria-labelledby": titleId, "data-feed": feed.name },
      el("header", {}, heading, this.#badge),
      el(
        "div",
        { class: "feed-top" },
        el("div", { class: "feed-value" }, this.#value, this.#confidence, this.#agreedAt, this.#explanation),
        el("dl", { class: "facts" }, this.#onChain.row, this.#difference.row, this.#published.row, this.#rule.row),
      ),
      this.#figure,
      el("div", { class: "origin" }, this.#own, this.#usedList, this.#excludedList),
    );
  }

  update(feed: FeedView, time: CardTime): void {
    setBadge(this.#badge, feedBadge(feed, time.nowMs, time.slotMs));
    setText(this.#number, feed.value === null ? "\u2013" : formatNumber(feed.value.text, feed.unit));
    setText(this.#unit, feed.value === null ? "" : unitText(feed.unit));
    this.#value.classList.toggle("is-old", feed.status !== "ok");
    if (feed.value === null || feed.timeMs === null) {
      setText(this.#confidence, "");
      setText(this.#agreedAt, "");
    } else {
      const round = feed.round === null ? "" : `, round ${formatCount(feed.round)}`;
      setText(this.#confidence, `${formatConfidence(feed.value.text, feed.confidencePpb, feed.unit)} between nodes`);
      setText(this.#agreedAt, `Agreed ${ago(time.nowMs - feed.timeMs)}${round}`);
    }
    const explanation = feedExplanation(feed);
    setText(this.#explanation, explanation);
    this.#explanation.classList.toggle("is-fault", feed.status === "missing" || feed.status === "disputed");
    setHidden(this.#explanation, explanation === "");
    this.#updateChainFacts(feed, time.nowMs);
    this.#updateOrigin(feed);
  }

  #updateChainFacts(feed: FeedView, nowMs: number): void {
    const { onChain, published, value } = feed;
    setText(this.#onChain.value, onChain === null ? "nothing yet" : formatValue(onChain.value.text, feed.unit));
    setText(
      this.#onChain.note,
      onChain === null
        ? ""
        : `${onChain.status === "ok" ? "" : `${onChain.status}, `}answer ${formatCount(onChain.count)}`,
    );
    setText(
      this.#difference.value,
      onChain === null || value === null ? "\u2013" : formatDifference(value.text, onChain.value.text, feed.unit),
    );
    setText(this.#published.value, published === null ? "never" : ago(nowMs - published.timeMs));
    setText(this.#published.note, published === null ? "" : `round ${formatCount(published.round)}`);
    setText(this.#rule.value, `at ${feed.deviation}`);
    setText(this.#rule.note, `or every ${formatAge(feed.heartbeatMs)}`);
  }

  #updateOrigin(feed: FeedView): void {
    const { own } = feed;
    if (own === null) setText(this.#own, "This node has not measured it yet.");
    else if (own.kind === "value")
      setText(this.#own, `This node measures ${formatValue(own.value.text, feed.unit)} from`);
    else setText(this.#own, `This node has no value: ${reasonWords(own.reason)}. ${own.detail}`);
    this.#used.update(own?.sources ?? []);
    setHidden(this.#usedList, this.#used.size === 0);
    this.#excluded.update(own?.excluded ?? []);
    setHidden(this.#excludedList, this.#excluded.size === 0);
  }

  /** Separate from `update`: a chart is redrawn when there is something new to draw, not every second. */
  draw(feed: FeedView, time: CardTime): void {
    const untilMs = Math.max(feed.timeMs ?? 0, time.nowMs - time.slotMs);
    this.series.forgetBefore(untilMs - time.rangeMs);
    // A young node has less than the range: its minutes fill the chart instead of hiding at the right edge.
    const youngestMs = Math.min(this.series.firstMs ?? 0, untilMs - SHORTEST_RANGE_MS);
    const sinceMs = Math.max(untilMs - time.rangeMs, youngestMs);
    const empty = this.series.isEmpty;
    setHidden(this.#empty, !empty);
    // Axes without data would show made-up numbers.
    this.#figure.classList.toggle("is-empty", empty);
    setText(this.#empty, "The chart begins with the first agreed value.");
    this.#chart.show(this.series.columns(sinceMs, time.slotMs), [sinceMs / 1_000, untilMs / 1_000]);
    const summary = `${feedTitle(feed.name)} ${feedKind(feed.name, feed.kind)} over the last ${formatAge(time.rangeMs)}`;
    this.#figure.setAttribute(
      "aria-label",
      empty || feed.value === null
        ? `${summary}: no values yet`
        : `${summary}, ${formatValue(feed.value.text, feed.unit)} at ${clockTime(untilMs)}`,
    );
  }
}
