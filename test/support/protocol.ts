/** Small builders for the oracle machine: a configuration of n members, their messages, and one member to feed by hand. */
import type { Hex } from "../../src/base/bytes.ts";
import { asciiBytes, toHex } from "../../src/base/bytes.ts";
import type { FeedRule } from "../../src/feeds/rule.ts";
import { digestOf } from "../../src/protocol/build-report.ts";
import { encodeMessage, messageHash } from "../../src/protocol/encoding.ts";
import type { Effect, Note, OracleEvent } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import type { Message, NoncePair, Observe, Propose, Share } from "../../src/protocol/messages.ts";
import { byzantineMax, signingThreshold } from "../../src/protocol/quorum.ts";
import type { OracleConfig, OracleState, RoundState } from "../../src/protocol/state.ts";
import { initialState, slotTimeMs } from "../../src/protocol/state.ts";
import { step } from "../../src/protocol/step.ts";
import { keccakHex } from "../../src/base/keccak.ts";
import type { FeedState, Report, SignedReport } from "../../src/report/report.ts";

export const T0 = 1_700_000_000_000;
export const FIRST = 1_000;

export function hexOf(label: string): Hex {
  return keccakHex(asciiBytes(label));
}

export function hex20(label: string): Hex {
  return `0x${hexOf(label).slice(2, 42)}`;
}

export function feedRule(index: number, over: Partial<FeedRule> = {}): FeedRule {
  return {
    index,
    name: `feed-${index}`,
    feedId: hexOf(`feed/${index}`),
    definitionDigest: hexOf(`definition/${index}`),
    decimals: 8,
    heartbeatMs: 10_000,
    heartbeatMarginMs: 1_000,
    deviation: { type: "relative", bps: 10 },
    agreement: { type: "relative", bps: 100 },
    statusGraceMs: 2_000,
    shape: { type: "scalar" },
    ...over,
  };
}

export function configOf(over: Partial<OracleConfig> = {}): OracleConfig {
  const n = over.n ?? 4;
  return {
    cfg: hexOf("cfg"),
    networkId: hexOf("network"),
    selfId: 1,
    n,
    f: byzantineMax(n),
    t: signingThreshold(n),
    slotMs: 1_000,
    firstRound: FIRST,
    firstRoundTimeMs: T0,
    rules: [feedRule(0), feedRule(1)],
    ...over,
  };
}

export function hashOf(message: Message, cfg: Hex = hexOf("cfg")): Hex {
  return messageHash(encodeMessage(cfg, message));
}

export function noncePair(label: string): NoncePair {
  return { hiding: `0x02${hexOf(`${label}/hiding`).slice(2)}`, binding: `0x03${hexOf(`${label}/binding`).slice(2)}` };
}

export function observeOf(config: OracleConfig, sender: number, round: number, over: Partial<Observe> = {}): Observe {
  return {
    type: "observe",
    round,
    sender,
    obsTimeMs: slotTimeMs(config, round),
    incarnation: toHex(asciiBytes(`${sender}`.padEnd(16, "."))),
    commitments: [noncePair(`${sender}/${round}/0`), noncePair(`${sender}/${round}/1`)],
    values: config.rules.map((rule) => 1_000_000n * BigInt(rule.index + 1) + BigInt(sender)),
    ...over,
  };
}

/** Sixteen bytes by which one OBSERVE differs from another of the same member. */
export function incarnationOf(version: number): Hex {
  return `0x${version.toString(16).padStart(32, "0")}`;
}

export function proposeOf(sender: number, listed: readonly Observe[], over: Partial<Propose> = {}): Propose {
  const observations = listed.map((message) => ({ id: message.sender, hash: hashOf(message) }));
  const round = listed[0]?.round ?? FIRST;
  const signers = observations.map(({ id }) => id).slice(0, 3);
  return { type: "propose", round, sender, attempt: 0, parent: null, observations, signers, sources: [], ...over };
}

export function shareOf(sender: number, proposal: Propose, digest: Hex, over: Partial<Share> = {}): Share {
  const { round } = proposal;
  const z = hexOf(`z/${sender}/${hashOf(proposal)}`);
  return { type: "share", round, sender, proposalHash: hashOf(proposal), digest, z, next: null, ...over };
}

