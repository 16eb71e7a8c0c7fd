/**
 * What the HTTP API needs to know of a node. The node implements `NodeView`; the page reads the same types.
 * Everything is plain data that JSON holds: big integers are decimal text, times are unix milliseconds unless a name
 * says seconds, and whatever is unknown is null, never a guess.
 */

import type { Amount, FeedStatus } from "./amount.ts";
import type { EvidenceViews } from "./evidence-view.ts";
import type { LeafDetailView, SettlementView, SurfaceView } from "./derivatives-view.ts";
import type { SourceView, VenueView } from "./sources-view.ts";
import type { RecentRound, RoundView } from "./rounds-view.ts";

export type IdentityView = {
  readonly nodeId: number;
  readonly peerId: string;
  readonly networkId: string;
  /** Hash of the active configuration; null before the key ceremony has been activated. */
  readonly cfg: string | null;
  /** Address of the hub contract; null before it is deployed. */
  readonly hub: string | null;
  readonly chainId: number | null;
  readonly slotMs: number;
  readonly n: number;
  readonly f: number;
  readonly t: number;
  /** Address that pays for this node's transactions. */
  readonly transmitter: string | null;
  readonly version: string;
  readonly startedAtMs: number;
};

export type HealthView = {
  /** The process works: event loop and watchdog only. False asks the supervisor for a restart. */
  readonly live: boolean;
  /** The node does its part: configured, connected, fed, and its reports are recent. */
  readonly ready: boolean;
  /** One plain sentence for everything that keeps it from being ready or live. Empty when both hold. */
  readonly reasons: readonly string[];
};

/** One number that entered this node's value. `unit` is written as in definitions: "USD/BTC", "1/sqrt(year)", "1". */
export type InputView = {
  readonly source: string;
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** Part of the whole, 0 … 1; null where inputs are not weighed. */
  readonly weight: number | null;
};

/** What was noticed without deciding anything. */
export type OwnNote = { readonly kind: string; readonly source: string; readonly detail: string };

/** What it costs to move a spot index 1 % each way, in USD: at least this where `isLowerBound`. */
export type DepthView = {
  readonly downUsd: number;
  readonly upUsd: number;
  readonly isLowerBound: boolean;
  /** The books that count; null: of unknown depth. `isWhole` false: not all levels were seen. */
  readonly books: readonly {
    readonly source: string;
    readonly weight: number;
    readonly downUsd: number | null;
    readonly upUsd: number | null;
    readonly isWhole: boolean;
  }[];
};

export type ExcludedSource = { readonly source: string; readonly reason: string; readonly detail: string };

/** What this node itself thinks of a feed, before anyone else is asked. */
export type OwnView =
  | {
      readonly kind: "value";
      readonly value: Amount;
      readonly sources: readonly string[];
      readonly inputs: readonly InputView[];
      readonly excluded: readonly ExcludedSource[];
      readonly notes: readonly OwnNote[];
      /** Of a spot index whose books' depths are known; it decides nothing. Null for everything else. */
      readonly depth: DepthView | null;
      /** Of a spot index: half the spread of the books that counted, the least that its value may be off. Else null. */
      readonly halfSpreadBps: number | null;
    }
  | {
      readonly kind: "missing";
      readonly reason: string;
      readonly detail: string;
      readonly sources: readonly string[];
      readonly inputs: readonly InputView[];
      readonly excluded: readonly ExcludedSource[];
    };

export type PublishedView = {
  readonly value: Amount;
  readonly round: number;
  readonly timeMs: number;
  readonly status: FeedStatus;
};

export type OnChainView = {
  readonly value: Amount;
  readonly round: number;
  /** Report time as the contract holds it, unix seconds. */
  readonly timeSec: number;
  /** `frozen`: the hub's guardian or owner stopped it. */
  readonly status: FeedStatus | "frozen";
  /** The feed's own dense counter of answers. */
  readonly count: number;
};

export type FeedView = {
  readonly name: string;
  readonly feedId: string;
  readonly index: number;
  /** `spot-index`, `iv-atm`, … */
  readonly kind: string;
  /** `BTC-USD` */
  readonly symbol: string;
  /** What the definition calls itself: "Bitcoin in US dollars, spot index". */
  readonly title: string;
  readonly maturity: "beta" | "live";
  /** As in the definition: `USD/BTC` a price, `1/sqrt(year)` a volatility of which 0.47 means 47 %, `1/year` a rate, `1` a share. */
  readonly unit: string;
  readonly decimals: number;
  readonly heartbeatMs: number;
  /** When it is published besides the heartbeat, in words: "0.5 %", "1.00 vol points", "an option price wrong by λ = 4". */
  readonly deviation: string;
  readonly status: FeedStatus;
  /** Last agreed value; null when there never was one. Kept, with its time, while missing or disputed. */
  readonly value: Amount | null;
  /** Median absolute deviation of the observations, parts per billion of |value|. */
  readonly confidencePpb: number;
  /** Slot time of the last agreed value; null when there never was one. */
  readonly timeMs: number | null;
  /** Round of the newest signed report this state was read from; null before the first. */
  readonly round: number | null;
  readonly published: PublishedView | null;
  /** What the contract answers, as this node read it last; null while unread or never written. */
  readonly onChain: OnChainView | null;
  /** Null before the first evaluation. */
  readonly own: OwnView | null;
  /** Of a settlement feed; null for every other kind. */
  readonly settlement: SettlementView | null;
};

