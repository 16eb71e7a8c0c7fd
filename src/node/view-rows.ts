/** Rows of the page's tables, from what the windows count. */
import type { PeerView, SourceState, SourceView, TransactionStatus, TransactionView } from "../api/view.ts";
import type { RecentTransaction } from "../chain/recent.ts";
import type { PeerView as Line } from "../network/network.ts";
import type { OracleState } from "../protocol/state.ts";
import type { SourceStatistics } from "../sources/source-state.ts";

/** A quote older than this is called stale on the page; the definitions decide what a feed takes. */
const STALE_AFTER_MS = 15_000;

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

export function sourceRows(sources: readonly SourceStatistics[], nowMs: number): readonly SourceView[] {
  return sources.map(({ source, venue, lastOkMs, lastState, latencyMs, okCount, gapCounts }) => {
    const ageMs = lastOkMs === null ? null : nowMs - lastOkMs;
    const isStale = ageMs !== null && ageMs > STALE_AFTER_MS;
    const state: SourceState =
      lastState === "never-fetched" ? "waiting" : lastState !== "ok" ? "gap" : isStale ? "stale" : "ok";
    return {
      source,
      venue,
      state,
      reason: state === "ok" ? null : lastState === "ok" ? "stale" : lastState,
      detail: null,
      ageMs,
      latencyMs,
      counts: { ok: okCount, ...gapCounts },
    };
  });
}
