/**
 * Brings publications to one chain: in stages with the other nodes, through an outbox that survives a crash at any
 * point. One transmitter per (chain, account): it is the only one that numbers the account's transactions.
 */
import type { Hex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { firstFees } from "./fees.ts";
import { HubClient } from "./hub-client.ts";
import { Nurse } from "./nurse.ts";
import { Outbox } from "./outbox.ts";
import type { OutboxRows, Publication } from "./outbox-rows.ts";
import type { ChainView } from "./planner.ts";
import { inFlightAt, sendable } from "./planner.ts";
import { PublicationBoard } from "./publications.ts";
import type { RecentTransaction } from "./recent.ts";
import { toRecent } from "./recent.ts";
import type { Head, QuorumRpc } from "./rpc.ts";
import { Sender } from "./sender.ts";
import type { SignDigest } from "./signing.ts";
import { Ticker } from "./ticker.ts";
import type { TransmitterCounters } from "./transmitter-counters.ts";
import { zeroCounters } from "./transmitter-counters.ts";
import type { TransmitterOptions } from "./transmitter-options.ts";
import { withDefaults } from "./transmitter-options.ts";
import { type Carriers, Turns } from "./turns.ts";
import { Watcher } from "./watcher.ts";

export type TransmitterDoors = {
  readonly rows: OutboxRows;
  readonly rpc: QuorumRpc;
  readonly signDigest: SignDigest;
  readonly clock: Clock;
  readonly log: Logger;
};

/** What stands in one block. */
type Seen = {
  readonly hash: Hex;
  readonly feeds: string;
  readonly chainCount: number;
  /** Round by feed. */
  readonly onChain: ReadonlyMap<number, number>;
};

/** While nothing of our own is on its way, others' progress is looked at this often. */
const IDLE_POLL_MS = 1_000;

export class Transmitter {
  readonly #options: Required<TransmitterOptions>;
  readonly #doors: TransmitterDoors;
  readonly #hub: HubClient;
  readonly #board = new PublicationBoard();
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #watcher: Watcher;
  readonly #nurse: Nurse;
  readonly #turns: Turns;
  readonly #ticker: Ticker;
  readonly #counters = zeroCounters();
  #accepting = true;
  #seen: Seen | null = null;
  #nextTurnMs = Number.POSITIVE_INFINITY;

  /** Takes up the rows that an earlier process left; nothing is sent before the first tick. */
  constructor(options: TransmitterOptions, doors: TransmitterDoors) {
    const { chainId, account, hub, finalityDepth } = options;
    const { rows, rpc, signDigest, clock, log } = doors;
    this.#options = withDefaults(options);
    this.#doors = doors;
    this.#hub = new HubClient({ address: hub }, { rpc });
    this.#outbox = new Outbox({ chainId, account }, { rows });
    for (const publication of rows.publications(chainId, hub)) this.#board.add(publication);
    const shared = { outbox: this.#outbox, rpc, counters: this.#counters, clock, log };
    const { fees, gas, bumpAfterMs, rebroadcastMs } = this.#options;
    this.#sender = new Sender({ chainId, account, gas }, { ...shared, hub: this.#hub, signDigest });
    this.#watcher = new Watcher({ finalityDepth }, shared);
    this.#nurse = new Nurse({ fees, bumpAfterMs, rebroadcastMs }, { ...shared, sender: this.#sender });
    this.#turns = new Turns(options, { clock });
    this.#ticker = new Ticker({ work: () => this.#tick(), pauseMs: () => this.#pauseMs(), log });
  }

  /**
   * Takes over a completed report with due feeds. It is on disk when this returns, and sent when this node's stage
   * comes and the chain still misses it. The same round twice is harmless.
   * @throws OracleError a store failure
   */
  offer(publication: Publication): void {
    if (!this.#accepting || publication.pushes.length === 0 || this.#board.has(publication.round)) return;
    const { chainId, hub } = this.#options;
    this.#doors.rows.savePublication(chainId, hub, publication);
    this.#turns.giveWay(publication, this.#board.olderFor(publication));
    this.#board.add(publication);
    this.#forget(this.#board.takeSuperseded());
    this.#ticker.wake();
  }

  /** From this round on another committee carries what it signs; what was signed below stays with the one before. */
  follow(carriers: Carriers, firstRound: number): void {
    this.#turns.follow(carriers, firstRound);
    this.#ticker.wake();
  }

  /** Ticks by itself until stopped. */
  start(): void {
    this.#ticker.start();
  }

  /** Ends the loop after the running tick. What is open stays in the outbox for the next start. */
  async stop(): Promise<void> {
    await this.#ticker.stop();
  }

  /**
   * One look at the chain and everything that follows from it. Ticks never overlap.
   * @throws OracleError when the RPCs give nothing to rely on, or the store or the signer fails
   */
  async tick(): Promise<void> {
    await this.#ticker.once();
  }

  /**
   * Takes no more offers and goes on until nothing of ours is on its way.
   * @returns false when time ran out: the rest stays in the outbox
   */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#accepting = false;
    const { clock } = this.#doors;
    const endMs = clock.monotonicMs() + timeoutMs;
    while (this.open() > 0) {
      if (clock.monotonicMs() >= endMs) return false;
      await this.#ticker.quietly();
      const leftMs = Math.max(0, endMs - clock.monotonicMs());
      if (this.open() > 0) await this.#ticker.pause(Math.min(this.#options.pollMs, leftMs));
    }
    return true;
  }

  /** Newest first. */
  recent(limit: number): readonly RecentTransaction[] {
    const { chainId, account } = this.#options;
    return this.#doors.rows.recentTransactions(chainId, account, limit).map(toRecent);
  }

  counters(): Readonly<TransmitterCounters> {
    return this.#counters;
  }

  /** Publications that are not settled on chain yet. */
  pending(): number {
    return this.#board.size;
  }

  /** Nonces that no mined transaction of ours has used yet. */
  open(): number {
    return this.#outbox.slots().filter((slot) => slot.mined === undefined).length;
  }

  /** When the transaction that waits longest was signed, unix ms; undefined when none waits. */
  oldestOpenMs(): number | undefined {
    const waiting = this.#outbox.slots().filter((slot) => slot.mined === undefined);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((slot) => slot.attempts[0]!.signedAtMs));
  }

  async #tick(): Promise<void> {
    if (this.#board.size === 0 && this.#outbox.slots().length === 0) return;
    try {
      await this.#look();
    } catch (error) {
      this.#counters.failedTicks++;
      throw error;
    }
  }

  async #look(): Promise<void> {
    const { finalityDepth } = this.#options;
    const head = await this.#doors.rpc.head();
    const { chainCount, onChain } = await this.#at(head);
    this.#forget(this.#board.takeFinal(onChain, head.number, finalityDepth));
    for (const slot of await this.#watcher.settle(head, chainCount)) await this.#sender.broadcast(slot);
    this.#sender.forgetBelow(chainCount);
    await this.#nurse.visit(this.#view(onChain, chainCount, head), head, chainCount);
    await this.#sendDue(onChain, chainCount, head);
  }

  /** Asked once a block, and again for a feed that was offered since: it is looked several times within one. */
  async #at({ number, hash }: Head): Promise<Seen> {
    const carried = this.#outbox.slots().flatMap((slot) => slot.current.pushes.map(({ index }) => index));
    const feeds = [...new Set([...this.#board.feeds(), ...carried])].toSorted((a, b) => a - b);
    if (this.#seen?.hash === hash && this.#seen.feeds === feeds.join()) return this.#seen;
    const [chainCount, answers] = await Promise.all([
      this.#doors.rpc.transactionCount(this.#options.account, number),
      feeds.length === 0 ? [] : this.#hub.answers(feeds, number),
    ]);
    const onChain = new Map(answers.map(({ index, round }) => [index, round]));
    this.#seen = { hash, feeds: feeds.join(), chainCount, onChain };
    return this.#seen;
  }

  #view(onChain: ReadonlyMap<number, number>, chainCount: number, head: Head): ChainView {
    return {
      wanted: this.#board.wanted(onChain),
      onChain,
      inFlight: inFlightAt(this.#outbox.slots(), chainCount, head.number),
    };
  }

  async #sendDue(onChain: ReadonlyMap<number, number>, chainCount: number, head: Head): Promise<void> {
    const view = this.#view(onChain, chainCount, head);
    let room = this.#options.maxInFlight - view.inFlight.length;
    for (const { publication } of sendable(view)) {
      const stage = this.#turns.ownStage(publication);
      if (stage === undefined || room <= 0) continue;
      if (await this.#sendNew(publication, stage, chainCount, head)) room--;
    }
    this.#nextTurnMs = this.#turns.takeNextMs();
  }

  async #sendNew(publication: Publication, stage: number, chainCount: number, head: Head): Promise<boolean> {
    const { log, clock } = this.#doors;
    const { round } = publication;
    const fees = firstFees(this.#options.fees, head.baseFeeWei);
    if (fees === undefined) {
      this.#counters.feeCapped++;
      this.#turns.wait(round, clock.nowMs() + this.#options.blockTimeMs);
      log.warn("a report is not sent: the base fee is above the fee cap", {
        round,
        baseFeeWei: head.baseFeeWei.toString(),
      });
      return false;
    }
    const refusal = await this.#sender.simulate(publication, head);
    if (refusal !== undefined) {
      this.#counters.skipped[refusal.name] = (this.#counters.skipped[refusal.name] ?? 0) + 1;
      this.#turns.waitOneStage(round);
      log.warn("a report is not sent: it would revert", { round, reason: refusal.text });
      return false;
    }
    const nonce = this.#outbox.freeNonce(chainCount);
    await this.#sender.place({ nonce, attempt: 0, publication, fees, stage });
    // Should it revert all the same, it is not tried again at once: that would burn gas at the pace of blocks.
    this.#turns.waitOneStage(round);
    return true;
  }

  #forget(rounds: readonly number[]): void {
    if (rounds.length === 0) return;
    const { chainId, hub } = this.#options;
    this.#doors.rows.removePublications(chainId, hub, rounds);
    for (const round of rounds) this.#turns.forget(round);
  }

  /** How long to rest after a tick; undefined until the next offer. */
  #pauseMs(): number | undefined {
    if (this.open() > 0) return this.#options.pollMs;
    if (this.#board.size === 0 && this.#outbox.slots().length === 0) return undefined;
    // Nothing to send: only finality is waited for, and that comes by blocks.
    if (this.#nextTurnMs === Number.POSITIVE_INFINITY) return Math.max(IDLE_POLL_MS, this.#options.blockTimeMs);
    const untilTurnMs = this.#nextTurnMs - this.#doors.clock.nowMs();
    return Math.min(IDLE_POLL_MS, Math.max(this.#options.pollMs, untilTurnMs));
  }
}
