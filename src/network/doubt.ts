/** When word of a message is so late that its line is doubted. [R61] */

/** How long one message without an acknowledgement counts where nothing else is said on the line. */
const DOUBT_MS = 5_000;
/**
 * Of the time that an acknowledgement had: how much more it gets before the line is doubted, and not only its message repeated. Lower:
 * where all members are busy acknowledgements are late, everything is gossiped, and they are busier still. Higher: what
 * is published behind a line that swallows it is late for longer.
 */
const MORE_PATIENCE = 2;

/** When a line is doubted, monotonic ms. */
export type Doubt = { readonly fromMs: number; readonly untilMs: number };

/** @param waitedMs how long the message that is overdue now had waited for its acknowledgement */
export function doubtAfter(before: Doubt | null, waitedMs: number, nowMs: number): Doubt {
  const goesOn = before !== null && nowMs < before.untilMs;
  const fromMs = goesOn ? before.fromMs : nowMs + MORE_PATIENCE * waitedMs;
  return { fromMs, untilMs: Math.max(fromMs, nowMs) + DOUBT_MS };
}
