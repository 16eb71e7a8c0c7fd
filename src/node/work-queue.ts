/** One thing after another: the whole daemon is this queue between events and the machine. */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";

export class WorkQueue<T> {
  readonly #handle: (item: T) => void;
  readonly #log: Logger;
  readonly #items: T[] = [];
  #running = false;
  #stopped = false;

  constructor(doors: { readonly handle: (item: T) => void; readonly log: Logger }) {
    this.#handle = doors.handle;
    this.#log = doors.log;
  }

  /** Handles it before this returns; what a handler pushes comes behind what waits. */
  push(item: T): void {
    if (this.#stopped) return;
    this.#items.push(item);
    if (!this.#running) this.#run();
  }

  /** Drops what waits, and takes nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#items.length = 0;
  }

  #run(): void {
    this.#running = true;
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      try {
        this.#handle(item);
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
