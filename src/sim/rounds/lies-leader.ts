/** Lies of a leader or backup: what it withholds, to whom it shows what, and PROPOSEs that no honest member makes. */
import type { Propose } from "../../protocol/messages.ts";
import { leadershipOf } from "../../protocol/leader.ts";
import { honestMedian } from "../../protocol/quorum.ts";
import { latestReport } from "../../protocol/state.ts";
import type { LEADER_LIES } from "./liar-kinds.ts";
import type { Intention, Lie, LiarDoors, Utterance } from "./lie.ts";
import { ownShare } from "./lies-twofold.ts";
import { token32 } from "./tokens.ts";

type Change = (message: Propose, doors: LiarDoors) => Propose | null;

function proposing(change: Change): Lie {
  return {
    propose: (message, doors) => {
      const changed = change(message, doors);
      return changed === null ? [{ message }] : [{ message: changed }];
    },
  };
}

function showing(to: (message: Propose, doors: LiarDoors) => readonly number[]): Lie {
  return { propose: (message, doors) => [{ message, to: [message.sender, ...to(message, doors)] }] };
}

/** A PROPOSE over everything this member has heard, whoever leads. */
function ownProposal(round: number, { node }: LiarDoors): Propose | null {
  const { config, rounds } = node.state;
  const heard = [...(rounds.get(round)?.observations ?? [])].sort(([a], [b]) => a - b);
  if (heard.length < Math.max(config.t, honestMedian(config.f))) return null;
  const parent = latestReport(node.state, round);
  return {
    type: "propose",
    round,
    sender: config.selfId,
    attempt: 0,
    parent: parent === null ? null : { round: parent.report.round, digest: parent.digest },
    observations: heard.map(([id, { hash }]) => ({ id, hash })),
    signers: heard.map(([id]) => id).slice(0, config.t),
    sources: [],
  };
}

/** Speaks out of turn: early enough to race the leader. */
function outOfTurn(isMine: (round: number, doors: LiarDoors) => boolean): Lie {
  return {
    slot: (round, doors): readonly Intention[] => {
      if (!isMine(round, doors)) return [];
      const make = (): readonly Utterance[] => {
        const message = ownProposal(round, doors);
        if (message === null) return [];
        const share = ownShare(message, doors);
        return share === null ? [{ message }] : [{ message }, { message: share }];
      };
      return [{ delayMs: doors.node.state.config.slotMs * 0.015, make }];
    },
  };
}

function rolesIn(round: number, { node }: LiarDoors): ReturnType<typeof leadershipOf> {
  const { cfg, n } = node.state.config;
  return leadershipOf(cfg, round, n);
}

function oldParent(message: Propose, { node }: LiarDoors): Propose | null {
  const older = [...node.state.reports.values()].filter(({ report }) => report.round < (message.parent?.round ?? 0));
  const parent = older[message.round % Math.max(1, older.length)];
  return parent === undefined ? null : { ...message, parent: { round: parent.report.round, digest: parent.digest } };
}

function withRef(message: Propose, at: number, hash: Propose["observations"][number]["hash"]): Propose {
  return { ...message, observations: message.observations.map((ref, i) => (i === at ? { ...ref, hash } : ref)) };
}

export const LEADING: Readonly<Record<(typeof LEADER_LIES)[number], Lie>> = {
  "silent-leader": { propose: () => [] },
  "late-leader": { propose: (message, { node }) => [{ message, delayMs: node.state.config.slotMs * 0.45 }] },
  "proposal-to-half": showing((_, { otherIds }) => otherIds.slice(0, Math.floor(otherIds.length / 2))),
  "proposal-to-all-but-one": showing(({ round }, { otherIds }) =>
    otherIds.filter((_, at) => at !== round % otherIds.length),
  ),
  /** A hash nobody has, in place of a member's observation. */
  "altered-proposal": proposing((message) => withRef(message, 0, token32(`forged/${message.round}`))),
  "duplicate-signers": proposing((message) => ({
    ...message,
    signers: message.signers.map((id, at) => (at === 0 ? (message.signers[1] ?? id) : id)),
  })),
  "outside-signers": proposing((message, { node }) => ({
    ...message,
    signers: [...message.signers.slice(1), node.state.config.n + 1],
  })),
  "too-few-listed": proposing((message, { node }) => ({
    ...message,
    observations: message.observations.slice(0, 2 * node.state.config.f),
  })),
  "foreign-observation": proposing((message) => withRef(message, 0, message.observations[1]!.hash)),
  "old-observation": proposing((message, { node }) => {
    const [first] = message.observations;
    const old = node.state.rounds.get(message.round - 1)?.observations.get(first?.id ?? 0);
    return old === undefined ? null : withRef(message, 0, old.hash);
  }),
  "old-parent": proposing(oldParent),
  "invented-parent": proposing((message) => ({
    ...message,
    parent: { round: message.round - 1, digest: token32(`parent/${message.round}`) },
  })),
  "proposal-of-next-round": {
    propose: (message) => [{ message: { ...message, round: message.round + 1 } }, { message }],
  },
  "impatient-backup": outOfTurn((round, doors) => rolesIn(round, doors).backup === doors.node.id),
  "second-leader": outOfTurn((round, doors) => {
    const { leader, backup } = rolesIn(round, doors);
    return leader !== doors.node.id && backup !== doors.node.id;
  }),
  /** Favours a subset: as few observations as are valid, always without the same members. */
  "unfair-leader": proposing((message, { node }) => {
    const { f, t } = node.state.config;
    const observations = message.observations.slice(-Math.max(honestMedian(f), t));
    const signers = observations.map(({ id }) => id).slice(-t);
    return { ...message, observations, signers };
  }),
  /** Completes a round where as few see it as can. */
  "silent-report": {
    ...showing(({ signers, sender }) => signers.filter((id) => id !== sender)),
    report: () => [],
    share: (message) => [{ message, to: [message.sender] }],
  },
};
