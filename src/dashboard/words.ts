/** What codes and names mean, in words. Pure. Every unknown code is shown as it is rather than hidden. */
import type { FeedStatus } from "../api/amount.ts";
import type { SettlementPhase } from "../api/derivatives-view.ts";
import type { EvidenceKindView } from "../api/evidence-view.ts";
import type { RoundView } from "../api/rounds-view.ts";
import type { CeremonyView, DepthView, FeedView, TransactionStatus } from "../api/view.ts";
import { formatAge, formatLatency, formatMoney, listWords, NARROW_SPACE } from "./format.ts";

/** How something stands: the page colours by it and always says it in words as well. */
export type Tone = "good" | "warn" | "bad" | "idle";
export type Badge = { readonly tone: Tone; readonly text: string };

const REASONS: Readonly<Record<string, string>> = {
  "too-few-sources": "too few sources",
  "cross-check-failed": "cross-check failed",
  "no-chain": "no option chain",
  "no-bracketing-expiries": "no expiries around the tenor",
  "no-spot": "no spot price",
  "out-of-range": "out of range",
  stale: "too old",
  "future-dated": "dated in the future",
  "no-quote": "no quote",
  crossed: "bid above ask",
  "crossed-book": "bid above ask",
  outlier: "outlier",
  "no-conversion": "no conversion rate",
  frozen: "frozen",
  inconsistent: "inconsistent",
  "source-gap": "not answering",
  timeout: "timed out",
  unreachable: "unreachable",
  "rate-limited": "rate limited",
  banned: "banned",
  "geo-blocked": "blocked by region",
  "server-error": "server error",
  "not-json": "reply was not JSON",
  "bad-shape": "reply had the wrong shape",
  "venue-error": "venue reported an error",
  "too-large": "reply too large",
  "test-network": "test network",
  "never-fetched": "not asked yet",
  "zero-quote": "quote of zero",
  "empty-book": "empty book",
  "locked-book": "bid equals ask",
  halted: "trading halted",
  delisted: "not listed",
  maintenance: "under maintenance",
  disconnected: "stream ended",
  silent: "stream fell silent",
  "sequence-gap": "stream lost messages",
  "not-subscribed": "not subscribed",
  "no-perpetual": "no perpetual",
  "no-candles": "no price history",
  "too-few-strikes": "too few strikes",
  "wing-cut": "strikes end too early",
  "no-fit": "no curve fits",
  "not-in-window": "no window is running",
  "low-coverage": "too little was seen",
  "calendar-arbitrage": "variance falls with time",
  "wide-spread": "spread too wide",
};

export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("-", " ");
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "BTC-USD.spot-index" or "BTC-USD" → "BTC / USD" */
export function feedTitle(name: string): string {
  return (name.split(".")[0] ?? name).replace("-", " / ");
}

function tenorDays(name: string): string | undefined {
  return /-(\d+)d$/.exec(name)?.[1];
}

const KINDS: Readonly<Record<string, string>> = {
  "spot-index": "Spot index",
  forward: "Forward",
  rate: "Implied rate",
  "iv-atm": "At-the-money volatility",
  "skew-25d": "25-delta skew",
  "vol-index": "Volatility index",
  "vol-surface": "Volatility surface",
  "realised-vol": "Realised volatility",
  "funding-8h": "Perpetual funding",
  settlement: "Settlement price",
};

