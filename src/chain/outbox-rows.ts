/**
 * What the transaction outbox asks of a database. A publication is "planned" while its row exists; a transaction goes
 *
 *   signed → broadcast → mined → final        one transaction of a nonce ends here
 *                 └────→ replaced             another transaction of the same nonce stands in its place; still watched
 *                 └────→ dropped              its nonce was used by a transaction that is not ours, for good
 *
 * All calls are synchronous and on disk when they return: a row is written before its bytes leave the process.
 */
import type { Hex } from "../base/bytes.ts";

/** What one payload sets on chain: feed `index` at signed round `round`. */
export type Push = { readonly index: number; readonly round: number };

/** A completed report with due feeds, ready for `OracleHub.submit`. */
export type Publication = {
  readonly round: number;
  readonly reportTimeMs: number;
  readonly payload: Hex;
  readonly pushes: readonly Push[];
};

export type TransactionStatus = "signed" | "broadcast" | "mined" | "final" | "replaced" | "dropped";

export type TransactionRow = {
  readonly hash: Hex;
  readonly chainId: number;
  readonly account: Hex;
  readonly nonce: number;
  /** 0 for the first transaction of a nonce, then 1, 2 … */
  readonly attempt: number;
  readonly hub: Hex;
  /** The publication's round; −1 for an empty transaction that only uses up its nonce. */
  readonly round: number;
  readonly pushes: readonly Push[];
  /** The signed bytes: a restart sends exactly these again. */
  readonly raw: Hex;
  /** Wei per gas, decimal text. */
  readonly maxFeeWei: string;
  readonly tipWei: string;
  readonly gasLimit: number;
  readonly stage: number;
  readonly status: TransactionStatus;
  readonly signedAtMs: number;
  /** When an RPC first took it; null while none has. */
  readonly sentAtMs: number | null;
  readonly minedAtMs: number | null;
  readonly blockNumber: number | null;
  readonly blockHash: Hex | null;
  readonly gasUsed: number | null;
  /** What it cost, wei, decimal text. */
  readonly feeWei: string | null;
  readonly reverted: boolean;
  readonly error: string | null;
};

export type TransactionChange = Partial<
  Pick<
    TransactionRow,
    "status" | "sentAtMs" | "minedAtMs" | "blockNumber" | "blockHash" | "gasUsed" | "feeWei" | "reverted" | "error"
  >
>;

export interface OutboxRows {
  savePublication(chainId: number, hub: Hex, publication: Publication): void;
  removePublications(chainId: number, hub: Hex, rounds: readonly number[]): void;
  /** Ascending by round. */
  publications(chainId: number, hub: Hex): readonly Publication[];
  /** In one database transaction: the new row stands, `signed` and `broadcast` rows of its nonce become `replaced`. */
  insertTransaction(row: TransactionRow): void;
  /** In one database transaction, in order. */
  updateTransactions(changes: readonly { readonly hash: Hex; readonly change: TransactionChange }[]): void;
  /** Every row, whatever its status, of each nonce that has a row `signed`, `broadcast` or `mined`; in order. */
  openTransactions(chainId: number, account: Hex): readonly TransactionRow[];
  /** Newest first. */
  recentTransactions(chainId: number, account: Hex, limit: number): readonly TransactionRow[];
}
