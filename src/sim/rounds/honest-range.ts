/**
 * S1, what honest nodes saw: a published number lies among theirs, an agreed forward too, a fitted curve within the
 * stated tolerance of theirs at every node of the grid; what is carried over from an earlier round does not change, and
 * a settlement price that was fixed never does.
 */
import type { Hex } from "../../base/bytes.ts";
import { absBig } from "../../base/fixed.ts";
import { isFurther } from "../../feeds/aggregate.ts";
import type { Observed } from "../../feeds/observed.ts";
import type { FeedRule, SurfaceShape } from "../../feeds/rule.ts";
import { gridTheta } from "../../feeds/surface-schedule.ts";
import type { Observe } from "../../protocol/messages.ts";
import { gridVariance } from "../../quant/grid-admission.ts";
import { gridVol } from "../../quant/grid-agreement.ts";
import { gridLogMoneyness, isCentral } from "../../quant/surface-grid.ts";
import type { AgreedSlice, SettlementDetail, SurfaceDetail } from "../../report/detail.ts";
import { encodeSlice } from "../../report/detail-codec.ts";
import { keccakHex } from "../../base/keccak.ts";
import type { FeedState, Report } from "../../report/report.ts";
import { concatBytes } from "../../base/bytes.ts";

class Range {
  #low: bigint | null = null;
  #high: bigint | null = null;

