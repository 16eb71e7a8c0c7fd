import type { Clock, Rng } from "../base/ports.ts";

/** The world's time. The wall clock may step; the monotonic one never does. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** For jitter only, never for secrets. */
export const systemRng: Rng = { next: () => Math.random() };
