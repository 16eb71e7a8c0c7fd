/** Signs, writes down, and only then sends. The one place where transactions are born. */
import type { Hex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Fees, GasTable } from "./fees.ts";
import { EMPTY_GAS_LIMIT, submitGasLimit } from "./fees.ts";
import type { HubClient } from "./hub-client.ts";
import type { NonceSlot, Outbox } from "./outbox.ts";
import type { Publication } from "./outbox-rows.ts";
import { explainRevert } from "./revert.ts";
import type { CallRequest, Head, QuorumRpc } from "./rpc.ts";
import { LOCAL_CHAIN_ID } from "./rpc-options.ts";
import { inMempool } from "./send-verdict.ts";
import type { SignDigest } from "./signing.ts";
import { signTransaction } from "./signing.ts";
import type { TransmitterCounters } from "./transmitter-counters.ts";

export type SenderOptions = { readonly chainId: number; readonly account: Hex; readonly gas: GasTable };

type SenderDoors = {
  readonly outbox: Outbox;
  readonly rpc: Pick<QuorumRpc, "call" | "send">;
  readonly hub: Pick<HubClient, "address" | "submitData">;
  readonly signDigest: SignDigest;
  readonly counters: TransmitterCounters;
  readonly clock: Clock;
  readonly log: Logger;
};

/** `publication` undefined: an empty transfer to oneself, which only uses up the nonce. */
export type Order = {
  readonly nonce: number;
  readonly attempt: number;
  readonly publication: Publication | undefined;
  readonly fees: Fees;
  readonly stage: number;
};

export class Sender {
  readonly #options: SenderOptions;
  readonly #doors: SenderDoors;
  /** Per nonce, when its standing bytes were last handed to the RPCs by this process. */
  readonly #lastSendMs = new Map<number, number>();

  constructor(options: SenderOptions, doors: SenderDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /**
   * Runs the submit on the newest state.
   * @returns the revert's reason in words, undefined when it would pass
   */
  async simulate(
    publication: Publication,
    head: Head,
  ): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const { clock, hub, rpc } = this.#doors;
    const request: CallRequest = {
      from: this.#options.account,
      to: hub.address,
      data: hub.submitData(publication.payload),
    };
    try {
      await rpc.call(request, head.number);
      return undefined;
    } catch (error) {
      const reason = explainRevert(error);
      if (reason.name === "unknown" && !isRevert(error)) throw error;
      // The simulation sees the clock of the last block. A local chain makes none while nothing happens, so that its
      // clock stands still; the next block's clock will be right.
      const localClock = this.#options.chainId === LOCAL_CHAIN_ID && publication.reportTimeMs <= clock.nowMs();
      return reason.name === "FutureReport" && localClock ? undefined : reason;
    }
  }

  async place(order: Order): Promise<void> {
    const { chainId, account, gas } = this.#options;
    const { clock, hub, outbox, signDigest } = this.#doors;
    const { publication, nonce, attempt, fees, stage } = order;
    const gasLimit = publication === undefined ? EMPTY_GAS_LIMIT : submitGasLimit(gas, publication.pushes.length);
    const to = publication === undefined ? account : hub.address;
    const data = publication === undefined ? "0x" : hub.submitData(publication.payload);
    const { raw, hash } = await signTransaction({ chainId, account, nonce, to, data, gasLimit, fees }, signDigest);
    const slot = outbox.insert({
      hash,
      chainId,
      account,
      nonce,
      attempt,
      hub: hub.address,
      round: publication?.round ?? -1,
      pushes: publication?.pushes ?? [],
      raw,
      maxFeeWei: fees.maxFeeWei.toString(),
      tipWei: fees.tipWei.toString(),
      gasLimit,
      stage,
      status: "signed",
      signedAtMs: clock.nowMs(),
      sentAtMs: null,
      minedAtMs: null,
      blockNumber: null,
      blockHash: null,
      gasUsed: null,
      feeWei: null,
      reverted: false,
      error: null,
    });
    await this.broadcast(slot);
  }

  /** Hands the standing bytes of a nonce to every RPC. The row is on disk already, whatever happens now. */
  async broadcast(slot: NonceSlot): Promise<void> {
    const { clock, counters, log, outbox, rpc } = this.#doors;
    const row = slot.current;
    this.#lastSendMs.set(slot.nonce, clock.nowMs());
    const results = await rpc.send(row.raw);
    const fields = { round: row.round, nonce: row.nonce, attempt: row.attempt, hash: row.hash };
    if (results.some(({ verdict }) => inMempool(verdict))) {
      if (row.sentAtMs === null) {
        counters.sent++;
        log.info("transaction sent", { ...fields, stage: row.stage, maxFeeWei: row.maxFeeWei });
      }
      outbox.change(slot, [
        { hash: row.hash, change: { status: "broadcast", sentAtMs: row.sentAtMs ?? clock.nowMs(), error: null } },
      ]);
      return;
    }
    // Used: one of this nonce's transactions is mined, and the next look finds out which.
    if (results.some(({ verdict }) => verdict === "nonce-used")) return;
    const error = results.map(({ name, verdict, why }) => `${name}: ${verdict} (${why ?? ""})`).join("; ");
    const level = results.some(({ verdict }) => verdict === "no-funds") ? "error" : "warn";
    log[level]("no rpc took the transaction; it stays in the outbox", { ...fields, results });
    outbox.change(slot, [{ hash: row.hash, change: { error } }]);
  }

  /** Unix ms; 0 for bytes that this process has not sent yet, such as those an earlier one left. */
  lastSendMs(nonce: number): number {
    return this.#lastSendMs.get(nonce) ?? 0;
  }

  /** Forgets nonces below the chain's. */
  forgetBelow(chainCount: number): void {
    for (const nonce of this.#lastSendMs.keys()) if (nonce < chainCount) this.#lastSendMs.delete(nonce);
  }
}

function isRevert(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "call-reverted";
}
