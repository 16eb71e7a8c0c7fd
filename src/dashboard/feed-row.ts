/** One feed in one line: what it is, where it went, what it is now. A press opens the rest. */
import type { FeedView } from "../api/view.ts";
import { el, setAttribute, setBadge, setHidden, setText } from "./dom.ts";
import { FeedDetail, type FeedTime } from "./feed-detail.ts";
import { formatConfidence, formatDifference, formatNumber, type Measure, measureOf, unitText } from "./measure.ts";
import { FeedSeries } from "./series.ts";
import { Sparkline } from "./sparkline.ts";
import { feedBadge, feedKind, feedRowWords } from "./words.ts";

const NOTHING = "\u2013";

export class FeedRow {
  readonly node: HTMLElement;
  readonly series = new FeedSeries();
  readonly #measure: Measure;
  readonly #feed: FeedView;
  readonly #badge = el("span", { class: "badge" });
  readonly #number = el("span", { class: "number" });
  readonly #unit = el("span", { class: "unit" });
  readonly #spread = el("span", { class: "row-note" });
  readonly #chain = el("span", { class: "row-chain" });
  readonly #value = el("span", { class: "value" }, this.#number, this.#unit);
  readonly #spark = new Sparkline();
  readonly #button: HTMLButtonElement;
  readonly #body: HTMLElement;
  readonly #onOpen: () => void;
  #detail: FeedDetail | null = null;
  #isOpen = false;

  /** @param doors.onOpen its chart now wants every point */
  constructor(feed: FeedView, doors: { readonly onOpen: () => void }) {
    this.#feed = feed;
    this.#measure = measureOf(feed);
    this.#onOpen = doors.onOpen;
    const bodyId = `feed-${feed.index}`;
    this.#button = el(
      "button",
      {
        class: "row",
        type: "button",
        "aria-expanded": "false",
        "aria-controls": bodyId,
        title: feedKind(feed.name, feed.kind),
      },
      el(
        "span",
        { class: "row-name" },
        el("span", { class: "row-kind" }, feedRowWords(feed.name, feed.kind)),
        this.#spread,
      ),
      this.#spark.node,
      this.#value,
      this.#chain,
      this.#badge,
    );
    this.#body = el("div", { id: bodyId, class: "row-body", hidden: "" });
    this.#button.addEventListener("click", () => this.toggle());
    this.node = el(
      "article",
      { class: "feed", "data-feed": feed.name, "data-kind": feed.kind },
      this.#button,
      this.#body,
    );
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  toggle(): void {
    this.#isOpen = !this.#isOpen;
    setAttribute(this.#button, "aria-expanded", String(this.#isOpen));
    setHidden(this.#body, !this.#isOpen);
    if (!this.#isOpen) return;
    if (this.#detail === null) {
      this.#detail = new FeedDetail(this.#feed, this.series);
      this.#body.append(this.#detail.node);
    }
    this.#onOpen();
  }

  update(feed: FeedView, time: FeedTime): void {
    const { value, onChain } = feed;
    setBadge(this.#badge, feedBadge(feed, time.nowMs, time.slotMs));
    setText(this.#number, value === null ? NOTHING : formatNumber(value.text, this.#measure));
    setText(this.#unit, value === null ? "" : unitText(this.#measure, feed.unit));
    this.#value.classList.toggle("is-old", feed.status !== "ok");
    setText(this.#spread, value === null ? "" : formatConfidence(value.text, feed.confidencePpb, this.#measure));
    setText(this.#chain, this.#chainWords(feed));
    this.#chain.title = onChain === null ? "Nothing is on chain yet" : "Agreed value less the answer on chain";
    if (this.#isOpen) this.#detail?.update(feed, time);
  }

  #chainWords({ value, onChain, settlement }: FeedView): string {
    // An estimate of the next price is no news of the last one.
    if (settlement?.agreed?.phase === "averaging") return "estimate";
    if (value === null || onChain === null) return "not on chain";
    return formatDifference(value.text, onChain.value.text, this.#measure);
  }

  /** Separate from `update`: lines are redrawn when there is something new to draw, not every second. */
  draw(feed: FeedView, time: FeedTime): void {
    const untilMs = Math.max(feed.timeMs ?? 0, time.nowMs - time.slotMs);
    const sinceMs = untilMs - time.rangeMs;
    this.series.forgetBefore(sinceMs);
    this.#spark.show(this.series.points, Math.max(sinceMs, this.series.firstMs ?? 0), untilMs);
    if (this.#isOpen) this.#detail?.draw(feed, time);
  }
}
