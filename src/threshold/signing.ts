/**
 * The public half of signing. One attempt = one digest under one list of nonce commitments; what is common to all of its
 * shares is computed once (the reference suite recomputes it per share, so one bad share would cost O(t²)).
 * test/threshold/signing.test.ts compares every result with the reference.
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { addressOfBytes, parseHex, parseScalarHex, POINT_BYTES, Scalar, scalarBytes } from "./curve.ts";
import type { CurveBackend } from "./curve-backend.ts";
import type { GroupPublic } from "./group.ts";
import type { EvmSignature } from "./schnorr.ts";
import { bindingFactors, evmChallenge, lagrangeWeights } from "./suite.ts";

/** What a member commits to for one attempt: D = d·G and E = e·G, compressed. */
export type NonceCommitment = { readonly id: number; readonly hiding: Hex; readonly binding: Hex };

/** Why there is no signature. Only the last two accuse anybody. */
type SigningFault =
  /** Not 32 bytes of digest, or not exactly t distinct members: the proposer's fault. */
  | "bad-proposal"
  /** A share of the attempt has not come yet. */
  | "incomplete"
  /** A member's commitments are no points. */
  | "bad-commitment"
  /** A member's share is no scalar, or does not fit its commitments and verifying share. */
  | "bad-share";

export type Refusal = { readonly ok: false; readonly why: SigningFault; readonly culprits: number[] };
export type AggregateResult = { readonly ok: true; readonly signature: EvmSignature } | Refusal;

function refuse(why: SigningFault, culprits: number[] = []): Refusal {
  return { ok: false, why, culprits };
}

type Signer<P> = { readonly id: number; readonly hiding: P; readonly binding: P };

type AttemptParts<P> = {
  readonly backend: CurveBackend<P>;
  readonly group: GroupPublic;
  readonly groupKey: P;
  /** Ascending by id; factors and weights in the same order. */
  readonly signers: readonly Signer<P>[];
  readonly factors: readonly bigint[];
  readonly weights: readonly bigint[];
  readonly nonce: P;
  readonly rAddress: Uint8Array;
  readonly challenge: bigint;
};

export type SigningAttempt = {
  /** Member ids that must sign, ascending. */
  readonly ids: readonly number[];
  /**
   * RFC 9591 §5.2: z_i = d + e·ρ_i + λ_i·s·c, what the reference suite's `signShare` returns. Takes secrets, keeps none;
   * the scalar arithmetic is BigInt's and not constant in time, as everywhere in this library.
   * @param id a member of this attempt
   */
  makeShare(id: number, secret: { readonly hiding: bigint; readonly binding: bigint; readonly share: bigint }): bigint;
  /** RFC 9591 §5.4: z_i·G = D_i + ρ_i·E_i + e·λ_i·Y_i. Never throws. */
  shareIsGood(id: number, share: Hex): boolean;
  /**
   * Adds the shares, checks the sum once, and looks for the liar only when that fails. Shares of members that are not
   * in the attempt are ignored.
   */
  aggregate(shares: ReadonlyMap<number, Hex>): AggregateResult;
};

/** Everything the shares of one attempt have in common. Made by `openAttempt`. */
class Attempt<P> implements SigningAttempt {
  readonly ids: readonly number[];
  readonly #parts: AttemptParts<P>;

  constructor(parts: AttemptParts<P>) {
    this.#parts = parts;
    this.ids = parts.signers.map((signer) => signer.id);
  }

  makeShare(id: number, secret: { readonly hiding: bigint; readonly binding: bigint; readonly share: bigint }): bigint {
    const { factors, weights, challenge } = this.#parts;
    const index = this.ids.indexOf(id);
    const factor = factors[index];
    const weight = weights[index];
    if (factor === undefined || weight === undefined) {
      throw new OracleError(`member ${id} does not sign here`, { code: "not-a-signer", id, signers: this.ids });
    }
    const weighted = Scalar.mul(Scalar.mul(weight, secret.share), challenge);
    return Scalar.add(Scalar.add(secret.hiding, Scalar.mul(secret.binding, factor)), weighted);
  }

