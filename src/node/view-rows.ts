/** Rows of the page's tables and parts of a feed's, from what the windows count and what was signed. */
import type { Amount } from "../api/amount.ts";
import type { FixedPrice, LeafDetailView, SettlementView, SviText } from "../api/derivatives-view.ts";
import type { FeedView, OwnView, PeerView, TransactionStatus, TransactionView } from "../api/view.ts";
import { fixedToNumber, formatFixed } from "../base/fixed.ts";
import type { RecentTransaction } from "../chain/recent.ts";
import type { WindowSamples } from "../feeds/context.ts";
import type { Evaluation } from "../feeds/evaluation.ts";
import type { FeedRule, SettlementShape } from "../feeds/rule.ts";
import { windowAt } from "../feeds/settlement-schedule.ts";
import type { PeerView as Line } from "../network/peer-view.ts";
import type { OracleState } from "../protocol/state.ts";
import type { FeedDetail, SviWords } from "../report/detail.ts";
import type { FeedState } from "../report/report.ts";

export function peerRows(
  self: { readonly selfId: number; readonly peerId: string },
  lines: readonly Line[],
  state: OracleState | undefined,
): readonly PeerView[] {
  const lastRound = (id: number): number | null => state?.heard.get(id)?.round ?? null;
  const mine: PeerView = {
    nodeId: self.selfId,
    peerId: self.peerId,
    self: true,
    connected: true,
    rttMs: null,
    bytesIn: 0,
    bytesOut: 0,
    score: null,
    lastRound: lastRound(self.selfId),
    lastSeenMs: null,
  };
  const others = lines.map(
    ({ id, peerId, connected, rttMs, bytesIn, bytesOut, score, lastSeenMs }): PeerView => ({
      nodeId: id,
      peerId,
      self: false,
      connected,
      rttMs,
      bytesIn,
      bytesOut,
      score,
      lastRound: lastRound(id),
      lastSeenMs,
    }),
  );
  return [mine, ...others].sort((a, b) => a.nodeId - b.nodeId);
}

function statusOf({ status, reverted }: RecentTransaction): TransactionStatus {
  return reverted ? "reverted" : status;
}

export function transactionRows(
  names: readonly string[],
  transactions: readonly RecentTransaction[],
): readonly TransactionView[] {
  return transactions.map((transaction) => ({
    hash: transaction.hash,
    nonce: transaction.nonce,
    round: transaction.round,
    feeds: transaction.feeds.map((index) => names[index] ?? String(index)),
    status: statusOf(transaction),
    plannedAtMs: transaction.sentAtMs ?? transaction.minedAtMs ?? 0,
    minedAtMs: transaction.minedAtMs,
    block: null,
    gasUsed: transaction.gasUsed,
    feeWei: transaction.feeWei,
    reason: transaction.error,
  }));
}

/** An integer of the feed with the same number as text. */
export function amountIn(decimals: number): (raw: bigint) => Amount {
  return (raw) => ({ raw: raw.toString(), text: formatFixed(raw, decimals) });
}

/** An absolute distance in the words of its unit. */
function absoluteText(amount: number, unit: string): string {
  const percent = amount * 100;
  switch (unit) {
    case "1/sqrt(year)":
      return `${percent.toFixed(2)} vol points`;
    case "1/year":
      return `${percent.toFixed(2)} % a year`;
    case "1":
      return `${Number(percent.toFixed(6))} %`;
    default:
      return `${amount} ${unit}`;
  }
}

/** When a feed is published besides its heartbeat. A book has the say over the deviation wherever it can judge. */
export function deviationText({ shape, deviation, decimals }: FeedRule, unit: string): string {
  if (shape.type === "settlement") return "its final price";
  const own =
    deviation.type === "relative"
      ? `${deviation.bps / 100} %`
      : absoluteText(fixedToNumber(deviation.amount, decimals), unit);
  if (shape.type === "scalar" || shape.book === null) return own;
  return `an option price wrong by λ = ${fixedToNumber(shape.book.lambda, 18)} tolerances, or ${own}`;
}

export function publishedOf(leaf: FeedState, amount: (raw: bigint) => Amount): FeedView["published"] {
  if (leaf.pubStatus === "none") return null;
  return { value: amount(leaf.pubValue), round: leaf.pubRound, timeMs: leaf.pubTimeMs, status: leaf.pubStatus };
}

export function ownOf(evaluation: Evaluation | undefined, amount: (raw: bigint) => Amount): OwnView | null {
  if (evaluation === undefined) return null;
  const { excluded, inputs } = evaluation;
  if (evaluation.kind === "missing") {
    return { kind: "missing", reason: evaluation.reason, detail: evaluation.detail, sources: [], inputs, excluded };
  }
  const { value, sources, notes, depth = null, halfSpreadBps = null } = evaluation;
  return { kind: "value", value: amount(value), sources, inputs, excluded, notes, depth, halfSpreadBps };
}

function sviText({ a, b, rho, m, sigma }: SviWords): SviText {
  return { a: String(a), b: String(b), rho: String(rho), m: String(m), sigma: String(sigma) };
}

export function leafDetail(detail: FeedDetail | null): LeafDetailView | null {
  if (detail === null) return null;
  if (detail.kind === "settlement") {
    return { ...detail, fixed: detail.fixed.toString(), variable: detail.variable.toString() };
  }
  return {
    kind: "surface",
    gridRound: detail.gridRound,
    spot: detail.spot.toString(),
    slices: detail.slices.map(({ forward, params, theta, ...rest }) => ({
      ...rest,
      forward: forward.toString(),
      params: sviText(params),
      theta: theta.toString(),
    })),
    published: detail.published.map(({ forwardRatio, params, ...rest }) => ({
      ...rest,
      forwardRatio: forwardRatio.toString(),
      params: sviText(params),
    })),
  };
}

/** The page shows a few; the chain has them all. */
const PAST_PRICES_MAX = 8;

/** @param published what this node remembers of the feed's publications, ascending; each is a price that was fixed */
export function settlementView(
  { periodMs, offsetMs, windowMs, minCoveragePpm, ...shape }: SettlementShape,
  leaf: FeedState | undefined,
  own: WindowSamples | null,
  published: readonly { readonly timeMs: number; readonly value: string; readonly round: number }[],
  amount: (raw: bigint) => Amount,
): SettlementView {
  const detail = leaf?.detail?.kind === "settlement" ? leaf.detail : null;
  const past = published.slice(-PAST_PRICES_MAX).map(({ timeMs, value, round }): FixedPrice => {
    const { expiryMs } = windowAt({ ...shape, periodMs, offsetMs, windowMs, minCoveragePpm }, timeMs);
    return { expiryMs, value: amount(BigInt(value)), round, timeMs };
  });
  return {
    periodMs,
    offsetMs,
    windowMs,
    minCoveragePpm,
    agreed:
      detail === null
        ? null
        : {
            expiryMs: detail.expiryMs,
            phase: detail.phase,
            fixed: amount(detail.fixed),
            variable: amount(detail.variable),
            coveragePpm: detail.coveragePpm,
          },
    own,
    past: past.reverse(),
  };
}
