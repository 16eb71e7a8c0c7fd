/** What a set of sources holds, as one snapshot. */
import { unreachable } from "../base/errors.ts";
import type {
  BookDepth,
  CandleSeries,
  FutureBoard,
  IndexQuote,
  MarketSnapshot,
  OptionChain,
  SourceGap,
  SpotQuote,
  VolIndexQuote,
} from "../market/quote.ts";
import type { SourceState } from "./source-state.ts";

/** Old quotes stay in it; a source that presently fails stands in `gaps` as well. */
export function snapshotOf(states: readonly SourceState[], takenAtMs: number): MarketSnapshot {
  const spots: SpotQuote[] = [];
  const indices: IndexQuote[] = [];
  const volIndices: VolIndexQuote[] = [];
  const depths: BookDepth[] = [];
  const futures: FutureBoard[] = [];
  const chains: OptionChain[] = [];
  const candles: CandleSeries[] = [];
  const gaps: SourceGap[] = [];
  for (const { held, gap: present, unchangedSinceMs } of states) {
    if (present !== null) gaps.push(present);
    if (held === null) continue;
    switch (held.kind) {
      case "spot":
        spots.push(unchangedSinceMs === null ? held.value : { ...held.value, unchangedSinceMs });
        break;
      case "index":
        indices.push(held.value);
        break;
      case "vol-index":
        volIndices.push(held.value);
        break;
      case "depth":
        depths.push(held.value);
        break;
      case "futures":
        futures.push(held.value);
        break;
      case "options":
        chains.push(held.value);
        break;
      case "candles":
        candles.push(held.value);
        break;
      default:
        unreachable(held);
    }
  }
  return { takenAtMs, spots, indices, volIndices, depths, chains, futures, candles, gaps };
}
