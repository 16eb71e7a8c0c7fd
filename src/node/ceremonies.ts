/** The key ceremonies that this node takes part in: its own configuration's and, beside it, that of the one to come. */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import type { Logger } from "../base/ports.ts";
import type { Keystore } from "../keystore/keystore.ts";
import { ceremonyIdOf } from "../threshold/ceremony-setup.ts";
import { setupOf, startCeremony } from "./activation.ts";
import type { CeremonyDriver } from "./ceremony-driver.ts";
import type { CommitteeLines } from "./committee-lines.ts";
import type { NetworkFacts } from "./network-file.ts";

export type CeremoniesDoors = {
  readonly keystore: Keystore;
  readonly send: (line: number, bytes: Uint8Array) => void;
  readonly log: Logger;
  readonly onChange: () => void;
};

/** A ceremony's message names it behind its type. */
const ID_AT = 1;
const ID_BYTES = 32;

function nameOf(facts: NetworkFacts): Hex {
  return ceremonyIdOf(setupOf(facts));
}

export class Ceremonies {
  readonly #doors: CeremoniesDoors;
  readonly #drivers = new Map<Hex, CeremonyDriver>();

  constructor(doors: CeremoniesDoors) {
    this.#doors = doors;
  }

  /** Begins, or takes up what a restart left. Nothing happens when it runs already. */
  begin(facts: NetworkFacts, lines: CommitteeLines): void {
    const name = nameOf(facts);
    if (this.#drivers.has(name)) return;
    const { keystore, log, onChange, send } = this.#doors;
    const driver = startCeremony(facts, keystore, {
      send: (toId, bytes) => send(lines.lineOf(toId), bytes),
      log,
      onChange,
    });
    this.#drivers.set(name, driver);
  }

  of(facts: NetworkFacts): CeremonyDriver | null {
    return this.#drivers.get(nameOf(facts)) ?? null;
  }

  /** @returns false for bytes that no honest member sends; a ceremony that is over here, or not begun, is none of them */
  receive(bytes: Uint8Array): boolean {
    if (bytes.length < ID_AT + ID_BYTES) return false;
    const driver = this.#drivers.get(toHex(bytes.subarray(ID_AT, ID_AT + ID_BYTES)));
    return driver === undefined || driver.receive(bytes);
  }

  end(facts: NetworkFacts): void {
    const name = nameOf(facts);
    this.#drivers.get(name)?.stop();
    this.#drivers.delete(name);
  }

  stop(): void {
    for (const driver of this.#drivers.values()) driver.stop();
    this.#drivers.clear();
  }
}
