/**
 * S6 and S7: two chains that hear of reports late, miss some and lose their newest blocks, under the contract's rule:
 * per feed a push counts when its round is above the stored one, and a replacement brings what is missing from the
 * newest report's leaves.
 */
import type { Hex } from "../../base/bytes.ts";
import type { FeedState, FeedStatus, SignedReport } from "../../report/report.ts";
import { hashUniform } from "../random.ts";

type Entry = {
  readonly feedId: Hex;
  readonly round: number;
  readonly timeMs: number;
  readonly status: FeedStatus;
  readonly value: bigint;
};
export type ChainComplaint = { readonly property: "S6" | "S7"; readonly detail: string };

const CHAINS = 2;
const MISSED_RATE = 0.3;
const REORG_RATE = 0.1;
const REORG_BLOCKS_MAX = 4;

/** One feed's row on a chain, oldest first. */
type Series = Entry[];

class Chain {
  readonly #series = new Map<Hex, Series>();
  /** Feeds in the order in which their rows grew: what a reorg takes back. */
  readonly #grown: Hex[][] = [];

  latest(feedId: Hex): Entry | undefined {
    return this.#series.get(feedId)?.at(-1);
  }

  /** @returns what was stored, for the watchers */
  include(entries: readonly Entry[]): Entry[] {
    const stored = entries.filter((entry) => entry.round > (this.latest(entry.feedId)?.round ?? 0));
    for (const entry of stored) this.#series.set(entry.feedId, [...(this.#series.get(entry.feedId) ?? []), entry]);
    this.#grown.push(stored.map(({ feedId }) => feedId));
    return stored;
  }

  unwind(blocks: number): void {
    for (let i = 0; i < blocks; i++) for (const feedId of this.#grown.pop() ?? []) this.#series.get(feedId)?.pop();
  }

  /** Rounds and times of a feed that do not grow. */
  disorder(): string | null {
    for (const [feedId, series] of this.#series) {
      for (const [i, entry] of series.entries()) {
        const before = series[i - 1];
        if (before === undefined) continue;
        if (entry.round <= before.round || entry.timeMs < before.timeMs) {
          return `${feedId.slice(0, 10)} goes from round ${before.round} at ${before.timeMs} to ${entry.round} at ${entry.timeMs}`;
        }
      }
    }
    return null;
  }

  *entries(): Iterable<Entry> {
    for (const series of this.#series.values()) yield* series;
  }
}

function publishedIn({ feedId, pubRound, pubTimeMs, pubStatus, pubValue }: FeedState): Entry {
  return { feedId, round: pubRound, timeMs: pubTimeMs, status: pubStatus, value: pubValue };
}

export class Chains {
  readonly #seed: number;
  readonly #chains = Array.from({ length: CHAINS }, () => new Chain());
  readonly #seen = new Set<Hex>();
  /** What any chain ever showed of a feed in a round. */
  readonly #shown = new Map<string, string>();
  #newest: SignedReport | null = null;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A report is complete at an honest node: each chain hears of it, or not. */
  completed(signed: SignedReport): ChainComplaint[] {
    if (this.#seen.has(signed.digest)) return [];
    this.#seen.add(signed.digest);
    const { round } = signed.report;
    if (round > (this.#newest?.report.round ?? 0)) this.#newest = signed;
    return this.#chains.flatMap((chain, at) => {
      if (hashUniform(this.#seed, 0xc4a1, at, round) < MISSED_RATE) return [];
      const reorg = hashUniform(this.#seed, 0x4e06, at, round);
      if (reorg < REORG_RATE) chain.unwind(1 + Math.floor((reorg / REORG_RATE) * REORG_BLOCKS_MAX));
      return this.#submit(chain, signed);
    });
  }

  /** At the end both chains get what they miss of the newest report, and must then show the same. */
  caughtUp(): ChainComplaint[] {
    const newest = this.#newest;
    if (newest === null) return [];
    const complaints = this.#chains.flatMap((chain) => this.#submit(chain, newest));
    for (const chain of this.#chains) {
      const disorder = chain.disorder();
      if (disorder !== null) complaints.push({ property: "S6", detail: disorder });
    }
    return complaints;
  }

  #submit(chain: Chain, { report }: SignedReport): ChainComplaint[] {
    // A feed that is lost keeps its last value, and a chain that missed that value needs it from the leaf: so a push
    // without an agreed value travels with its leaf's proof, as a replacement does.
    const published = report.leaves.filter(({ pubStatus }) => pubStatus !== "none").map(publishedIn);
    const complaints: ChainComplaint[] = [];
    for (const entry of chain.include(published)) {
      const shown = `${entry.status} ${entry.value} at ${entry.timeMs}`;
      const key = `${entry.feedId}/${entry.round}`;
      const before = this.#shown.get(key) ?? shown;
      this.#shown.set(key, before);
      if (before !== shown) {
        const detail = `round ${entry.round} of ${entry.feedId.slice(0, 10)} is ${before} on one chain and ${shown} on another`;
        complaints.push({ property: "S7", detail });
      }
    }
    return complaints;
  }
}
