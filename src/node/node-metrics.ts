/** Numbers that live in other rooms and are looked up for who reads the metrics: peers, sources, transactions. */
import type { Transmitter } from "../chain/transmitter.ts";
import type { NetworkFaults, PeerView, Traffic } from "../network/peer-view.ts";
import type { Collector } from "../sources/collector.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { venueMetrics } from "./venue-metrics.ts";

export type WatchedParts = {
  readonly metrics: Metrics;
  /** Peers by their ids in the configuration in office. */
  readonly network: { peers(): readonly PeerView[]; traffic(): Traffic; faults(): NetworkFaults };
  readonly collector: Collector;
  readonly transmitter: () => Transmitter | null;
};

/** @returns ends the looking */
export function watchNode({ metrics, network, collector, transmitter }: WatchedParts): () => void {
  const connected = metrics.gauge({ name: "tenor_connected_peers", help: "Peers with a connection" });
  const rtt = metrics.gauge({ name: "tenor_peer_rtt_seconds", help: "Last ping of a peer", labels: ["peer"] });
  const wire = metrics.gauge({
    name: "tenor_wire_bytes",
    help: "Bytes since start, by direction",
    labels: ["direction"],
  });
  const relayed = metrics.gauge({
    name: "tenor_relayed_messages",
    help: "Messages since start that nobody acknowledged in time, by what became of them",
    labels: ["fate"],
  });
  const refused = metrics.gauge({
    name: "tenor_refused_connections",
    help: "Connections refused since start, by reason",
    labels: ["reason"],
  });
  const messages = metrics.gauge({
    name: "tenor_wire_messages",
    help: "Messages since start, by direction; forwarded gossip is not counted as out",
    labels: ["direction"],
  });
  const age = metrics.gauge({
    name: "tenor_source_age_seconds",
    help: "Age of a source's newest quote",
    labels: ["source"],
  });
  const readVenues = venueMetrics(metrics);
  const gaps = metrics.gauge({
    name: "tenor_source_gap_state",
    help: "1 while a source gives nothing, by reason",
    labels: ["source", "reason"],
  });
  const sent = metrics.gauge({
    name: "tenor_sent_transactions",
    help: "Transactions since start, by fate",
    labels: ["fate"],
  });
  const open = metrics.gauge({ name: "tenor_inflight_transactions", help: "Nonces without a mined transaction" });
  const read = (): void => {
    const peers = network.peers();
    connected.set(peers.filter((peer) => peer.connected).length);
    for (const { id, rttMs } of peers) if (rttMs !== null) rtt.set(rttMs / 1_000, { peer: String(id) });
    const traffic = network.traffic();
    wire.set(traffic.bytesIn, { direction: "in" });
    wire.set(traffic.bytesOut, { direction: "out" });
    const faults = network.faults();
    relayed.set(faults.relayed, { fate: "relayed" });
    relayed.set(faults.relaySuppressed, { fate: "suppressed" });
    for (const [reason, count] of Object.entries(faults.refused)) refused.set(count, { reason });
    messages.set(traffic.messagesIn, { direction: "in" });
    messages.set(traffic.messagesOut, { direction: "out" });
    gaps.clear();
    const sources = collector.statistics();
    for (const { source, ageMs, state } of sources) {
      if (ageMs !== null) age.set(ageMs / 1_000, { source });
      if (state !== "ok") gaps.set(1, { source, reason: state });
    }
    readVenues(sources, collector.venueStatistics(), Date.now());
    const chain = transmitter();
    if (chain === null) return;
    const { mined, reverted, replaced, dropped } = chain.counters();
    sent.set(mined, { fate: "mined" });
    sent.set(reverted, { fate: "reverted" });
    sent.set(replaced, { fate: "replaced" });
    sent.set(dropped, { fate: "dropped" });
    open.set(chain.open());
  };
  return metrics.onRead(read);
}
