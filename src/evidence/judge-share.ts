/**
 * Whether a SHARE fits under the PROPOSE it names. Every commitment is looked up by the name that this PROPOSE gives, so a
 * leader with two signer sets, an observer with two faces, a share moved elsewhere or another version of anything frames
 * nobody: each is dismissed before any arithmetic. [R52]
 */
import type { Hex } from "../base/bytes.ts";
import type { NoncePair, Propose, Share } from "../protocol/messages.ts";
import { pairName } from "../protocol/sessions.ts";
import type { NonceCommitment } from "../threshold/signing.ts";
import { faultOf } from "./judge-proposal.ts";
import type { JudgeDoors, PublicConfiguration } from "./public-configuration.ts";
import type { Statement } from "./statement.ts";
import type { Judgement } from "./verdict.ts";
import { convict, dismiss } from "./verdict.ts";

/** Where a signer's commitments of this session are: a message by its name, and which pair of it. */
type Place = { readonly id: number; readonly hash: Hex; readonly pair: "first" | "second" | "next" };

/** In the order in which evidence carries them: OBSERVEs, then source SHAREs, each ascending by signer. */
export function placesOf(proposal: Propose): readonly Place[] {
  const fromObserve: Place[] = [];
  const fromShare: Place[] = [];
  for (const id of proposal.signers) {
    // The signer's own machine asks the same function.
    const name = pairName(proposal, id);
    if (name !== "first" && name !== "second") {
      fromShare.push({ id, hash: name, pair: "next" });
      continue;
    }
    const listed = proposal.observations.find((ref) => ref.id === id);
    if (listed !== undefined) fromObserve.push({ id, hash: listed.hash, pair: name });
  }
  return [...fromObserve, ...fromShare];
}

function pairOf(place: Place, { message, hash }: Statement, round: number): NoncePair | null {
  if (hash !== place.hash || message.sender !== place.id || message.round !== round) return null;
  if (place.pair === "next") return message.type === "share" ? message.next : null;
  return message.type === "observe" ? message.commitments[place.pair === "first" ? 0 : 1] : null;
}

/** @param holders what holds the commitments, in the order of `placesOf` */
export function judgeShare(
  share: Share,
  proposal: Statement<Propose>,
  holders: readonly Statement[],
  configuration: PublicConfiguration,
  curve: JudgeDoors["curve"],
): Judgement {
  if (share.proposalHash !== proposal.hash) return dismiss("share-under-another-proposal");
  if (faultOf(proposal.message, configuration) !== null) return dismiss("proposal-is-void");
  if (!proposal.message.signers.includes(share.sender)) return dismiss("accused-is-no-signer");
  const places = placesOf(proposal.message);
  if (places.length !== holders.length) return dismiss("wrong-number-of-envelopes");
  const commitments: NonceCommitment[] = [];
  for (const [i, place] of places.entries()) {
    const pair = pairOf(place, holders[i]!, share.round);
    if (pair === null) return dismiss("commitments-not-named");
    commitments.push({ id: place.id, hiding: pair.hiding, binding: pair.binding });
  }
  // The digest is the one that the accused itself wrote under its signature.
  const opened = curve.openAttempt(configuration.group, share.digest, commitments);
  if (!opened.ok) return dismiss("no-session");
  return opened.attempt.shareIsGood(share.sender, share.z) ? dismiss("share-fits") : convict("share-does-not-fit");
}
