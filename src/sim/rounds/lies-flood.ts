/** Floods with right signatures: what one member can say within its own name, and much of it. */
import type { Message, Observe } from "../../protocol/messages.ts";
import { latestReport } from "../../protocol/state.ts";
import type { FLOODS } from "./liar-kinds.ts";
import type { Lie, LiarDoors, Utterance } from "./lie.ts";
import { token32 } from "./tokens.ts";

/** The network's limits let through no more of one peer in a slot. */
const FLOOD = 24;

function many(make: (at: number) => Message): readonly Utterance[] {
  return Array.from({ length: FLOOD }, (_, at) => ({ message: make(at), delayMs: 1 + at * 4 }));
}

function observed(message: Observe, at: number, round = message.round): Observe {
  return {
    ...message,
    round,
    values: message.values.map((value) => (typeof value === "bigint" ? value + BigInt(at) : value)),
  };
}

function forgedReports(round: number, { node }: LiarDoors): readonly Utterance[] {
  const latest = latestReport(node.state);
  if (latest === null) return [];
  return many((at) => {
    const report = { ...latest.report, round: round - 8 + at };
    const signed = { ...latest, report, digest: token32(`digest/${round}/${at}`) };
    return { type: "report", round: report.round, sender: node.id, signed };
  });
}

export const FLOODING: Readonly<Record<(typeof FLOODS)[number], Lie>> = {
  "flood-of-observations": { observe: (message) => [{ message }, ...many((at) => observed(message, at + 1))] },
  "flood-of-proposals": {
    propose: (message) => [
      ...many((at) => ({
        ...message,
        observations: message.observations.map((ref, i) =>
          i === at % 4 ? { ...ref, hash: token32(`flood/${message.round}/${at}`) } : ref,
        ),
      })),
      { message },
    ],
    slot: (round, { node }) =>
      many((at) => ({
        type: "propose",
        round,
        sender: node.id,
        attempt: at % 3,
        parent: null,
        observations: node.state.config.rules.length > 0 ? [{ id: 1, hash: token32(`unknown/${round}/${at}`) }] : [],
        signers: [node.id],
        sources: [],
      })),
  },
  "flood-of-shares": {
    slot: (round, { node }) =>
      many((at) => ({
        type: "share",
        round,
        sender: node.id,
        proposalHash: token32(`nothing/${round}/${at}`),
        digest: token32(`digest/${round}`),
        z: token32(`z/${at}`),
        next: null,
      })),
  },
  "flood-of-reports": { slot: forgedReports },
  "flood-of-old-rounds": {
    observe: (message) => [{ message }, ...many((at) => observed(message, at, Math.max(0, message.round - 12 + at)))],
  },
  "flood-of-repeats": {
    observe: (message) => many(() => message),
    propose: (message) => many(() => message),
    share: (message) => many(() => message),
  },
};
