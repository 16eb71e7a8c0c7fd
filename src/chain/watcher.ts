/** Follows every hash of every open nonce to its end: mined, final, taken off by a reorganisation, or never. */
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Change, NonceSlot, Outbox } from "./outbox.ts";
import type { TransactionRow } from "./outbox-rows.ts";
import { explainRevert } from "./revert.ts";
import type { Head, QuorumRpc, Receipt } from "./rpc.ts";
import { callOf } from "./signing.ts";
import type { TransmitterCounters } from "./transmitter-counters.ts";

type WatcherDoors = {
  readonly outbox: Outbox;
  readonly rpc: Pick<QuorumRpc, "receipt" | "call">;
  readonly counters: TransmitterCounters;
  readonly clock: Clock;
  readonly log: Logger;
};

export class Watcher {
  readonly #finalityDepth: number;
  readonly #doors: WatcherDoors;
  /** Per nonce, the block in which it was first seen used up by none of our transactions. */
  readonly #foreignSince = new Map<number, number>();
  #headHash: string | undefined;

  constructor(options: { readonly finalityDepth: number }, doors: WatcherDoors) {
    this.#finalityDepth = options.finalityDepth;
    this.#doors = doors;
  }

  /**
   * @param chainCount transactions of the account mined up to `head`
   * @returns slots whose mined transaction was taken off the chain again: send them anew
   */
  async settle(head: Head, chainCount: number): Promise<readonly NonceSlot[]> {
    const headMoved = head.hash !== this.#headHash;
    const unmined: NonceSlot[] = [];
    for (const slot of this.#doors.outbox.slots()) {
      if (slot.mined !== undefined) {
        if (headMoved && (await this.#checkMined(slot, slot.mined, head))) unmined.push(slot);
      } else if (chainCount > slot.nonce) {
        await this.#findMined(slot, head);
      } else {
        this.#foreignSince.delete(slot.nonce);
      }
    }
    // Remembered last: when a read above fails, the next look starts over.
    this.#headHash = head.hash;
    return unmined;
  }

  async #findMined(slot: NonceSlot, head: Head): Promise<void> {
    for (const row of slot.attempts.toReversed()) {
      const receipt = await this.#doors.rpc.receipt(row.hash);
      if (receipt === undefined) continue;
      this.#foreignSince.delete(slot.nonce);
      await this.#markMined(slot, row, receipt);
      this.#finishIfFinal(slot, head);
      return;
    }
    this.#noteForeign(slot, head);
  }

  async #markMined(slot: NonceSlot, row: TransactionRow, receipt: Receipt): Promise<void> {
    const { clock, counters, log, outbox } = this.#doors;
    const error = receipt.reverted ? await this.#whyReverted(row, receipt) : null;
    const others = slot.attempts.filter((other) => other.hash !== row.hash && other.status !== "replaced");
    outbox.change(slot, [
      ...others.map((other): Change => ({ hash: other.hash, change: { status: "replaced" } })),
      { hash: row.hash, change: { ...minedFields(receipt), minedAtMs: clock.nowMs(), error } },
    ]);
    counters.mined++;
    const fields = {
      round: row.round,
      nonce: row.nonce,
      hash: row.hash,
      block: receipt.blockNumber,
      gasUsed: receipt.gasUsed,
    };
    if (!receipt.reverted) return log.info("transaction mined", fields);
    counters.reverted++;
    log.error("transaction reverted", { ...fields, error });
  }

  /** @returns true when the transaction is on the chain no longer */
  async #checkMined(slot: NonceSlot, mined: TransactionRow, head: Head): Promise<boolean> {
    const receipt = await this.#doors.rpc.receipt(mined.hash);
    if (receipt === undefined) {
      const { counters, log, outbox } = this.#doors;
      counters.reorged++;
      log.warn("transaction was taken off the chain by a reorganisation", { nonce: slot.nonce, hash: mined.hash });
      const unmined = { minedAtMs: null, blockNumber: null, blockHash: null, gasUsed: null, feeWei: null };
      outbox.change(slot, [
        { hash: mined.hash, change: { status: "broadcast", reverted: false, error: null, ...unmined } },
      ]);
      return true;
    }
    if (receipt.blockHash !== mined.blockHash) {
      this.#doors.outbox.change(slot, [{ hash: mined.hash, change: minedFields(receipt) }]);
    }
    this.#finishIfFinal(slot, head);
    return false;
  }

  #finishIfFinal(slot: NonceSlot, head: Head): void {
    const mined = slot.mined;
    if (mined === undefined || head.number - mined.blockNumber! < this.#finalityDepth) return;
    this.#doors.outbox.change(slot, [{ hash: mined.hash, change: { status: "final" } }]);
  }

  /**
   * The nonce is used and none of our hashes has a receipt: somebody else holds this key, or the receipts lag. Only
   * after as many blocks as finality takes (one at least) is our transaction given up; its publication, when it is
   * still wanted, is sent under another nonce meanwhile.
   */
  #noteForeign(slot: NonceSlot, head: Head): void {
    const since = this.#foreignSince.get(slot.nonce);
    if (since === undefined) {
      this.#foreignSince.set(slot.nonce, head.number);
      return;
    }
    if (head.number - since < Math.max(1, this.#finalityDepth)) return;
    this.#foreignSince.delete(slot.nonce);
    this.#doors.log.error("nonce was used by a transaction that is not ours: does somebody else hold this key?", {
      nonce: slot.nonce,
      hashes: slot.attempts.map((row) => row.hash),
    });
    this.#doors.counters.dropped++;
    const error = "its nonce was used by a transaction that is not ours";
    this.#doors.outbox.change(
      slot,
      slot.attempts.map((row) => ({ hash: row.hash, change: { status: "dropped", error } })),
    );
  }

  async #whyReverted(row: TransactionRow, receipt: Receipt): Promise<string> {
    if (receipt.gasUsed >= row.gasLimit) return `used all of its ${row.gasLimit} gas`;
    try {
      await this.#doors.rpc.call(callOf(row.raw, row.account), receipt.blockNumber);
      return "reverted; run again on top of its block it does not";
    } catch (error) {
      const reason = explainRevert(error);
      return reason.name === "unknown" ? `reverted (${reasonOf(error)})` : reason.text;
    }
  }
}

function minedFields(receipt: Receipt): Change["change"] {
  return {
    status: "mined",
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash,
    gasUsed: receipt.gasUsed,
    feeWei: receipt.feeWei.toString(),
    reverted: receipt.reverted,
  };
}
