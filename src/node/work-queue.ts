/** One thing after another: the whole daemon is this queue between events and the machine. */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";

export class WorkQueue<T> {
  readonly #handle: (item: T) => void | Promise<void>;
  readonly #log: Logger;
  readonly #items: T[] = [];
  #running = false;
  #stopped = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(doors: { readonly handle: (item: T) => void | Promise<void>; readonly log: Logger }) {
    this.#handle = doors.handle;
    this.#log = doors.log;
  }

  push(item: T): void {
    if (this.#stopped) return;
    this.#items.push(item);
    if (!this.#running) {
      this.#running = true;
      this.#idle = this.#run();
    }
  }

  /** Drops what waits and resolves when the item in hand is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#items.length = 0;
    await this.#idle;
  }

  async #run(): Promise<void> {
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      try {
        const pending = this.#handle(item);
        if (pending !== undefined) await pending;
      } catch (error) {
        // A bug in one event must not end the daemon; the round it belonged to is lost and says so.
        this.#log.error("event failed", {
          reason: reasonOf(error),
          stack: error instanceof Error ? error.stack : undefined,
        });
      }
    }
    this.#running = false;
  }
}
