/** A signer whose key an RPC holds: the devnet's chain, or an operator's own wallet behind an RPC. */
import { JsonRpcProvider, type JsonRpcSigner, parseEther } from "ethers";
import type { Hex } from "../base/bytes.ts";

export type UnlockedAccount = {
  readonly address: Hex;
  readonly signer: JsonRpcSigner;
  /** Sends ether and waits until it is mined. */
  fund(recipients: readonly Hex[], ether: string): Promise<void>;
  close(): void;
};

const POLL_MS = 200;

/** @param index position among the accounts the RPC holds */
export async function openUnlocked(url: string, index = 0): Promise<UnlockedAccount> {
  const provider = new JsonRpcProvider(url, undefined, { batchMaxCount: 1, pollingInterval: POLL_MS });
  const signer = await provider.getSigner(index);
  return {
    address: (await signer.getAddress()) as Hex,
    signer,
    fund: async (recipients, ether) => {
      const nonce = await signer.getNonce("pending");
      const sent = await Promise.all(
        recipients.map((to, i) => signer.sendTransaction({ to, value: parseEther(ether), nonce: nonce + i })),
      );
      await Promise.all(sent.map(async (transaction) => await transaction.wait()));
    },
    close: () => provider.destroy(),
  };
}
