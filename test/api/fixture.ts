/**
 * A hand-made node for the API's and the page's tests. The view is the room's door, so this is not a mock of our own
 * code: it is a second implementation of the interface, whose numbers the tests choose.
 */
import type { Amount } from "../../src/api/amount.ts";
import type { SettlementView, SurfaceView } from "../../src/api/derivatives-view.ts";
import type {
  FeedHistory,
  FeedView,
  HealthView,
  HistoryPoint,
  NodeEvent,
  NodeView,
  TransactionView,
} from "../../src/api/view.ts";
import type { RecentRound, RoundView } from "../../src/api/rounds-view.ts";
import type { EvidenceRowView } from "../../src/api/evidence-view.ts";
import type { SourceView, VenueView } from "../../src/api/sources-view.ts";
import { depthOf, sourcesOf, venuesOf } from "./sources-fixture.ts";
import { BTC, type CoinShape, ETH, surfaceOf } from "./surface-fixture.ts";

const DECIMALS = 8;

/** Decimal text such as "97123.45" as a feed with 8 decimals holds it. */
export function amount(text: string): Amount {
  const [whole = "0", fraction = ""] = text.split(".");
  const places = fraction.padEnd(DECIMALS, "0").slice(0, DECIMALS);
  return { raw: BigInt(whole + places).toString(), text: `${whole}.${places}` };
}

export type Fixture = {
  readonly view: NodeView;
  /** What the view answers; tests change it and then `emit`. */
  readonly state: FixtureState;
  emit(kind: NodeEvent["kind"]): void;
  listenerCount(): number;
};

export type FixtureState = {
  health: HealthView;
  feeds: FeedView[];
  round: RoundView | null;
  recent: RecentRound[];
  transactions: TransactionView[];
  sources: SourceView[];
  venues: VenueView[];
  /** By feed name. */
  surfaces: Map<string, SurfaceView>;
  evidence: EvidenceRowView[];
  ceremonyPhase: "waiting" | "dealing" | "confirming" | "complete" | "failed";
};

type FeedSeed = {
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly value: number;
  readonly onChain: number;
  readonly deviation: string;
  readonly confidencePpb: number;
};

/** Every kind, in the order of the definitions' file names. */
function seedsOf(coin: CoinShape): readonly FeedSeed[] {
  const { base, spot, shortVol, longVol } = coin;
  const [atm7, atm30, atm90] = base === "BTC" ? [0.4318, 0.4712, 0.5021] : [0.7102, 0.6344, 0.6412];
  const seed = (suffix: string, kind: string, unit: string, value: number, onChain: number, deviation: string) => ({
    name: `${base}-USD.${suffix}`,
    kind,
    unit,
    value,
    onChain,
    deviation,
    confidencePpb: unit.startsWith("USD") ? 21_400 : 1_100_000,
  });
  const price = `USD/${base}`;
  const vol = "1/sqrt(year)";
  return [
    seed("forward-30d", "forward", price, spot * 1.00478, spot * 1.0041, "0.1 %"),
    seed("funding-8h", "funding-8h", "1", 0.000_083, 0.000_1, "0.01 %"),
    seed("iv-atm-30d", "iv-atm", vol, atm30, atm30 - 0.0014, "0.50 vol points"),
    seed("iv-atm-7d", "iv-atm", vol, atm7, atm7 + 0.0021, "0.50 vol points"),
    seed("iv-atm-90d", "iv-atm", vol, atm90, atm90 - 0.0004, "0.50 vol points"),
    seed("rate-30d", "rate", "1/year", 0.0581, 0.0563, "0.50 % a year"),
    seed(
      "realised-vol-30d",
      "realised-vol",
      vol,
      (shortVol + longVol) / 2.2,
      (shortVol + longVol) / 2.21,
      "0.50 vol points",
    ),
    seed("realised-vol-7d", "realised-vol", vol, shortVol * 0.86, shortVol * 0.8612, "0.50 vol points"),
    seed("settlement", "settlement", price, spot * 0.99987, spot * 0.9931, "its final price"),
    seed("skew-25d-30d", "skew-25d", vol, -0.0231, -0.0218, "0.50 vol points"),
    seed("spot-index", "spot-index", price, spot, spot * 0.99974, "0.1 %"),
    seed("vol-index-30d", "vol-index", vol, atm30 + 0.0187, atm30 + 0.0169, "0.50 vol points"),
    seed(
      "vol-surface",
      "vol-surface",
      vol,
      atm30,
      atm30 - 0.003,
      "an option price wrong by λ = 4 tolerances, or 1.00 vol points",
    ),
  ];
}

