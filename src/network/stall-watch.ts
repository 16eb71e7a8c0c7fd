/** Notices that this process did not run for a while: then peers are excused for what they sent meanwhile. [R60] */
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee } from "./committee.ts";
import { STALL_CHECK_MS, STALL_MS } from "./peer-policy.ts";

export type StallWatchDoors = { readonly committee: Committee; readonly clock: Clock; readonly log: Logger };

/**
 * After a stall Node runs due timers before it reads sockets, so the excuse comes before what it is for.
 * @returns ends the watch
 */
export function watchStalls({ committee, clock, log }: StallWatchDoors): () => void {
  let lastMs = clock.monotonicMs();
  const timer = setInterval(() => {
    const nowMs = clock.monotonicMs();
    const lateMs = nowMs - lastMs - STALL_CHECK_MS;
    lastMs = nowMs;
    if (lateMs < STALL_MS) return;
    log.debug("this process stood still", { lateMs: Math.round(lateMs) });
    for (const { ledger } of committee.others()) ledger.excuse(lateMs);
  }, STALL_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
