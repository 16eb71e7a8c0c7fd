/**
 * Every cap of the room in one place. Each number says what breaks when it is lower and when it is higher.
 * "Committee" means all members of one configuration, at most 31 in practice (PROTOCOL, targets).
 */

/** What one peer may cost us. The defaults hold for n ≤ 31 and slots ≥ 250 ms; `limitsFor` fits them to a configuration. */
export type PeerLimits = {
  /** One message. Lower: an observation with 1 000 feeds (about 40 kB) is refused. Higher: a peer makes us buffer more. */
  readonly frameBytesMax: number;
  /** Wire bytes a second. Lower: n = 31 at 4 slots/s (0.5 MB/s of forwarded observations) is cut. Higher: a liar fills the line. */
  readonly bytesPerSec: number;
  /** Gossip frames a second, own and forwarded. Lower: 132/s of n = 31 at 4 slots/s is cut. Higher: more CPU for a flooder. */
  readonly gossipFramesPerSec: number;
  /** Direct frames a second (proposals, shares, ceremony). Lower: a ceremony's burst is cut. Higher: more CPU for a flooder. */
  readonly directFramesPerSec: number;
  /** Questions a second. Lower: a node that catches up waits. Higher: each costs a stream, a lookup and up to one frame. */
  readonly requestsPerSec: number;
  /** Frames of the multiplexer a second, of all streams and its own. Lower: questions and answers in a burst are cut. Higher: each costs some 15 µs, however little it carries. */
  readonly wireFramesPerSec: number;
  /** Streams opened a second. Lower: questions are cut. Higher: each costs about half a millisecond, used or not. */
  readonly streamsPerSec: number;
  /** Streams of libp2p's own services a second: a peer identifies us once a connection and pings every few seconds. Lower: reconnecting costs score. Higher: each costs some milliseconds. */
  readonly servicesPerSec: number;
  /** Connections begun a second. Lower: a line that flaps as fast as it is redialled is cut off. Higher: each costs a handshake of several milliseconds. */
  readonly connectionsPerSec: number;
  /** Our messages a second that go out by gossip because somebody did not acknowledge them. Lower: rounds behind a broken line are lost. Higher: a silent peer makes us double our traffic. */
  readonly relaysPerSec: number;
  /** Seconds of the rates above that may arrive at once. Lower: jitter costs score. Higher: longer floods go unpunished. */
  readonly burstSec: number;
  /** Messages waiting for a peer that is away or slow. Lower: a reconnect loses the current round. Higher: it gets stale ones. */
  readonly queueMessagesMax: number;
  /** Bytes waiting for such a peer. Lower: large proposals do not fit. Higher: n−1 dead peers hold more memory. */
  readonly queueBytesMax: number;
  /** Questions open to one peer at a time, and from one peer at a time. Lower: fetches queue up. Higher: more open streams. */
  readonly requestsInFlightMax: number;
  /** Questions waiting for their turn. Lower: fetches fail early. Higher: answers arrive after their round. */
  readonly requestsWaitingMax: number;
  /** Score at which a peer is cut, below zero. Nearer zero: a short bug cuts honest peers. Further: liars cost longer. */
  readonly scoreFloor: number;
  /** Score regained a second, up to 0. Lower: one bad minute haunts a peer. Higher: a slow liar is never cut. */
  readonly scoreRecoveryPerSec: number;
  /** First exclusion after a cut; doubles with each one. Lower: a liar costs a handshake more often. Higher: an honest node misses rounds. */
  readonly coolDownMs: number;
  /** Longest exclusion. Lower: as above. Higher: a repaired node waits that long. */
  readonly coolDownMaxMs: number;
};

export const defaultLimits: PeerLimits = {
  frameBytesMax: 256 * 1024,
  bytesPerSec: 2 * 1024 * 1024,
  gossipFramesPerSec: 240,
  directFramesPerSec: 300,
  requestsPerSec: 20,
  wireFramesPerSec: 1_250,
  streamsPerSec: 23,
  servicesPerSec: 2,
  connectionsPerSec: 1.5,
  relaysPerSec: 100,
  burstSec: 3,
  queueMessagesMax: 64,
  queueBytesMax: 1024 * 1024,
  requestsInFlightMax: 8,
  requestsWaitingMax: 64,
  scoreFloor: -100,
  scoreRecoveryPerSec: 1,
  coolDownMs: 30_000,
  coolDownMaxMs: 600_000,
};

/** What a peer can do wrong here. Silence is none of them: it is not provable. */
export type Offence = "rejected" | "malformed" | "oversized" | "flood";

/**
 * Score lost per offence. Some ten rejected messages cut a peer, so that one odd message does not, and a liar costs
 * ten signature checks per cool-down. An oversized prefix has no honest explanation and cuts at once. A flood is
 * counted per frame over the limit, so 50 of them.
 */
export const offenceCost: Readonly<Record<Offence, number>> = { rejected: 10, malformed: 25, oversized: 100, flood: 2 };

