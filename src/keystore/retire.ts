/**
 * When a share may be destroyed [R68]. A share that is gone cannot be asked back, so nothing here believes a member's own view:
 * every other member must have signed that its new share is on disk, and the chain must hold a report by the new one.
 */
import type { Hex } from "../base/bytes.ts";
import { CeremonyBoard } from "../threshold/ceremony.ts";
import type { CeremonySetup } from "../threshold/ceremony-setup.ts";
import type { CeremonyRecord } from "./ceremony-file.ts";
import { verifyEd25519 } from "./ed25519.ts";
import type { ShareHeader } from "./signing-share.ts";

/** The configuration that follows, as the hub holds it: read at finality depth, with the quorum of RPCs. */
export type SettledSuccessor = {
  /** Of the ceremony that made its shares: what its cfg was computed from. */
  readonly transcriptHash: Hex;
  readonly firstRound: number;
  /** Newest round that the hub stores at finality depth. */
  readonly finalRound: number;
};

export type RetireRefusal =
  /** The share is the successor's own or a later one, or not the one that the refresh replaces. */
  | "not-older"
  /** No share of the successor opens here. */
  | "no-successor"
  /** The certificates of all n are not held here. */
  | "not-certified-by-all"
  /** The chain holds no report of the successor for good. */
  | "not-past-first-round";

export type RetireVerdict =
  | { readonly ok: true; readonly erased: readonly Hex[] }
  | { readonly ok: false; readonly why: RetireRefusal };

export type RetireCase = {
  readonly old: {
    readonly transcriptHash: Hex;
    /** Null when its file does not say, or is gone already. */
    readonly configCount: number | null;
  };
  /** The ceremony that made the successor's shares. */
  readonly setup: CeremonySetup;
  readonly chain: SettledSuccessor;
  /** The successor's share as it opened; null when there is none. */
  readonly successor: ShareHeader | null;
  readonly record: CeremonyRecord | null;
};

/** Null when the old share may go. */
export function retireRefusal({ old, setup, chain, successor, record }: RetireCase): RetireRefusal | null {
  const { refreshes } = setup;
  if (old.transcriptHash === chain.transcriptHash || (old.configCount ?? 0) >= setup.configCount) return "not-older";
  if (refreshes !== undefined && refreshes.transcriptHash !== old.transcriptHash) return "not-older";
  if (successor === null || successor.transcriptHash !== chain.transcriptHash) return "no-successor";
  if (refreshes !== undefined && successor.group.groupKeyX !== refreshes.groupKeyX) return "no-successor";
  if (record === null || !isCertifiedByAll(setup, chain.transcriptHash, record)) return "not-certified-by-all";
  return chain.finalRound >= chain.firstRound ? null : "not-past-first-round";
}

/** From the kept messages alone: they prove themselves, seed or no seed. */
export function isCertifiedByAll(setup: CeremonySetup, transcriptHash: Hex, { messages }: CeremonyRecord): boolean {
  const board = new CeremonyBoard({ setup, self: 1 }, { verify: verifyEd25519 });
  for (const bytes of messages) board.receive(bytes);
  return board.isDone() && board.transcriptHash() === transcriptHash;
}
