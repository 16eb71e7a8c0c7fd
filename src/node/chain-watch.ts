/** Reads the hub by quorum: its configurations in the final block, and its answers, for readiness and the page. */
import { reasonOf } from "../base/errors.ts";
import type { Hex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { HubAnswer } from "../chain/hub-answers.ts";
import type { HubClient, HubConfigurations } from "../chain/hub-client.ts";
import { Rest } from "../chain/rest.ts";
import type { QuorumRpc } from "../chain/rpc.ts";

export type ChainWatchOptions = { readonly feeds: number; readonly pollMs: number };

/** Of a block's time, between two looks at the head. Lower: requests that operators pay for. Higher: blocks are seen late. */
const POLL_BLOCKS = 1 / 2;
const POLL_MIN_MS = 1_000;
/** Readiness wants the hub read within half a minute, however slow the chain is. */
const POLL_MAX_MS = 10_000;
/** Answers are for people and for readiness. Lower: requests again. Higher: the page shows what has passed. */
const ANSWERS_EVERY_MS = 2_000;

export function chainPollMs(blockTimeMs: number): number {
  return Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, POLL_BLOCKS * blockTimeMs));
}

export type ChainWatchDoors = {
  readonly rpc: Pick<QuorumRpc, "head">;
  readonly hub: Pick<HubClient, "answers" | "finalConfiguration">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAnswers: () => void;
};

/** One look asks for the head once; what stands in a block that was read already is not asked for again. */
export class ChainWatch {
  readonly #options: ChainWatchOptions;
  readonly #doors: ChainWatchDoors;
  readonly #indices: readonly number[];
  readonly #rest = new Rest();
  #said: { readonly finalNumber: number; readonly configurations: HubConfigurations } | null = null;
  #answers = new Map<number, HubAnswer>();
  #isReading = false;
  #isStopped = false;
  #read: { readonly hash: Hex; readonly atMs: number } | null = null;
  #lastReadMs: number | null = null;
  #failing = false;
  #look: Promise<HubConfigurations | null> | null = null;

  constructor(options: ChainWatchOptions, doors: ChainWatchDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#indices = Array.from({ length: options.feeds }, (_, index) => index);
  }

  /** Hears what the hub says, again and again; a look that fails says nothing. Ends when stopped. */
  async follow(heard: (said: HubConfigurations) => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      this.#rest.renew();
      this.#look = this.#lookOnce();
      const said = await this.#look;
      if (said !== null && !this.#isStopped) await heard(said);
      if (!this.#isStopped) await this.#rest.take(this.#options.pollMs);
    }
  }

  /** Answers are read from now on. */
  start(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#rest.cut();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#rest.cut();
    await this.#look;
  }

  answer(index: number): HubAnswer | undefined {
    return this.#answers.get(index);
  }

  /** Wall clock of the last agreed read; null before the first. */
  lastReadMs(): number | null {
    return this.#lastReadMs;
  }

  /** What could be read of the configurations is said also where the answers fail. */
  async #lookOnce(): Promise<HubConfigurations | null> {
    let said: HubConfigurations | null = null;
    try {
      const head = await this.#doors.rpc.head();
      said = await this.#configurations(head.finalNumber);
      if (this.#isReading) await this.#readAnswers(head);
      if (this.#failing) this.#doors.log.info("the hub is read again");
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#isStopped) {
        this.#doors.log.warn("the hub cannot be read", { reason: reasonOf(error) });
      }
      this.#failing = true;
    }
    return said;
  }

  async #configurations(finalNumber: number): Promise<HubConfigurations> {
    if (this.#said?.finalNumber === finalNumber) return this.#said.configurations;
    const configurations = await this.#doors.hub.finalConfiguration(finalNumber);
    this.#said = { finalNumber, configurations };
    return configurations;
  }

  async #readAnswers({ number, hash }: { readonly number: number; readonly hash: Hex }): Promise<void> {
    const { clock, hub, onAnswers } = this.#doors;
    const nowMs = clock.monotonicMs();
    const isDue = this.#read === null || nowMs - this.#read.atMs >= ANSWERS_EVERY_MS;
    if (isDue && this.#read?.hash !== hash) {
      const answers = await hub.answers(this.#indices, number);
      this.#answers = new Map(answers.map((answer) => [answer.index, answer]));
      this.#read = { hash, atMs: nowMs };
      onAnswers();
    }
    // They stand as they were read: in this very block, or a moment ago.
    this.#lastReadMs = clock.nowMs();
  }
}
