/**
 * The configurations of one process: what one of them learns about its member concerns the others. A refresh keeps the key,
 * so what earlier lives said binds both configurations; and a twin has the identity, whatever the key is. [R56] [R57]
 */
import type { Hex } from "../base/bytes.ts";
import type { RecoveryVerdict } from "../protocol/recovery.ts";

/** One configuration, as the others see it. */
export type Housemate = {
  readonly groupKeyX: Hex;
  verdict(): RecoveryVerdict;
  /** Whether this life has reserved rounds in it. */
  hasReserved(): boolean;
  /** Another process has this member's keys. */
  halt(): void;
};

export class Household {
  readonly #keystore: { clearRestored(): void };
  /** In the order in which they began. */
  readonly #mates: Housemate[] = [];
  #hasTwin = false;

  constructor(doors: { readonly keystore: { clearRestored(): void } }) {
    this.#keystore = doors.keystore;
  }

  enter(mate: Housemate): void {
    this.#mates.push(mate);
    if (this.#hasTwin) mate.halt();
  }

  leave(mate: Housemate): void {
    const at = this.#mates.indexOf(mate);
    if (at >= 0) this.#mates.splice(at, 1);
  }

  /** What a configuration under the same key that began earlier has found; null when none runs. */
  before(mate: Housemate): RecoveryVerdict | null {
    const earlier = this.#mates.slice(0, Math.max(0, this.#mates.indexOf(mate)));
    return earlier.findLast(({ groupKeyX }) => groupKeyX === mate.groupKeyX)?.verdict() ?? null;
  }

  twinFound(by: Housemate): void {
    if (this.#hasTwin) return;
    this.#hasTwin = true;
    for (const mate of this.#mates) if (mate !== by) mate.halt();
  }

  /**
   * Rounds are on disk. Once that is so for all, no start has to ask again because of the backup that these keys came from.
   */
  reserved(): void {
    if (this.#mates.every((mate) => mate.hasReserved())) this.#keystore.clearRestored();
  }
}
