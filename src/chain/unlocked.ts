/** A signer whose key an RPC holds: the devnet's chain, or an operator's own wallet behind an RPC. */
import { FetchRequest, JsonRpcProvider, type JsonRpcSigner, Network, parseEther } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { shortText } from "./wire.ts";

export type UnlockedAccount = {
  readonly address: Hex;
  readonly signer: JsonRpcSigner;
  /** Sends ether and waits until it is mined. */
  fund(recipients: readonly Hex[], ether: string): Promise<void>;
  close(): void;
};

const POLL_MS = 200;

const FIRST_ANSWER_MAX_MS = 10_000;

/** ethers would ask for ever for the chain behind a URL. Of the URL only the host is told: its path may be a key. */
async function networkBehind(url: string): Promise<Network> {
  const request = new FetchRequest(url);
  request.timeout = FIRST_ANSWER_MAX_MS;
  request.setThrottleParams({ maxAttempts: 1 });
  request.body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  request.setHeader("content-type", "application/json");
  try {
    const response = await request.send();
    response.assertOk();
    return Network.from(BigInt(String((response.bodyJson as { readonly result?: unknown }).result)));
  } catch (error) {
    const { host } = new URL(url);
    throw new OracleError(`no RPC answers at ${host}: ${shortText(error)}`, { code: "rpc-unreachable", host }, error);
  }
}

/**
 * @param index position among the accounts the RPC holds
 * @throws OracleError `rpc-unreachable`, `no-account`
 */
export async function openUnlocked(url: string, index = 0): Promise<UnlockedAccount> {
  const network = await networkBehind(url);
  const waiting = { batchMaxCount: 1, pollingInterval: POLL_MS, staticNetwork: network };
  const provider = new JsonRpcProvider(url, network, waiting);
  const signer = await provider.getSigner(index).catch((error: unknown) => {
    provider.destroy();
    throw new OracleError(
      `the RPC holds no account ${index}: ${shortText(error)}`,
      { code: "no-account", index },
      error,
    );
  });
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
