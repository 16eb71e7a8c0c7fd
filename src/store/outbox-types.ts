/** The shapes of outbox rows as this room keeps them; room `chain` declares the same shapes and what they mean. */
import type { Hex } from "../base/bytes.ts";

export type StoredPush = { readonly index: number; readonly round: number };

export type StoredPublication = {
  readonly round: number;
  readonly reportTimeMs: number;
  readonly payload: Hex;
  readonly pushes: readonly StoredPush[];
};

export type StoredTransaction = {
  readonly hash: Hex;
  readonly chainId: number;
  readonly account: Hex;
  readonly nonce: number;
  readonly attempt: number;
  readonly hub: Hex;
  readonly round: number;
  readonly pushes: readonly StoredPush[];
  readonly raw: Hex;
  readonly maxFeeWei: string;
  readonly tipWei: string;
  readonly gasLimit: number;
  readonly stage: number;
  readonly status: "signed" | "broadcast" | "mined" | "final" | "replaced" | "dropped";
  readonly signedAtMs: number;
  readonly sentAtMs: number | null;
  readonly minedAtMs: number | null;
  readonly blockNumber: number | null;
  readonly blockHash: Hex | null;
  readonly gasUsed: number | null;
  readonly feeWei: string | null;
  readonly reverted: boolean;
  readonly error: string | null;
};

export type StoredTransactionChange = Partial<
  Pick<
    StoredTransaction,
    "status" | "sentAtMs" | "minedAtMs" | "blockNumber" | "blockHash" | "gasUsed" | "feeWei" | "reverted" | "error"
  >
>;
