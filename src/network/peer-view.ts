/** What the room tells of its peers and of itself. */
import type { Member } from "./committee.ts";
import type { Refusal } from "./gatekeeper.ts";
import type { Offence } from "./peer-policy.ts";

export type Traffic = {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
};

/** Bytes are on the wire, handshake excluded, encryption included. Messages are frames; forwarded gossip is not counted as out. */
export type PeerView = Traffic & {
  readonly id: number;
  readonly peerId: string;
  readonly connected: boolean;
  /** From the last ping, in milliseconds; null before the first. */
  readonly rttMs: number | null;
  /** The same, or what acknowledgements took under the work of rounds, whichever is more; null before either. */
  readonly slowTripMs: number | null;
  readonly rejected: number;
  readonly queueDropped: number;
  readonly offences: Readonly<Record<Offence, number>>;
  /** 0 for an honest peer, falling to the floor at which it is cut off. */
  readonly score: number;
  /** Milliseconds for which the peer stays cut off; 0 when it is not. */
  readonly excludedForMs: number;
  /** Wall clock of the last byte; null before the first. */
  readonly lastSeenMs: number | null;
};

export type NetworkFaults = {
  /** Connections refused, by reason. */
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly publishFailed: number;
  readonly gossipRepaired: number;
  /** Messages that went out by gossip too, because a member did not acknowledge them. */
  readonly relayed: number;
  /** Messages that did not, because too many had. */
  readonly relaySuppressed: number;
};

/** @param nowMs monotonic */
export function peerView(
  { id, peerId, connection, ledger }: Member,
  slowAnswerMs: number | null,
  nowMs: number,
): PeerView {
  const rttMs = connection?.rtt ?? null;
  return {
    id,
    peerId,
    connected: connection !== null,
    rttMs,
    slowTripMs: rttMs === null || slowAnswerMs === null ? (rttMs ?? slowAnswerMs) : Math.max(rttMs, slowAnswerMs),
    bytesIn: ledger.bytesIn,
    bytesOut: ledger.bytesOut,
    messagesIn: ledger.messagesIn,
    messagesOut: ledger.messagesOut,
    rejected: ledger.rejected,
    queueDropped: ledger.queueDropped,
    offences: { ...ledger.offences },
    score: ledger.score(nowMs),
    excludedForMs: ledger.excludedForMs(nowMs),
    lastSeenMs: ledger.lastSeenMs,
  };
}

/** Of all of them together. */
export function trafficOf(members: Iterable<Member>): Traffic {
  const sum = { bytesIn: 0, bytesOut: 0, messagesIn: 0, messagesOut: 0 };
  for (const { ledger } of members) {
    sum.bytesIn += ledger.bytesIn;
    sum.bytesOut += ledger.bytesOut;
    sum.messagesIn += ledger.messagesIn;
    sum.messagesOut += ledger.messagesOut;
  }
  return sum;
}
