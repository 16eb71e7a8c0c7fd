/** Where a settlement stands in its schedule, and how much of a window was seen. Pure. */
import type { SettlementView } from "../api/derivatives-view.ts";
import { formatAge } from "./format.ts";

export type Clockwork = {
  /** Whose window runs, or opens next. */
  readonly expiryMs: number;
  readonly isRunning: boolean;
  /** Until the expiry while the window runs, else until it opens. */
  readonly leftMs: number;
  /** Part of the window that has passed, 0 … 1. */
  readonly passed: number;
};

/** By the schedule alone: it runs on whatever the reports say. */
export function clockworkOf({ periodMs, offsetMs, windowMs }: SettlementView, nowMs: number): Clockwork {
  const expiryMs = offsetMs + (Math.floor((nowMs - offsetMs) / periodMs) + 1) * periodMs;
  const opensMs = expiryMs - windowMs;
  const isRunning = nowMs >= opensMs;
  return {
    expiryMs,
    isRunning,
    leftMs: isRunning ? expiryMs - nowMs : opensMs - nowMs,
    passed: isRunning ? (nowMs - opensMs) / windowMs : 0,
  };
}

/** Rounded down: 99.99 % is not all of it. */
function percent(part: number): string {
  return `${(Math.floor(part * 1_000) / 10).toFixed(1)} %`;
}

export type CoverageWords = {
  readonly network: string;
  readonly own: string;
  readonly ownNote: string;
  /** This node's number will not count. */
  readonly isOwnLow: boolean;
};

export function coverageWords({ agreed, own, minCoveragePpm }: SettlementView): CoverageWords {
  const network = agreed === null ? "\u2013" : percent(agreed.coveragePpm / 1e6);
  if (own === null) return { network, own: "\u2013", ownNote: "no window sampled yet", isOwnLow: false };
  if (own.elapsedMs <= 0) return { network, own: "\u2013", ownNote: "the window has not opened", isOwnLow: false };
  const part = Math.min(1, own.coveredMs / own.elapsedMs);
  const missedMs = own.elapsedMs - own.coveredMs;
  return {
    network,
    own: percent(part),
    ownNote: missedMs < 500 ? "no hole" : `${formatAge(missedMs)} not seen`,
    isOwnLow: part * 1e6 < minCoveragePpm,
  };
}