/** Of the direct frames of a second, those that may say nothing new: repeated, or of a round that is closed. Lower: an honest peer behind a slow line pays. Higher: more CPU for who repeats. */
export const IGNORED_PART = 1 / 4;
/** Without an acknowledgement for so long a message also goes out by gossip. Lower: every pause of a peer's event loop doubles traffic. Higher: a round behind a broken line is late. */
export const ACKNOWLEDGE_WITHIN_MS = 100;
/** The same over the slowest line. Lower: such a line doubles traffic. Higher: as above. */
export const ACKNOWLEDGE_WITHIN_MAX_MS = 1_000;
/** How long a receiver collects before it acknowledges. Lower: one acknowledgement a frame. Higher: nearer to the deadline above. */
export const ACKNOWLEDGEMENT_DELAY_MS = 10;
/** Messages to one peer whose acknowledgement is awaited. Lower: a burst is not heard of. Higher: memory for a peer that never acknowledges. */
export const UNACKNOWLEDGED_MAX = 256;
/** First redial after a loss. Lower: a crash loop is hammered. Higher: a restart within 50 ms is noticed late. */
export const DIAL_BACKOFF_MIN_MS = 100;
/** Slowest redial. Lower: f dead peers cost CPU. Higher: a restarted node is away longer than a slot. */
export const DIAL_BACKOFF_MAX_MS = 1_000;
/** The higher id of a pair dials only after this. Lower: both dial at once and one connection is thrown away. Higher: slow restarts. */
export const DIAL_FALLBACK_MS = 1_000;
/** One dial with handshake. Lower: fails over slow lines. Higher: a black-holed address blocks the next try. */
export const DIAL_TIMEOUT_MS = 10_000;
/** One address of several. Lower and higher as above. */
export const ADDRESS_DIAL_TIMEOUT_MS = 5_000;
/**
 * Inbound handshake. Lower: slow lines fail. Higher: silent sockets occupy the pending
 * slots. It is also the span within which two connections of a pair count as dialled simultaneously.
 */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How often a connection is pinged. Lower: CPU for streams. Higher: a vanished host is noticed late (ping + timeout). */
export const PING_INTERVAL_MS = 8_000;
/** A peer's ping stream ends after this. Lower: CPU for new streams. Higher: idle ones are kept. */
export const PING_STREAM_MS = 60_000;
/** Pings on one stream: a fifth of its time is left, so that it is renewed before the other end resets it. */
export const PINGS_PER_STREAM = Math.floor((0.8 * PING_STREAM_MS) / PING_INTERVAL_MS);
/** Unanswered ping that ends a connection. Lower: a stalled event loop loses its peers. Higher: as above. */
export const PING_TIMEOUT_MS = 5_000;
/** Gossip heartbeat. It carries nothing for direct peers. Lower: CPU. Higher: stop() leaves its timer for that long. */
export const GOSSIP_HEARTBEAT_MS = 500;
/** How long a message id is remembered. Lower: an old message is judged again. Higher: memory = peers · rate · this. */
export const GOSSIP_SEEN_MS = 30_000;
/** How often gossip is checked for connected members that are absent from it. Lower: CPU. Higher: deaf longer. */
export const GOSSIP_CHECK_MS = 1_000;
/** Absent for so many checks: the member is connected anew. Lower: cut while gossip forms on a busy machine. Higher: deaf longer. */
export const GOSSIP_PATIENCE_CHECKS = 6;
/** The patience doubles each time up to this. Lower: a peer without gossip never keeps a connection. Higher: deaf longer. */
export const GOSSIP_PATIENCE_MAX_CHECKS = 96;
/** Direct stream negotiation, and one question's arrival once its stream is open. Lower: slow lines fail. Higher: slow-loris holds a stream. */
export const STREAM_TIMEOUT_MS = 5_000;
/** How long our own answer may take. Lower: database reads fail. Higher: an asker occupies a slot. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** Streams a connection may hold: gossip, direct, identify, ping and questions with room for replacement. Lower: refusals. Higher: memory. */
export const STREAMS_PER_CONNECTION_MAX = 64;
/** Graceful part of stop(). Lower: the last frames are lost. Higher: stop() takes longer than its promised second. */
export const STOP_GRACE_MS = 250;

/** Bytes that one stream of a peer may have on its way to us, and the longest frame of the multiplexer. Lower: large frames come in pieces. Higher: memory for one that is never finished. */
export const STREAM_WINDOW_BYTES = 512 * 1024;
/** How often the event loop is looked at. Lower: CPU. Higher: a shorter stall goes unnoticed. */
export const STALL_CHECK_MS = 250;
/** From how late a look on is it a stall, for which peers are excused. Lower: every garbage collection is. Higher: honest peers pay for ours. */
export const STALL_MS = 500;
/** Handshakes that one address may begin beyond those that ended with a member, a second. Lower: members behind one address wait when a stranger knocks there. Higher: each costs several milliseconds. */
export const STRANGERS_PER_SEC = 1;

/** Handshakes that an address may begin at once. Lower: a committee behind one address starts slowly. Higher: a stranger's burst. */
export function strangersBurst(members: number): number {
  return Math.max(16, 2 * members);
}

/** Handshakes under way from one address: half of all, so that a silent one leaves room for the others. */
export function handshakesPerAddressMax(members: number): number {
  return Math.floor(pendingHandshakesMax(members) / 2);
}

/** How long a refused socket is kept before it is closed. Lower: a peer that connects in turn comes more often. Higher: one that is refused by mistake waits. */
export const REFUSED_SOCKET_HOLD_MS = 1_000;

/** Refused sockets kept at a time; further ones are closed at once. Lower: a crowd comes as often as it can. Higher: file descriptors. */
export const REFUSED_SOCKETS_HELD_MAX = 64;

/** New connections a second from one address. The default of 5 starves a committee behind one address. */
export function inboundConnectionsPerSec(members: number): number {
  return Math.max(64, 8 * members);
}

/** Handshakes in progress. The default of 10 drops part of a committee that starts at one instant. */
export function pendingHandshakesMax(members: number): number {
  return Math.max(64, 4 * members);
}

/** All connections: one a member, doubled during a simultaneous dial, doubled again while old ones close. */
export function connectionsMax(members: number): number {
  return 4 * members + 16;
}
