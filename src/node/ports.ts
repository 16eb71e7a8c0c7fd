/** What the interpreter needs of the windows. They match by structure; only compose.ts knows them all. */
import type { Hex } from "../base/bytes.ts";
import type { Observed } from "../feeds/observed.ts";
import type { Accusation } from "../protocol/accusation.ts";
import type { SignerCommitment } from "../protocol/events.ts";
import type { NoncePair } from "../protocol/messages.ts";
import type { GroupSignature, Report, SignedReport } from "../report/report.ts";

export type ShareResult =
  | { readonly ok: true; readonly z: Hex }
  /** Culprits are the signers whose commitments are no points. */
  | { readonly ok: false; readonly why: string; readonly culprits: readonly number[] };
export type AggregateResult =
  | { readonly ok: true; readonly signature: GroupSignature }
  | { readonly ok: false; readonly culprits: readonly number[] };

/** This member's share, behind a door: nonces never come out. */
export type SigningPort = {
  readonly incarnation: Hex;
  /** Draws a coming round's nonces while nothing waits for them: point multiplications off the critical path. */
  prepare(round: number, values: readonly Observed[]): void;
  /** The round's two nonce pairs: as prepared, else drawn now. Hedged over the values at the time of drawing. */
  draw(round: number, values: readonly Observed[]): readonly [NoncePair, NoncePair];
  /** One more pair for a session that follows a failed one; null when the round has none left. */
  drawFresh(round: number): NoncePair | null;
  /** With the pair of mine that the commitments name. */
  sign(round: number, digest: Hex, commitments: readonly SignerCommitment[]): ShareResult;
  aggregate(digest: Hex, commitments: readonly SignerCommitment[], shares: ReadonlyMap<number, Hex>): AggregateResult;
  /** By the group key that counts for the round: below a configuration's first round it is the one before. */
  verify(digest: Hex, signature: GroupSignature, round: number): boolean;
  forgetBefore(round: number): void;
};

/** What a frame carries: a stale one may be dropped first, and a taken one is told by its name (Oracle.acknowledged). */
export type FrameTag = { readonly round: number; readonly hash: Hex };

export type PeerPort = {
  publish(topic: "observe" | "report", bytes: Uint8Array): void;
  send(toId: number, bytes: Uint8Array, tag: FrameTag): void;
  request(toId: number, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array | null>;
  /** Last round trip to each peer, ms; null where none was measured. */
  roundTripsMs(): readonly (number | null)[];
};

export type DiskPort = {
  /** Durable when it returns. */
  reserve(upToRound: number): void;
};

export type ObservationMoment = {
  readonly round: number;
  /** T_r of the round that is observed, unix ms. */
  readonly slotTimeMs: number;
  /** The newest signed report held: its surfaces fix the grids. */
  readonly latest: Report | null;
};

export type ObservationPort = {
  /** Every feed evaluated now, in index order. */
  observe(moment: ObservationMoment): readonly Observed[];
  /** Late in a slot: what can be read ahead of the next one. */
  prepare(): void;
};

/** @param envelopes in the order of the accusation's `messagesOf` */
export type EvidencePort = { accused(accusation: Accusation, envelopes: readonly Uint8Array[]): void };

export type ReportSink = { published(signed: SignedReport, own: boolean): void };
