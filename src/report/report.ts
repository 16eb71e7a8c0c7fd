/**
 * The treaty with the contracts: what one slot says, as fields. Solidity's ReportCodec holds the same layout;
 * both languages read test/vectors/report.json.
 */
import type { Hex } from "../base/bytes.ts";
import type { FeedDetail } from "./detail.ts";

/** A feed's state in one round. `none` only stands in `pubStatus`: nothing was ever published. */
export type FeedStatus = "none" | "ok" | "missing" | "disputed";

const STATUS_CODES: Readonly<Record<FeedStatus, number>> = { none: 0, ok: 1, missing: 2, disputed: 3 };
const STATUS_NAMES: readonly FeedStatus[] = ["none", "ok", "missing", "disputed"];

export function statusCode(status: FeedStatus): number {
  return STATUS_CODES[status];
}

export function statusFromCode(code: number): FeedStatus | undefined {
  return STATUS_NAMES[code];
}

/** One leaf of the snapshot tree: what was agreed this round, and what was last published. */
export type FeedState = {
  readonly feedId: Hex;
  readonly definitionDigest: Hex;
  readonly status: FeedStatus;
  /** Last agreed value, in the feed's decimals; int128. Kept, with its time, while the feed is missing or disputed. */
  readonly value: bigint;
  /** Median absolute deviation of the observations, parts per billion of |value|, rounded up, saturating at 2^32−1. */
  readonly confidencePpb: number;
  /** Slot time of the last round in which the value was agreed, unix ms; 0 when never. */
  readonly timeMs: number;
  readonly pubStatus: FeedStatus;
  readonly pubValue: bigint;
  readonly pubConfidencePpb: number;
  /** Round of the last publication; 0 when never. */
  readonly pubRound: number;
  readonly pubTimeMs: number;
  /** null for a feed that is one number. */
  readonly detail: FeedDetail | null;
};

/** Everything the nodes sign in one slot. Leaves are sorted by feedId; `due` holds the push indices, ascending. */
export type Report = {
  readonly round: number;
  /** T_r, unix ms. */
  readonly reportTimeMs: number;
  readonly leaves: readonly FeedState[];
  readonly pushes: readonly PushEntry[];
};

/** One entry of the push payload. `index` is the feed's position in the hub's append-only list. */
export type PushEntry = {
  readonly index: number;
  readonly status: FeedStatus;
  readonly value: bigint;
  readonly confidencePpb: number;
};

/** Schnorr signature in the form one `ecrecover` checks: address of the nonce point, and the scalar. */
export type GroupSignature = { readonly rAddress: Hex; readonly z: Hex };

export type SignedReport = { readonly report: Report; readonly digest: Hex; readonly signature: GroupSignature };