const SEEDS: readonly FeedSeed[] = [...seedsOf(BTC), ...seedsOf(ETH)];

const SPOT_VENUES = ["coinbase", "kraken", "bitstamp", "binance"];

const text = (value: number): string => value.toFixed(DECIMALS);

function settlementOf(spot: number, nowMs: number): SettlementView {
  const windowMs = 1_800_000;
  const opensMs = nowMs - 1_100_000;
  const expiryMs = opensMs + windowMs;
  const passed = (nowMs - opensMs) / windowMs;
  const periodMs = 86_400_000;
  return {
    periodMs,
    offsetMs: expiryMs % periodMs,
    windowMs,
    minCoveragePpm: 950_000,
    agreed: {
      expiryMs,
      phase: "averaging",
      fixed: amount(text(spot * passed * 0.9998)),
      variable: amount(text(spot * (1 - passed))),
      coveragePpm: 998_214,
    },
    own: { expiryMs, coveredMs: 612_000, elapsedMs: nowMs - opensMs, mean: spot * 0.9998 },
    past: [1, 2, 3, 4].map((days) => ({
      expiryMs: expiryMs - days * periodMs,
      value: amount(text(spot * (1 - 0.011 * Math.sin(days)))),
      round: 48_000 - days * 40,
      timeMs: expiryMs - days * periodMs + 2_000,
    })),
  };
}

function feed(seed: FeedSeed, index: number, nowMs: number, round: number): FeedView {
  const spot = seed.kind === "spot-index";
  const symbol = seed.name.slice(0, 7);
  const base = symbol.slice(0, 3);
  const isFirst = seed.name === "BTC-USD.spot-index";
  const shown = amount(text(seed.onChain));
  const sources = spot
    ? SPOT_VENUES.filter((venue) => !(isFirst && venue === "bitstamp")).map((venue) => `${venue}:${symbol}`)
    : [`deribit:${base}.options`];
  return {
    name: seed.name,
    feedId: `0x${spot ? "01" : "04"}${"ab".repeat(31)}`,
    index,
    kind: seed.kind,
    symbol,
    title: `${base}, ${seed.kind}`,
    maturity: seed.kind === "funding-8h" ? "beta" : "live",
    unit: seed.unit,
    decimals: DECIMALS,
    heartbeatMs: spot ? 3_600_000 : 14_400_000,
    deviation: seed.deviation,
    status: "ok",
    value: amount(text(seed.value)),
    confidencePpb: seed.confidencePpb,
    timeMs: nowMs - 700,
    round,
    published: { value: shown, round: round - 141, timeMs: nowMs - 141_000, status: "ok" },
    onChain: {
      value: shown,
      round: round - 141,
      timeSec: Math.floor(nowMs / 1_000) - 141,
      status: "ok",
      count: 27,
    },
    own: {
      kind: "value",
      value: amount(text(seed.value * 1.00002)),
      sources,
      inputs: sources.map((source, i) => ({
        source,
        label: spot ? "middle of the book" : "volatility at the forward in 24.3 d",
        value: seed.value * (1 + 0.0001 * i),
        unit: seed.unit,
        weight: spot ? 1 / sources.length : null,
      })),
      excluded: isFirst
        ? [
            {
              source: "bitstamp:BTC-USD",
              reason: "outlier",
              detail: "97,604.10 is 49 bps from the median of 4 sources",
            },
          ]
        : [],
      notes: [],
      depth: spot ? depthOf(sources) : null,
      halfSpreadBps: spot ? 0.04 : null,
    },
    settlement: seed.kind === "settlement" ? settlementOf(base === "BTC" ? BTC.spot : ETH.spot, nowMs) : null,
  };
}

