/** When something was decided: by the wall clock, and by what this process had worked until then. */
import type { Clock } from "../base/ports.ts";

/** `cpuMs` is of all threads, user and system, since the process began; null where nobody will want to know. */
export type Moment = { readonly ms: number; readonly cpuMs: number | null };

/** @param isMeasured asking for the work costs a tenth of a millisecond on some machines, and few ever want to know */
export function momentOf(clock: Clock, isMeasured: boolean): Moment {
  if (!isMeasured) return { ms: clock.nowMs(), cpuMs: null };
  const { user, system } = process.cpuUsage();
  return { ms: clock.nowMs(), cpuMs: (user + system) / 1_000 };
}
