/** Who sends when. Every node computes the same order, so in the usual case one node sends and the others only look. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { keccak } from "../base/keccak.ts";

/**
 * Rounds that share one transmitter order. Lower: two accounts more often send for one feed in neighbouring blocks, and
 * the later report may land first. Higher: a dead first transmitter delays more publications in a row by one stage.
 */
export const ROUNDS_PER_GROUP = 16;

/** A stage shorter than this would be over before the transaction of the stage before could be seen. */
const STAGE_MIN_MS = 3_000;

/** max(2 block times, 3 s). */
export function stageLengthMs(blockTimeMs: number): number {
  return Math.max(2 * blockTimeMs, STAGE_MIN_MS);
}

/**
 * Order of the transmitters for a round: a Fisher–Yates shuffle of the members (ascending), its choices drawn from
 * keccak(cfg | chainId u64 | group u64 | i u16).
 */
export function transmitterOrder(
  members: readonly number[],
  cfg: Hex,
  chainId: number,
  round: number,
): readonly number[] {
  const group = Math.floor(round / ROUNDS_PER_GROUP);
  const order = members.toSorted((a, b) => a - b);
  for (let i = order.length - 1; i > 0; i--) {
    const seed = keccak(new ByteWriter().hex(cfg, 32).uint(chainId, 8).uint(group, 8).uint(i, 2).done());
    let draw = 0n;
    for (const byte of seed) draw = (draw << 8n) | BigInt(byte);
    const j = Number(draw % BigInt(i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Position of a node in a round's order, 0 first. @throws OracleError `not-a-member` */
export function stageOf(selfId: number, members: readonly number[], cfg: Hex, chainId: number, round: number): number {
  const stage = transmitterOrder(members, cfg, chainId, round).indexOf(selfId);
  if (stage === -1) {
    throw new OracleError(`node ${selfId} is not among the transmitters ${members.join(", ")}`, {
      code: "not-a-member",
      selfId,
      members,
    });
  }
  return stage;
}

export type StageNow = {
  /** Which node's turn it is, as a position in the order. */
  readonly position: number;
  /** Stages since the report's time, 0 first. After the last node the order starts again. */
  readonly stage: number;
  /** When the next stage starts, unix ms. */
  readonly nextMs: number;
};

/** The stage that a publication is in. A clock behind the report's time counts as stage 0. */
export function stageAt(reportTimeMs: number, nowMs: number, lengthMs: number, members: number): StageNow {
  const stage = Math.max(0, Math.floor((nowMs - reportTimeMs) / lengthMs));
  return { position: stage % members, stage, nextMs: reportTimeMs + (stage + 1) * lengthMs };
}