  shareIsGood(id: number, share: Hex): boolean {
    const { backend, group, signers, factors, weights, challenge } = this.#parts;
    const index = this.ids.indexOf(id);
    const signer = signers[index];
    const z = parseScalarHex(share);
    const verifyingShare = parsePointOf(backend, group.verifyingShares[id]);
    if (signer === undefined || z === null || verifyingShare === null) return false;
    // All on one side: the sum is the identity when the share is right, and nothing is compared coordinate by coordinate.
    const rest = backend.combine(Scalar.neg(z), [
      { point: signer.hiding, scalar: 1n },
      { point: signer.binding, scalar: factors[index]! },
      { point: verifyingShare, scalar: Scalar.mul(challenge, weights[index]!) },
    ]);
    return rest === null;
  }

  aggregate(shares: ReadonlyMap<number, Hex>): AggregateResult {
    const { backend, groupKey, challenge, nonce, rAddress } = this.#parts;
    let sum = 0n;
    const malformed: number[] = [];
    for (const id of this.ids) {
      const share = shares.get(id);
      if (share === undefined) return refuse("incomplete");
      const z = parseScalarHex(share);
      if (z === null) malformed.push(id);
      else sum = Scalar.add(sum, z);
    }
    const fits = (): boolean =>
      sum !== 0n &&
      backend.combine(Scalar.neg(sum), [
        { point: nonce, scalar: 1n },
        { point: groupKey, scalar: challenge },
      ]) === null;
    if (malformed.length === 0 && fits()) {
      return { ok: true, signature: { rAddress: toHex(rAddress), z: toHex(scalarBytes(sum)) } };
    }
    return refuse(
      "bad-share",
      this.ids.filter((id) => malformed.includes(id) || !this.shareIsGood(id, shares.get(id)!)),
    );
  }
}

function parsePointOf<P>(backend: CurveBackend<P>, text: unknown): P | null {
  const bytes = parseHex(text, POINT_BYTES);
  return bytes === null ? null : backend.parse(bytes);
}

export type OpenedAttempt = { readonly ok: true; readonly attempt: SigningAttempt } | Refusal;

/**
 * Checks the list of commitments and computes what its shares have in common. Never throws on a peer's values.
 * @param digest      32 bytes
 * @param commitments exactly t, distinct members of the group, in any order
 */
export function openAttempt<P>(
  backend: CurveBackend<P>,
  group: GroupPublic,
  digest: Hex,
  commitments: readonly NonceCommitment[],
): OpenedAttempt {
  const message = parseHex(digest, 32);
  const groupKey = parsePointOf(backend, group.commitments[0]);
  if (message === null || groupKey === null || commitments.length !== group.t) return refuse("bad-proposal");
  const sorted = [...commitments].sort((a, b) => a.id - b.id);
  for (const [i, { id }] of sorted.entries()) {
    if (!Number.isInteger(id) || id < 1 || id > group.n || sorted[i - 1]?.id === id) return refuse("bad-proposal");
  }
  const signers: Signer<P>[] = [];
  const culprits: number[] = [];
  for (const { id, hiding, binding } of sorted) {
    const hidingPoint = parsePointOf(backend, hiding);
    const bindingPoint = parsePointOf(backend, binding);
    if (hidingPoint === null || bindingPoint === null) culprits.push(id);
    else signers.push({ id, hiding: hidingPoint, binding: bindingPoint });
  }
  if (culprits.length > 0) return refuse("bad-commitment", culprits);

  const encoded = signers.map(({ id, hiding, binding }) => ({
    id,
    hiding: backend.compressed(hiding),
    binding: backend.compressed(binding),
  }));
  const keyBytes = backend.compressed(groupKey);
  const factors = bindingFactors(keyBytes, message, encoded);
  const nonce = backend.combine(
    0n,
    signers.flatMap(({ hiding, binding }, i) => [
      { point: hiding, scalar: 1n },
      { point: binding, scalar: factors[i]! },
    ]),
  );
  // Each factor hashes the whole list, so nobody can aim for the identity; whoever gets there has found a collision.
  if (nonce === null) return refuse("bad-proposal");
  const rAddress = addressOfBytes(backend.uncompressed(nonce));
  const challenge = evmChallenge(keyBytes.subarray(1), message, rAddress);
  if (challenge === 0n) return refuse("bad-proposal");
  const weights = lagrangeWeights(signers.map(({ id }) => id));
  const parts = { backend, group, groupKey, signers, factors, weights, nonce, rAddress, challenge };
  return { ok: true, attempt: new Attempt(parts) };
}
