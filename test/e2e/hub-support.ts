/** A hub as anybody on the chain sees it: calls that say why they revert, transactions that may, and answers block by block. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { Contract, isError, JsonRpcProvider } from "ethers";
import { fromHex, type Hex, toHex } from "../../src/base/bytes.ts";
import { loadArtifact } from "../../src/chain/artifacts.ts";
import { explainRevert, type RevertReason } from "../../src/chain/revert.ts";
import type { Submission } from "../../src/chain/submissions.ts";
import type { UnlockedAccount } from "../../src/chain/unlocked.ts";
import { statusCode } from "../../src/report/report.ts";

/** Where each field of a payload begins; the layout of src/report/codec.ts. */
export const AT = {
  version: 0,
  networkTag: 1,
  keyTag: 5,
  round: 9,
  time: 15,
  root: 21,
  rAddress: 53,
  z: 73,
  entries: 105,
};
export const ENTRY_AT = { index: 0, status: 2, value: 3, confidence: 19 };

/** Enough for any submit; given, so that nobody estimates a transaction that is meant to revert. */
const GAS_LIMIT = 500_000;
const MINED_TIMEOUT_MS = 30_000;
const SEND_TRIES = 3;
const RETRY_MS = 100;

export type StoredAnswer = {
  readonly value: bigint;
  readonly round: number;
  readonly timeSec: number;
  readonly count: number;
  readonly status: number;
};

export type Mined = {
  readonly block: number;
  readonly succeeded: boolean;
  readonly logs: number;
  readonly gasUsed: number;
};

export class HubDoor {
  readonly address: Hex;
  readonly contract: Contract;
  readonly #provider: JsonRpcProvider;
  readonly #feeds: number;

  constructor(options: { readonly url: string; readonly address: Hex; readonly feeds: number }) {
    this.address = options.address;
    this.#feeds = options.feeds;
    this.#provider = new JsonRpcProvider(options.url, undefined, {
      batchMaxCount: 1,
      cacheTimeout: -1,
      pollingInterval: 200,
    });
    this.contract = new Contract(options.address, loadArtifact("OracleHub").abi, this.#provider);
  }

  close(): void {
    this.#provider.destroy();
  }

  async head(): Promise<{ readonly number: number; readonly timeSec: number }> {
    const block = await this.#provider.getBlock("latest");
    return { number: block!.number, timeSec: block!.timestamp };
  }

  data(payload: Hex): string {
    return this.contract.interface.encodeFunctionData("submit", [payload]);
  }

  /** Why a submit of this payload would revert on top of a block; null when it would not. */
  async refusal(payload: Hex, block: number): Promise<RevertReason | null> {
    try {
      await this.#provider.call({ to: this.address, data: this.data(payload), blockTag: block });
      return null;
    } catch (error) {
      return explainRevert(error);
    }
  }

  /** Real transactions, one for each payload, all on their way before the first is awaited. */
  async submitAll(account: UnlockedAccount, payloads: readonly Hex[]): Promise<readonly Mined[]> {
    const sent: string[] = [];
    for (const payload of payloads) sent.push(await this.#send(account, payload));
    return await Promise.all(sent.map(async (hash) => await this.#mined(hash)));
  }

  /**
   * The chain that holds the key chooses the nonce. While it is making a block it may choose one that this very block uses up,
   * and says so: then nothing was taken, and it is asked again.
   */
  async #send(account: UnlockedAccount, payload: Hex): Promise<string> {
    const transaction = { to: this.address, data: this.data(payload), gasLimit: GAS_LIMIT };
    for (let tries = 1; ; tries++) {
      try {
        return await account.signer.sendUncheckedTransaction(transaction);
      } catch (error) {
        if (!isError(error, "NONCE_EXPIRED") || tries === SEND_TRIES) throw error;
        await sleepFor(RETRY_MS);
      }
    }
  }

  async #mined(hash: string): Promise<Mined> {
    // Waits for a receipt of either kind: a reverted one is what most callers here want to see.
    const receipt = await this.#provider.waitForTransaction(hash, 1, MINED_TIMEOUT_MS).catch(async (error: unknown) => {
      const found = await this.#provider.getTransactionReceipt(hash);
      if (found === null) throw error;
      return found;
    });
    if (receipt === null) throw new Error(`${hash} is not mined after ${MINED_TIMEOUT_MS} ms`);
    const { blockNumber: block, status, logs, gasUsed } = receipt;
    return { block, succeeded: status === 1, logs: logs.length, gasUsed: Number(gasUsed) };
  }

  async answers(block: number): Promise<readonly StoredAnswer[]> {
    const indices = Array.from({ length: this.#feeds }, (_, index) => index);
    const rows = await this.contract.getFunction("answers").staticCall(indices, { blockTag: block });
    return indices.map((index) => ({
      value: BigInt(rows[index].value),
      round: Number(rows[index].round),
      timeSec: Number(rows[index].timeSec),
      count: Number(rows[index].count),
      status: Number(rows[index].status),
    }));
  }

  /** The transaction's input, selector included. */
  async inputOf(hash: Hex): Promise<Hex> {
    const found = await this.#provider.getTransaction(hash);
    if (found === null) throw new Error(`no transaction ${hash}`);
    return found.data as Hex;
  }

  /** Moves this chain's clock and mines a block there. */
  async advance(seconds: number): Promise<void> {
    await this.#provider.send("evm_increaseTime", [seconds]);
    await this.#provider.send("evm_mine", []);
  }

  /** latestRoundData of a reader, or why it refuses. */
  async readThrough(reader: Hex, block: number): Promise<readonly bigint[] | RevertReason> {
    const contract = new Contract(reader, loadArtifact("FeedReader").abi, this.#provider);
    try {
      return [...(await contract.getFunction("latestRoundData").staticCall({ blockTag: block }))];
    } catch (error) {
      return explainRevert(error);
    }
  }
}

/** What the hub must hold after a block in which exactly these submissions reached it. */
export function withAccepted(before: readonly StoredAnswer[], inBlock: readonly Submission[]): readonly StoredAnswer[] {
  const after = [...before];
  for (const { report } of inBlock) {
    if (report === null) continue;
    for (const { index, status, value } of report.entries) {
      const held = after[index]!;
      if (report.round <= held.round) continue;
      const timeSec = Math.floor(report.reportTimeMs / 1_000);
      const code = statusCode(status);
      after[index] =
        status === "ok"
          ? { value, round: report.round, timeSec, count: held.count + 1, status: code }
          : { ...held, round: report.round, status: code };
    }
  }
  return after;
}

/** A payload with some bytes replaced. */
export function spliced(payload: Hex, at: number, bytes: Uint8Array): Hex {
  const changed = fromHex(payload).slice();
  changed.set(bytes, at);
  return toHex(changed);
}

/** A payload with the lowest bit of one byte changed. */
export function withByteChanged(payload: Hex, at: number): Hex {
  return spliced(payload, at, Uint8Array.of(fromHex(payload)[at]! ^ 1));
}