/** A smooth, seeded wander around the seed's value, one point a second. */
function wander(seed: FeedSeed, nowMs: number, sinceMs: number, limit: number): FeedHistory {
  const count = Math.min(limit, Math.max(0, Math.floor((nowMs - sinceMs) / 1_000)), 900);
  const points: HistoryPoint[] = [];
  const published = [];
  const isPrice = seed.unit.startsWith("USD");
  const places = isPrice ? 2 : 7;
  const swing = isPrice ? 0.0009 : 0.012;
  let lastPublished: number | undefined;
  for (let i = count; i >= 0; i--) {
    const x = i / 900;
    const shape = Math.sin(9 * x + seed.value) * 0.6 + Math.sin(31 * x) * 0.25 + Math.sin(173 * x) * 0.09;
    const value = seed.value * (1 + swing * (shape - Math.sin(seed.value) * 0.6));
    const hole = seed.kind === "iv-atm" && i > 400 && i < 430;
    const timeMs = nowMs - i * 1_000;
    points.push({
      timeMs,
      value: hole ? null : value.toFixed(places),
      status: hole ? ("missing" as const) : ("ok" as const),
    });
    if (lastPublished === undefined || Math.abs(value / lastPublished - 1) > swing * 0.45) {
      lastPublished = value;
      published.push({ timeMs, value: value.toFixed(places), round: 5_000 - i });
    }
  }
  return { points, published };
}

