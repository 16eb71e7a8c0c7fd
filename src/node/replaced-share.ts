/** A share that a later configuration has replaced is destroyed when the chain holds that one's reports for good. [R68] */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { Keystore } from "../keystore/keystore.ts";
import { setupOf } from "./activation.ts";
import type { Term } from "./terms.ts";

export type ReplacedShareDoors = {
  readonly keystore: Pick<Keystore, "retireShare">;
  /** Newest round that the hub holds in its final block. */
  readonly finalRound: () => Promise<number>;
  readonly log: Logger;
};

export class ReplacedShare {
  readonly #doors: ReplacedShareDoors;
  readonly #tried = new Set<string>();

  constructor(doors: ReplacedShareDoors) {
    this.#doors = doors;
  }

  /** Until then a rotation may be taken back, and the old share is needed again. Tried once in a life. */
  async look(terms: readonly Term[]): Promise<void> {
    const old = terms.find(({ endRound }) => endRound !== null);
    const next = terms.find(({ before }) => before !== null);
    if (old === undefined || next === undefined || old === next) return;
    const { transcriptHash } = old.share;
    if (this.#tried.has(transcriptHash)) return;
    const { keystore, log } = this.#doors;
    try {
      const finalRound = await this.#doors.finalRound();
      const { firstRound } = next.configuration;
      if (finalRound < firstRound) return;
      this.#tried.add(transcriptHash);
      const settled = { transcriptHash: next.share.transcriptHash, firstRound, finalRound };
      const verdict = keystore.retireShare(transcriptHash, setupOf(next.facts), settled);
      const fields = { configCount: old.facts.configCount, transcriptHash };
      if (verdict.ok) log.info("the replaced share is destroyed", fields);
      else log.warn("the replaced share is kept", { ...fields, why: verdict.why });
    } catch (error) {
      log.warn("the replaced share could not be looked after", { reason: reasonOf(error) });
    }
  }
}
