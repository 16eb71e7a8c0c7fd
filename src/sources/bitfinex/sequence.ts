/**
 * What the connection asked of every message by its flags: a number that counts them all, and the venue's time, at the end of
 * the array. [7,"hb",3603,1569715249702]
 */
import { type Gap, gap } from "../gap.ts";
import { isPlausibleTimeMs } from "../sanity.ts";

const TIMESTAMP_FLAG = 32_768;
const SEQUENCE_FLAG = 65_536;
export const CONF = JSON.stringify({ event: "conf", flags: SEQUENCE_FLAG + TIMESTAMP_FLAG });

/** `timeMs` is null where the venue gives none. */
type Counted = { readonly kind: "counted"; readonly timeMs: number | null };

export class Sequence {
  #isOn = false;
  #last: number | null = null;

  /** The venue confirmed the flags: from here on every message has its number. */
  begin(): void {
    this.#isOn = true;
  }

  /** @param tail what follows the payload */
  take(tail: readonly unknown[]): Counted | Gap {
    const [count, stamp] = tail;
    const timeMs = typeof stamp === "number" && Number.isSafeInteger(stamp) && isPlausibleTimeMs(stamp) ? stamp : null;
    if (!this.#isOn) return { kind: "counted", timeMs };
    const before = this.#last;
    if (typeof count !== "number" || !Number.isSafeInteger(count)) {
      if (before !== null) return gap("sequence-gap", "a message without its number");
      // It said yes and does not count: better unseen losses than no connection ever.
      this.#isOn = false;
      return { kind: "counted", timeMs: null };
    }
    this.#last = count;
    if (before !== null && count !== before + 1)
      return gap("sequence-gap", `message ${count} came after message ${before}`);
    return { kind: "counted", timeMs };
  }
}