/** "30-day at-the-money volatility"; a kind that this page does not know is told as it is. */
export function feedKind(name: string, kind: string): string {
  const words = KINDS[kind] ?? capital(kind.replaceAll("-", " "));
  const days = tenorDays(name);
  return days === undefined ? words : `${days}-day ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

const ROWS: Readonly<Record<string, string>> = { "iv-atm": "At the money", "realised-vol": "Realised" };

/** For a feed's line below its symbol and group: "At the money, 7 d". */
export function feedRowWords(name: string, kind: string): string {
  const words = ROWS[kind] ?? KINDS[kind] ?? capital(kind.replaceAll("-", " "));
  const days = tenorDays(name);
  return days === undefined ? words : `${words}, ${days}\u00a0d`;
}

const SHORT: readonly (readonly [prefix: string, word: string])[] = [
  ["spot-index", "spot"],
  ["forward", "forward"],
  ["rate", "rate"],
  ["iv-atm", "vol"],
  ["skew-25d", "skew"],
  ["vol-index", "vol index"],
  ["vol-surface", "surface"],
  ["realised-vol", "realised vol"],
  ["funding-8h", "funding"],
];

/** For narrow places: "BTC spot", "ETH vol 30d". */
export function feedShort(name: string): string {
  const [symbol = name, kind = ""] = name.split(".");
  const base = symbol.split("-")[0] ?? symbol;
  const days = tenorDays(name);
  const word = SHORT.find(([prefix]) => kind.startsWith(prefix))?.[1] ?? kind;
  return days === undefined ? `${base} ${word}` : `${base} ${word} ${days}d`;
}

const VENUES: Readonly<Record<string, string>> = {
  coinbase: "Coinbase",
  kraken: "Kraken",
  bitstamp: "Bitstamp",
  binance: "Binance",
  deribit: "Deribit",
  okx: "OKX",
  bybit: "Bybit",
  gemini: "Gemini",
  bitfinex: "Bitfinex",
};

export function venueName(venue: string): string {
  return VENUES[venue] ?? venue;
}

/** "coinbase:BTC-USD" in the BTC-USD feed → "Coinbase"; elsewhere the instrument is told as well. */
export function sourceWords(source: string, feedName = ""): string {
  const [venue = source, instrument = ""] = source.split(":");
  const name = venueName(venue);
  return instrument === "" || feedName.startsWith(`${instrument}.`) ? name : `${name} ${instrument.replace(".", " ")}`;
}

const STATUS: Readonly<Record<FeedStatus, Badge>> = {
  ok: { tone: "good", text: "Agreed" },
  missing: { tone: "bad", text: "Missing" },
  disputed: { tone: "bad", text: "Disputed" },
  none: { tone: "idle", text: "Waiting" },
};

/** An agreed value that is older than this many slots is no longer news. */
const FRESH_SLOTS = 5;
/** Surfaces are agreed on once in some ten rounds, and one of them may fail. */
const FRESH_SURFACE_SLOTS = 30;

export function feedBadge(feed: FeedView, nowMs: number, slotMs: number): Badge {
  if (feed.status !== "ok" || feed.timeMs === null) return STATUS[feed.status];
  // A settlement stands until the next window: it does not age.
  if (feed.settlement !== null) return settlementBadge(feed.settlement.agreed?.phase ?? null);
  const ageMs = nowMs - feed.timeMs;
  const slots = feed.kind === "vol-surface" ? FRESH_SURFACE_SLOTS : FRESH_SLOTS;
  return ageMs <= Math.max(3_000, slots * slotMs) ? STATUS.ok : { tone: "warn", text: `Stale, ${formatAge(ageMs)}` };
}

export function settlementBadge(phase: SettlementPhase | null): Badge {
  switch (phase) {
    case null:
      return { tone: "idle", text: "Waiting" };
    case "averaging":
      return { tone: "good", text: "Window running" };
    case "pending":
      return { tone: "warn", text: "Not agreed yet" };
    case "agreed":
      return { tone: "good", text: "Agreed" };
    case "final":
      return { tone: "good", text: "Final" };
  }
}

/** One sentence below the value that explains a status other than agreed. */
export function feedExplanation(feed: FeedView): string {
  switch (feed.status) {
    case "ok":
      return "";
    case "none":
      return "Waiting for the first agreed value.";
    case "missing":
      return feed.own?.kind === "missing"
        ? `No value can be agreed: ${reasonWords(feed.own.reason)} here. The last agreed value is shown.`
        : "Too few nodes have a value. The last agreed value is shown.";
    case "disputed":
      return "The nodes' values lie too far apart to agree. The last agreed value is shown.";
  }
}

/** "Half the spread of its books is 0.04 bp." */
export function spreadWords(halfSpreadBps: number): string {
  return `Half the spread of its books is ${Number(halfSpreadBps.toPrecision(2))}${NARROW_SPACE}bp.`;
}

/** "Moving it 1 % costs about $12.3m down, $11m up." */
export function depthWords({ downUsd, upUsd, isLowerBound }: DepthView): string {
  const most = isLowerBound ? "at least" : "about";
  return `Moving it 1${NARROW_SPACE}% costs ${most} ${formatMoney(downUsd)} down, ${formatMoney(upUsd)} up.`;
}

export function roundBadge(round: RoundView): Badge {
  switch (round.phase) {
    case "idle":
      return { tone: "idle", text: "Waiting for the slot" };
    case "observing":
      return { tone: "idle", text: "Collecting observations" };
    case "proposed":
      return { tone: "idle", text: `Proposed by node ${round.leader}` };
    case "signing":
      return { tone: "idle", text: "Collecting signature shares" };
    case "complete":
      return {
        tone: "good",
        text: round.latencyMs === null ? "Signed" : `Signed in ${formatLatency(round.latencyMs)}`,
      };
    case "failed":
      return { tone: "bad", text: "Ended without a signature" };
  }
}

export function transactionBadge(status: TransactionStatus): Badge {
  switch (status) {
    case "planned":
    case "signed":
      return { tone: "idle", text: status === "planned" ? "Planned" : "Signed" };
    case "broadcast":
      return { tone: "idle", text: "Sent" };
    case "mined":
      return { tone: "good", text: "Mined" };
    case "final":
      return { tone: "good", text: "Final" };
    case "reverted":
      return { tone: "bad", text: "Reverted" };
    case "replaced":
      return { tone: "warn", text: "Replaced" };
    case "dropped":
      return { tone: "warn", text: "Dropped" };
  }
}

/** Null once the key exists: then there is nothing to wait for. */
export function ceremonyWords(ceremony: CeremonyView, n: number): string | null {
  const have = `${ceremony.have.length} of ${n} nodes`;
  switch (ceremony.phase) {
    case "complete":
      return null;
    case "waiting":
      return `Waiting for the key ceremony: ${have} are here. It starts when all are.`;
    case "dealing":
      return `The key ceremony is running: ${have} have dealt their shares.`;
    case "confirming":
      return `The key ceremony is running: ${have} have confirmed the transcript.`;
    case "failed":
      return ceremony.culprits.length === 0
        ? "The key ceremony failed and names nobody. No key exists; it must be run again."
        : `The key ceremony failed: node ${listWords(ceremony.culprits)} sent wrong shares. No key exists.`;
  }
}

const EVIDENCE: Readonly<Record<EvidenceKindView, string>> = {
  "equivocated-observation": "Observed twice in one round",
  "equivocated-proposal": "Made two proposals that exclude each other",
  "double-sign": "Signed twice",
  "bad-share": "Sent a wrong share of the signature",
  "bad-proposal": "Made a proposal that no honest node makes",
};

/** What a member did, from the kind of the evidence against it. */
export function evidenceWords(kind: EvidenceKindView): string {
  return EVIDENCE[kind];
}
