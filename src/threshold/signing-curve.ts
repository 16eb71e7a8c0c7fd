/** Signing over one backend: what the rooms above use, without knowing which arithmetic stands behind it. */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import type { CurveBackend } from "./curve-backend.ts";
import { nobleBackend } from "./curve-backend.ts";
import type { GroupPublic } from "./group.ts";
import type { EvmSignature } from "./schnorr.ts";
import { verifySignature } from "./schnorr.ts";
import type { AggregateResult, NonceCommitment, OpenedAttempt } from "./signing.ts";
import { openAttempt } from "./signing.ts";

export type SigningCurve = {
  readonly name: CurveBackend<unknown>["name"];
  /** secret·G, compressed, for nonces. @param secret 32 bytes, 0 < secret < Q */
  commit(secret: Uint8Array): Hex;
  /** See `openAttempt` in signing.ts. Never throws on a peer's values. */
  openAttempt(group: GroupPublic, digest: Hex, commitments: readonly NonceCommitment[]): OpenedAttempt;
  /** See `verifySignature` in schnorr.ts. Never throws. */
  verifyGroupSignature(groupKeyX: Hex, digest: Hex, signature: EvmSignature): boolean;
};

export function signingCurve<P>(backend: CurveBackend<P>): SigningCurve {
  return {
    name: backend.name,
    commit: (secret) => toHex(backend.commit(secret)),
    openAttempt: (group, digest, commitments) => openAttempt(backend, group, digest, commitments),
    verifyGroupSignature: (groupKeyX, digest, signature) => verifySignature(backend, groupKeyX, digest, signature),
  };
}

/** The reference: always there, pure JavaScript. */
export const nobleCurve: SigningCurve = signingCurve(nobleBackend);

/** Opens and adds in one: for callers that judge an attempt once. Never throws on a peer's values. */
export function aggregateShares(
  curve: SigningCurve,
  group: GroupPublic,
  digest: Hex,
  commitments: readonly NonceCommitment[],
  shares: ReadonlyMap<number, Hex>,
): AggregateResult {
  const opened = curve.openAttempt(group, digest, commitments);
  return opened.ok ? opened.attempt.aggregate(shares) : opened;
}
