/** A hub with four feeds on a real chain, accounts to transmit with, and publications that the hub accepts. */
import { HDNodeWallet, JsonRpcProvider, Mnemonic, NonceManager, SigningKey } from "ethers";
import { onTestFinished } from "vitest";
import type { Hex } from "../../../src/base/bytes.ts";
import { asciiBytes, toHex } from "../../../src/base/bytes.ts";
import { silentLogger } from "../../../src/base/ports.ts";
import { configureHub, deployHub } from "../../../src/chain/deploy.ts";
import type { Deployed } from "../../../src/chain/deploy.ts";
import type { Publication } from "../../../src/chain/outbox-rows.ts";
import type { QuorumRpc } from "../../../src/chain/rpc.ts";
import type { SignDigest } from "../../../src/chain/signing.ts";
import { keccak } from "../../../src/base/keccak.ts";
import { groupKey, submitPayload } from "./group-key.ts";
import { MinedRpc } from "./mined.ts";

/** anvil's published test phrase: its accounts hold money on every local chain and nowhere else. */
const PHRASE = "test test test test test test test test test test test junk";

export const NETWORK_ID: Hex = `0x${"07".repeat(32)}`;
export const CFG: Hex = `0x${"0c".repeat(32)}`;
export const KEY = groupKey("test group");
export const CHAIN_ID = 31_337;
export const FEED_NAMES = [
  "BTC-USD.spot-index",
  "ETH-USD.spot-index",
  "BTC-USD.iv-atm-30d",
  "ETH-USD.iv-atm-30d",
] as const;

export type Account = { readonly address: Hex; readonly sign: SignDigest; readonly privateKey: string };

export function account(index: number): Account {
  const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), `m/44'/60'/0'/0/${index}`);
  const key = new SigningKey(wallet.privateKey);
  return {
    address: wallet.address as Hex,
    privateKey: wallet.privateKey,
    sign: (digest) => {
      const { r, s, yParity } = key.sign(digest);
      return { r: r as Hex, s: s as Hex, yParity };
    },
  };
}

export function feedIdOf(name: string): Hex {
  const id = keccak(asciiBytes(name));
  id[0] = name.includes("spot") ? 1 : 4;
  return toHex(id);
}

/** Account 0 deploys and owns; the others transmit. */
export async function deployTestHub(url: string, groupKeyX: Hex = KEY.x): Promise<Deployed> {
  const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
  const owner = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'/0/0").connect(provider);
  try {
    const deployed = await deployHub(
      {
        networkId: NETWORK_ID,
        owner: owner.address as Hex,
        readerGraceSec: 60,
        feeds: FEED_NAMES.map((name) => ({
          name,
          feedId: feedIdOf(name),
          definitionDigest: `0x${"dd".repeat(32)}`,
          decimals: 8,
          heartbeatSec: 3_600,
        })),
      },
      { signer: new NonceManager(owner) },
    );
    await configureHub(
      {
        hub: deployed.hub,
        configuration: {
          cfg: CFG,
          groupKeyX,
          configCount: 1,
          firstRound: 1,
          firstRoundTimeMs: Date.now() - 1_000_000,
          slotMs: 1_000,
        },
      },
      { signer: owner },
    );
    return deployed;
  } finally {
    provider.destroy();
  }
}

export function openRpc(...urls: readonly string[]): QuorumRpc {
  const rpc = new MinedRpc(
    {
      rpcs: urls.map((url, i) => ({ name: `rpc-${i + 1}`, url })),
      quorum: Math.min(2, urls.length),
      chainId: CHAIN_ID,
      finalityDepth: 2,
      timeoutMs: 2_000,
    },
    { log: silentLogger },
  );
  onTestFinished(() => rpc.close());
  return rpc;
}

/** A signed report that pushes some feeds; a feed's value is its round. */
export function publicationOf(round: number, feeds: readonly number[], reportTimeMs = Date.now()): Publication {
  return {
    round,
    reportTimeMs,
    payload: submitPayload(
      KEY,
      NETWORK_ID,
      round,
      reportTimeMs,
      feeds.map((index) => ({ index, value: BigInt(round) })),
    ),
    pushes: feeds.map((index) => ({ index, round })),
  };
}
