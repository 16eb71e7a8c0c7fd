/**
 * Looks after transactions that wait. A timeout never frees a nonce: its bytes are sent again, or others take their
 * place under the same nonce, with higher fees and the newest report.
 */
import { unreachable } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { FeePolicy, Fees } from "./fees.ts";
import { firstFees, isAdequate, replacementFees } from "./fees.ts";
import type { NonceSlot, Outbox } from "./outbox.ts";
import type { Publication } from "./outbox-rows.ts";
import type { ChainView } from "./planner.ts";
import { successorOf } from "./planner.ts";
import type { Head, QuorumRpc } from "./rpc.ts";
import type { Sender } from "./sender.ts";
import type { TransmitterCounters } from "./transmitter-counters.ts";

export type NurseOptions = {
  readonly fees: FeePolicy;
  /** After this long without being mined a transaction may be replaced. Lower: pays more. Higher: stale for longer. */
  readonly bumpAfterMs: number;
  /** The same bytes go out again this often, should a mempool have lost them. */
  readonly rebroadcastMs: number;
};

type NurseDoors = {
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly rpc: Pick<QuorumRpc, "marketTipWei">;
  readonly counters: TransmitterCounters;
  readonly clock: Clock;
  readonly log: Logger;
};

export class Nurse {
  readonly #options: NurseOptions;
  readonly #doors: NurseDoors;
  /** Per missing nonce, when it was first seen missing, unix ms. */
  readonly #gapSinceMs = new Map<number, number>();

  constructor(options: NurseOptions, doors: NurseDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** @param view of which `inFlight` slots are looked after, lowest nonce first */
  async visit(view: ChainView, head: Head, chainCount: number): Promise<void> {
    await this.#fillGaps(head, chainCount);
    let marketTipWei: bigint | undefined;
    for (const slot of view.inFlight) {
      if (slot.mined !== undefined) continue;
      const { clock, rpc, sender } = this.#doors;
      const nowMs = clock.nowMs();
      const { sentAtMs, signedAtMs } = slot.current;
      const successor = successorOf(slot, view);
      const overdue = nowMs - (sentAtMs ?? signedAtMs) >= this.#options.bumpAfterMs;
      // Left alone, a useless transaction would be mined and revert, so nobody waits for a timeout.
      if (overdue || (successor.kind === "useless" && slot.current.round !== -1)) {
        marketTipWei ??= await rpc.marketTipWei(head.number);
        if (await this.#replace(slot, view, head, marketTipWei)) continue;
      }
      if (nowMs - sender.lastSendMs(slot.nonce) >= this.#options.rebroadcastMs) await sender.broadcast(slot);
    }
  }

  /** @returns false when the standing bytes stay as they are */
  async #replace(slot: NonceSlot, view: ChainView, head: Head, marketTipWei: bigint): Promise<boolean> {
    const old: Fees = { maxFeeWei: BigInt(slot.current.maxFeeWei), tipWei: BigInt(slot.current.tipWei) };
    const successor = successorOf(slot, view);
    let publication: Publication | undefined;
    switch (successor.kind) {
      case "same":
        // It pays enough and still waits: that is a matter of propagation, and dearer bytes would wait as well.
        if (isAdequate(old, head.baseFeeWei, marketTipWei)) return false;
        publication = view.wanted.find((entry) => entry.publication.round === slot.current.round)?.publication;
        break;
      case "newer":
        publication = successor.publication;
        break;
      case "useless":
        publication = successor.instead;
        if (publication === undefined && slot.current.round === -1 && isAdequate(old, head.baseFeeWei, marketTipWei)) {
          return false;
        }
        break;
      default:
        return unreachable(successor);
    }
    const { counters, log, sender } = this.#doors;
    const fields = { nonce: slot.nonce, oldRound: slot.current.round, why: successor.kind };
    const fees = replacementFees(this.#options.fees, old, head.baseFeeWei, marketTipWei);
    if (fees === undefined) {
      counters.feeCapped++;
      log.warn("a transaction waits and may not be made dearer: the fee cap is reached", {
        ...fields,
        maxFeeWei: slot.current.maxFeeWei,
        capWei: this.#options.fees.maxFeeCapWei.toString(),
      });
      return false;
    }
    if (publication !== undefined && (await sender.simulate(publication, head)) !== undefined) publication = undefined;
    counters.replaced++;
    log.info("transaction replaced", {
      ...fields,
      round: publication?.round ?? null,
      maxFeeWei: fees.maxFeeWei.toString(),
    });
    await sender.place({ nonce: slot.nonce, attempt: slot.nextAttempt, publication, fees, stage: slot.current.stage });
    return true;
  }

  /** Only lost rows or a reorganised foreign transaction leave a gap; everything above it would wait for ever. */
  async #fillGaps(head: Head, chainCount: number): Promise<void> {
    const { clock, log, outbox, sender } = this.#doors;
    const gaps = outbox.gaps(chainCount);
    for (const nonce of this.#gapSinceMs.keys()) if (!gaps.includes(nonce)) this.#gapSinceMs.delete(nonce);
    for (const nonce of gaps) {
      const sinceMs = this.#gapSinceMs.get(nonce) ?? clock.nowMs();
      this.#gapSinceMs.set(nonce, sinceMs);
      // A look at a block or two before the last one shows gaps that are none.
      if (clock.nowMs() - sinceMs < this.#options.rebroadcastMs) continue;
      const fees = firstFees(this.#options.fees, head.baseFeeWei);
      if (fees === undefined) return;
      log.warn("nonce gap filled with an empty transaction", { nonce });
      await sender.place({ nonce, attempt: 0, publication: undefined, fees, stage: 0 });
    }
  }
}
