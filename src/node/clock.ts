import type { Clock, Rng } from "../base/ports.ts";

/** The world's time. The wall clock may step; the monotonic one never does. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** What this process has worked so far, all its threads, user and system, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** For jitter only, never for secrets. */
export const systemRng: Rng = { next: () => Math.random() };
