/** The bodies of the HTTP API, shared with the page as types. Each is an object, so that fields can be added. */
import type { EvidenceRowView } from "./evidence-view.ts";
import type { SurfaceView } from "./derivatives-view.ts";
import type { SourceView, VenueView } from "./sources-view.ts";
import type {
  CeremonyView,
  ExpiryStatementView,
  FeedHistory,
  FeedView,
  HealthView,
  IdentityView,
  NodeEvent,
  PeerView,
  TransactionView,
} from "./view.ts";
import type { RecentRound, RoundView } from "./rounds-view.ts";

export type StatusReply = {
  /** The node's clock, so that a page on another machine computes ages from the same one. */
  readonly nowMs: number;
  readonly identity: IdentityView;
  readonly health: HealthView;
  readonly ceremony: CeremonyView;
};
export type FeedsReply = { readonly nowMs: number; readonly feeds: readonly FeedView[] };
export type FeedReply = { readonly nowMs: number; readonly feed: FeedView };
export type HistoryReply = FeedHistory & { readonly nowMs: number; readonly name: string; readonly sinceMs: number };
export type SurfaceReply = { readonly nowMs: number; readonly surface: SurfaceView };
export type RoundsReply = {
  readonly nowMs: number;
  readonly round: RoundView | null;
  readonly recent: readonly RecentRound[];
};
export type PeersReply = { readonly nowMs: number; readonly peers: readonly PeerView[] };
export type TransactionsReply = { readonly nowMs: number; readonly transactions: readonly TransactionView[] };
export type SourcesReply = { readonly nowMs: number; readonly sources: readonly SourceView[] };
export type VenuesReply = { readonly nowMs: number; readonly venues: readonly VenueView[] };
export type StatementsReply = { readonly nowMs: number; readonly statements: readonly ExpiryStatementView[] };
export type EvidenceReply = { readonly nowMs: number; readonly evidence: readonly EvidenceRowView[] };

/** Every refusal: what was seen and what is wanted, in words and in fields. */
export type ErrorReply = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly seen: unknown;
    readonly wanted: unknown;
  };
};

/** The name of the server-sent event that carries a `NodeEvent` as its data. */
export const CHANGE_EVENT = "change";
export type ChangeData = NodeEvent;
