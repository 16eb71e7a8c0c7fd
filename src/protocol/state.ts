/** The oracle machine's memory. Plain immutable data: `step` returns a new one. */
import type { Hex } from "../base/bytes.ts";
import type { FeedRule } from "../feeds/rule.ts";
import type { Report, SignedReport } from "../report/report.ts";
import type { SignerCommitment } from "./events.ts";
import type { HoldReason } from "./hold-reasons.ts";
import type { Incarnations } from "./incarnations.ts";
import type { Observe, Propose, Share } from "./messages.ts";

/** What a running configuration fixes for every node alike, and which member this one is. */
export type OracleConfig = {
  readonly cfg: Hex;
  readonly networkId: Hex;
  readonly selfId: number;
  readonly n: number;
  readonly f: number;
  /** Signers per report. */
  readonly t: number;
  readonly slotMs: number;
  readonly firstRound: number;
  readonly firstRoundTimeMs: number;
  /** In index order. */
  readonly rules: readonly FeedRule[];
};

export type HeldObservation = { readonly hash: Hex; readonly message: Observe };

export type AcceptedProposal = {
  readonly hash: Hex;
  readonly message: Propose;
  /** Of its signers, in their order. */
  readonly commitments: readonly SignerCommitment[];
  readonly report: Report;
  readonly digest: Hex;
};

export type PendingProposal = { readonly hash: Hex; readonly message: Propose };

export type HeldShare = { readonly hash: Hex; readonly message: Share };

/** Shares for one PROPOSE, by sender. */
export type ShareBox = ReadonlyMap<number, HeldShare>;

/** What came of one member's turns to sign, bit i for round `round` − i. */
export type Delivery = { readonly round: number; readonly delivered: bigint; readonly missed: bigint };

export type RoundState = {
  readonly round: number;
  /** First valid OBSERVE of each member. */
  readonly observations: ReadonlyMap<number, HeldObservation>;
  /** Every held version by hash: a PROPOSE may name another than the first. */
  readonly versions: ReadonlyMap<Hex, Observe>;
  readonly ownHash: Hex | null;
  /** Reserved on disk before anything of this round was sent; false: watch only. */
  readonly active: boolean;
  readonly backupOpen: boolean;
  readonly graceOver: boolean;
  readonly hardStopOver: boolean;
  /** The first PROPOSE this node said, and its highest attempt, −1 before: each is said once, over the first one's material. */
  readonly ownProposal: Propose | null;
  readonly ownAttempt: number;
  /** The first PROPOSE heard of each proposer and attempt, whatever became of it: another one is evidence. */
  readonly proposals: ReadonlyMap<string, PendingProposal>;
  readonly pending: readonly PendingProposal[];
  /** What the waiting PROPOSEs name and this node has asked for. */
  readonly wanted: ReadonlySet<Hex>;
  /** Accepted PROPOSEs as they came, all over one material and so for one digest. */
  readonly accepted: readonly AcceptedProposal[];
  readonly shares: ReadonlyMap<Hex, ShareBox>;
  /** SHAREs that brought a fresh pair, by name. */
  readonly sources: ReadonlyMap<Hex, Share>;
  /** The first SHARE of each member: another one for another digest is evidence. */
  readonly firstShares: ReadonlyMap<number, HeldShare>;
  /** Members that were asked for a PROPOSE under which they signed and which this node does not know. */
  readonly asked: ReadonlySet<number>;
  /** Who has taken which PROPOSE of mine. */
  readonly acknowledged: ReadonlyMap<Hex, ReadonlySet<number>>;
  /** Waits for shares that run. When the last one is over, another session is due as soon as t members are free. */
  readonly waits: number;
  readonly isSessionDue: boolean;
  /** Sessions whose wait is over, and sessions that nobody can sign because a commitment is no point. */
  readonly lapsed: ReadonlySet<Hex>;
  readonly unsignable: ReadonlySet<Hex>;
  /** PROPOSE hashes under which an aggregation was asked for or has failed with its box. */
  readonly aggregating: ReadonlySet<Hex>;
  /** Members whose share or commitment failed its check in this round. */
  readonly culprits: ReadonlySet<number>;
  /** What was accused in this round: kind and member. */
  readonly accused: ReadonlySet<string>;
  readonly complete: boolean;
  /** The finished report was said once, by this node or by one it heard. */
  readonly reported: boolean;
  /** A proposer of this round, whose parent was too old, was told the newest report. */
  readonly corrected: boolean;
};

