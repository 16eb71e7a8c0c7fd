/** Two tables: members of the committee, and transactions. */
import type { PeerView, TransactionView } from "../api/view.ts";
import type { Row } from "./dom.ts";
import { byId, el, KeyedList, setBadge, setHidden, setText, textRow } from "./dom.ts";
import { formatAgeCoarse, formatBytes, formatCount, formatLatency, shortHash } from "./format.ts";
import type { PageState } from "./state.ts";
import type { Badge } from "./words.ts";
import { feedShort, transactionBadge } from "./words.ts";

const NOTHING = "\u2013";
type At<T> = { readonly item: T; readonly nowMs: number };

function since(nowMs: number, thenMs: number | null): string {
  if (thenMs === null) return "never";
  const age = formatAgeCoarse(nowMs - thenMs);
  return age === "now" ? age : `${age} ago`;
}

function peerBadge(peer: PeerView): Badge {
  if (peer.self) return { tone: "good", text: "This node" };
  return peer.connected ? { tone: "good", text: "Connected" } : { tone: "bad", text: "Not connected" };
}

function peerRow({ item }: At<PeerView>): Row<At<PeerView>> {
  const badge = el("span", { class: "badge" });
  const { node, cells } = textRow([
    { label: "Node" },
    { label: "Link" },
    { label: "Round trip", className: "num" },
    { label: "Received", className: "num wide-only" },
    { label: "Sent", className: "num wide-only" },
    { label: "Score", className: "num wide-only" },
    { label: "Last observation", className: "num" },
  ]);
  cells[1]!.append(badge);
  cells[0]!.title = item.peerId;
  return {
    node,
    update: ({ item: peer, nowMs }) => {
      setText(cells[0]!, String(peer.nodeId));
      setBadge(badge, peerBadge(peer));
      setText(cells[2]!, peer.rttMs === null ? NOTHING : formatLatency(peer.rttMs));
      setText(cells[3]!, peer.self ? NOTHING : formatBytes(peer.bytesIn));
      setText(cells[4]!, peer.self ? NOTHING : formatBytes(peer.bytesOut));
      setText(cells[5]!, peer.score === null ? NOTHING : peer.score.toFixed(1).replace("-", "\u2212"));
      setText(cells[6]!, since(nowMs, peer.lastSeenMs));
    },
  };
}

function transactionRow({ item }: At<TransactionView>): Row<At<TransactionView>> {
  const badge = el("span", { class: "badge" });
  const reason = el("span", { class: "reason" });
  const { node, cells } = textRow([
    { label: "Transaction" },
    { label: "Round", className: "num wide-only" },
    { label: "Feeds", className: "wide-only" },
    { label: "Status" },
    { label: "Gas", className: "num wide-only" },
    { label: "Age", className: "num" },
  ]);
  const hash = el("code");
  cells[0]!.append(hash);
  cells[3]!.append(badge, reason);
  setText(cells[1]!, formatCount(item.round));
  setText(cells[2]!, item.feeds.map(feedShort).join(", "));
  cells[2]!.title = item.feeds.join(", ");
  return {
    node,
    update: ({ item: transaction, nowMs }) => {
      setText(hash, transaction.hash === null ? `nonce ${transaction.nonce}` : shortHash(transaction.hash));
      hash.title = transaction.hash ?? "not signed yet";
      setBadge(badge, transactionBadge(transaction.status));
      setText(reason, transaction.reason ?? "");
      setText(cells[4]!, transaction.gasUsed === null ? NOTHING : formatCount(transaction.gasUsed));
      setText(cells[5]!, since(nowMs, transaction.minedAtMs ?? transaction.plannedAtMs));
    },
  };
}

export class Tables {
  readonly #peers = new KeyedList<At<PeerView>>(
    { keyOf: ({ item }) => String(item.nodeId), create: peerRow },
    byId("peers-rows"),
  );
  readonly #transactions = new KeyedList<At<TransactionView>>(
    { keyOf: ({ item }) => `${item.nonce}/${item.hash ?? ""}`, create: transactionRow },
    byId("transactions-rows"),
  );
  update(page: PageState, nowMs: number): void {
    const at = <T>(items: readonly T[]) => items.map((item) => ({ item, nowMs }));
    if (page.peers !== null) {
      this.#peers.update(at(page.peers.peers));
      const connected = page.peers.peers.filter((peer) => peer.connected).length;
      setText(byId("peers-count"), `${connected} of ${page.peers.peers.length} connected`);
    }
    if (page.transactions !== null) {
      this.#transactions.update(at(page.transactions.transactions.slice(0, 12)));
      setHidden(byId("transactions-empty"), this.#transactions.size > 0);
      setHidden(byId("transactions-table"), this.#transactions.size === 0);
    }
  }
}
