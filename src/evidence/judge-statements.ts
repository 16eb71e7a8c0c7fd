/** Two statements of one member that exclude each other. */
import type { Observe, Propose, Share } from "../protocol/messages.ts";
import { isSameMaterial } from "../protocol/sessions.ts";
import type { Judgement } from "./verdict.ts";
import { convict, dismiss } from "./verdict.ts";

/** An honest member observes once a round, also across restarts: rounds of an earlier life are not entered again. [R51] */
export function judgeObservations(first: Observe, second: Observe): Judgement {
  return convict(first.incarnation === second.incarnation ? "two-observations" : "two-incarnations");
}

/** An honest proposer names each attempt once, and in later ones only other signers over the same material. [R51] */
export function judgeProposals(first: Propose, second: Propose): Judgement {
  if (first.attempt === second.attempt) return convict("two-proposals-of-one-attempt");
  return isSameMaterial(first, second) ? dismiss("no-contradiction") : convict("two-materials");
}

/** An honest member signs one digest a round and once under each PROPOSE. [R51] */
export function judgeShares(first: Share, second: Share): Judgement {
  if (first.digest !== second.digest) return convict("two-digests");
  return first.proposalHash === second.proposalHash
    ? convict("two-shares-of-one-proposal")
    : dismiss("no-contradiction");
}
