/** What a judge of evidence says: convicts or not, why, and what it saw of each envelope. */
import type { Hex } from "../base/bytes.ts";
import type { ProvableReason } from "../protocol/accusation.ts";
import type { Message } from "../protocol/messages.ts";

/** The fault, once it is certain. */
export type Fault =
  /** Two OBSERVEs of one round. */
  | "two-observations"
  /** … under two incarnations: two processes with one key, or a liar who would have it look so. */
  | "two-incarnations"
  | "two-proposals-of-one-attempt"
  /** PROPOSEs of one proposer and round with other parents or observations: an honest one names only other signers. */
  | "two-materials"
  | "two-digests"
  /** Two SHAREs under one PROPOSE: its nonces were used twice. */
  | "two-shares-of-one-proposal"
  | "share-does-not-fit"
  /** A PROPOSE that is wrong for everybody alike. */
  | ProvableReason;

/** Why evidence convicts nobody. */
export type Dismissal =
  /** No evidence in its fixed layout, or an envelope in it is no message. */
  | "malformed"
  | "other-configuration"
  | "not-a-member"
  | "wrong-number-of-envelopes"
  | "wrong-message-type"
  | "bad-signature"
  | "wrong-round"
  | "not-said-by-the-accused"
  | "one-statement-twice"
  | "wrong-order"
  /** Two statements that an honest member makes. */
  | "no-contradiction"
  /** The SHARE names another PROPOSE than the one beside it: it is judged under its own only. */
  | "share-under-another-proposal"
  /** The PROPOSE breaks the rules, so no honest member signs under it and nobody is judged under it. */
  | "proposal-is-void"
  | "accused-is-no-signer"
  /** Commitments of an OBSERVE or a SHARE that the PROPOSE does not name, another version of a named one included. */
  | "commitments-not-named"
  /** The named commitments open no signing session: some are no points. */
  | "no-session"
  | "share-fits"
  | "proposal-is-right"
  /** A message that the PROPOSE does not name says nothing about it. */
  | "not-named";

/** One envelope, as far as it was looked at; in the order of the evidence. */
export type SeenEnvelope = {
  readonly type: Message["type"];
  readonly sender: number;
  readonly round: number;
  /** The message's name. */
  readonly hash: Hex;
  readonly isSignatureGood: boolean;
};

export type EvidenceVerdict =
  | { readonly convicts: true; readonly fault: Fault; readonly seen: readonly SeenEnvelope[] }
  | { readonly convicts: false; readonly why: Dismissal; readonly seen: readonly SeenEnvelope[] };

/** What a kind's own judge answers; the envelopes have been opened before. */
export type Judgement =
  | { readonly convicts: true; readonly fault: Fault }
  | { readonly convicts: false; readonly why: Dismissal };

export function convict(fault: Fault): Judgement {
  return { convicts: true, fault };
}

export function dismiss(why: Dismissal): Judgement {
  return { convicts: false, why };
}
