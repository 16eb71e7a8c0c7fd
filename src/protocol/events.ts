/**
 * The machine's two vocabularies. Events are past tense, effects are orders.
 * The order of effects is a promise: the interpreter performs them one after another, and when one of them fails
 * (a reservation the disk refuses) the ones behind it are not performed.
 */
import type { Hex } from "../base/bytes.ts";
import type { Observed } from "../feeds/observed.ts";
import type { GroupSignature, SignedReport } from "../report/report.ts";
import type { Accusation, AccusationKind, ProvableReason } from "./accusation.ts";
import type { HoldReason } from "./hold-reasons.ts";
import type { Message, NoncePair } from "./messages.ts";

export type TimerName = "grace" | "hard-stop" | "backup" | "second-set" | "report";

export type SignerCommitment = NoncePair & { readonly id: number };

export type OracleEvent =
  | { readonly kind: "slot-started"; readonly round: number }
  | { readonly kind: "timer-fired"; readonly timer: TimerName; readonly round: number }
  | {
      readonly kind: "observed";
      readonly round: number;
      readonly obsTimeMs: number;
      readonly incarnation: Hex;
      readonly commitments: readonly [NoncePair, NoncePair];
      readonly values: readonly Observed[];
      /** Hash of the OBSERVE these fields make: the interpreter encodes and signs, the machine only refers. */
    }
  /** An authenticated message of another member, or this node's own after it was encoded. */
  | { readonly kind: "message-received"; readonly message: Message; readonly hash: Hex }
  | {
      readonly kind: "share-made";
      readonly round: number;
      readonly proposalHash: Hex;
      readonly digest: Hex;
      readonly z: Hex;
      /** The fresh pair that was ordered with `drawNext`; null when none was, or none can be drawn any more. */
      readonly next: NoncePair | null;
    }
  | {
      readonly kind: "share-refused";
      readonly round: number;
      readonly proposalHash: Hex;
      readonly why: string;
      /** Signers whose commitments are no points: nobody can sign with them. */
      readonly culprits: readonly number[];
    }
  | {
      readonly kind: "aggregated";
      readonly round: number;
      readonly proposalHash: Hex;
      readonly signature: GroupSignature;
    }
  | {
      readonly kind: "aggregate-failed";
      readonly round: number;
      readonly proposalHash: Hex;
      readonly culprits: readonly number[];
    }
  /** The group signature was checked at the window. */
  | { readonly kind: "report-verified"; readonly signed: SignedReport }
  | { readonly kind: "rounds-reserved"; readonly upTo: number }
  | { readonly kind: "disk-failed"; readonly why: string }
  /** The peer's network layer has taken a PROPOSE that this node sent it: from now on its silence is its own. */
  | { readonly kind: "acknowledged"; readonly from: number; readonly hash: Hex }
  /** Slow round trips to peers, now and then: the wait before a further signer set is stretched by it. */
  | { readonly kind: "round-trip"; readonly p95Ms: number }
  /** Evidence against a member was verified. */
  | { readonly kind: "convicted"; readonly member: number; readonly fault: AccusationKind }
  /** The quiet part of a slot: what the next one needs on disk can be written now. */
  | { readonly kind: "slot-waned"; readonly round: number }
  | { readonly kind: "held"; readonly why: HoldReason; readonly on: boolean }
  | { readonly kind: "floor-raised"; readonly floorRound: number };

export type RefusalReason =
  | ProvableReason
  | "round-closed"
  | "backup-too-early"
  | "slot-over"
  | "already-accepted"
  | "other-material"
  | "not-my-observation"
  | "parent-too-old"
  | "parent-hides-a-publication"
  | "parent-hides-a-settlement"
  | "parent-digest-differs"
  | "too-many-pending"
  | "digest-differs";

export type IdleReason = "reserved-by-earlier-life" | "ahead-of-peers" | "disk-failed" | "late" | HoldReason;

export type Note =
  | {
      readonly kind: "refused";
      readonly what: Message["type"];
      readonly from: number;
      readonly round: number;
      readonly why: RefusalReason;
    }
  | {
      readonly kind: "equivocation";
      readonly what: "observe" | "propose" | "share";
      readonly from: number;
      readonly round: number;
    }
  | {
      readonly kind: "proposed";
      readonly round: number;
      readonly attempt: number;
      readonly observers: readonly number[];
      readonly signers: readonly number[];
    }
  | {
      readonly kind: "accepted";
      readonly round: number;
      readonly from: number;
      readonly attempt: number;
      readonly digest: Hex;
    }
  | { readonly kind: "bad-shares"; readonly round: number; readonly culprits: readonly number[] }
  | { readonly kind: "two-digests"; readonly round: number }
  | {
      readonly kind: "idle";
      readonly round: number;
      readonly why: IdleReason;
    }
  /** Two processes speak under one member's key; `from` is this node itself when it is its own. */
  | { readonly kind: "duplicate-instance"; readonly from: number; readonly round: number };

export type Effect =
  /** Commit on disk before anything below is performed. */
  | { readonly kind: "reserve-rounds"; readonly upTo: number }
  /** Evaluate all feeds, draw two nonce pairs; answer with `observed`. */
  | { readonly kind: "observe"; readonly round: number }
  /** Encode, sign, deliver to myself, send: OBSERVE and REPORT by gossip, the rest on streams to every member. */
  | { readonly kind: "broadcast"; readonly message: Message }
  /** Send the very bytes of a PROPOSE received from another member on to everyone. */
  | { readonly kind: "forward"; readonly round: number; readonly hash: Hex }
  | {
      readonly kind: "sign-share";
      readonly round: number;
      readonly attempt: number;
      readonly proposalHash: Hex;
      readonly digest: Hex;
      /** Mine among them: it says which pair signs. */
      readonly commitments: readonly SignerCommitment[];
      /** Draw one more pair for this round, to travel with the share. */
      readonly drawNext: boolean;
    }
  | {
      readonly kind: "aggregate";
      readonly round: number;
      readonly proposalHash: Hex;
      readonly digest: Hex;
      readonly commitments: readonly SignerCommitment[];
      readonly shares: ReadonlyMap<number, Hex>;
    }
  | { readonly kind: "set-timer"; readonly timer: TimerName; readonly round: number; readonly delayMs: number }
  | { readonly kind: "verify-report"; readonly signed: SignedReport }
  | { readonly kind: "fetch-message"; readonly round: number; readonly hash: Hex; readonly from: number }
  | { readonly kind: "fetch-report"; readonly round: number; readonly digest: Hex; readonly from: number }
  /** A report is complete and signed: store, transmit, serve. */
  | { readonly kind: "publish"; readonly signed: SignedReport; readonly own: boolean }
  /** Nonces of rounds below may not be used any more. */
  | { readonly kind: "forget-nonces"; readonly belowRound: number }
  /** Collect the envelopes that prove it and hand them on. Once for each member, kind and round. */
  | { readonly kind: "accuse"; readonly accusation: Accusation }
  | { readonly kind: "note"; readonly note: Note };

export type Step<State> = { readonly state: State; readonly effects: readonly Effect[] };
