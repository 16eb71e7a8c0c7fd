/**
 * For whoever uses the feeds: a node's newest report, checked against the group's key, and the calldata that brings it or parts
 * of it to a contract. No node is believed. Runs in Node and in browsers.
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { encodeSubmit } from "../report/codec.ts";
import { encodeDetail } from "../report/detail-codec.ts";
import { encodeProof } from "../report/proof.ts";
import { encodeSurfaceUpdate } from "../report/surface-update.ts";
import { leafIn } from "./signed-report.ts";
import type { Network, VerifiedReport } from "./verified.ts";

export type { Hex } from "../base/bytes.ts";
export { OracleError } from "../base/errors.ts";
export type { FeedDetail } from "../report/detail.ts";
export type { FeedState, GroupSignature, Report } from "../report/report.ts";
export { type ClaimedReport, leafIn, readReport } from "./signed-report.ts";
export { fetchReport, type Network, type VerifiedReport, verifyReport } from "./verified.ts";

/**
 * The argument of `OracleHub.verify` and `submitProven`, and what pull consumers take.
 * @param feedIds of the feeds to prove, any order
 * @throws OracleError when the report has no such feed
 */
export function proofOf({ report, signature }: VerifiedReport, network: Network, feedIds: readonly Hex[]): Hex {
  return toHex(encodeProof(report, signature, network.networkId, network.groupKeyX, feedIds));
}

/** The argument of `OracleHub.submit`; null when the report publishes nothing. */
export function payloadOf({ report, signature }: VerifiedReport, network: Network): Hex | null {
  if (report.pushes.length === 0) return null;
  return encodeSubmit(report, signature, network.networkId, network.groupKeyX);
}

/**
 * The second argument of `VolSurface.update` and `Settlement.settle`.
 * @throws OracleError `bad-reply` when the report has no such feed; null when it is one number
 */
export function detailOf({ report }: VerifiedReport, feedId: Hex): Hex | null {
  const { detail } = leafIn(report, feedId);
  if (detail === null) return null;
  return detail.kind === "surface" ? encodeSurfaceUpdate(detail) : toHex(encodeDetail(detail));
}