export type DiskState = "ok" | "failed";

export type OracleState = {
  readonly config: OracleConfig;
  /** 0 before the first slot. */
  readonly currentRound: number;
  /** Rounds up to this one were reserved by an earlier life of this key: never act in them. */
  readonly floorRound: number;
  /** Highest round reserved on disk. */
  readonly reservedRound: number;
  readonly disk: DiskState;
  /** Why this life may not speak although its disk is well. [R55–R58] */
  readonly holds: ReadonlySet<HoldReason>;
  /** The first slot of this life; null before it. */
  readonly startedRound: number | null;
  /** This process, as its OBSERVEs name it; null before the first one. */
  readonly incarnation: Hex | null;
  readonly incarnations: Incarnations;
  readonly rounds: ReadonlyMap<number, RoundState>;
  /** Signed reports held, by round; the newest REPORTS_KEPT. */
  readonly reports: ReadonlyMap<number, SignedReport>;
  /** Slots that began at this node, idle ones included: by these it counts how long a peer has been silent. */
  readonly slotsSeen: number;
  /** Highest round heard of each peer, and `slotsSeen` when the peer was last heard. */
  readonly heard: ReadonlyMap<number, { readonly round: number; readonly atSlot: number }>;
  /** Turns to sign of each member over the last DELIVERY_ROUNDS, as seen from here. */
  readonly delivery: ReadonlyMap<number, Delivery>;
  /** Members against whom evidence was verified. */
  readonly convicted: ReadonlySet<number>;
  /** Slow round trips to peers; 0 until they are measured. */
  readonly roundTripP95Ms: number;
};

/**
 * @param reservedRound highest round reserved by earlier lives of this key, 0 when none
 * @param latest        newest signed report this node has stored, if any
 */
export function initialState(config: OracleConfig, reservedRound: number, latest: SignedReport | null): OracleState {
  return {
    config,
    currentRound: 0,
    floorRound: reservedRound,
    reservedRound,
    disk: "ok",
    holds: new Set(),
    startedRound: null,
    incarnation: null,
    incarnations: new Map(),
    rounds: new Map(),
    reports: latest === null ? new Map() : new Map([[latest.report.round, latest]]),
    slotsSeen: 0,
    heard: new Map(),
    delivery: new Map(),
    convicted: new Set(),
    roundTripP95Ms: 0,
  };
}

function emptyRound(round: number): RoundState {
  return {
    round,
    observations: new Map(),
    versions: new Map(),
    ownHash: null,
    active: false,
    backupOpen: false,
    graceOver: false,
    hardStopOver: false,
    ownProposal: null,
    ownAttempt: -1,
    proposals: new Map(),
    pending: [],
    wanted: new Set(),
    accepted: [],
    shares: new Map(),
    sources: new Map(),
    firstShares: new Map(),
    asked: new Set(),
    acknowledged: new Map(),
    waits: 0,
    isSessionDue: false,
    lapsed: new Set(),
    unsignable: new Set(),
    aggregating: new Set(),
    culprits: new Set(),
    accused: new Set(),
    complete: false,
    reported: false,
    corrected: false,
  };
}

/** A round's memory, new when nothing of it was heard; complete from the start when its report came first. */
export function openRound(state: OracleState, round: number): RoundState {
  return state.rounds.get(round) ?? { ...emptyRound(round), complete: state.reports.has(round) };
}

export function slotTimeMs(config: OracleConfig, round: number): number {
  return config.firstRoundTimeMs + (round - config.firstRound) * config.slotMs;
}

/** The round whose slot contains `timeMs`; below firstRound before the configuration begins. */
export function roundAt(
  config: Pick<OracleConfig, "firstRound" | "firstRoundTimeMs" | "slotMs">,
  timeMs: number,
): number {
  return config.firstRound + Math.floor((timeMs - config.firstRoundTimeMs) / config.slotMs);
}

export function latestReport(state: OracleState, belowRound = Number.POSITIVE_INFINITY): SignedReport | null {
  let latest: SignedReport | null = null;
  for (const [round, signed] of state.reports) {
    if (round < belowRound && (latest === null || round > latest.report.round)) latest = signed;
  }
  return latest;
}

export function withRound(state: OracleState, round: RoundState): OracleState {
  return { ...state, rounds: new Map(state.rounds).set(round.round, round) };
}

export function mapWith<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function setWith<T>(set: ReadonlySet<T>, ...values: readonly T[]): ReadonlySet<T> {
  return new Set([...set, ...values]);
}
