/**
 * The public half of signing. One attempt = one digest under one list of nonce commitments; what is common to all of its
 * shares is computed once (the reference suite recomputes it per share, so one bad share would cost O(t²)).
 * test/threshold/signing.test.ts compares every result with the reference.
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { CurvePoint } from "./curve.ts";
import { addressOf, parseHex, parsePointHex, parseScalarHex, Point, Scalar, scalarBytes, sumPublic } from "./curve.ts";
import type { GroupPublic } from "./group.ts";
import type { EvmSignature } from "./schnorr.ts";
import { bindingFactors, evmChallenge, lagrangeAtZero } from "./suite.ts";

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

type Signer = { readonly id: number; readonly hiding: CurvePoint; readonly binding: CurvePoint };

type AttemptParts = {
  readonly group: GroupPublic;
  readonly groupKey: CurvePoint;
  readonly signers: readonly Signer[];
  readonly factors: readonly bigint[];
  readonly nonce: CurvePoint;
  readonly rAddress: Uint8Array;
  readonly challenge: bigint;
};

/** Everything the shares of one attempt have in common. Made by `openAttempt`. */
export class SigningAttempt {
  readonly #parts: AttemptParts;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** Member ids that must sign, ascending. */
  get ids(): readonly number[] {
    return this.#parts.signers.map((signer) => signer.id);
  }

  /**
   * RFC 9591 §5.2: z_i = d + e·ρ_i + λ_i·s·c, what the reference suite's `signShare` returns. Takes secrets, keeps none;
   * the scalar arithmetic is BigInt's and not constant in time, as everywhere in this library.
   * @param id a member of this attempt
   */
  makeShare(id: number, secret: { readonly hiding: bigint; readonly binding: bigint; readonly share: bigint }): bigint {
    const { signers, factors, challenge } = this.#parts;
    const factor = factors[signers.findIndex((signer) => signer.id === id)];
    if (factor === undefined) {
      throw new OracleError(`member ${id} does not sign here`, { code: "not-a-signer", id, signers: this.ids });
    }
    const weighted = Scalar.mul(Scalar.mul(lagrangeAtZero(this.ids, id), secret.share), challenge);
    return Scalar.add(Scalar.add(secret.hiding, Scalar.mul(secret.binding, factor)), weighted);
  }

  /** RFC 9591 §5.4: z_i·G = D_i + ρ_i·E_i + e·λ_i·Y_i. About a millisecond. Never throws. */
  shareIsGood(id: number, share: Hex): boolean {
    const { group, signers, factors, challenge } = this.#parts;
    const index = signers.findIndex((signer) => signer.id === id);
    const z = parseScalarHex(share);
    const verifyingShare = parsePointHex(group.verifyingShares[id]);
    if (index < 0 || z === null || verifyingShare === null) return false;
    const { hiding, binding } = signers[index]!;
    const weight = Scalar.mul(challenge, lagrangeAtZero(this.ids, id));
    const wanted = hiding.add(sumPublic([binding, verifyingShare], [factors[index]!, weight]));
    return Point.BASE.multiplyUnsafe(z).equals(wanted);
  }

  /**
   * Adds the shares, checks the sum once, and looks for the liar only when that fails. Shares of members that are not
   * in the attempt are ignored.
   */
  aggregate(shares: ReadonlyMap<number, Hex>): AggregateResult {
    const { groupKey, signers, challenge, nonce, rAddress } = this.#parts;
    let sum = 0n;
    const malformed: number[] = [];
    for (const { id } of signers) {
      const share = shares.get(id);
      if (share === undefined) return refuse("incomplete");
      const z = parseScalarHex(share);
      if (z === null) malformed.push(id);
      else sum = Scalar.add(sum, z);
    }
    const fits = (): boolean =>
      sum !== 0n && Point.BASE.multiplyUnsafe(sum).equals(nonce.add(groupKey.multiplyUnsafe(challenge)));
    if (malformed.length === 0 && fits()) {
      return { ok: true, signature: { rAddress: toHex(rAddress), z: toHex(scalarBytes(sum)) } };
    }
    return refuse(
      "bad-share",
      this.ids.filter((id) => malformed.includes(id) || !this.shareIsGood(id, shares.get(id)!)),
    );
  }
}

/**
 * Checks the list of commitments and computes what its shares have in common. Never throws on a peer's values.
 * @param digest      32 bytes
 * @param commitments exactly t, distinct members of the group, in any order
 */
export function openAttempt(
  group: GroupPublic,
  digest: Hex,
  commitments: readonly NonceCommitment[],
): { readonly ok: true; readonly attempt: SigningAttempt } | Refusal {
  const message = parseHex(digest, 32);
  const groupKey = parsePointHex(group.commitments[0]);
  if (message === null || groupKey === null || commitments.length !== group.t) return refuse("bad-proposal");
  const sorted = [...commitments].sort((a, b) => a.id - b.id);
  for (const [i, { id }] of sorted.entries()) {
    if (!Number.isInteger(id) || id < 1 || id > group.n || sorted[i - 1]?.id === id) return refuse("bad-proposal");
  }
  const signers: Signer[] = [];
  const culprits: number[] = [];
  for (const { id, hiding, binding } of sorted) {
    const hidingPoint = parsePointHex(hiding);
    const bindingPoint = parsePointHex(binding);
    if (hidingPoint === null || bindingPoint === null) culprits.push(id);
    else signers.push({ id, hiding: hidingPoint, binding: bindingPoint });
  }
  if (culprits.length > 0) return refuse("bad-commitment", culprits);

  const encoded = signers.map((s) => ({ id: s.id, hiding: s.hiding.toBytes(true), binding: s.binding.toBytes(true) }));
  const factors = bindingFactors(groupKey.toBytes(true), message, encoded);
  const bindings = sumPublic(
    signers.map((signer) => signer.binding),
    factors,
  );
  const nonce = signers.reduce((sum, signer) => sum.add(signer.hiding), bindings);
  // Each factor hashes the whole list, so nobody can aim for the identity; whoever gets there has found a collision.
  if (nonce.is0()) return refuse("bad-proposal");
  const rAddress = addressOf(nonce);
  const challenge = evmChallenge(groupKey.toBytes(true).subarray(1), message, rAddress);
  if (challenge === 0n) return refuse("bad-proposal");
  return {
    ok: true,
    attempt: new SigningAttempt({ group, groupKey, signers, factors, nonce, rAddress, challenge }),
  };
}

/** `openAttempt` and `aggregate` in one: for callers that judge an attempt once. Never throws on a peer's values. */
export function aggregateShares(
  group: GroupPublic,
  digest: Hex,
  commitments: readonly NonceCommitment[],
  shares: ReadonlyMap<number, Hex>,
): AggregateResult {
  const opened = openAttempt(group, digest, commitments);
  return opened.ok ? opened.attempt.aggregate(shares) : opened;
}
