/** What consensus needs to know of a feed: integers only, so that every node decides alike. */
import type { Hex } from "../base/bytes.ts";

/** A distance in the feed's own terms. `relative` is basis points of the reference, `absolute` is in the feed's decimals. */
export type Distance =
  | { readonly type: "relative"; readonly bps: number }
  | { readonly type: "absolute"; readonly amount: bigint };

export type FeedRule = {
  /** Position in the hub's append-only feed list. */
  readonly index: number;
  readonly name: string;
  readonly feedId: Hex;
  readonly definitionDigest: Hex;
  readonly decimals: number;
  /** Published at the latest this long after the last publication, less the margin. */
  readonly heartbeatMs: number;
  readonly heartbeatMarginMs: number;
  /** Published when the agreed value is further than this from the published one. */
  readonly deviation: Distance;
  /** g: at least 2f+1 observations must lie this close to their median. */
  readonly agreement: Distance;
  /** A feed without an agreed value for longer than this is published as missing or disputed. */
  readonly statusGraceMs: number;
};
