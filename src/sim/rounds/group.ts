/** What the machines' orders about signatures come to, behind one face: tokens (tokens.ts) or the curve (curve-group.ts). */
import type { Hex } from "../../base/bytes.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import type { NoncePair } from "../../protocol/messages.ts";
import type { GroupSignature } from "../../report/report.ts";

export type Commitments = readonly SignerCommitment[];

export type Sum =
  | { readonly ok: true; readonly signature: GroupSignature }
  | { readonly ok: false; readonly culprits: readonly number[] };

export type Signed =
  | { readonly ok: true; readonly z: Hex }
  | { readonly ok: false; readonly culprits: readonly number[] };

export type DrawnPair = {
  readonly pair: NoncePair;
  /** A pair serves once: whoever holds it removes it first. */
  sign(digest: Hex, commitments: Commitments): Signed;
};

export interface SimGroup {
  /** @param label names the draw: another life, round or counter draws other nonces */
  draw(id: number, label: string): DrawnPair;
  /** @param id who adds: a session that it opened for its share need not be opened again */
  aggregate(id: number, digest: Hex, commitments: Commitments, shares: ReadonlyMap<number, Hex>): Sum;
  verify(digest: Hex, signature: GroupSignature): boolean;
}

/** One digest under one list of commitments: no nonce pair may serve two of these. */
export function sessionOf(digest: Hex, commitments: Commitments): string {
  return `${digest}/${commitments.map(({ id, hiding }) => `${id}:${hiding}`).join(",")}`;
}
