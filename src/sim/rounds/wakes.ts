/** When a node's slot clock wakes next, as the daemon's does: at a slot's beginning, at the latest after a second. */
import type { OracleConfig } from "../../protocol/state.ts";
import { roundAt } from "../../protocol/state.ts";
import type { SimClock } from "./clock.ts";

const SLEEP_MAX_MS = 1_000;

export function nextWakeMs(config: Omit<OracleConfig, "selfId">, clock: SimClock, trueMs: number): number {
  const wallMs = clock.wallMs(trueMs);
  const next = Math.max(roundAt(config, wallMs) + 1, config.firstRound);
  const waitMs = config.firstRoundTimeMs + (next - config.firstRound) * config.slotMs - wallMs;
  return trueMs + Math.min(Math.max(waitMs, 0.001), SLEEP_MAX_MS);
}
