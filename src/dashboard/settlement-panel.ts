/** The settlements: the window that runs or comes next, what of the price is fixed, who saw how much, and past prices. */
import type { FixedPrice, SettlementView } from "../api/derivatives-view.ts";
import type { FeedView } from "../api/view.ts";
import type { Row } from "./dom.ts";
import { byId, el, KeyedList, setAttribute, setBadge, setHidden, setText } from "./dom.ts";
import { countdown, expiryTime, formatCount, MINUS, NARROW_SPACE } from "./format.ts";
import { formatNumber } from "./measure.ts";
import type { PageState } from "./state.ts";
import { type Clockwork, clockworkOf, coverageWords } from "./settlement-words.ts";
import { feedTitle, settlementBadge } from "./words.ts";

type Item = { readonly feed: FeedView; readonly settlement: SettlementView; readonly nowMs: number };

function fact(label: string): { readonly row: HTMLElement; readonly value: HTMLElement; readonly note: HTMLElement } {
  const value = el("span", { class: "fact-value" });
  const note = el("span", { class: "fact-note" });
  return { row: el("div", {}, el("dt", {}, label), el("dd", {}, value, note)), value, note };
}

function priceRow(): Row<FixedPrice> {
  const when = el("span", { class: "when" });
  const value = el("span", { class: "fact-value" });
  return {
    node: el("li", {}, when, value),
    update: (price) => {
      setText(when, expiryTime(price.expiryMs));
      setText(value, `${formatNumber(price.value.text, "price")}${NARROW_SPACE}USD`);
    },
  };
}

function usd(text: string): string {
  return `${formatNumber(text, "price")}${NARROW_SPACE}USD`;
}

class SettlementCard implements Row<Item> {
  readonly node: HTMLElement;
  readonly #badge = el("span", { class: "badge" });
  readonly #clock = el("span", { class: "clock" });
  readonly #clockNote = el("span", { class: "sub" });
  readonly #seen = el("div", { class: "window-passed" });
  readonly #bar = el("div", { class: "window-bar", role: "img" }, this.#seen);
  readonly #price = fact("Price");
  readonly #fixed = fact("Fixed so far");
  readonly #variable = fact("Still open");
  readonly #coverage = fact("Seen by the network");
  readonly #own = fact("Seen by this node");
  readonly #past: KeyedList<FixedPrice>;
  readonly #pastList = el("ul", { class: "past" });
  readonly #pastEmpty = el("p", { class: "sub" }, "None since this node started.");

  constructor({ feed }: Item) {
    this.#past = new KeyedList({ keyOf: ({ expiryMs }) => String(expiryMs), create: priceRow }, this.#pastList);
    this.node = el(
      "article",
      { class: "card settlement", "data-settlement": feed.symbol },
      el("header", {}, el("h3", {}, feedTitle(feed.symbol)), this.#badge),
      el("p", { class: "clock-line" }, this.#clock, this.#clockNote),
      this.#bar,
      el(
        "dl",
        { class: "facts" },
        this.#price.row,
        this.#fixed.row,
        this.#variable.row,
        this.#coverage.row,
        this.#own.row,
      ),
      el("h4", {}, "Last fixed prices"),
      this.#pastList,
      this.#pastEmpty,
    );
  }

  update({ feed, settlement, nowMs }: Item): void {
    const clock = clockworkOf(settlement, nowMs);
    const { agreed } = settlement;
    setBadge(this.#badge, settlementBadge(agreed?.phase ?? null));
    setText(this.#clock, countdown(clock.leftMs));
    setText(
      this.#clockNote,
      clock.isRunning
        ? `until the price of ${expiryTime(clock.expiryMs)} is fixed`
        : `until the window of ${expiryTime(clock.expiryMs)} opens`,
    );
    this.#showWindow(clock);
    const isEstimate = agreed?.phase === "averaging";
    setText(this.#price.value, feed.value === null ? "\u2013" : usd(feed.value.text));
    setText(
      this.#price.note,
      agreed === null
        ? "no report speaks of it yet"
        : isEstimate
          ? "estimate: spot stands for the rest"
          : `of ${expiryTime(agreed.expiryMs)}`,
    );
    setText(this.#fixed.value, agreed === null ? "\u2013" : usd(agreed.fixed.text));
    setText(this.#fixed.note, isEstimate ? `${(clock.passed * 100).toFixed(0)} % of the window` : "the whole window");
    setText(this.#variable.value, agreed === null ? "\u2013" : usd(agreed.variable.text));
    setText(this.#variable.note, isEstimate ? "moves with spot" : "nothing is open");
    const { network, own, ownNote, isOwnLow } = coverageWords(settlement);
    setText(this.#coverage.value, network);
    setText(this.#coverage.note, "lower middle of the nodes");
    setText(this.#own.value, own);
    setText(this.#own.note, ownNote);
    this.#own.row.classList.toggle("is-low", isOwnLow);
    this.#past.update(settlement.past);
    setHidden(this.#pastEmpty, settlement.past.length > 0);
  }

  #showWindow({ passed, isRunning }: Clockwork): void {
    const percent = (passed * 100).toFixed(1);
    this.#seen.style.width = `${percent}%`;
    this.#bar.classList.toggle("is-running", isRunning);
    setAttribute(
      this.#bar,
      "aria-label",
      isRunning ? `${percent} percent of the window have passed` : "No window is running",
    );
  }
}

export class SettlementPanel {
  readonly #cards = new KeyedList<Item>(
    { keyOf: ({ feed }) => feed.name, create: (item) => new SettlementCard(item) },
    byId("settlements"),
  );

  update(page: PageState, nowMs: number): void {
    const items = (page.feeds?.feeds ?? []).flatMap((feed) =>
      feed.settlement === null ? [] : [{ feed, settlement: feed.settlement, nowMs }],
    );
    setHidden(byId("settlement-section"), items.length === 0);
    this.#cards.update(items);
    const first = items[0]?.settlement;
    if (first === undefined) return;
    const minutes = first.windowMs / 60_000;
    const span = minutes >= 1 ? `${formatCount(minutes)} minutes` : `${formatCount(first.windowMs / 1_000)} seconds`;
    const least = (first.minCoveragePpm / 10_000).toFixed(0).replace("-", MINUS);
    setText(
      byId("settlement-note"),
      `The time-weighted mean of the spot index over the ${span} before expiry; a node counts if it saw ${least} % of them.`,
    );
  }
}
