/**
 * Bugs planted on purpose, from outside the production code: by configuration, by the simulated ports, or by a wrapper
 * around `step` that does to events and state what the bug would do. A simulator that does not notice them proves nothing.
 */
import type { Hex } from "../../base/bytes.ts";
import type { OracleEvent } from "../../protocol/events.ts";
import { OBSERVATION_TIME_TOLERANCE_MS } from "../../protocol/limits.ts";
import { atLeastOneHonest } from "../../protocol/quorum.ts";
import type { OracleConfig, OracleState } from "../../protocol/state.ts";
import type { OracleStep } from "../../protocol/step.ts";
import { step } from "../../protocol/step.ts";
import type { FeedState, SignedReport } from "../../report/report.ts";
import type { SimNode } from "./node.ts";

export type Mutant = {
  config?(config: Omit<OracleConfig, "selfId">): Omit<OracleConfig, "selfId">;
  step?(node: SimNode, event: OracleEvent, nowMs: number): OracleStep;
  readonly forgetsReservations?: boolean;
  readonly drawsOnePair?: boolean;
  readonly believesClaims?: boolean;
};

export const MUTATIONS = [
  "low-threshold",
  "nonce-reused",
  "no-reservation",
  "local-clock",
  "no-agreement",
  "foreign-share",
  "local-due-set",
  "early-backup",
  "claims-believed",
] as const;
export type Mutation = (typeof MUTATIONS)[number];

/** obsTime is judged by the clock of whoever hears it. */
function byLocalClock(node: SimNode, event: OracleEvent, nowMs: number): OracleStep {
  if (event.kind === "message-received" && event.message.type === "observe") {
    const offMs = Math.abs(event.message.obsTimeMs - node.clock.wallMs(nowMs));
    if (offMs > OBSERVATION_TIME_TOLERANCE_MS) return { state: node.state, effects: [] };
  }
  return step(node.state, event);
}

/** A share counts for whatever PROPOSE over its digest was accepted here. */
function underAnyProposal(node: SimNode, event: OracleEvent): OracleStep {
  if (event.kind !== "message-received" || event.message.type !== "share") return step(node.state, event);
  const share = event.message;
  const accepted = node.state.rounds.get(share.round)?.accepted ?? [];
  const isKnown = accepted.some(({ hash }) => hash === share.proposalHash);
  const other = accepted.find((one) => one.digest === share.digest && one.message.signers.includes(share.sender));
  if (isKnown || other === undefined) return step(node.state, event);
  return step(node.state, { ...event, message: { ...share, proposalHash: other.hash } });
}

/** The backup's time is taken to have come when the slot begins. */
function withEarlyBackup(node: SimNode, event: OracleEvent): OracleStep {
  const next = step(node.state, event);
  const round = event.kind === "slot-started" ? next.state.rounds.get(event.round) : undefined;
  if (round === undefined || round.backupOpen) return next;
  const rounds = new Map(next.state.rounds).set(round.round, { ...round, backupOpen: true });
  return { ...next, state: { ...next.state, rounds } };
}

type Published = Pick<FeedState, "pubStatus" | "pubValue" | "pubConfidencePpb" | "pubRound" | "pubTimeMs">;

/** What is due is computed from what this process itself has seen published, not from the parent. */
class LocalDueSet {
  readonly #memories = new Map<string, Map<Hex, Published>>();

  step(node: SimNode, event: OracleEvent): OracleStep {
    const memory = this.#memoryOf(node);
    const altered = new Map<SignedReport, SignedReport>();
    const reports = new Map<number, SignedReport>();
    for (const [round, signed] of node.state.reports) {
      const leaves = signed.report.leaves.map((leaf) => ({ ...leaf, ...memory.get(leaf.feedId) }));
      const local = { ...signed, report: { ...signed.report, leaves } };
      altered.set(local, signed);
      reports.set(round, local);
    }
    const next = step({ ...node.state, reports }, event);
    for (const effect of next.effects) {
      if (effect.kind !== "publish" || event.kind !== "aggregated") continue;
      for (const { feedId, pubStatus, pubValue, pubConfidencePpb, pubRound, pubTimeMs } of effect.signed.report
        .leaves) {
        memory.set(feedId, { pubStatus, pubValue, pubConfidencePpb, pubRound, pubTimeMs });
      }
    }
    return { ...next, state: this.#restored(next.state, altered) };
  }

  #restored(state: OracleState, altered: ReadonlyMap<SignedReport, SignedReport>): OracleState {
    return { ...state, reports: new Map([...state.reports].map(([at, one]) => [at, altered.get(one) ?? one])) };
  }

  #memoryOf({ id, copy, life }: SimNode): Map<Hex, Published> {
    const key = `${id}/${copy}/${life}`;
    const held = this.#memories.get(key) ?? new Map<Hex, Published>();
    this.#memories.set(key, held);
    return held;
  }
}

/** A new one for each run: some remember. */
export function mutantOf(mutation: Mutation | null): Mutant {
  switch (mutation) {
    case null:
      return {};
    case "low-threshold":
      return { config: (config) => ({ ...config, t: atLeastOneHonest(config.f) }) };
    case "nonce-reused":
      return { drawsOnePair: true };
    case "no-reservation":
      return { forgetsReservations: true };
    case "local-clock":
      return { step: byLocalClock };
    case "no-agreement":
      return {
        config: (config) => ({
          ...config,
          rules: config.rules.map((rule) => ({ ...rule, agreement: { type: "relative", bps: 1_000_000_000 } })),
        }),
      };
    case "foreign-share":
      return { step: underAnyProposal };
    case "local-due-set": {
      const due = new LocalDueSet();
      return { step: (node, event) => due.step(node, event) };
    }
    case "early-backup":
      return { step: withEarlyBackup };
    case "claims-believed":
      return { believesClaims: true };
  }
}
