/** What the API may know of this node, gathered from its parts. Every method answers at once. */
import { formatFixed } from "../base/fixed.ts";
import type { Amount } from "../api/amount.ts";
import type { SettlementView, SurfaceView } from "../api/derivatives-view.ts";
import type { Hex } from "../base/bytes.ts";
import type {
  CeremonyView,
  ExpiryStatementView,
  FeedHistory,
  FeedView,
  HealthView,
  IdentityView,
  NodeEvent,
  NodeView,
  OnChainView,
  PeerView,
  SignedReportView,
  TransactionView,
} from "../api/view.ts";
import type { RecentRound, RoundView } from "../api/rounds-view.ts";
import type { SourceView, VenueView } from "../api/sources-view.ts";
import type { EvidencePieceView, EvidenceRowView, GroupFileView } from "../api/evidence-view.ts";
import type { WindowSamples } from "../feeds/context.ts";
import type { Evaluation } from "../feeds/evaluation.ts";
import type { FeedRule } from "../feeds/rule.ts";
import type { SmileViews } from "../feeds/smile-view.ts";
import { latestReport, type OracleState } from "../protocol/state.ts";
import { encodeSubmit } from "../report/codec.ts";
import type { FeedState, Report, SignedReport } from "../report/report.ts";
import type { CeremonyStatus } from "../threshold/ceremony.ts";
import type { ChainWatch } from "./chain-watch.ts";
import type { Health } from "./health.ts";
import type { NetworkFacts } from "./network-file.ts";
import type { RoundTracker } from "./round-tracker.ts";
import { isSurfaceRule, surfaceView } from "./surface-view.ts";
import { amountIn, deviationText, leafDetail, ownOf, publishedOf, settlementView } from "./view-rows.ts";
import type { ValueRow } from "../store/value-history.ts";

export type ViewOptions = {
  readonly facts: NetworkFacts;
  /** What stays the same over rotations. */
  readonly identity: Omit<IdentityView, "cfg" | keyof CommitteeFacts>;
};

/** Of the configuration in office. */
export type CommitteeFacts = Pick<IdentityView, "nodeId" | "slotMs" | "n" | "f" | "t">;

/** Parts that exist only once the configuration is active. */
export type ActiveParts = {
  readonly cfg: Hex;
  /** The key that signed a round's report; null when it is not known. */
  readonly keyOf: (round: number) => Hex | null;
  readonly state: () => OracleState;
  readonly tracker: RoundTracker;
  readonly groupFile: GroupFileView | null;
};

export type ViewDoors = {
  readonly health: Health;
  readonly committee: () => CommitteeFacts;
  readonly active: () => ActiveParts | null;
  readonly ceremony: () => {
    readonly configCount: number;
    readonly status: CeremonyStatus | null;
    /** What the ceremony gave, also after it was put away. */
    readonly result: { readonly groupKeyX: Hex; readonly transcriptHash: Hex } | null;
  };
  readonly own: (feedName: string) => Evaluation | undefined;
  /** This node's own smiles of the chain that a feed reads; a few milliseconds of work. */
  readonly smiles: (feedName: string) => SmileViews;
  /** What this node saw of the settlement window that matters now. */
  readonly window: (feedName: string) => WindowSamples | null;
  readonly chain: ChainWatch;
  readonly history: (feedIndex: number, sinceMs: number, limit: number) => readonly ValueRow[];
  readonly publishedSince: (feedIndex: number, sinceMs: number) => FeedHistory["published"];
  readonly peers: () => readonly PeerView[];
  readonly transactions: () => readonly TransactionView[];
  readonly sources: () => readonly SourceView[];
  readonly venues: () => readonly VenueView[];
  readonly statements: () => readonly ExpiryStatementView[];
  readonly evidence: () => readonly EvidenceRowView[];
  readonly evidencePiece: (name: string) => EvidencePieceView | null;
};

/** The smiles of a chain are too much work to repeat for every reader of a slot. */
type KnownSurface = {
  readonly report: Report | null;
  readonly evaluation: Evaluation | undefined;
  readonly view: SurfaceView;
};

export class LiveView implements NodeView {
  readonly #options: ViewOptions;
  readonly #doors: ViewDoors;
  readonly #surfaces = new Map<string, KnownSurface>();
  #shown: SignedReportView | null = null;
  readonly #listeners = new Set<(event: NodeEvent) => void>();

