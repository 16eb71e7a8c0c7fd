/** Reads the hub by quorum: its configuration until this node's own is active, then its answers, for readiness and the page. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { HubAnswer, HubClient, HubConfiguration } from "../chain/hub-client.ts";

export type ChainWatchOptions = { readonly feeds: number; readonly pollMs: number };

export type ChainWatchDoors = {
  readonly hub: Pick<HubClient, "answers" | "configuration">;
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

  /** Polls until a configuration satisfies `accept`; null when stopped first. */
  async configured(accept: (configuration: HubConfiguration) => boolean): Promise<HubConfiguration | null> {
    let saidOther = false;
    while (!this.#stop.signal.aborted) {
      try {
        const { newest } = await this.#doors.hub.configuration();
        this.#recovered();
        if (newest !== undefined) {
          if (accept(newest)) return newest;
          if (!saidOther)
            this.#doors.log.warn("the hub's configuration is not the one of this node's share", { cfg: newest.cfg });
          saidOther = true;
        }
      } catch (error) {
        this.#failed(error);
      }
      await this.#sleep(this.#options.pollMs);
    }
    return null;
  }

  start(): void {
    this.#loop = this.#run();
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
