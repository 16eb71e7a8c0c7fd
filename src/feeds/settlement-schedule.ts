/** Which expiry a settlement speaks of at a given time. */
import type { SettlementShape } from "./rule.ts";

export type SettlementWindow = {
  readonly expiryMs: number;
  /** `averaging`: its window runs. `settling`: the window has ended, the price is fixed or still to be. */
  readonly phase: "averaging" | "settling";
};

/**
 * Expiries are offsetMs + k·periodMs. A window includes its first instant and not its expiry, at which the average is
 * complete; from the expiry until the next window opens the expiry is settling.
 * @param timeMs T_r, unix ms
 */
export function windowAt({ periodMs, offsetMs, windowMs }: SettlementShape, timeMs: number): SettlementWindow {
  const lastMs = offsetMs + Math.floor((timeMs - offsetMs) / periodMs) * periodMs;
  const nextMs = lastMs + periodMs;
  return timeMs >= nextMs - windowMs
    ? { expiryMs: nextMs, phase: "averaging" }
    : { expiryMs: lastMs, phase: "settling" };
}

/** The expiry before this one. */
export function expiryBefore({ periodMs }: SettlementShape, expiryMs: number): number {
  return expiryMs - periodMs;
}
