/** Runs one piece of work again and again, never twice at a time, and can be woken early. */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { Rest } from "./rest.ts";

type TickerDoors = {
  readonly work: () => Promise<void>;
  /** Rest after a run, ms; undefined: until woken. */
  readonly pauseMs: () => number | undefined;
  readonly log: Logger;
};

export class Ticker {
  readonly #doors: TickerDoors;
  readonly #rest = new Rest();
  #running: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #stopped = false;
  #failing = false;

  constructor(doors: TickerDoors) {
    this.#doors = doors;
  }

  start(): void {
    this.#stopped = false;
    this.#loop ??= this.#repeat();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#loop;
    await this.#running?.catch(() => undefined);
    this.#loop = undefined;
  }

  /** Ends the pause, or skips the next one. */
  wake(): void {
    this.#rest.cut();
  }

  /** One run; joins the one that is under way. Its error is the caller's. */
  async once(): Promise<void> {
    if (this.#running === undefined) {
      this.#rest.renew();
      this.#running = this.#doors.work().finally(() => {
        this.#running = undefined;
      });
    }
    await this.#running;
  }

  /** One run whose error is a log line: the first of a row as a warning, the rest for debugging. */
  async quietly(): Promise<void> {
    try {
      await this.once();
      this.#failing = false;
    } catch (error) {
      this.#doors.log[this.#failing ? "debug" : "warn"]("transmission paused", { reason: reasonOf(error) });
      this.#failing = true;
    }
  }

  async pause(ms: number | undefined): Promise<void> {
    await this.#rest.take(ms);
  }

  async #repeat(): Promise<void> {
    while (!this.#stopped) {
      await this.quietly();
      if (!this.#stopped) await this.pause(this.#failing ? (this.#doors.pauseMs() ?? 1_000) : this.#doors.pauseMs());
    }
  }
}