  add(value: bigint): void {
    if (this.#low === null || value < this.#low) this.#low = value;
    if (this.#high === null || value > this.#high) this.#high = value;
  }

  holds(value: bigint): boolean {
    return this.#low !== null && this.#high !== null && value >= this.#low && value <= this.#high;
  }

  /** Whether a value mapped like the ends lies between them, or no further than `reach` outside. */
  holdsWithin(value: bigint, reach: bigint, map: (end: bigint) => bigint): boolean {
    if (this.#low === null || this.#high === null) return false;
    const mapped = map(value);
    return mapped >= map(this.#low) - reach && mapped <= map(this.#high) + reach;
  }

  ends(): bigint[] {
    return this.#low === null || this.#high === null ? [] : [this.#low, this.#high];
  }

  text(): string {
    return this.#low === null ? "nothing" : `${this.#low} to ${this.#high}`;
  }
}

export class HonestRange {
  readonly #rules: ReadonlyMap<Hex, FeedRule>;
  readonly #order: readonly FeedRule[];
  readonly #ranges = new Map<string, Range>();
  /** By feed and grid round: at-the-money variance of each expiry, and the hash of the slices agreed then. */
  readonly #grids = new Map<string, { readonly thetas: ReadonlyMap<number, bigint>; readonly hash: Hex }>();
  /** The grids on which honest nodes observed, by round, feed and expiry. */
  readonly #gridRounds = new Map<string, Set<number>>();
  readonly #fixed = new Map<string, bigint>();
  readonly #isWithinAgreement: boolean;

  /** @param isWithinAgreement between f and 2f lie: only numbers are judged, and by the distance that still counts as agreeing */
  constructor(rules: readonly FeedRule[], isWithinAgreement: boolean) {
    this.#isWithinAgreement = isWithinAgreement;
    this.#order = rules;
    this.#rules = new Map(rules.map((rule) => [rule.feedId, rule]));
  }

  observed({ round, values }: Observe): void {
    values.forEach((value, position) => this.#observedOne(`${round}/${this.#order[position]?.feedId}`, value));
  }

  #observedOne(key: string, value: Observed): void {
    if (value === null) return;
    if (typeof value === "bigint") {
      this.#range(key).add(value);
    } else if (value.type === "settlement") {
      this.#range(`${key}/${value.expiryMs}`).add(value.fixed + value.variable);
    } else {
      for (const { expiryMs, forward, variances } of value.slices) {
        const slice = `${key}/${expiryMs}`;
        this.#range(slice).add(forward);
        for (const [node, variance] of variances.entries()) {
          this.#range(`${slice}/${value.gridRound}/${node}`).add(variance);
        }
        this.#gridRounds.set(slice, (this.#gridRounds.get(slice) ?? new Set()).add(value.gridRound));
      }
    }
  }

  /** What is wrong with the report, in words; empty when nothing is. */
  complaints(report: Report): string[] {
    return report.leaves.flatMap((leaf) => {
      if (leaf.status !== "ok") return [];
      if (this.#isWithinAgreement) return leaf.detail === null ? this.#distanceComplaints(report, leaf) : [];
      if (leaf.detail === null) return this.#numberComplaints(report, leaf);
      return leaf.detail.kind === "surface"
        ? this.#surfaceComplaints(report, leaf, leaf.detail)
        : this.#settlementComplaints(report, leaf, leaf.detail);
    });
  }

  #numberComplaints({ round }: Report, leaf: FeedState): string[] {
    const range = this.#range(`${round}/${leaf.feedId}`);
    return range.holds(leaf.value) ? [] : [`round ${round} publishes ${leaf.value}, honest nodes saw ${range.text()}`];
  }

  #distanceComplaints({ round }: Report, leaf: FeedState): string[] {
    const rule = this.#rules.get(leaf.feedId);
    const seen = this.#range(`${round}/${leaf.feedId}`).ends();
    const isNear = seen.some((honest) => rule !== undefined && !isFurther(rule.agreement, leaf.value, honest));
    const isBetween = this.#range(`${round}/${leaf.feedId}`).holds(leaf.value);
    return isNear || isBetween ? [] : [`round ${round} publishes ${leaf.value}, no honest node saw anything within g`];
  }

  #surfaceComplaints({ round, reportTimeMs }: Report, leaf: FeedState, detail: SurfaceDetail): string[] {
    const key = `${leaf.feedId}/${detail.gridRound}`;
    const hash = keccakHex(concatBytes(...detail.slices.map(encodeSlice)));
    const known = this.#grids.get(key);
    if (detail.gridRound !== round) {
      return known === undefined || known.hash === hash ? [] : [`round ${round} alters slices of ${detail.gridRound}`];
    }
    const thetas = new Map(detail.slices.map(({ expiryMs, theta }) => [expiryMs, theta]));
    this.#grids.set(key, { thetas, hash });
    const shape = this.#rules.get(leaf.feedId)?.shape;
    if (shape?.type !== "surface") return [`round ${round} has a surface where none is`];
    return detail.slices.flatMap((slice) =>
      this.#sliceComplaints(shape, `${round}/${leaf.feedId}`, slice, reportTimeMs),
    );
  }

  #sliceComplaints(shape: SurfaceShape, key: string, slice: AgreedSlice, timeMs: number): string[] {
    const slot = `${key}/${slice.expiryMs}`;
    const forwards = this.#range(slot);
    if (!forwards.holds(slice.forward))
      return [`${slot}: forward ${slice.forward}, honest nodes saw ${forwards.text()}`];
    const feedId = key.slice(key.indexOf("/") + 1);
    const gridRounds = [...(this.#gridRounds.get(slot) ?? [])];
    // Honest nodes may stand on more than one grid; the slice was fitted on one of them.
    const fits = gridRounds.some((gridRound) => {
      const thetas = this.#grids.get(`${feedId}/${gridRound}`)?.thetas ?? new Map<number, bigint>();
      const theta = gridTheta(shape, thetas, slice.expiryMs, timeMs);
      const vol = (variance: bigint): bigint => gridVol(variance, slice.expiryMs - timeMs);
      return gridLogMoneyness(theta).every((k, node) => {
        const tolerance = isCentral(node) ? shape.fitTolerance.centre : shape.fitTolerance.wing;
        const range = this.#range(`${slot}/${gridRound}/${node}`);
        return range.holdsWithin(gridVariance(slice.params, k), tolerance / 1_000_000_000n + 1n, vol);
      });
    });
    return fits ? [] : [`${slot}: the curve is further from what honest nodes saw than the tolerance`];
  }

  #settlementComplaints({ round, reportTimeMs }: Report, leaf: FeedState, detail: SettlementDetail): string[] {
    const key = `${leaf.feedId}/${detail.expiryMs}`;
    const complaints: string[] = [];
    if (leaf.timeMs === reportTimeMs) {
      const range = this.#range(`${round}/${key}`);
      if (!range.holds(leaf.value))
        complaints.push(`round ${round} settles at ${leaf.value}, honest nodes saw ${range.text()}`);
    }
    if (detail.phase !== "final") return complaints;
    const before = this.#fixed.get(key);
    if (before !== undefined && absBig(before - leaf.value) > 0n) {
      complaints.push(`round ${round} changes a fixed settlement from ${before} to ${leaf.value}`);
    }
    this.#fixed.set(key, leaf.value);
    return complaints;
  }

  #range(key: string): Range {
    const held = this.#ranges.get(key) ?? new Range();
    this.#ranges.set(key, held);
    return held;
  }
}
