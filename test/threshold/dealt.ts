/** Keys for tests of signing alone, dealt in one place as no node ever would. */
import { toHex } from "../../src/base/bytes.ts";
import type { Hex } from "../../src/base/bytes.ts";
import { parsePoint, parseScalar, Scalar, scalarBytes } from "../../src/threshold/curve.ts";
import type { GroupPublic } from "../../src/threshold/group.ts";
import { combineDealers } from "../../src/threshold/group.ts";
import type { NonceCommitment } from "../../src/threshold/signing.ts";
import { FROST } from "../../src/threshold/suite.ts";

export type DealtKey = {
  readonly group: GroupPublic;
  readonly shares: ReadonlyMap<number, Uint8Array>;
  readonly negated: boolean;
};

export function dealKey(n: number, t: number): DealtKey {
  const dealt = FROST.trustedDealer({ min: t, max: n });
  const combined = combineDealers(n, t, [dealt.public.commitments.map((bytes) => parsePoint(bytes)!)]);
  if (!combined.ok) throw new Error(combined.why);
  const shares = new Map<number, Uint8Array>();
  for (let id = 1; id <= n; id++) {
    const share = parseScalar(dealt.secretShares[FROST.Identifier.fromNumber(id)]!.signingShare)!;
    shares.set(id, scalarBytes(combined.negated ? Scalar.neg(share) : share));
  }
  return { group: combined.group, shares, negated: combined.negated };
}

type Nonces = { hiding: Uint8Array<ArrayBuffer>; binding: Uint8Array<ArrayBuffer> };

export type Signed = {
  readonly commitments: readonly NonceCommitment[];
  readonly shares: Map<number, Hex>;
  /** The reference's own result, R 33 | z 32. */
  readonly reference: Uint8Array;
  readonly nonces: ReadonlyMap<number, Nonces>;
};

/** Everything by the reference suite: nonces, shares and the sum. */
export function signByReference(key: DealtKey, signers: readonly number[], digest: Uint8Array): Signed {
  const { n, t } = key.group;
  const bytesOf = (hex: Hex): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
  const publicPart = {
    signers: { min: t, max: n },
    commitments: key.group.commitments.map(bytesOf),
    verifyingShares: Object.fromEntries(
      Object.entries(key.group.verifyingShares).map(([id, point]) => [
        FROST.Identifier.fromNumber(Number(id)),
        bytesOf(point),
      ]),
    ),
  };
  const secretOf = (id: number) => ({
    identifier: FROST.Identifier.fromNumber(id),
    signingShare: Uint8Array.from(key.shares.get(id)!),
  });
  const drawn = signers.map((id) => ({ id, ...FROST.commit(secretOf(id)) }));
  const list = drawn.map((entry) => entry.commitments);
  const nonces = new Map(
    drawn.map(({ id, nonces: { hiding, binding } }) => [id, { hiding: hiding.slice(), binding: binding.slice() }]),
  );
  const shares = new Map<number, Hex>();
  const forReference: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const entry of drawn) {
    const z = FROST.signShare(secretOf(entry.id), publicPart, entry.nonces, list, digest);
    shares.set(entry.id, toHex(z));
    forReference[FROST.Identifier.fromNumber(entry.id)] = z;
  }
  const reference = FROST.aggregate(publicPart, list, digest, forReference);
  const commitments = drawn.map(({ id, commitments: { hiding, binding } }) => ({
    id,
    hiding: toHex(hiding),
    binding: toHex(binding),
  }));
  return { commitments, shares, reference, nonces };
}
