/** What opens below a feed's row: how it compares with the chain, its chart, and where it came from. */
import type { ExcludedSource, FeedView, InputView } from "../api/view.ts";
import { FeedChart } from "./chart.ts";
import type { Row } from "./dom.ts";
import { el, KeyedList, setHidden, setText } from "./dom.ts";
import { ago, clockTime, formatAge, formatCount } from "./format.ts";
import { formatConfidence, formatDifference, formatInput, formatValue, type Measure, measureOf } from "./measure.ts";
import type { FeedSeries } from "./series.ts";
import {
  capital,
  depthWords,
  feedExplanation,
  feedKind,
  feedTitle,
  reasonWords,
  sourceWords,
  spreadWords,
} from "./words.ts";

/** Below this a chart would show a few points as if they were a story. */
const SHORTEST_RANGE_MS = 60_000;

export type FeedTime = { readonly nowMs: number; readonly slotMs: number; readonly rangeMs: number };

function fact(label: string): { readonly row: HTMLElement; readonly value: HTMLElement; readonly note: HTMLElement } {
  const value = el("span", { class: "fact-value" });
  const note = el("span", { class: "fact-note" });
  return { row: el("div", {}, el("dt", {}, label), el("dd", {}, value, note)), value, note };
}

function inputRow(feedName: string): (input: InputView) => Row<InputView> {
  return (first) => {
    const value = el("td", { class: "num" });
    const weight = el("td", { class: "num" });
    const label = el("td");
    const source = el("th", { scope: "row", title: first.source }, sourceWords(first.source, feedName));
    return {
      node: el("tr", {}, source, label, value, weight),
      update: (input) => {
        setText(label, input.label);
        setText(value, formatInput(input.value, input.unit));
        setText(weight, input.weight === null ? "" : `${(input.weight * 100).toFixed(1)} %`);
      },
    };
  };
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

export class FeedDetail {
  readonly node: HTMLElement;
  readonly #measure: Measure;
  readonly #series: FeedSeries;
  readonly #agreed = fact("Nodes differ by");
  readonly #explanation = el("p", { class: "explanation" });
  readonly #onChain = fact("On chain");
  readonly #difference = fact("Agreed \u2212 on chain");
  readonly #published = fact("Last published");
  readonly #rule = fact("Publishes");
  readonly #readout = el("span", { class: "readout" });
  readonly #empty = el("p", { class: "chart-empty" });
  readonly #figure: HTMLElement;
  readonly #own = el("p", { class: "own" });
  readonly #inputs: KeyedList<InputView>;
  readonly #inputsTable = el("table", { class: "inputs" });
  readonly #depth = el("p", { class: "notes depth" });
  readonly #notes = el("p", { class: "notes" });
  readonly #excluded: KeyedList<ExcludedSource>;
  readonly #excludedList = el("ul", { class: "excluded", "aria-label": "Sources left out" });
  readonly #chart: FeedChart;

  /** @param series the row's: it goes on while the detail is closed */
  constructor(feed: FeedView, series: FeedSeries) {
    this.#series = series;
    this.#measure = measureOf(feed);
    const plot = el("div", { class: "plot" });
    const legend = el(
      "figcaption",
      {},
      el("span", { class: "key key-agreed" }, "Agreed"),
      el("span", { class: "key key-published" }, "Published"),
      this.#readout,
    );
    this.#figure = el("figure", { role: "img" }, plot, this.#empty, legend);
    this.#chart = new FeedChart({ measure: this.#measure }, { box: plot, readout: this.#readout });
    const rows = el("tbody");
    this.#inputsTable.append(
      el("caption", { class: "sr-only" }, `Inputs of ${feed.name} at this node`),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, "Input"),
          el("th", { scope: "col" }, "What"),
          el("th", { scope: "col", class: "num" }, "Value"),
          el("th", { scope: "col", class: "num" }, "Weight"),
        ),
      ),
      rows,
    );
    this.#inputs = new KeyedList(
      { keyOf: ({ source, label }) => `${source} ${label}`, create: inputRow(feed.name) },
      rows,
    );
    this.#excluded = new KeyedList(
      { keyOf: (excluded) => `${excluded.source} ${excluded.reason}`, create: excludedRow(feed.name) },
      this.#excludedList,
    );
    this.node = el(
      "div",
      { class: "detail" },
      el(
        "p",
        { class: "sub" },
        `${feed.title}, ${feed.unit === "1" ? "a share" : feed.unit}, definition ${feed.maturity}`,
      ),
      this.#explanation,
      el(
        "dl",
        { class: "facts" },
        this.#agreed.row,
        this.#onChain.row,
        this.#difference.row,
        this.#published.row,
        this.#rule.row,
      ),
      this.#figure,
      el("div", { class: "origin" }, this.#own, this.#inputsTable, this.#depth, this.#notes, this.#excludedList),
    );
  }

  update(feed: FeedView, time: FeedTime): void {
    if (feed.value === null || feed.timeMs === null) {
      setText(this.#agreed.value, "\u2013");
      setText(this.#agreed.note, "");
    } else {
      setText(this.#agreed.value, formatConfidence(feed.value.text, feed.confidencePpb, this.#measure));
      const round = feed.round === null ? "" : `, round ${formatCount(feed.round)}`;
      setText(this.#agreed.note, `agreed ${ago(time.nowMs - feed.timeMs)}${round}`);
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
    setText(
      this.#onChain.value,
      onChain === null ? "nothing yet" : formatValue(onChain.value.text, this.#measure, feed.unit),
    );
    setText(
      this.#onChain.note,
      onChain === null
        ? ""
        : `${onChain.status === "ok" ? "" : `${onChain.status}, `}answer ${formatCount(onChain.count)}`,
    );
    setText(
      this.#difference.value,
      onChain === null || value === null ? "\u2013" : formatDifference(value.text, onChain.value.text, this.#measure),
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
      setText(this.#own, `This node measures ${formatValue(own.value.text, this.#measure, feed.unit)} from`);
    else setText(this.#own, `This node has no value: ${reasonWords(own.reason)}. ${own.detail}`);
    this.#inputs.update(own?.inputs ?? []);
    setHidden(this.#inputsTable, this.#inputs.size === 0);
    const { depth, halfSpreadBps } = own?.kind === "value" ? own : { depth: null, halfSpreadBps: null };
    const trust = [halfSpreadBps === null ? "" : spreadWords(halfSpreadBps), depth === null ? "" : depthWords(depth)];
    setText(this.#depth, trust.join(" ").trim());
    setHidden(
      this.#depth,
      trust.every((words) => words === ""),
    );
    const notes = own?.kind === "value" ? own.notes : [];
    setText(this.#notes, notes.map(({ kind, detail }) => `${capital(reasonWords(kind))}: ${detail}.`).join(" "));
    setHidden(this.#notes, notes.length === 0);
    this.#excluded.update(own?.excluded ?? []);
    setHidden(this.#excludedList, this.#excluded.size === 0);
  }

  /** Separate from `update`: a chart is redrawn when there is something new to draw, not every second. */
  draw(feed: FeedView, time: FeedTime): void {
    const untilMs = Math.max(feed.timeMs ?? 0, time.nowMs - time.slotMs);
    this.#series.forgetBefore(untilMs - time.rangeMs);
    // A young node has less than the range: its minutes fill the chart instead of hiding at the right edge.
    const youngestMs = Math.min(this.#series.firstMs ?? 0, untilMs - SHORTEST_RANGE_MS);
    const sinceMs = Math.max(untilMs - time.rangeMs, youngestMs);
    const empty = this.#series.isEmpty;
    setHidden(this.#empty, !empty);
    // Axes without data would show made-up numbers.
    this.#figure.classList.toggle("is-empty", empty);
    setText(this.#empty, "The chart begins with the first agreed value.");
    this.#chart.show(this.#series.columns(sinceMs, time.slotMs), [sinceMs / 1_000, untilMs / 1_000]);
    const summary = `${feedTitle(feed.name)} ${feedKind(feed.name, feed.kind)} over the last ${formatAge(time.rangeMs)}`;
    this.#figure.setAttribute(
      "aria-label",
      empty || feed.value === null
        ? `${summary}: no values yet`
        : `${summary}, ${formatValue(feed.value.text, this.#measure, feed.unit)} at ${clockTime(untilMs)}`,
    );
  }
}
