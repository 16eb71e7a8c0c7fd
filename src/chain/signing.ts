/** EIP-1559 transactions, signed through a door: this room never sees a key. */
import { Signature, Transaction } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Fees } from "./fees.ts";

type EcdsaSignature = { readonly r: Hex; readonly s: Hex; readonly yParity: 0 | 1 };

/** Signs 32 bytes with the transmitter's key; low s. The keystore provides it. */
export type SignDigest = (digest: Hex) => EcdsaSignature | Promise<EcdsaSignature>;

export type TransactionFields = {
  readonly chainId: number;
  readonly account: Hex;
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Hex;
  readonly gasLimit: number;
  readonly fees: Fees;
};

/** @throws OracleError `signer-mismatch` when the door signed with another account's key */
export async function signTransaction(
  fields: TransactionFields,
  signDigest: SignDigest,
): Promise<{ readonly raw: Hex; readonly hash: Hex }> {
  const transaction = Transaction.from({
    type: 2,
    chainId: fields.chainId,
    nonce: fields.nonce,
    to: fields.to,
    data: fields.data,
    value: 0n,
    gasLimit: fields.gasLimit,
    maxFeePerGas: fields.fees.maxFeeWei,
    maxPriorityFeePerGas: fields.fees.tipWei,
  });
  const { r, s, yParity } = await signDigest(transaction.unsignedHash as Hex);
  transaction.signature = Signature.from({ r, s, yParity });
  if (transaction.from?.toLowerCase() !== fields.account.toLowerCase()) {
    throw new OracleError(`the signer signs for ${String(transaction.from)}, the transmitter is ${fields.account}`, {
      code: "signer-mismatch",
      seen: transaction.from,
      wanted: fields.account,
    });
  }
  return { raw: transaction.serialized as Hex, hash: transaction.hash as Hex };
}

/** What signed bytes call, to run them again without sending. */
export function callOf(raw: Hex, account: Hex): { readonly from: Hex; readonly to: Hex; readonly data: Hex } {
  const { to, data } = Transaction.from(raw);
  return { from: account, to: to as Hex, data: data as Hex };
}
