/** The market data of this node: a line a venue, and below it, on a press, its sources. */
import type { SourceView, VenueView } from "../api/sources-view.ts";
import type { Row } from "./dom.ts";
import { byId, el, KeyedList, setAttribute, setBadge, setHidden, setText, textRow } from "./dom.ts";
import { formatAge, formatLatency } from "./format.ts";
import { BudgetBar, SourceTable } from "./source-table.ts";
import { clockWords, errorWords, tightestBudget, venueBadge, venueVia } from "./source-words.ts";
import type { PageState } from "./state.ts";
import { sourceWords, venueName } from "./words.ts";

const NOTHING = "\u2013";
const COLUMNS = 8;

/** A line of the table: the venue's own, and while it is open the one below. */
type Line = {
  readonly venue: VenueView;
  readonly sources: readonly SourceView[];
  readonly isOpen: boolean;
  readonly part: "line" | "body";
  readonly nowMs: number;
};

function bodyId({ venue }: VenueView): string {
  return `venue-${venue}`;
}

export class SourcesPanel {
  readonly #open = new Set<string>();
  readonly #onToggle: () => void;
  readonly #lines: KeyedList<Line>;

  constructor(doors: { readonly onToggle: () => void }) {
    this.#onToggle = doors.onToggle;
    this.#lines = new KeyedList(
      {
        keyOf: ({ venue, part }) => `${venue.venue}/${part}`,
        create: (line) => (line.part === "line" ? this.#lineRow(line) : bodyRow(line)),
      },
      byId("sources-rows"),
    );
  }

  update({ venues, sources }: PageState, nowMs: number): void {
    if (venues === null) return;
    const lines = venues.venues.flatMap((venue): Line[] => {
      const own = sources?.sources.filter((source) => source.venue === venue.venue) ?? [];
      const isOpen = this.#open.has(venue.venue);
      const line: Line = { venue, sources: own, isOpen, part: "line", nowMs };
      return isOpen ? [line, { ...line, part: "body" }] : [line];
    });
    this.#lines.update(lines);
    const good = venues.venues.filter(({ state }) => state === "ok").length;
    setText(byId("sources-count"), `${good} of ${venues.venues.length} venues good`);
    setHidden(byId("sources-empty"), venues.venues.length > 0);
    setHidden(byId("sources-table"), venues.venues.length === 0);
  }

  #lineRow({ venue: first }: Line): Row<Line> {
    const name = first.venue;
    const badge = el("span", { class: "badge" });
    const budget = new BudgetBar();
    const button = el("button", { class: "venue-name", type: "button" }, venueName(name));
    const { node, cells } = textRow([
      { label: "Venue" },
      { label: "State" },
      { label: "Via" },
      { label: "Age", className: "num" },
      { label: "Latency", className: "num wide-only" },
      { label: "Its clock", className: "num wide-only" },
      { label: "Budget left", className: "wide-only" },
      { label: "Last error", className: "wide-only venue-error" },
    ]);
    node.dataset["venue"] = name;
    cells[0]!.append(button);
    cells[1]!.append(badge);
    cells[6]!.append(budget.node);
    button.addEventListener("click", () => {
      if (!this.#open.delete(name)) this.#open.add(name);
      this.#onToggle();
    });
    return {
      node,
      update: ({ venue, isOpen, nowMs }) => {
        setAttribute(button, "aria-expanded", String(isOpen));
        // What is closed is not there, and must not be pointed to.
        if (isOpen) setAttribute(button, "aria-controls", bodyId(venue));
        else button.removeAttribute("aria-controls");
        setBadge(badge, venueBadge(venue));
        setText(cells[2]!, venueVia(venue.sources));
        setText(cells[3]!, venue.ageMs === null ? NOTHING : formatAge(venue.ageMs));
        setText(cells[4]!, venue.latencyMs === null ? NOTHING : formatLatency(venue.latencyMs));
        setText(cells[5]!, clockWords(venue.clockOffsetMs));
        budget.update(tightestBudget(venue.budgets));
        const { lastError } = venue;
        setText(cells[7]!, lastError === null ? "none" : errorWords(lastError, nowMs));
        cells[7]!.title = lastError === null ? "" : sourceWords(lastError.source);
      },
    };
  }
}

function bodyRow({ venue: first }: Line): Row<Line> {
  const table = new SourceTable(venueName(first.venue));
  const cell = el("td", { colspan: String(COLUMNS) }, table.node);
  return {
    node: el("tr", { id: bodyId(first), class: "venue-open" }, cell),
    update: ({ venue, sources, nowMs }) => table.update(venue, sources, nowMs),
  };
}
