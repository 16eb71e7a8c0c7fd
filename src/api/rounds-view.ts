/** What the API tells of rounds: the one in progress, and how the last ones went. */

export type RoundPhase = "idle" | "observing" | "proposed" | "signing" | "complete" | "failed";

export type RoundView = {
  readonly round: number;
  /** Start of the slot. */
  readonly startedAtMs: number;
  readonly phase: RoundPhase;
  readonly leader: number;
  readonly backup: number;
  readonly observedBy: readonly number[];
  readonly proposal: { readonly signers: readonly number[]; readonly observers: readonly number[] } | null;
  readonly sharesFrom: readonly number[];
  readonly completedAtMs: number | null;
  /** Slot start to verified signature at this node. */
  readonly latencyMs: number | null;
  /** Messages of this round that were refused, in words. */
  readonly refusals: readonly string[];
};

/**
 * How far this node had come in a round, ms after the slot's start: its OBSERVE said, as a proposer its PROPOSE said, a
 * PROPOSE accepted, its share said, the signature whole. `cpuMs` is what its process had worked since the slot's start,
 * so that on a busy machine work can be told from waiting; it is looked up in every fourth round and null in the others.
 */
export type RoundStep = {
  readonly step: "observed" | "proposed" | "accepted" | "shared" | "signed";
  readonly afterMs: number;
  readonly cpuMs: number | null;
};

export type RecentRound = {
  readonly round: number;
  readonly latencyMs: number | null;
  readonly leader: number;
  readonly ok: boolean;
  /** In the order in which they happened; without those that did not. */
  readonly steps: readonly RoundStep[];
};
