/**
 * The newest signed price of each expiry, held until it is final on a chain: a price that was voided needs a later report,
 * and by then the nodes may speak of the next expiry.
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { encodeDetail } from "../report/detail-codec.ts";
import type { FeedState } from "../report/report.ts";

export type HeldPrice = {
  readonly feedId: Hex;
  readonly expirySec: number;
  readonly expiryMs: number;
  /** The arguments of `Settlement.settle`. */
  readonly args: () => readonly [proof: Hex, detail: Hex];
};

/** What is read of a leaf. */
type PricedLeaf = Pick<FeedState, "feedId" | "status" | "detail">;

/** Of one feed. With one expiry a day this is more than the longest dispute window. */
const HELD_MAX = 16;

export class HeldPrices {
  readonly #held = new Map<string, HeldPrice>();
  readonly #closed = new Set<string>();

  /** Takes the final prices of a report in the place of what an earlier report said of the same expiries. */
  note(leaves: readonly PricedLeaf[], prove: (feedIds: readonly Hex[]) => Hex): void {
    for (const { feedId, status, detail } of leaves) {
      if (detail?.kind !== "settlement" || detail.phase !== "final" || status !== "ok") continue;
      const { expiryMs } = detail;
      const expirySec = Math.floor(expiryMs / 1_000);
      const args = (): readonly [Hex, Hex] => [prove([feedId]), toHex(encodeDetail(detail))];
      const key = keyOf(feedId, expirySec);
      if (this.#closed.has(key)) continue;
      this.#held.set(key, { feedId, expirySec, expiryMs, args });
      const ofFeed = [...this.#held.values()].filter((one) => one.feedId === feedId);
      const oldest = ofFeed.toSorted((a, b) => a.expirySec - b.expirySec)[0]!;
      if (ofFeed.length > HELD_MAX) this.drop(oldest);
    }
  }

  all(): readonly HeldPrice[] {
    return [...this.#held.values()];
  }

  /** This report's is of no use any more; a later one's may be. */
  drop({ feedId, expirySec }: HeldPrice): void {
    this.#held.delete(keyOf(feedId, expirySec));
  }

  /** It is final. */
  close(price: HeldPrice): void {
    this.drop(price);
    this.#closed.add(keyOf(price.feedId, price.expirySec));
  }
}

function keyOf(feedId: Hex, expirySec: number): string {
  return `${feedId} ${expirySec}`;
}
