import { setTimeout as sleepFor } from "node:timers/promises";

/** @returns false when stopped */
export async function sleepUnlessStopped(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  if (ms <= 0) return true;
  // Rejects only when aborted.
  return sleepFor(ms, true, { signal }).catch(() => false);
}
