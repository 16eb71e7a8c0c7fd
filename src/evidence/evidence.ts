/**
 * Evidence: what one member signed and no honest one signs, complete in itself. Whoever has the network's public
 * configuration judges it alone and offline. docs/evidence.md says what each kind proves.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import type { AccusationKind } from "../protocol/accusation.ts";
import { keccakHex } from "../base/keccak.ts";

/** In the order of their codes on the wire, from 1. */
export const EVIDENCE_KINDS = [
  "equivocated-observation",
  "equivocated-proposal",
  "double-sign",
  "bad-share",
  "bad-proposal",
] as const satisfies readonly AccusationKind[];
export type EvidenceKind = AccusationKind;

export type Evidence = {
  readonly kind: EvidenceKind;
  readonly cfg: Hex;
  readonly accused: number;
  readonly round: number;
  /**
   * Envelopes as they were sent, in a fixed order and none more than the kind needs:
   *   two statements    both, ascending by their names
   *   bad-share         the SHARE, the PROPOSE it names, then what holds the signers' commitments: OBSERVEs ascending by
   *                     signer, SHAREs of those that the PROPOSE lists as sources ascending by signer
   *   bad-proposal      the PROPOSE, then the one message it lists and should not, unless the PROPOSE is enough
   */
  readonly envelopes: readonly Uint8Array[];
};

/** One byte, 1 … 5. */
export function codeOf(kind: EvidenceKind): number {
  return EVIDENCE_KINDS.indexOf(kind) + 1;
}

/**
 * The name of a fault: kind, configuration, accused, round. Two nodes that prove one fault by other envelopes (a liar may
 * have sent ten versions) name it alike, so a liar has at most five of them a round. [R50]
 */
export function nameOf({ kind, cfg, accused, round }: Omit<Evidence, "envelopes">): Hex {
  return keccakHex(
    new ByteWriter()
      .ascii("TENOR/EVIDENCE/1")
      .uint(codeOf(kind), 1)
      .hex(cfg, 32)
      .uint(accused, 1)
      .uint(round, 8)
      .done(),
  );
}
