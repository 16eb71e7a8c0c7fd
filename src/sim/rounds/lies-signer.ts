/** Lies of a signer: shares that are wrong, late or missing, and commitments that nobody can sign with. */
import type { NoncePair, Observe, Share } from "../../protocol/messages.ts";
import type { SIGNER_LIES } from "./liar-kinds.ts";
import type { Lie, LiarDoors } from "./lie.ts";
import { OFF_CURVE_POINT, token32, ZERO_POINT } from "./tokens.ts";

function bad(message: Share): Share {
  return { ...message, z: token32(`bad/${message.round}/${message.sender}/${message.proposalHash}`) };
}

function attemptOf({ round, proposalHash }: Share, { node }: LiarDoors): number {
  const accepted = node.state.rounds.get(round)?.accepted.find(({ hash }) => hash === proposalHash);
  return accepted?.message.attempt ?? 0;
}

function committing(pairs: (message: Observe, doors: LiarDoors) => readonly [NoncePair, NoncePair]): Lie {
  return { observe: (message, doors) => [{ message: { ...message, commitments: pairs(message, doors) } }] };
}

function pairOf(point: typeof ZERO_POINT): NoncePair {
  return { hiding: point, binding: point };
}

/** Those that another member has committed to, in this round or the one before. */
function othersPairs(message: Observe, { node }: LiarDoors): readonly [NoncePair, NoncePair] {
  for (const round of [message.round, message.round - 1]) {
    for (const { message: other } of node.state.rounds.get(round)?.observations.values() ?? []) {
      if (other.sender !== message.sender) return other.commitments;
    }
  }
  return message.commitments;
}

export const SIGNING: Readonly<Record<(typeof SIGNER_LIES)[number], Lie>> = {
  "silent-signer": { share: () => [] },
  "slow-signer": {
    share: (message, { node }) => [{ message, delayMs: node.state.config.slotMs * 0.3 }],
  },
  "bad-share": { share: (message) => [{ message: bad(message) }] },
  "bad-second-share": {
    share: (message, doors) => [{ message: attemptOf(message, doors) === 0 ? message : bad(message) }],
  },
  "share-of-unknown-proposal": {
    share: (message) => [
      { message: { ...message, proposalHash: token32(`unknown/${message.round}`) } },
      { message: { ...message, proposalHash: token32(`unknown too/${message.round}`) } },
      { message },
    ],
  },
  "zero-nonces": committing(() => [pairOf(ZERO_POINT), pairOf(ZERO_POINT)]),
  "off-curve-nonces": committing(({ commitments }) => [commitments[0], pairOf(OFF_CURVE_POINT)]),
  "repeated-nonces": committing(({ commitments }) => [commitments[0], commitments[0]]),
  "copied-nonces": committing(othersPairs),
};
