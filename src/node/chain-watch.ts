/** Reads the hub by quorum: its configurations in the final block, and its answers, for readiness and the page. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { HubAnswer } from "../chain/hub-answers.ts";
import type { HubClient, HubConfigurations } from "../chain/hub-client.ts";

export type ChainWatchOptions = { readonly feeds: number; readonly pollMs: number };

export type ChainWatchDoors = {
  readonly hub: Pick<HubClient, "answers" | "finalConfiguration">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAnswers: () => void;
};

export class ChainWatch {
  readonly #options: ChainWatchOptions;
  readonly #doors: ChainWatchDoors;
  readonly #stop = new AbortController();
  #answers = new Map<number, HubAnswer>();
  #lastReadMs: number | null = null;
  #failing = false;
  #loop: Promise<void> | null = null;

  constructor(options: ChainWatchOptions, doors: ChainWatchDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** Hears what the hub says, again and again; a read that fails says nothing. Ends when stopped. */
  async follow(pollMs: number, heard: (said: HubConfigurations) => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let said: HubConfigurations | null = null;
      try {
        said = await this.#doors.hub.finalConfiguration();
        this.#recovered();
      } catch (error) {
        this.#failed(error);
      }
      if (said !== null && !this.#stop.signal.aborted) await heard(said);
      await this.#sleep(pollMs);
    }
  }

  /** Begins to read answers; once. */
  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  answer(index: number): HubAnswer | undefined {
    return this.#answers.get(index);
  }

  /** Wall clock of the last agreed read; null before the first. */
  lastReadMs(): number | null {
    return this.#lastReadMs;
  }

  async #run(): Promise<void> {
    const indices = Array.from({ length: this.#options.feeds }, (_, index) => index);
    while (!this.#stop.signal.aborted) {
      try {
        const answers = await this.#doors.hub.answers(indices);
        this.#answers = new Map(answers.map((answer) => [answer.index, answer]));
        this.#lastReadMs = this.#doors.clock.nowMs();
        this.#recovered();
        this.#doors.onAnswers();
      } catch (error) {
        this.#failed(error);
      }
      await this.#sleep(this.#options.pollMs);
    }
  }

  #failed(error: unknown): void {
    if (!this.#failing && !this.#stop.signal.aborted) {
      this.#doors.log.warn("the hub cannot be read", { reason: reasonOf(error) });
    }
    this.#failing = true;
  }

  #recovered(): void {
    if (this.#failing) this.#doors.log.info("the hub is read again");
    this.#failing = false;
  }

  async #sleep(ms: number): Promise<void> {
    await sleepFor(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
