/** Reads the hub by quorum: its configurations in the final block, and its answers, for readiness and the page. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { reasonOf } from "../base/errors.ts";
import type { Hex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { HubAnswer } from "../chain/hub-answers.ts";
import type { HubClient, HubConfigurations } from "../chain/hub-client.ts";
import type { QuorumRpc } from "../chain/rpc.ts";

export type ChainWatchOptions = {
  readonly feeds: number;
  /** Between two looks at the head. Lower: requests that operators pay for. Higher: a new configuration is late. */
  readonly pollMs: number;
};

/** Answers are for people and for readiness. Lower: requests again. Higher: the page shows what has passed. */
const ANSWERS_EVERY_MS = 2_000;

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
  readonly #stop = new AbortController();
  #said: { readonly finalNumber: number; readonly configurations: HubConfigurations } | null = null;
  #answers = new Map<number, HubAnswer>();
  #isReading = false;
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
    while (!this.#stop.signal.aborted) {
      this.#look = this.#lookOnce();
      const said = await this.#look;
      if (said !== null && !this.#stop.signal.aborted) await heard(said);
      await sleepFor(this.#options.pollMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Answers are read from the next look on. */
  start(): void {
    this.#isReading = true;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
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
      if (!this.#failing && !this.#stop.signal.aborted) {
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
