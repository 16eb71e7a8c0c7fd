/** What the nodes say of the feeds while venues misbehave, judged against what the venues could still say. */
import type { FeedDefinition } from "../feeds/definition.ts";
import type { Venue } from "../market/venue.ts";
import type { LeafView, SignedReportView } from "../api/view.ts";
import { type Episode, impairedAt } from "./chaos-plan.ts";

/** A feed that was missing although enough of its venues lived. */
export type Unexplained = {
  readonly feed: string;
  readonly round: number;
  readonly atMs: number;
  readonly living: number;
  readonly needed: number;
};

/** What is looked at of a signed report. */
export type SeenReport = Pick<SignedReportView, "round" | "reportTimeMs"> & {
  readonly leaves: readonly Pick<LeafView, "feedId" | "status" | "pubStatus">[];
};

/** Every venue that a feed reads by itself, each once; a settlement reads its spot index alone. */
function venuesOf(definition: FeedDefinition): readonly Venue[] {
  switch (definition.kind) {
    case "spot-index":
      return [...new Set(definition.method.markets.map(({ venue }) => venue))];
    case "realised-vol":
      return [...new Set(definition.method.candles.map(({ venue }) => venue))];
    case "funding-8h":
      return [definition.method.venue];
    case "settlement":
      return [];
    default:
      return [definition.method.options.venue];
  }
}

export class ChaosWatch {
  readonly unexplained: Unexplained[] = [];
  /** Reports in which a feed was missing, by feed. */
  readonly missing = new Map<string, number>();
  readonly #plan: readonly Episode[];
  readonly #startMs: number;
  readonly #feeds: readonly { readonly name: string; readonly feedId: string; readonly definition: FeedDefinition }[];
  readonly #known = new Set<string>();
  readonly #rounds = new Set<number>();

  /** @param startMs of the plan, unix ms */
  constructor(
    plan: readonly Episode[],
    startMs: number,
    feeds: readonly { readonly name: string; readonly feedId: string; readonly definition: FeedDefinition }[],
  ) {
    this.#plan = plan;
    this.#startMs = startMs;
    this.#feeds = feeds;
  }

  get rounds(): number {
    return this.#rounds.size;
  }

  take(report: SeenReport): void {
    if (this.#rounds.has(report.round) || report.reportTimeMs < this.#startMs) return;
    this.#rounds.add(report.round);
    const impaired = impairedAt(this.#plan, report.reportTimeMs - this.#startMs);
    for (const leaf of report.leaves) {
      const feed = this.#feeds.find(({ feedId }) => feedId === leaf.feedId);
      if (feed === undefined) continue;
      // A settlement is between its windows most of the time, and a feed that never was there yet is not lost.
      if (feed.definition.kind === "settlement") continue;
      if (leaf.status === "ok") this.#known.add(feed.name);
      // What readers are told: a feed that is back within its grace was never missing to them.
      if (leaf.pubStatus !== "missing" || !this.#known.has(feed.name)) continue;
      this.missing.set(feed.name, (this.missing.get(feed.name) ?? 0) + 1);
      const livingOf = (one: FeedDefinition): number => venuesOf(one).filter((venue) => !impaired.has(venue)).length;
      const spot = this.#spotOf(feed.definition);
      const living = livingOf(feed.definition);
      const needed = feed.definition.minSources;
      if (living >= needed && (spot === undefined || livingOf(spot) >= spot.minSources)) {
        this.unexplained.push({ feed: feed.name, round: report.round, atMs: report.reportTimeMs, living, needed });
      }
    }
  }

  #spotOf(definition: FeedDefinition): FeedDefinition | undefined {
    return this.#feeds.find(({ name }) => name === `${definition.symbol}.spot-index`)?.definition;
  }
}
