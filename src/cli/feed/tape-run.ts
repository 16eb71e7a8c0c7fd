/**
 * A definition over a tape in virtual time: one node that sees what the recorder saw, alone in its network, and the same
 * report as nodes would sign at every step. A step is a round.
 */
import { fixedToNumber } from "../../base/fixed.ts";
import type { Evaluation } from "../../feeds/evaluation.ts";
import { dueReason } from "../../feeds/trigger.ts";
import type { FeedRule } from "../../feeds/rule.ts";
import { type Benchmark, benchmarkOf } from "../../feeds/benchmark.ts";
import type { MarketSnapshot } from "../../market/quote.ts";
import { buildReport } from "../../protocol/build-report.ts";
import type { NoncePair, Observe } from "../../protocol/messages.ts";
import { neverPublished } from "../../protocol/next-leaf.ts";
import type { FeedState, Report } from "../../report/report.ts";
import { worstError } from "./book-error.ts";
import type { LoadedFeed } from "./definitions.ts";
import { FeedObserver } from "./observer.ts";

export type TapeStep = {
  readonly timeMs: number;
  readonly evaluation: Evaluation;
  /** The agreed number, which of one node is its own; null while there is none. */
  readonly value: number | null;
  /** What readers hold after this step; null before the first publication. */
  readonly published: number | null;
  /** Why the feed is published in this step; null: it is not. */
  readonly reason: string | null;
  /** Entries of the transaction: the feed, and what its book sends along; 0 without one. */
  readonly entries: number;
  /** Worst stale option price over its tolerance; null without a book. */
  readonly bookU: number | null;
  readonly benchmark: Benchmark | null;
};

const ZERO_NONCES: NoncePair = { hiding: `0x${"00".repeat(33)}`, binding: `0x${"00".repeat(33)}` };
const QUORUM_OF_ONE = 1;

function reasonOf(rule: FeedRule, before: FeedState | undefined, after: FeedState, timeMs: number): string {
  const { pubStatus, pubValue, pubTimeMs } = before ?? neverPublished(rule);
  if (after.detail?.kind === "settlement") return after.pubStatus === "ok" ? "final" : "lost";
  const published = { status: pubStatus, value: pubValue, timeMs: pubTimeMs };
  const status = after.status === "none" ? "missing" : after.status;
  return dueReason(rule, published, { status, value: after.value, timeMs: after.timeMs }, timeMs) ?? "option-book";
}

export class TapeRun {
  readonly #loaded: LoadedFeed;
  readonly #observer: FeedObserver;
  #parent: Report | null = null;

  constructor(loaded: LoadedFeed) {
    this.#loaded = loaded;
    this.#observer = new FeedObserver(loaded);
  }

  step(snapshot: MarketSnapshot): TapeStep {
    const { rules, feed } = this.#loaded;
    const { name, decimals } = feed.definition;
    const before = this.#leaves(this.#parent);
    const { timeMs, evaluations } = this.#observer.look(snapshot, before);
    const evaluation = evaluations.at(-1)!;
    const round = (this.#parent?.round ?? 0) + 1;
    const observe: Observe = {
      type: "observe",
      round,
      sender: 1,
      obsTimeMs: timeMs,
      incarnation: `0x${"00".repeat(16)}`,
      commitments: [ZERO_NONCES, ZERO_NONCES],
      values: evaluations.map((one) => (one.kind === "value" ? one.observed : null)),
    };
    const report = buildReport(rules, this.#parent, [observe], QUORUM_OF_ONE, { round, timeMs });
    this.#parent = report;
    const leaves = this.#leaves(report);
    const position = rules.findIndex((rule) => rule.name === name);
    const [rule, leaf] = [rules[position]!, leaves[position]!];
    const isPushed = report.pushes.some(({ index }) => index === rule.index);
    const hasBook = rule.shape.type === "surface" && rule.shape.book !== null;
    return {
      timeMs,
      evaluation,
      value: leaf.status === "ok" ? fixedToNumber(leaf.value, decimals) : null,
      published: leaf.pubTimeMs === 0 ? null : fixedToNumber(leaf.pubValue, decimals),
      reason: isPushed ? reasonOf(rule, before[position], leaf, timeMs) : null,
      entries: hasBook ? report.pushes.length : isPushed ? 1 : 0,
      bookU: worstError(rule, leaf, leaves, timeMs),
      benchmark: benchmarkOf(feed.definition, snapshot),
    };
  }

  /** In the order of the set; none before the first report. */
  #leaves(report: Report | null): readonly FeedState[] {
    if (report === null) return [];
    return this.#loaded.rules.map((rule) => report.leaves.find(({ feedId }) => feedId === rule.feedId)!);
  }
}