  constructor(options: ViewOptions, doors: ViewDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** Tells the page that something of this kind changed. */
  changed(kind: NodeEvent["kind"]): void {
    for (const listener of this.#listeners) listener({ kind });
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  identity(): IdentityView {
    const { nodeId, slotMs, n, f, t } = this.#doors.committee();
    return { ...this.#options.identity, nodeId, slotMs, n, f, t, cfg: this.#doors.active()?.cfg ?? null };
  }

  health(): HealthView {
    return this.#doors.health.report();
  }

  feeds(): readonly FeedView[] {
    const latest = this.#latest();
    const leaves = new Map(latest?.report.leaves.map((leaf) => [leaf.feedId, leaf]));
    return this.#options.facts.rules.map((rule, position) => {
      const definition = this.#options.facts.definitions[position]!;
      const leaf = leaves.get(rule.feedId);
      const amount = amountIn(rule.decimals);
      const isKnown = leaf !== undefined && leaf.timeMs > 0;
      return {
        name: rule.name,
        feedId: rule.feedId,
        index: rule.index,
        kind: definition.kind,
        symbol: definition.symbol,
        title: definition.title,
        maturity: definition.maturity,
        unit: definition.unit,
        decimals: rule.decimals,
        heartbeatMs: rule.heartbeatMs,
        deviation: deviationText(rule, definition.unit),
        status: leaf === undefined ? "none" : leaf.status,
        value: isKnown ? amount(leaf.value) : null,
        confidencePpb: leaf?.confidencePpb ?? 0,
        timeMs: isKnown ? leaf.timeMs : null,
        round: latest?.report.round ?? null,
        published: leaf === undefined ? null : publishedOf(leaf, amount),
        onChain: this.#onChain(rule, amount),
        own: ownOf(this.#doors.own(rule.name), amount),
        settlement: this.#settlement(rule, leaf, amount),
      };
    });
  }

  history(feedName: string, sinceMs: number, limit: number): FeedHistory | null {
    const rule = this.#options.facts.rules.find(({ name }) => name === feedName);
    if (rule === undefined) return null;
    const points = this.#doors.history(rule.index, sinceMs, limit).map(({ timeMs, value, status }) => ({
      timeMs,
      value: status === "ok" ? formatFixed(BigInt(value), rule.decimals) : null,
      status,
    }));
    const published = this.#doors
      .publishedSince(rule.index, sinceMs)
      .map((point) => ({ ...point, value: formatFixed(BigInt(point.value), rule.decimals) }));
    return { points, published };
  }

  surface(feedName: string): SurfaceView | null {
    const { rules } = this.#options.facts;
    const rule = rules.find(({ name }) => name === feedName);
    if (rule === undefined || !isSurfaceRule(rule)) return null;
    const report = this.#latest()?.report ?? null;
    // A new evaluation every slot: between two of them nothing here can change.
    const evaluation = this.#doors.own(feedName);
    const known = this.#surfaces.get(feedName);
    if (known !== undefined && known.report === report && known.evaluation === evaluation) return known.view;
    const view = surfaceView(rule, rules, report, this.#doors.smiles(feedName), amountIn(rule.decimals));
    this.#surfaces.set(feedName, { report, evaluation, view });
    return view;
  }

  latestReport(): SignedReportView | null {
    const active = this.#doors.active();
    const latest = this.#latest();
    if (active === null || latest === null) return null;
    const { report, digest, signature } = latest;
    // Asked for by every reader of a slot, and the payload hashes the whole report.
    if (this.#shown?.digest === digest) return this.#shown;
    const groupKeyX = active.keyOf(report.round);
    if (groupKeyX === null) return null;
    this.#shown = {
      round: report.round,
      reportTimeMs: report.reportTimeMs,
      digest,
      signature,
      groupKeyX,
      leaves: report.leaves.map((leaf) => ({
        ...leaf,
        value: leaf.value.toString(),
        pubValue: leaf.pubValue.toString(),
        detail: leafDetail(leaf.detail),
      })),
      due: report.pushes.map(({ index }) => index),
      submitPayload: encodeSubmit(report, signature, this.#options.facts.networkId, groupKeyX),
    };
    return this.#shown;
  }

  round(): RoundView | null {
    return this.#doors.active()?.tracker.current() ?? null;
  }

  recentRounds(): readonly RecentRound[] {
    return this.#doors.active()?.tracker.recent() ?? [];
  }

  peers(): readonly PeerView[] {
    return this.#doors.peers();
  }

  transactions(): readonly TransactionView[] {
    return this.#doors.transactions();
  }

  sources(): readonly SourceView[] {
    return this.#doors.sources();
  }

  venues(): readonly VenueView[] {
    return this.#doors.venues();
  }

  statements(): readonly ExpiryStatementView[] {
    return this.#doors.statements();
  }

  evidence(): readonly EvidenceRowView[] {
    return this.#doors.evidence();
  }

  evidencePiece(name: string): EvidencePieceView | null {
    return this.#doors.evidencePiece(name);
  }

  groupFile(): GroupFileView | null {
    return this.#doors.active()?.groupFile ?? null;
  }

  ceremony(): CeremonyView {
    const { configCount, status, result } = this.#doors.ceremony();
    if (status === null) {
      return { configCount, phase: result === null ? "waiting" : "complete", have: [], culprits: [], result };
    }
    const faults = status.culprits;
    const culprits = faults.map(({ id }) => id);
    return { configCount, phase: ceremonyPhase(status), have: status.have, culprits, faults, result };
  }

  #latest(): SignedReport | null {
    const active = this.#doors.active();
    return active === null ? null : latestReport(active.state());
  }

  #settlement(
    { name, index, shape }: FeedRule,
    leaf: FeedState | undefined,
    amount: (raw: bigint) => Amount,
  ): SettlementView | null {
    if (shape.type !== "settlement") return null;
    const published = this.#doors.publishedSince(index, 0);
    return settlementView(shape, leaf, this.#doors.window(name), published, amount);
  }

  #onChain(rule: FeedRule, amount: (raw: bigint) => Amount): OnChainView | null {
    const answer = this.#doors.chain.answer(rule.index);
    if (answer === undefined || answer.count === 0) return null;
    const { value, round, timeSec, status, count } = answer;
    return { value: amount(value), round, timeSec, status, count };
  }
}

function ceremonyPhase(status: CeremonyStatus): CeremonyView["phase"] {
  switch (status.phase) {
    case "keys":
      return "waiting";
    case "commitments":
    case "deals":
      return "dealing";
    case "certificates":
      return "confirming";
    case "done":
      return "complete";
    case "failed":
      return "failed";
  }
}
