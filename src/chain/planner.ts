/** What to send now, and what to put in the place of a transaction that waits. Pure: it only looks. */
import type { NonceSlot } from "./outbox.ts";
import type { Publication } from "./outbox-rows.ts";
import type { Wanted } from "./publications.ts";
import { isLanded } from "./publications.ts";

export type ChainView = {
  /** Publications that the chain misses, ascending by round. */
  readonly wanted: readonly Wanted[];
  /** Round that the hub holds, per feed. */
  readonly onChain: ReadonlyMap<number, number>;
  /** Slots that are not in the state that was read, and may get there. */
  readonly inFlight: readonly NonceSlot[];
};

/** Slots that may still change what was read at `blockNumber`, where the account had used `chainCount` nonces. */
export function inFlightAt(slots: readonly NonceSlot[], chainCount: number, blockNumber: number): readonly NonceSlot[] {
  return slots.filter((slot) => {
    const mined = slot.mined;
    if (mined !== undefined) return mined.blockNumber! > blockNumber && !mined.reverted;
    // A used nonce without a receipt of ours carries nothing: what landed is in the state that was read.
    return chainCount <= slot.nonce;
  });
}

/**
 * Publications to send under new nonces, oldest first. Left out: those on their way, and those that have to wait because
 * an older one for the same feed is on its way and nothing else wants it (never two updates for one feed in flight:
 * should the older one get stuck, the newest takes over its nonce).
 */
export function sendable(view: ChainView): readonly Wanted[] {
  const wantedRounds = new Set(view.wanted.map(({ publication }) => publication.round));
  const onTheirWay = new Set(view.inFlight.map((slot) => slot.current.round));
  const blockedFeeds = new Set(
    view.inFlight
      .filter((slot) => !wantedRounds.has(slot.current.round))
      .flatMap((slot) => slot.current.pushes.map(({ index }) => index)),
  );
  return view.wanted.filter(
    ({ publication, feeds }) => !onTheirWay.has(publication.round) && !feeds.some((feed) => blockedFeeds.has(feed)),
  );
}

export type Successor =
  /** The chain still wants what the slot carries. */
  | { readonly kind: "same" }
  | { readonly kind: "newer"; readonly publication: Publication }
  /** Everything it carries is on chain: left alone, it would revert. */
  | { readonly kind: "useless"; readonly instead: Publication | undefined };

/** What should stand in the place of a slot in flight. */
export function successorOf(slot: NonceSlot, view: ChainView): Successor {
  const { round, pushes } = slot.current;
  const carried = new Set(view.inFlight.filter((other) => other !== slot).map((other) => other.current.round));
  const free = view.wanted.filter(({ publication }) => publication.round !== round && !carried.has(publication.round));
  const feeds = new Set(pushes.map(({ index }) => index));
  const newer = free.findLast(
    (entry) => entry.publication.round > round && entry.feeds.some((feed) => feeds.has(feed)),
  );
  if (newer !== undefined && pushes.length > 0) return { kind: "newer", publication: newer.publication };
  if (isLanded(pushes, view.onChain)) return { kind: "useless", instead: free.at(-1)?.publication };
  return { kind: "same" };
}
