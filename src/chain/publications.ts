/** Publications that the chain may still miss. Order is per feed: a newer report for one feed never hides another feed's. */
import type { Publication } from "./outbox-rows.ts";

/** A publication that is the newest for `feeds`, and the chain holds older rounds there. */
export type Wanted = { readonly publication: Publication; readonly feeds: readonly number[] };

export class PublicationBoard {
  readonly #pending = new Map<number, Publication>();
  /** Per publication, the block in which all of it was first seen on chain. */
  readonly #landedIn = new Map<number, number>();

  add(publication: Publication): void {
    this.#pending.set(publication.round, publication);
  }

  has(round: number): boolean {
    return this.#pending.has(round);
  }

  /** The newest pending publication before `publication` that pushes one of its feeds. */
  olderFor(publication: Publication): Publication | undefined {
    const feeds = new Set(publication.pushes.map(({ index }) => index));
    return [...this.#pending.values()]
      .filter(({ round, pushes }) => round < publication.round && pushes.some(({ index }) => feeds.has(index)))
      .toSorted((a, b) => a.round - b.round)
      .at(-1);
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Every feed that a pending publication pushes, ascending. */
  feeds(): readonly number[] {
    const feeds = new Set<number>();
    for (const { pushes } of this.#pending.values()) for (const push of pushes) feeds.add(push.index);
    return [...feeds].toSorted((a, b) => a - b);
  }

  /** Removes and returns the rounds that are superseded: every feed they push has a newer pending publication. */
  takeSuperseded(): readonly number[] {
    const newest = this.#newestPerFeed();
    return this.#take((publication) =>
      publication.pushes.every((push) => roundFor(newest.get(push.index)!, push.index) > push.round),
    );
  }

  /**
   * Removes and returns the rounds that are on chain for good: seen in every look since at least `finalityDepth` blocks.
   * Until then they stay, because a reorganisation may take them off again.
   * @param onChain round that the hub holds, per feed, at `block`
   */
  takeFinal(onChain: ReadonlyMap<number, number>, block: number, finalityDepth: number): readonly number[] {
    for (const [round, { pushes }] of this.#pending) {
      if (!isLanded(pushes, onChain)) this.#landedIn.delete(round);
      else this.#landedIn.set(round, Math.min(block, this.#landedIn.get(round) ?? block));
    }
    return this.#take(({ round }) => {
      const landedIn = this.#landedIn.get(round);
      return landedIn !== undefined && block - landedIn >= finalityDepth;
    });
  }

  /** What the chain misses, ascending by round, so that an older report is sent before a newer one. */
  wanted(onChain: ReadonlyMap<number, number>): readonly Wanted[] {
    const feedsOf = new Map<Publication, number[]>();
    for (const [feed, publication] of this.#newestPerFeed()) {
      if ((onChain.get(feed) ?? 0) >= roundFor(publication, feed)) continue;
      feedsOf.set(publication, [...(feedsOf.get(publication) ?? []), feed]);
    }
    return [...feedsOf]
      .map(([publication, feeds]) => ({ publication, feeds }))
      .toSorted((a, b) => a.publication.round - b.publication.round);
  }

  #newestPerFeed(): ReadonlyMap<number, Publication> {
    const newest = new Map<number, Publication>();
    for (const publication of this.#pending.values()) {
      for (const { index, round } of publication.pushes) {
        const other = newest.get(index);
        if (other === undefined || roundFor(other, index) < round) newest.set(index, publication);
      }
    }
    return newest;
  }

  #take(isDone: (publication: Publication) => boolean): readonly number[] {
    const rounds = [...this.#pending.values()].filter(isDone).map(({ round }) => round);
    for (const round of rounds) {
      this.#pending.delete(round);
      this.#landedIn.delete(round);
    }
    return rounds;
  }
}

/** Whether the hub holds every push, or something newer. */
export function isLanded(
  pushes: readonly { readonly index: number; readonly round: number }[],
  onChain: ReadonlyMap<number, number>,
): boolean {
  return pushes.every(({ index, round }) => (onChain.get(index) ?? 0) >= round);
}

function roundFor(publication: Publication, feed: number): number {
  return publication.pushes.find(({ index }) => index === feed)?.round ?? -1;
}
