/**
 * The network file of the configuration that is to follow, found by looking: an operator copies it where the settings say, and
 * a running node takes it up. A wrong file is refused with its reasons and changes nothing.
 */
import { readFileSync } from "node:fs";
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { loadNetwork, type NetworkFacts } from "./network-file.ts";

export type PendingFileDoors = { readonly onFile: (facts: NetworkFacts) => void; readonly log: Logger };

/** Lower: nothing is won, a rotation takes minutes. Higher: an operator waits to see whether the file is right. */
const LOOK_EVERY_MS = 1_000;

export class PendingFile {
  readonly #path: string;
  readonly #doors: PendingFileDoors;
  #timer: NodeJS.Timeout | null = null;
  #lastText: string | null = null;
  #takenText: string | null = null;

  constructor(options: { readonly path: string }, doors: PendingFileDoors) {
    this.#path = options.path;
    this.#doors = doors;
  }

  start(): void {
    // What lies there at the start was not copied this instant.
    this.#lastText = this.#read();
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A file counts when two looks saw the same: a copy may be on its way. */
  look(): void {
    const text = this.#read();
    const isSettled = text !== null && text === this.#lastText;
    this.#lastText = text;
    if (!isSettled || text === this.#takenText) return;
    this.#takenText = text;
    try {
      this.#doors.onFile(loadNetwork(this.#path));
    } catch (error) {
      this.#doors.log.error("the pending network file is refused", { file: this.#path, why: reasonOf(error) });
    }
  }

  /** null while there is none: before a rotation that is the rule. */
  #read(): string | null {
    try {
      return readFileSync(this.#path, "utf8");
    } catch {
      return null;
    }
  }
}
