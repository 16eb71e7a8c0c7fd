/** Signatures as tokens: a share is right when it is this function of its session, and nobody guesses another's. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes } from "../../base/bytes.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import { keccakHex } from "../../base/keccak.ts";
import type { GroupSignature } from "../../report/report.ts";

export function token32(label: string): Hex {
  return keccakHex(asciiBytes(label));
}

/** Stands for a point: 33 bytes named by what they commit to. */
export function pointToken(label: string): Hex {
  return `0x02${token32(label).slice(2)}`;
}

export function sessionOf(digest: Hex, commitments: readonly SignerCommitment[]): string {
  return `${digest}/${commitments.map(({ id, hiding }) => `${id}:${hiding}`).join(",")}`;
}

export function shareToken(id: number, session: string): Hex {
  return token32(`share/${id}/${session}`);
}

export function signatureToken(digest: Hex): GroupSignature {
  const z = token32(`signature/${digest}`);
  return { rAddress: `0x${z.slice(2, 42)}`, z };
}
