/** One transmitter for all configurations: an account's transactions are numbered in one place, whoever signed what they carry. */
import type { Publication } from "../chain/outbox-rows.ts";
import { Transmitter, type TransmitterDoors } from "../chain/transmitter.ts";
import type { TransmitterOptions } from "../chain/transmitter-options.ts";
import type { NetworkFacts } from "./network-file.ts";
import type { Term } from "./terms.ts";

/** Of the five seconds a stop may take, most belong to transactions on their way. */
const DRAIN_MS = 2_500;

export class TransmitterDesk {
  readonly #options: Omit<TransmitterOptions, "selfId" | "members" | "cfg">;
  readonly #doors: TransmitterDoors;
  #transmitter: Transmitter | null = null;
  #served = "";

  constructor(options: Omit<TransmitterOptions, "selfId" | "members" | "cfg">, doors: TransmitterDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** null before the first configuration. */
  get transmitter(): Transmitter | null {
    return this.#transmitter;
  }

  /** Who carries which rounds from now on. With no term left, what is on its way goes on. */
  serve(terms: readonly Term[], selfIdIn: (facts: NetworkFacts) => number | null): void {
    const name = terms.map(({ configuration }) => configuration.cfg).join(" ");
    if (name === "" || name === this.#served) return;
    this.#served = name;
    terms.forEach(({ facts, configuration: { cfg, firstRound } }, i) => {
      const carriers = { selfId: selfIdIn(facts), members: facts.members.map(({ id }) => id), cfg };
      if (this.#transmitter === null) {
        this.#transmitter = new Transmitter({ ...this.#options, ...carriers }, this.#doors);
        this.#transmitter.start();
      } else {
        // What lies below the oldest that is known was signed before this life: somebody has to carry it.
        this.#transmitter.follow(carriers, i === 0 ? 0 : firstRound);
      }
    });
  }

  offer(publication: Publication): void {
    this.#transmitter?.offer(publication);
  }

  async stop(): Promise<void> {
    await this.#transmitter?.drain(DRAIN_MS);
    await this.#transmitter?.stop();
  }
}
