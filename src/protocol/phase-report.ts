/** Complete reports: mine, a peer's, or one fetched as a parent. A valid group signature is all the proof there is. */
import { countRound } from "./delivery.ts";
import type { Step } from "./events.ts";
import { placeOf } from "./leader.ts";
import { REPORTS_KEPT, waitsFor } from "./limits.ts";
import type { Propose } from "./messages.ts";
import type { SignedReport } from "../report/report.ts";
import type { OracleState } from "./state.ts";
import { latestReport, openRound, withRound } from "./state.ts";

/** A delay for its proposer's last share and one for its REPORT. */
const FRESH_TURNS = 2;

/** Keeps the newest reports and closes the round. */
export function hold(state: OracleState, signed: SignedReport): OracleState {
  const reports = new Map(state.reports).set(signed.report.round, signed);
  for (const round of [...reports.keys()].sort((a, b) => b - a).slice(REPORTS_KEPT)) reports.delete(round);
  const round = state.rounds.get(signed.report.round);
  if (round === undefined || round.complete) return { ...state, reports };
  const complete = { ...round, complete: true };
  // What comes after is late: whose turn it was has had it. [R41]
  const delivery = countRound(state.delivery, complete, state.config.selfId);
  return { ...state, reports, delivery, rounds: new Map(state.rounds).set(round.round, complete) };
}

/**
 * A report that this node completed, where somebody seems to lack it: a proposer that asks for more shares, or a round of
 * which nobody has said the report by the backup's time, because its proposer kept it to itself. The backup says it, and
 * if it does not, the next one: said by everybody at once it would be most of what a busy committee sends. [R49]
 * @param isFresh completed this instant: its proposer, who completes it about now, is to be heard first
 */
export function sayReportInTurn(state: OracleState, roundNumber: number, isFresh = false): Step<OracleState> {
  const { cfg, n, selfId, slotMs } = state.config;
  const turnsBefore = placeOf(cfg, roundNumber, n, selfId) - 1 + (isFresh ? FRESH_TURNS : 0);
  if (turnsBefore <= 0 || state.rounds.get(roundNumber)?.reported === true) return sayReport(state, roundNumber);
  const delayMs = turnsBefore * waitsFor(slotMs, state.roundTripP95Ms).reportTurnMs;
  return { state, effects: [{ kind: "set-timer", timer: "report", round: roundNumber, delayMs }] };
}

/** Says a report that this node completed, unless it has heard or said it. */
export function sayReport(state: OracleState, roundNumber: number): Step<OracleState> {
  const round = state.rounds.get(roundNumber);
  const signed = state.reports.get(roundNumber);
  if (round === undefined || signed === undefined || round.reported) return { state, effects: [] };
  const message = { type: "report", round: roundNumber, sender: state.config.selfId, signed } as const;
  return { state: withRound(state, { ...round, reported: true }), effects: [{ kind: "broadcast", message }] };
}

/** A proposer that builds on an old report lacks the newest one, and so may the next: both are told, once a round. [R49] */
export function correctParent(state: OracleState, { round: roundNumber, parent }: Propose): Step<OracleState> {
  const round = openRound(state, roundNumber);
  const signed = latestReport(state, roundNumber);
  if (signed === null || round.corrected || signed.report.round <= (parent?.round ?? 0)) return { state, effects: [] };
  const message = { type: "report", round: signed.report.round, sender: state.config.selfId, signed } as const;
  return { state: withRound(state, { ...round, corrected: true }), effects: [{ kind: "broadcast", message }] };
}

function heardReport(state: OracleState, roundNumber: number): OracleState {
  const round = state.rounds.get(roundNumber);
  return round === undefined || round.reported ? state : withRound(state, { ...round, reported: true });
}

export function onReportMessage(state: OracleState, signed: SignedReport): Step<OracleState> {
  const held = state.reports.get(signed.report.round);
  // The signature is checked only when the report would be news: a repeated one costs a comparison.
  if (held !== undefined && held.digest === signed.digest)
    return { state: heardReport(state, signed.report.round), effects: [] };
  const oldest = Math.min(...state.reports.keys());
  if (state.reports.size >= REPORTS_KEPT && signed.report.round < oldest) return { state, effects: [] };
  return { state, effects: [{ kind: "verify-report", signed }] };
}

export function onReportVerified(state: OracleState, signed: SignedReport): Step<OracleState> {
  const held = state.reports.get(signed.report.round);
  if (held !== undefined) {
    // Two valid digests for one round break S3: keep the first, say it loudly.
    return held.digest === signed.digest
      ? { state, effects: [] }
      : { state, effects: [{ kind: "note", note: { kind: "two-digests", round: signed.report.round } }] };
  }
  const next = heardReport(hold(state, signed), signed.report.round);
  return { state: next, effects: [{ kind: "publish", signed, own: false }] };
}
