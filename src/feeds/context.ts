/** What a method may look at besides its definition. Everything here is one node's own, and none of it is agreed on. */
import type { CandleSeries, MarketSnapshot } from "../market/quote.ts";
import type { SampledVol } from "../quant/realised-vol.ts";
import type { FeedDefinition } from "./definition.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";
import type { ChainReadings } from "./methods/chain-reader.ts";

/** A definition with the feeds it refers to. */
export type LinkedFeed = {
  readonly definition: FeedDefinition;
  /** What `method.spot.ref` names; null for kinds without one. */
  readonly spot: SpotIndexDefinition | null;
};

/** The grid on which a surface is observed: fixed by a signed report, the same for everybody. */
export type SurfaceGrid = {
  /** 0 while no report has fixed one. */
  readonly gridRound: number;
  /** At-the-money total variance of the expiries that the report knows, 1e-18. */
  readonly thetas: ReadonlyMap<number, bigint>;
};

/** What this node's own samples of a settlement window say. Prices in USD. */
export type WindowSamples = {
  readonly expiryMs: number;
  /** Time-weighted mean over what was seen; null while nothing was. */
  readonly mean: number | null;
  /** Window time seen so far, and window time that has passed. */
  readonly coveredMs: number;
  readonly elapsedMs: number;
};

/**
 * What methods remember from one evaluation to the next. Mutable and never shared between nodes; a fresh one is always
 * valid, it only forgets which books were out.
 */
export class MethodMemory {
  /** Books that are out until they come nearer, by feed and source. */
  readonly outliers = new Map<string, ReadonlySet<string>>();
  /** What was read off a chain, by the rules it was read with: a chain is polled seldom and looked at every round. */
  readonly chains: ChainReadings = new WeakMap();
  /** The volatility of a window of candles, until the next candle ends. */
  readonly candles = new WeakMap<CandleSeries, Map<string, SampledVol>>();
}

export type EvaluationContext = {
  readonly snapshot: MarketSnapshot;
  readonly memory: MethodMemory;
  /** T_r of the round that is observed, unix ms. */
  readonly slotTimeMs: number;
  readonly grid: (feedName: string) => SurfaceGrid;
  /** null: this node has not sampled the window that matters at `slotTimeMs`. */
  readonly window: (feedName: string) => WindowSamples | null;
};
