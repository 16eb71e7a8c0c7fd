/**
 * A hand-made node for the API's and the page's tests. The view is the room's door, so this is not a mock of our own
 * code: it is a second implementation of the interface, whose numbers the tests choose.
 */
import type {
  Amount,
  FeedHistory,
  FeedView,
  HealthView,
  HistoryPoint,
  NodeEvent,
  NodeView,
  RecentRound,
  RoundView,
  TransactionView,
} from "../../src/api/view.ts";

const DECIMALS = 8;

/** Decimal text such as "97123.45" as a feed with 8 decimals holds it. */
export function amount(text: string): Amount {
  const [whole = "0", fraction = ""] = text.split(".");
  const places = fraction.padEnd(DECIMALS, "0");
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

const SEEDS: readonly FeedSeed[] = [
  {
    name: "BTC-USD.spot-index",
    kind: "spot-index",
    unit: "USD",
    value: 97_123.45,
    onChain: 97_098.2,
    deviation: "0.5 %",
    confidencePpb: 21_400,
  },
  {
    name: "ETH-USD.spot-index",
    kind: "spot-index",
    unit: "USD",
    value: 3_412.08,
    onChain: 3_409.5,
    deviation: "0.5 %",
    confidencePpb: 48_000,
  },
  {
    name: "BTC-USD.iv-atm-30d",
    kind: "iv-atm",
    unit: "vol",
    value: 0.4712,
    onChain: 0.4698,
    deviation: "1.00 vol points",
    confidencePpb: 1_100_000,
  },
  {
    name: "ETH-USD.iv-atm-30d",
    kind: "iv-atm",
    unit: "vol",
    value: 0.6344,
    onChain: 0.6391,
    deviation: "1.00 vol points",
    confidencePpb: 900_000,
  },
];

const SPOT_VENUES = ["coinbase", "kraken", "bitstamp", "binance"];

function feed(seed: FeedSeed, index: number, nowMs: number, round: number): FeedView {
  const spot = seed.unit === "USD";
  const symbol = seed.name.slice(0, 7);
  const base = symbol.slice(0, 3);
  return {
    name: seed.name,
    feedId: `0x${spot ? "01" : "04"}${"ab".repeat(31)}`,
    index,
    kind: seed.kind,
    unit: seed.unit,
    decimals: DECIMALS,
    heartbeatMs: spot ? 3_600_000 : 1_800_000,
    deviation: seed.deviation,
    status: "ok",
    value: amount(seed.value.toFixed(spot ? 2 : 4)),
    confidencePpb: seed.confidencePpb,
    timeMs: nowMs - 700,
    round,
    published: {
      value: amount(seed.onChain.toFixed(spot ? 2 : 4)),
      round: round - 141,
      timeMs: nowMs - 141_000,
      status: "ok",
    },
    onChain: {
      value: amount(seed.onChain.toFixed(spot ? 2 : 4)),
      round: round - 141,
      timeSec: Math.floor(nowMs / 1_000) - 141,
      status: "ok",
      count: 27,
    },
    own: {
      kind: "value",
      value: amount((seed.value * 1.00002).toFixed(spot ? 2 : 4)),
      sources: spot
        ? SPOT_VENUES.filter((venue) => !(index === 0 && venue === "bitstamp")).map((venue) => `${venue}:${symbol}`)
        : [`deribit:${base}.options`],
      excluded:
        index === 0
          ? [
              {
                source: "bitstamp:BTC-USD",
                reason: "outlier",
                detail: "97,604.10 is 49 bps from the median of 4 sources",
              },
            ]
          : [],
    },
  };
}

/** A smooth, seeded wander around the seed's value, one point a second. */
function wander(seed: FeedSeed, nowMs: number, sinceMs: number, limit: number): FeedHistory {
  const count = Math.min(limit, Math.max(0, Math.floor((nowMs - sinceMs) / 1_000)), 900);
  const points: HistoryPoint[] = [];
  const published = [];
  const places = seed.unit === "USD" ? 2 : 5;
  const swing = seed.unit === "USD" ? 0.0009 : 0.012;
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
      };
    }),
    transactions: Array.from({ length: 8 }, (_, i) => ({
      hash: i === 0 ? null : `0x${((i * 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").repeat(8)}`,
      nonce: 60 - i,
      round: round - i * 141,
      feeds: i % 3 === 0 ? ["BTC-USD.spot-index", "ETH-USD.spot-index"] : [SEEDS[i % 4]!.name],
      status: (["planned", "mined", "final", "final", "reverted", "replaced", "final", "final"] as const)[i]!,
      plannedAtMs: nowMs - i * 141_000 - 900,
      minedAtMs: i === 0 ? null : nowMs - i * 141_000,
      block: i === 0 ? null : 20_900 - i * 70,
      gasUsed: i === 0 || i === 5 ? null : 44_120 + (i % 3 === 0 ? 8_310 : 0),
      feeWei: i === 0 ? null : "61768000000000",
      reason: i === 4 ? "StaleReport: given round 47 647, stored 47 650" : null,
    })),
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
    sources: () => [
      ...["BTC-USD", "ETH-USD"].flatMap((symbol) =>
        SPOT_VENUES.map((venue, i) => ({
          source: `${venue}:${symbol}`,
          venue,
          state: "ok" as const,
          reason: null,
          detail: null,
          ageMs: 320 + i * 210,
          latencyMs: 41 + i * 17,
          counts: { ok: 5_312 + i, timeout: i },
        })),
      ),
      {
        source: "kraken:USDT-USD",
        venue: "kraken",
        state: "gap" as const,
        reason: "rate-limited",
        detail: "HTTP 429, retry after 12 s",
        ageMs: 14_200,
        latencyMs: null,
        counts: { ok: 411, "rate-limited": 6 },
      },
      {
        source: "deribit:BTC.options",
        venue: "deribit",
        state: "ok" as const,
        reason: null,
        detail: null,
        ageMs: 1_150,
        latencyMs: 212,
        counts: { ok: 1_770 },
      },
    ],
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