export function leafOf(rule: FeedRule, over: Partial<FeedState> = {}): FeedState {
  return {
    feedId: rule.feedId,
    definitionDigest: rule.definitionDigest,
    status: "ok",
    value: 1_000_000n,
    confidencePpb: 0,
    timeMs: T0,
    pubStatus: "ok",
    pubValue: 1_000_000n,
    pubConfidencePpb: 0,
    pubRound: FIRST,
    pubTimeMs: T0,
    detail: null,
    ...over,
  };
}

export function signedOf(config: OracleConfig, round: number, over: Partial<Report> = {}): SignedReport {
  const leaves = config.rules
    .map((rule) =>
      leafOf(rule, { value: 1_000_000n * BigInt(rule.index + 1), pubValue: 1_000_000n * BigInt(rule.index + 1) }),
    )
    .sort((a, b) => (a.feedId < b.feedId ? -1 : 1));
  const report: Report = { round, reportTimeMs: slotTimeMs(config, round), leaves, pushes: [], ...over };
  return {
    report,
    digest: digestOf(config.networkId, report),
    signature: { rAddress: hex20(`r/${round}`), z: hexOf(`s/${round}`) },
  };
}

/** The first round at or above `from` in which `id` holds the role. */
export function roundLedBy(
  config: OracleConfig,
  id: number,
  role: "leader" | "backup" = "leader",
  from = FIRST,
): number {
  for (let round = from; ; round++) if (leadershipOf(config.cfg, round, config.n)[role] === id) return round;
}

export function ofKind<K extends Effect["kind"]>(effects: readonly Effect[], kind: K): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}

export function broadcasts<T extends Message["type"]>(
  effects: readonly Effect[],
  type: T,
): Extract<Message, { type: T }>[] {
  return ofKind(effects, "broadcast").flatMap(({ message }) =>
    message.type === type ? [message as Extract<Message, { type: T }>] : [],
  );
}

export function notes(effects: readonly Effect[]): Note[] {
  return ofKind(effects, "note").map(({ note }) => note);
}

/** Reasons of the refusals among the effects, in order. */
export function refusals(effects: readonly Effect[]): string[] {
  return notes(effects).flatMap((note) => (note.kind === "refused" ? [`${note.what}: ${note.why}`] : []));
}

/** One member under test. `feed` is one event; `startSlot` also does what a healthy daemon does with its orders. */
export class Member {
  state: OracleState;

  constructor(config: OracleConfig, reservedRound = 0, latest: SignedReport | null = null) {
    this.state = initialState(config, reservedRound, latest);
  }

  get config(): OracleConfig {
    return this.state.config;
  }

  round(number: number): RoundState {
    const round = this.state.rounds.get(number);
    if (round === undefined)
      throw new Error(`round ${number} is not open, open are ${[...this.state.rounds.keys()].join()}`);
    return round;
  }

  feed(event: OracleEvent): readonly Effect[] {
    const next = step(this.state, event);
    this.state = next.state;
    return next.effects;
  }

  hear(...messages: readonly Message[]): readonly Effect[] {
    return messages.flatMap((message) =>
      this.feed({ kind: "message-received", message, hash: hashOf(message, this.config.cfg) }),
    );
  }

  fire(timer: Extract<OracleEvent, { kind: "timer-fired" }>["timer"], round: number): readonly Effect[] {
    return this.feed({ kind: "timer-fired", timer, round });
  }

  /** The slot begins, the disk and the market answer, and the own OBSERVE comes back. */
  startSlot(round: number): readonly Effect[] {
    const effects = [...this.feed({ kind: "slot-started", round })];
    for (const { upTo } of ofKind(effects, "reserve-rounds")) this.feed({ kind: "rounds-reserved", upTo });
    if (ofKind(effects, "observe").length > 0) {
      const { obsTimeMs, incarnation, commitments, values } = observeOf(this.config, this.config.selfId, round);
      effects.push(...this.feed({ kind: "observed", round, obsTimeMs, incarnation, commitments, values }));
    }
    for (const message of broadcasts(effects, "observe")) effects.push(...this.hear(message));
    return effects;
  }
}
