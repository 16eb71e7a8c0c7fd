/** Transactions as the page and the command line show them. */
import type { Hex } from "../base/bytes.ts";
import type { TransactionRow, TransactionStatus } from "./outbox-rows.ts";

export type RecentTransaction = {
  readonly hash: Hex;
  /** −1 for an empty transaction that only used up its nonce. */
  readonly round: number;
  readonly feeds: readonly number[];
  readonly status: TransactionStatus;
  readonly reverted: boolean;
  readonly nonce: number;
  readonly gasUsed: number | null;
  readonly feeWei: string | null;
  readonly stage: number;
  readonly sentAtMs: number | null;
  readonly minedAtMs: number | null;
  readonly error: string | null;
};

export function toRecent(row: TransactionRow): RecentTransaction {
  const { hash, round, status, reverted, nonce, gasUsed, feeWei, stage, sentAtMs, minedAtMs, error } = row;
  const feeds = row.pushes.map(({ index }) => index);
  return { hash, round, feeds, status, reverted, nonce, gasUsed, feeWei, stage, sentAtMs, minedAtMs, error };
}
