/** What one member holds against another: which fault, and the names of the signed messages that prove it. */
import type { Hex } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";

export type Accusation = { readonly accused: number; readonly round: number } & (
  | {
      /** Two OBSERVEs of one member in one round. */
      readonly kind: "equivocated-observation";
      readonly messages: readonly [Hex, Hex];
    }
  | {
      /** Two PROPOSEs of one member in one round, of one attempt or over other material (parent, list of OBSERVEs). */
      readonly kind: "equivocated-proposal";
      readonly messages: readonly [Hex, Hex];
    }
  | {
      /** Two SHAREs of one member in one round for two digests. */
      readonly kind: "double-sign";
      readonly messages: readonly [Hex, Hex];
    }
  | {
      /** A SHARE that does not fit its commitments under the very PROPOSE it names. */
      readonly kind: "bad-share";
      readonly share: Hex;
      readonly proposal: Hex;
      /** OBSERVEs of the signers whose commitment is a pair of their OBSERVE, ascending by signer. */
      readonly observations: readonly Hex[];
      /** SHAREs whose `next` is the commitment of the other signers, ascending by signer. */
      readonly sources: readonly Hex[];
    }
  | {
      /** A PROPOSE that no honest member makes, whatever it holds: wrong by signed material alone. */
      readonly kind: "bad-proposal";
      readonly proposal: Hex;
      /** The messages it names that show the fault; none when the PROPOSE alone does. */
      readonly observations: readonly Hex[];
      readonly why: ProvableReason;
    }
);

export type AccusationKind = Accusation["kind"];

/** Refusals of a PROPOSE that rest on it, on the messages it names and on the public configuration. */
export type ProvableReason =
  | "not-the-leader"
  | "attempt-out-of-range"
  | "bad-observation-list"
  | "too-few-observations"
  | "bad-signer-set"
  | "bad-sources"
  | "parent-not-below"
  | "wrong-feed-count"
  | "obs-time-off-slot";

/** The messages that prove it, in the order in which their envelopes travel with it. */
export function messagesOf(accusation: Accusation): readonly Hex[] {
  switch (accusation.kind) {
    case "equivocated-observation":
    case "equivocated-proposal":
    case "double-sign":
      return accusation.messages;
    case "bad-share":
      return [accusation.share, accusation.proposal, ...accusation.observations, ...accusation.sources];
    case "bad-proposal":
      return [accusation.proposal, ...accusation.observations];
    default:
      return unreachable(accusation);
  }
}
