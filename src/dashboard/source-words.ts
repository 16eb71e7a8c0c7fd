/** How venues and their sources stand, in words. Pure. */
import type { BudgetView, ConnectionView, SourceError, SourceView, VenueView } from "../api/sources-view.ts";
import { ago, formatAge, formatCount, formatLatency, MINUS, NARROW_SPACE } from "./format.ts";
import { type Badge, capital, reasonWords } from "./words.ts";

export function venueBadge({ state, sources, pausedMs }: VenueView): Badge {
  switch (state) {
    case "ok":
      return { tone: "good", text: "Good" };
    case "waiting":
      return { tone: "idle", text: "Waiting" };
    case "down":
      return { tone: "bad", text: pausedMs === null ? "Down" : `Down, left alone for ${formatAge(pausedMs)}` };
    case "degraded": {
      if (pausedMs !== null) return { tone: "warn", text: `Left alone for ${formatAge(pausedMs)}` };
      const isWhole = sources.ok === sources.total;
      return { tone: "warn", text: isWhole ? "Degraded" : `${sources.ok} of ${sources.total} good` };
    }
  }
}

export function sourceBadge({ state, reason }: SourceView): Badge {
  switch (state) {
    case "ok":
      return { tone: "good", text: "Fresh" };
    case "stale":
      return { tone: "warn", text: "Too old" };
    case "frozen":
      return { tone: "warn", text: "Frozen" };
    case "waiting":
      return { tone: "idle", text: "Waiting" };
    case "gap":
      return { tone: "bad", text: capital(reason === null ? "gap" : reasonWords(reason)) };
  }
}

export function sourceVia(via: SourceView["via"]): string {
  switch (via) {
    case "stream":
      return "Stream";
    case "rest":
      return "REST";
    case null:
      return "\u2013";
  }
}

/** How a venue's data comes: by stream where any of it does, and how much of it is asked for. */
export function venueVia({ total, streamed }: VenueView["sources"]): string {
  if (total === 0) return "\u2013";
  if (streamed === 0) return "REST";
  return streamed === total ? "Stream" : `Stream ${streamed}, REST ${total - streamed}`;
}

/** @param offsetMs the venue's clock less ours; a plus is ahead */
export function clockWords(offsetMs: number | null): string {
  if (offsetMs === null) return "no stamps";
  const shown = formatLatency(Math.abs(offsetMs));
  return `${offsetMs < 0 ? MINUS : "+"}${shown}`;
}

/** 0 … 1; of a budget of nothing nothing is left. */
export function budgetShare({ left, of }: BudgetView): number {
  return of > 0 ? Math.min(1, Math.max(0, left / of)) : 0;
}

/** The one that will stop us. */
export function tightestBudget(budgets: readonly BudgetView[]): BudgetView | null {
  return budgets.toSorted((a, b) => budgetShare(a) - budgetShare(b))[0] ?? null;
}

export function budgetWords(budget: BudgetView): string {
  return `${Math.round(100 * budgetShare(budget))}${NARROW_SPACE}%`;
}

export function errorWords({ reason, detail, atMs }: SourceError, nowMs: number): string {
  return `${capital(reasonWords(reason))}${detail === "" ? "" : `: ${detail}`}, ${ago(nowMs - atMs)}`;
}

export function connectionWords(
  { name, state, sinceMs, reconnects, framesPerSec }: ConnectionView,
  nowMs: number,
): string {
  const again =
    reconnects === 0 ? "" : `, opened again ${formatCount(reconnects)} ${reconnects === 1 ? "time" : "times"}`;
  switch (state) {
    case "live": {
      const since = sinceMs === null ? "" : ` for ${formatAge(nowMs - sinceMs)}`;
      return `${name}: live${since}${again}, ${framesPerSec.toFixed(1)} frames a second`;
    }
    case "connecting":
      return `${name}: connecting${again}`;
    case "down":
      return `${name}: down${again}; REST carries what it can`;
  }
}
