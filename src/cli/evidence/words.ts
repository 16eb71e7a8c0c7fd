/** Verdicts on evidence as sentences. Every fault and every dismissal has one: a new one fails to compile here. */
import type { Dismissal, Fault, SeenEnvelope } from "../../evidence/verdict.ts";

/** After "convicts member 2: it …". */
export const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  "two-observations": "made two different observations in one round",
  "two-incarnations":
    "made two observations in one round under two incarnations: two processes with its key, or one that pretends so",
  "two-proposals-of-one-attempt": "made two proposals for one attempt of one round",
  "two-materials": "proposed over other observations or another parent in a later attempt of one round",
  "two-digests": "signed two digests in one round",
  "two-shares-of-one-proposal": "made two shares under one proposal, so it used one pair of nonces twice",
  "share-does-not-fit": "made a share that does not fit its own commitments under the proposal it names",
  "not-the-leader": "proposed in a round which it neither leads nor backs up",
  "attempt-out-of-range": "proposed an attempt that no round has",
  "bad-observation-list":
    "proposed a list of observations that is out of order, or names what is no observation of that member and round",
  "too-few-observations": "proposed fewer observations than 2f+1",
  "bad-signer-set": "named signers that are not exactly t of the listed members, ascending",
  "bad-sources": "named a source of commitments that is no share of that signer with a fresh pair",
  "parent-not-below": "proposed a parent that is not below the round",
  "wrong-feed-count": "listed an observation with another number of values than there are feeds",
  "obs-time-off-slot": "listed an observation whose time is not within 2 s of the slot",
};

/** After "convicts nobody: …". */
export const DISMISSAL_WORDS: Readonly<Record<Dismissal, string>> = {
  malformed: "an envelope in it is no message of this protocol",
  "other-configuration": "it belongs to another configuration than these files describe",
  "not-a-member": "it speaks of somebody who is no member",
  "wrong-number-of-envelopes": "it has more or fewer envelopes than this kind of fault takes",
  "wrong-message-type": "an envelope holds another message than this kind of fault takes",
  "bad-signature": "an envelope was not signed by the member it names as its sender",
  "wrong-round": "an envelope belongs to another round",
  "not-said-by-the-accused": "what is held against the accused was said by another member",
  "one-statement-twice": "it shows one statement twice, and that is no contradiction",
  "wrong-order": "its two statements are not in the order of their names",
  "no-contradiction": "an honest member makes both statements",
  "share-under-another-proposal":
    "the share names another proposal than the one beside it, and is judged under its own only",
  "proposal-is-void": "the proposal breaks the rules, and nobody is judged under such a one",
  "accused-is-no-signer": "the proposal does not name the accused as a signer",
  "commitments-not-named": "commitments are shown that the proposal does not name",
  "no-session": "some of the named commitments are no points, so nobody could sign",
  "share-fits": "the share fits",
  "proposal-is-right": "nothing is wrong with the proposal",
  "not-named": "the proposal does not name the message that is held against it",
};

const MESSAGE_WORDS: Readonly<Record<SeenEnvelope["type"], string>> = {
  observe: "OBSERVE",
  propose: "PROPOSE",
  share: "SHARE",
  report: "REPORT",
};

export function seenText({ type, sender, round, hash, isSignatureGood }: SeenEnvelope, place: number): string {
  const signature = isSignatureGood ? "signature good" : "signature NOT good";
  return `  ${place}. ${MESSAGE_WORDS[type]} of member ${sender} in round ${round}, ${hash}, ${signature}`;
}
