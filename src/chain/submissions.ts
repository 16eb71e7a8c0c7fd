/** Every transaction that reached the hub, block by block, as the chain tells it: what landed, what it cost, what reverted. */
import { Interface, JsonRpcProvider } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { ByteReader, fromHex } from "../base/bytes.ts";
import type { FeedStatus } from "../report/report.ts";
import { statusFromCode } from "../report/report.ts";
import { loadArtifact } from "./artifacts.ts";

export type LandedEntry = { readonly index: number; readonly status: FeedStatus; readonly value: bigint };

export type Submission = {
  readonly hash: Hex;
  readonly from: Hex;
  readonly block: number;
  readonly blockTimeMs: number;
  readonly gasUsed: number;
  readonly calldataBytes: number;
  /** null: the transaction reverted. */
  readonly report: {
    readonly round: number;
    readonly reportTimeMs: number;
    readonly entries: readonly LandedEntry[];
  } | null;
};

type Receipt = {
  readonly transactionHash: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly string[]; readonly data: string }[];
};

/** What the hub's event says: round u48 | reportTimeMs u48, and the entries as they were signed. */
function decodeReport(hex: string): NonNullable<Submission["report"]> {
  const reader = new ByteReader(fromHex(hex));
  const round = reader.uint(6);
  const reportTimeMs = reader.uint(6);
  const entries: LandedEntry[] = [];
  while (reader.remaining() > 0) {
    const index = reader.uint(2);
    const status = statusFromCode(reader.uint(1)) ?? "none";
    const value = reader.bigInt(16, true);
    reader.uint(4);
    entries.push({ index, status, value });
  }
  return { round, reportTimeMs, entries };
}

const SELECTOR_DIGITS = 10;

export class SubmissionReader {
  readonly #provider: JsonRpcProvider;
  readonly #hub: string;
  readonly #abi = new Interface(loadArtifact("OracleHub").abi);
  #nextBlock: number;

  constructor(options: { readonly url: string; readonly hub: Hex; readonly fromBlock: number }) {
    this.#provider = new JsonRpcProvider(options.url, undefined, { batchMaxCount: 1 });
    this.#hub = options.hub.toLowerCase();
    this.#nextBlock = options.fromBlock;
  }

  /** Submissions of the blocks since the last call. */
  async next(): Promise<readonly Submission[]> {
    const found: Submission[] = [];
    const head = await this.#provider.getBlockNumber();
    for (; this.#nextBlock <= head; this.#nextBlock++) {
      const submissions = await this.#inBlock(this.#nextBlock);
      if (submissions === null) break;
      found.push(...submissions);
    }
    return found;
  }

  close(): void {
    this.#provider.destroy();
  }

  /** @returns null for a block that the chain counts and does not show yet */
  async #inBlock(number: number): Promise<readonly Submission[] | null> {
    const tag = `0x${number.toString(16)}`;
    const receipts = (await this.#provider.send("eth_getBlockReceipts", [tag])) as readonly Receipt[] | null;
    if (receipts === null) return null;
    const ours = receipts.filter(({ to }) => to?.toLowerCase() === this.#hub);
    if (ours.length === 0) return [];
    const block = (await this.#provider.send("eth_getBlockByNumber", [tag, true])) as {
      readonly timestamp: Hex;
      readonly transactions: readonly { readonly hash: Hex; readonly input: Hex }[];
    };
    const inputs = new Map(block.transactions.map(({ hash, input }) => [hash, input]));
    return ours
      .filter(({ transactionHash }) => this.#isSubmit(inputs.get(transactionHash) ?? "0x"))
      .map((receipt) => ({
        hash: receipt.transactionHash,
        from: receipt.from,
        block: number,
        blockTimeMs: Number(block.timestamp) * 1_000,
        gasUsed: Number(receipt.gasUsed),
        calldataBytes: ((inputs.get(receipt.transactionHash)?.length ?? 2) - 2) / 2,
        report: Number(receipt.status) === 1 ? this.#reportOf(receipt) : null,
      }));
  }

  /** A payload comes bare or as the argument of `submit`. */
  #isSubmit(input: string): boolean {
    const called = this.#abi.getFunction(input.slice(0, SELECTOR_DIGITS));
    return called === null || called.name === "submit";
  }

  #reportOf(receipt: Receipt): Submission["report"] {
    for (const log of receipt.logs) {
      const event =
        log.address.toLowerCase() === this.#hub
          ? this.#abi.parseLog({ topics: [...log.topics], data: log.data })
          : null;
      if (event?.name !== "ReportSubmitted") continue;
      return decodeReport(String(event.args.getValue("report")));
    }
    return null;
  }
}
