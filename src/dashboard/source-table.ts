/** What opens below a venue: its limits, its connections, and each of its sources. */
import type { BudgetView, SourceView, VenueView } from "../api/sources-view.ts";
import type { Row } from "./dom.ts";
import { el, KeyedList, setAttribute, setBadge, setHidden, setText, textRow } from "./dom.ts";
import { formatAge, formatCount, formatLatency } from "./format.ts";
import {
  budgetShare,
  budgetWords,
  clockWords,
  connectionWords,
  errorWords,
  sourceBadge,
  sourceVia,
} from "./source-words.ts";
import { reasonWords, sourceWords } from "./words.ts";

const NOTHING = "\u2013";

/** A bar of what is left, and the number beside it. */
export class BudgetBar {
  readonly #left = el("span", { class: "budget-left" });
  readonly #words = el("span", { class: "budget-words" });
  readonly node = el(
    "span",
    { class: "budget" },
    el("span", { class: "budget-bar", "aria-hidden": "true" }, this.#left),
    this.#words,
  );

  update(budget: BudgetView | null): void {
    setHidden(this.node, budget === null);
    if (budget === null) return;
    const share = budgetShare(budget);
    this.#left.style.width = `${Math.round(100 * share)}%`;
    setAttribute(this.node, "data-tone", share < 0.15 ? "bad" : share < 0.4 ? "warn" : "good");
    setText(this.#words, budgetWords(budget));
    this.node.title = `${budget.bucket}: ${budget.left.toFixed(1)} of ${budget.of.toFixed(0)} credits may be spent at once`;
  }
}

function sourceRow(first: SourceView): Row<SourceView> {
  const badge = el("span", { class: "badge" });
  const detail = el("span", { class: "reason" });
  const { node, cells } = textRow([
    { label: "Source" },
    { label: "State" },
    { label: "Via", className: "wide-only" },
    { label: "Age", className: "num" },
    { label: "Latency", className: "num wide-only" },
    { label: "Good answers", className: "num wide-only" },
    { label: "Failures", className: "wide-only" },
  ]);
  setText(cells[0]!, sourceWords(first.source));
  cells[0]!.title = first.source;
  cells[1]!.append(badge, detail);
  return {
    node,
    update: (source) => {
      setBadge(badge, sourceBadge(source));
      setText(detail, source.detail ?? "");
      setText(cells[2]!, sourceVia(source.via));
      setText(cells[3]!, source.ageMs === null ? NOTHING : formatAge(source.ageMs));
      setText(cells[4]!, source.latencyMs === null ? NOTHING : formatLatency(source.latencyMs));
      const { ok = 0, ...failures } = source.counts;
      setText(cells[5]!, formatCount(ok));
      const words = Object.entries(failures).flatMap(([reason, count]) =>
        count === 0 ? [] : [`${formatCount(count)} ${reasonWords(reason)}`],
      );
      setText(cells[6]!, words.length === 0 ? "none" : words.join(", "));
    },
  };
}

function budgetRow(first: BudgetView): Row<BudgetView> {
  const bar = new BudgetBar();
  return {
    node: el("li", {}, el("span", {}, `${first.bucket} `), bar.node),
    update: (budget) => bar.update(budget),
  };
}

function lineRow(): Row<string> {
  const node = el("li");
  return { node, update: (words) => setText(node, words) };
}

export class SourceTable {
  readonly node: HTMLElement;
  readonly #facts = el("p", { class: "sub" });
  readonly #error = el("p", { class: "sub" });
  readonly #connections: KeyedList<string>;
  readonly #budgets: KeyedList<BudgetView>;
  readonly #sources: KeyedList<SourceView>;

  constructor(label: string) {
    const connections = el("ul", { class: "connections", "aria-label": `Connections to ${label}` });
    const budgets = el("ul", { class: "budgets", "aria-label": `Rate limits of ${label}` });
    const rows = el("tbody");
    const head = (words: string, className = ""): HTMLElement => el("th", { scope: "col", class: className }, words);
    this.node = el(
      "div",
      { class: "venue-body" },
      this.#facts,
      this.#error,
      connections,
      budgets,
      el(
        "table",
        {},
        el("caption", { class: "sr-only" }, `Sources of ${label}`),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            head("Source"),
            head("State"),
            head("Via", "wide-only"),
            head("Age", "num"),
            head("Latency", "num wide-only"),
            head("Good answers", "num wide-only"),
            head("Failures", "wide-only"),
          ),
        ),
        rows,
      ),
    );
    this.#connections = new KeyedList({ keyOf: (words) => words.split(":")[0] ?? words, create: lineRow }, connections);
    this.#budgets = new KeyedList({ keyOf: ({ bucket }) => bucket, create: budgetRow }, budgets);
    this.#sources = new KeyedList({ keyOf: ({ source }) => source, create: sourceRow }, rows);
  }

  update(venue: VenueView, sources: readonly SourceView[], nowMs: number): void {
    const latency = venue.latencyMs === null ? NOTHING : formatLatency(venue.latencyMs);
    const watched = venue.isNeeded ? "" : " No feed reads it: it is only watched.";
    setText(this.#facts, `Latency ${latency}, its clock less ours: ${clockWords(venue.clockOffsetMs)}.${watched}`);
    const { lastError } = venue;
    setHidden(this.#error, lastError === null);
    if (lastError !== null) {
      setText(this.#error, `Last error, of ${sourceWords(lastError.source)}: ${errorWords(lastError, nowMs)}.`);
    }
    this.#connections.update(venue.connections.map((connection) => connectionWords(connection, nowMs)));
    this.#budgets.update(venue.budgets);
    this.#sources.update(sources);
  }
}