/** `value` is decimal text; null in a round without an agreed value. */
export type HistoryPoint = { readonly timeMs: number; readonly value: string | null; readonly status: FeedStatus };
export type PublishedPoint = { readonly timeMs: number; readonly value: string; readonly round: number };

export type FeedHistory = {
  /** Ascending in time. */
  readonly points: readonly HistoryPoint[];
  /** Publications in the same span, ascending, and the last one before it, so that a step line starts at the left edge. */
  readonly published: readonly PublishedPoint[];
};

/** One leaf of the snapshot tree, as signed. */
export type LeafView = {
  readonly feedId: string;
  readonly definitionDigest: string;
  readonly status: FeedStatus;
  readonly value: string;
  readonly confidencePpb: number;
  readonly timeMs: number;
  readonly pubStatus: FeedStatus;
  readonly pubValue: string;
  readonly pubConfidencePpb: number;
  readonly pubRound: number;
  readonly pubTimeMs: number;
  /** Null for a feed that is one number. */
  readonly detail: LeafDetailView | null;
};

export type SignedReportView = {
  readonly round: number;
  readonly reportTimeMs: number;
  readonly digest: string;
  readonly signature: { readonly rAddress: string; readonly z: string };
  /** x of the group's public key; y is even. */
  readonly groupKeyX: string;
  readonly leaves: readonly LeafView[];
  /** Feed indices this report pushes. */
  readonly due: readonly number[];
  /** The argument of `OracleHub.submit`. */
  readonly submitPayload: string;
};

/** What this member says of an expiry under its observer key; test/vectors/expiry.json has the layout of what is signed. */
export type ExpiryStatementView = {
  readonly feed: string;
  readonly feedId: string;
  readonly expiryMs: number;
  /** Mean of the window as this member saw it, in the feed's decimals. */
  readonly value: string;
  readonly coveragePpm: number;
  /** Address of the observer key. */
  readonly signer: string;
  readonly r: string;
  readonly s: string;
  readonly yParity: 0 | 1;
};

export type PeerView = {
  readonly nodeId: number;
  readonly peerId: string;
  /** The node that answers this request. Always `connected`. */
  readonly self: boolean;
  readonly connected: boolean;
  readonly rttMs: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Gossip score; null while unknown. Below zero is misbehaviour. */
  readonly score: number | null;
  /** Newest round of which a valid observation of this node is held. */
  readonly lastRound: number | null;
  readonly lastSeenMs: number | null;
};

export type TransactionStatus =
  | "planned"
  | "signed"
  | "broadcast"
  | "mined"
  | "final"
  | "reverted"
  | "replaced"
  | "dropped";

export type TransactionView = {
  /** Null before it is signed. */
  readonly hash: string | null;
  readonly nonce: number;
  readonly round: number;
  /** Names of the feeds it updates. */
  readonly feeds: readonly string[];
  readonly status: TransactionStatus;
  readonly plannedAtMs: number;
  readonly minedAtMs: number | null;
  readonly block: number | null;
  readonly gasUsed: number | null;
  /** Wei, decimal text. */
  readonly feeWei: string | null;
  /** Why it reverted, was replaced or dropped, in words. */
  readonly reason: string | null;
};

export type CeremonyPhase = "waiting" | "dealing" | "confirming" | "complete" | "failed";

export type CeremonyView = {
  /** Of the configuration whose ceremony it is: the one to come, while there is one. */
  readonly configCount?: number;
  readonly phase: CeremonyPhase;
  /** Nodes whose message of this phase is held. */
  readonly have: readonly number[];
  /** Nodes proven at fault. */
  readonly culprits: readonly number[];
  /** What each of them did, in a word. */
  readonly faults?: readonly { readonly id: number; readonly why: string }[];
  /** What came out, once all n have certified; the hub's configuration is made of it. */
  readonly result?: { readonly groupKeyX: string; readonly transcriptHash: string } | null;
};

export type NodeEvent = { readonly kind: "round" | "report" | "transaction" | "peers" | "feeds" | "evidence" };

/** Every method answers at once from what the node knows; none waits for the network. */
export interface NodeView extends EvidenceViews {
  identity(): IdentityView;
  health(): HealthView;
  /** In the order of their index. */
  feeds(): readonly FeedView[];
  /** Null for a name that is no feed. At most the newest `limit` points at or after `sinceMs`. */
  history(feedName: string, sinceMs: number, limit: number): FeedHistory | null;
  /** Null for a name that is no surface. */
  surface(feedName: string): SurfaceView | null;
  /** Null before the first signed report. */
  latestReport(): SignedReportView | null;
  /** Null before the first slot. */
  round(): RoundView | null;
  /** The last 60 finished rounds, ascending. */
  recentRounds(): readonly RecentRound[];
  /** All n members, this node included, by id. */
  peers(): readonly PeerView[];
  /** The last 50, newest first. */
  transactions(): readonly TransactionView[];
  sources(): readonly SourceView[];
  /** Those that the sources come from, by name. */
  venues(): readonly VenueView[];
  /** Newest first. */
  statements(): readonly ExpiryStatementView[];
  ceremony(): CeremonyView;
  /** Calls the listener after something changed. Answers the function that ends the subscription. */
  subscribe(listener: (event: NodeEvent) => void): () => void;
}