export function makeFixture(options: { readonly nowMs: number }): Fixture {
  const { nowMs } = options;
  const round = 48_211;
  const listeners = new Set<(event: NodeEvent) => void>();
  const state: FixtureState = {
    health: { live: true, ready: true, reasons: [] },
    feeds: SEEDS.map((seed, index) => feed(seed, index, nowMs, round)),
    round: {
      round,
      startedAtMs: nowMs - 400,
      phase: "complete",
      leader: 3,
      backup: 1,
      observedBy: [1, 2, 3, 4],
      proposal: { signers: [1, 3, 4], observers: [1, 2, 3, 4] },
      sharesFrom: [1, 3, 4],
      completedAtMs: nowMs - 362,
      latencyMs: 38,
      refusals: [],
    },
    recent: Array.from({ length: 60 }, (_, i) => {
      const ok = i !== 17;
      return {
        round: round - 59 + i,
        latencyMs: ok ? 34 + ((i * 7919) % 13) + (i % 23 === 5 ? 410 : 0) : null,
        leader: 1 + (i % 4),
        ok,
        steps: ok ? [{ step: "signed", afterMs: 34, cpuMs: 12 }] : [],
      };
    }),
    transactions: Array.from({ length: 8 }, (_, i) => ({
      hash: i === 0 ? null : `0x${((i * 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").repeat(8)}`,
      nonce: 60 - i,
      round: round - i * 141,
      feeds: i % 3 === 0 ? ["BTC-USD.spot-index", "ETH-USD.spot-index"] : [SEEDS[(i * 7) % SEEDS.length]!.name],
      status: (["planned", "mined", "final", "final", "reverted", "replaced", "final", "final"] as const)[i]!,
      plannedAtMs: nowMs - i * 141_000 - 900,
      minedAtMs: i === 0 ? null : nowMs - i * 141_000,
      block: i === 0 ? null : 20_900 - i * 70,
      gasUsed: i === 0 || i === 5 ? null : 44_120 + (i % 3 === 0 ? 8_310 : 0),
      feeWei: i === 0 ? null : "61768000000000",
      reason: i === 4 ? "StaleReport: given round 47 647, stored 47 650" : null,
    })),
    sources: sourcesOf(nowMs),
    venues: venuesOf(nowMs),
    evidence: [],
    surfaces: new Map([BTC, ETH].map((coin) => [`${coin.base}-USD.vol-surface`, surfaceOf(coin, nowMs, round)])),
    ceremonyPhase: "complete",
  };
  const view: NodeView = {
    identity: () => ({
      nodeId: 2,
      peerId: "12D3KooWB4zPqS6rXr7Ck2Jw5x1kTnVb9YdEo8fGmUuQaLhRtZsN",
      networkId: `0x${"5d".repeat(32)}`,
      cfg: state.ceremonyPhase === "complete" ? `0x${"c4".repeat(32)}` : null,
      hub: state.ceremonyPhase === "complete" ? "0x5FbDB2315678afecb367f032d93F642f64180aa3" : null,
      chainId: 31_337,
      slotMs: 1_000,
      n: 4,
      f: 1,
      t: 3,
      transmitter: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      version: "0.1.0",
      startedAtMs: nowMs - 5_400_000,
    }),
    health: () => state.health,
    feeds: () => state.feeds,
    history: (name, sinceMs, limit) => {
      const seed = SEEDS.find((candidate) => candidate.name === name);
      if (seed === undefined) return null;
      const shown = state.feeds.find((candidate) => candidate.name === name);
      return shown?.value === null ? { points: [], published: [] } : wander(seed, nowMs, sinceMs, limit);
    },
    evidence: () => state.evidence,
    evidencePiece: (name) => {
      const row = state.evidence.find((one) => one.name === name);
      if (row === undefined) return null;
      const { kind, cfg, accused, round: accusedRound } = row;
      return { version: 1, kind, cfg, accused, round: accusedRound, envelopes: ["0x00"] };
    },
    groupFile: () =>
      state.ceremonyPhase === "complete"
        ? { version: 1, firstRound: 1, firstRoundTimeMs: nowMs - 5_400_000, ceremonies: [] }
        : null,
    surface: (name) => state.surfaces.get(name) ?? null,
    latestReport: () =>
      state.ceremonyPhase !== "complete"
        ? null
        : {
            round,
            reportTimeMs: nowMs - 400,
            digest: `0x${"d1".repeat(32)}`,
            signature: { rAddress: `0x${"a0".repeat(20)}`, z: `0x${"0f".repeat(32)}` },
            groupKeyX: `0x${"90".repeat(32)}`,
            leaves: [],
            due: [],
            submitPayload: "0x01",
          },
    round: () => state.round,
    recentRounds: () => state.recent,
    peers: () =>
      [1, 2, 3, 4].map((nodeId) => ({
        nodeId,
        peerId: `12D3KooW${"abcdefgh".repeat(5)}${nodeId}`,
        self: nodeId === 2,
        connected: nodeId !== 4,
        rttMs: nodeId === 2 || nodeId === 4 ? null : 0.7 + nodeId / 5,
        bytesIn: nodeId === 2 ? 0 : 18_400_000 * nodeId,
        bytesOut: nodeId === 2 ? 0 : 17_100_000 * nodeId,
        score: nodeId === 2 ? null : nodeId === 4 ? -12.5 : 18.25,
        lastRound: nodeId === 4 ? round - 3_812 : round,
        lastSeenMs: nodeId === 4 ? nowMs - 3_812_000 : nowMs - 400,
      })),
    transactions: () => state.transactions,
    sources: () => state.sources,
    venues: () => state.venues,
    statements: () => [],
    ceremony: () => ({
      phase: state.ceremonyPhase,
      have: state.ceremonyPhase === "complete" ? [1, 2, 3, 4] : [1, 2, 4],
      culprits: [],
    }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    view,
    state,
    emit: (kind) => {
      for (const listener of listeners) listener({ kind });
    },
    listenerCount: () => listeners.size,
  };
}
