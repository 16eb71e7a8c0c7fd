/**
 * The chain as several providers see it together. A read asks all of them at one agreed block and needs `quorum` equal
 * answers, or fails; it never makes do with fewer. A send goes to all. A provider that lags counts as down.
 */
import type { Hex } from "../base/bytes.ts";
import type { Logger } from "../base/ports.ts";
import type { RpcOptions } from "./rpc-options.ts";
import type { RpcState } from "./rpc-pool.ts";
import { RpcPool } from "./rpc-pool.ts";
import type { SendVerdict } from "./send-verdict.ts";
import { verdictOfError } from "./send-verdict.ts";
import { fieldOf, hexField, quantity, quantityField } from "./wire.ts";

/** The agreed newest block. Reads name it, so that all answers of one tick are of one state. */
export type Head = {
  readonly number: number;
  readonly hash: Hex;
  readonly timeSec: number;
  readonly baseFeeWei: bigint;
  /** Highest block that counts as final; below 0 on a young chain. */
  readonly finalNumber: number;
};

export type Receipt = {
  readonly hash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly reverted: boolean;
  readonly gasUsed: number;
  readonly feeWei: bigint;
};

export type CallRequest = { readonly to: Hex; readonly data: Hex; readonly from?: Hex };

export type SendResult = { readonly name: string; readonly verdict: SendVerdict; readonly why: string | null };

/** Blocks whose tips tell what the market pays. */
const FEE_HISTORY_BLOCKS = 12;
const FEE_HISTORY_PERCENTILE = 90;

/** Only what is used is compared: clients differ in the fields they add. */
const BLOCK_FIELDS = ["number", "hash", "timestamp", "baseFeePerGas"] as const;
const RECEIPT_FIELDS = ["blockNumber", "blockHash", "status", "gasUsed", "effectiveGasPrice"] as const;

export class QuorumRpc {
  readonly #finalityDepth: number;
  readonly #pool: RpcPool;

  /** @throws OracleError `rpc-config` */
  constructor(options: RpcOptions, doors: { readonly log: Logger }) {
    this.#pool = new RpcPool(options, doors);
    this.#finalityDepth = options.finalityDepth;
  }

  /** See {@link RpcPool.checkChain}: call once before anything else. */
  async checkChain(): Promise<void> {
    await this.#pool.checkChain();
  }

  /** @throws OracleError `rpc-quorum-lost`, `rpc-disagreement`, `rpc-malformed` */
  async head(): Promise<Head> {
    const { height, replies } = await this.#pool.newest((block) => quantity(fieldOf(block, "number")));
    const picked = replies.map(({ name, reply }) => ({
      name,
      reply: reply.kind === "value" ? { kind: reply.kind, value: pickFields(BLOCK_FIELDS)(reply.value) } : reply,
    }));
    let block: unknown;
    try {
      block = this.#pool.decide("eth_getBlockByNumber", picked);
    } catch {
      // Some stand at the next block already: ask them for this one.
      block = await this.#pool.read("eth_getBlockByNumber", [tagOf(height), false], pickFields(BLOCK_FIELDS));
    }
    const baseFee = fieldOf(block, "baseFeePerGas");
    return {
      number: quantityField("number", fieldOf(block, "number")),
      hash: hexField("hash", fieldOf(block, "hash"), 32),
      timeSec: quantityField("timestamp", fieldOf(block, "timestamp")),
      baseFeeWei: baseFee === null ? 0n : BigInt(quantityField("baseFeePerGas", baseFee)),
      finalNumber: height - this.#finalityDepth,
    };
  }

  /**
   * Runs a call at a block.
   * @throws OracleError `call-reverted` with the revert's `data`, `rpc-quorum-lost`, `rpc-disagreement`
   */
  async call(request: CallRequest, block: number): Promise<Hex> {
    return hexField("eth_call", await this.#pool.read("eth_call", [request, tagOf(block)]));
  }

  /** Transactions of an account mined up to a block: the next nonce that the chain wants. */
  async transactionCount(account: Hex, block: number): Promise<number> {
    return quantityField("nonce", await this.#pool.read("eth_getTransactionCount", [account, tagOf(block)]));
  }

  async balanceWei(account: Hex, block: number): Promise<bigint> {
    const balance = await this.#pool.read("eth_getBalance", [account, tagOf(block)]);
    return BigInt(hexField("balance", evenHex(balance)));
  }

  /** undefined while `quorum` providers agree that it is not mined. */
  async receipt(hash: Hex): Promise<Receipt | undefined> {
    const found = await this.#pool.read("eth_getTransactionReceipt", [hash], pickFields(RECEIPT_FIELDS));
    if (found === null) return undefined;
    const gasUsed = quantityField("gasUsed", fieldOf(found, "gasUsed"));
    return {
      hash,
      blockNumber: quantityField("blockNumber", fieldOf(found, "blockNumber")),
      blockHash: hexField("blockHash", fieldOf(found, "blockHash"), 32),
      reverted: quantityField("status", fieldOf(found, "status")) === 0,
      gasUsed,
      feeWei: BigInt(gasUsed) * BigInt(quantityField("effectiveGasPrice", fieldOf(found, "effectiveGasPrice"))),
    };
  }

  /** The largest 90th-percentile tip of the last twelve blocks. */
  async marketTipWei(block: number): Promise<bigint> {
    const params = [`0x${FEE_HISTORY_BLOCKS.toString(16)}`, tagOf(block), [FEE_HISTORY_PERCENTILE]];
    const rewards = await this.#pool.read("eth_feeHistory", params, (value) => fieldOf(value, "reward") ?? null);
    let largestWei = 0n;
    for (const ofBlock of Array.isArray(rewards) ? (rewards as readonly unknown[]) : []) {
      const tipWei = BigInt(quantityField("reward", fieldOf(ofBlock, "0")));
      if (tipWei > largestWei) largestWei = tipWei;
    }
    return largestWei;
  }

  /** Hands signed bytes to every provider and waits for all of them. */
  async send(raw: Hex): Promise<readonly SendResult[]> {
    const replies = await this.#pool.broadcast("eth_sendRawTransaction", [raw]);
    return replies.map(({ name, reply }): SendResult => {
      if (reply.kind === "failed") return { name, verdict: verdictOfError(reply.error), why: reply.why };
      return { name, verdict: "accepted", why: null };
    });
  }

  /** For metrics and readiness. */
  states(): readonly RpcState[] {
    return this.#pool.states();
  }

  /** Reads in which providers gave different answers, ever. */
  disagreements(): number {
    return this.#pool.disagreements();
  }

  close(): void {
    this.#pool.close();
  }
}

function tagOf(block: number): string {
  return `0x${block.toString(16)}`;
}

function evenHex(value: unknown): unknown {
  return typeof value === "string" && value.length % 2 === 1 ? `0x0${value.slice(2)}` : value;
}

function pickFields(fields: readonly string[]): (value: unknown) => unknown {
  return (value) =>
    value === null ? null : Object.fromEntries(fields.map((field) => [field, fieldOf(value, field) ?? null]));
}
