/** What a feed on an option chain starts from: a fresh chain, its expiries in range, and a spot price to hold them against. */
import { unreachable } from "../../base/errors.ts";
import { formatExpiryDay } from "../../market/instrument.ts";
import type { OptionChain } from "../../market/quote.ts";
import { MS_PER_DAY } from "../../quant/day-count.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { FeedDefinition } from "../definition.ts";
import { baseOf } from "../definition.ts";
import type { Exclusion, ExclusionReason, InputLine } from "../evaluation.ts";
import type { ChainMethod } from "../kinds/chain-kinds.ts";
import { type ChainReading, readChain } from "./chain-reader.ts";
import type { ExpiryFault } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import { freshest } from "./freshness.ts";
import { type LinkedSpot, linkedSpot } from "./linked-spot.ts";
import { missing, type Missing } from "./outcome.ts";
import type { RefusalCounts } from "./row-refusals.ts";

export type ChainView = {
  readonly kind: "chain";
  /** `deribit:BTC.options`. */
  readonly source: string;
  readonly chain: OptionChain;
  readonly reading: ChainReading;
  readonly rules: ChainMethod["chain"];
  readonly spot: LinkedSpot;
  /** Spot when this node first saw the chain. */
  readonly spotThen: number;
  /** Those in range, ascending. */
  readonly expiries: readonly ExpiryReading[];
  /** Refused rows by reason, and what the spot index left out. */
  readonly excluded: readonly Exclusion[];
};

/** A feed whose method reads an option chain. */
export type ChainFeed = Pick<FeedDefinition, "symbol" | "name"> & { readonly method: ChainMethod };

/** What the rows are read for: refusals differ. */
export type RowsFor = "marks" | "smile" | "parity";

function refusedOf(expiry: ExpiryReading, rowsFor: RowsFor): RefusalCounts {
  switch (rowsFor) {
    case "marks":
      return expiry.marks.refused;
    case "smile":
      return expiry.smileRefused;
    case "parity":
      return expiry.unquoted;
    default:
      return unreachable(rowsFor);
  }
}

/** `deribit:BTC-30JAN26`. */
export function expiryName({ venue, base }: OptionChain, expiryMs: number): string {
  return `${venue}:${base}-${formatExpiryDay(expiryMs)}`;
}

/** Refused rows of the expiries in range: one line a reason, with the count. */
function refusedRows(source: string, expiries: readonly ExpiryReading[], rowsFor: RowsFor): Exclusion[] {
  const total = new Map<ExclusionReason, { count: number; expiries: number; example: string }>();
  for (const expiry of expiries) {
    for (const [reason, { count, example }] of refusedOf(expiry, rowsFor)) {
      const known = total.get(reason) ?? { count: 0, expiries: 0, example };
      total.set(reason, { count: known.count + count, expiries: known.expiries + 1, example: known.example });
    }
  }
  return [...total].map(([reason, { count, expiries: many, example }]) => ({
    source: `${source}.rows`,
    reason,
    detail: `${count} rows of ${many} expiries, such as: ${example}`,
  }));
}

/**
 * @param judgedAtMs the instant from which an expiry's distance is taken to see whether it is in range; null for the chain's
 *                   own
 */
export function openChain(
  feed: LinkedFeed,
  definition: ChainFeed,
  context: EvaluationContext,
  rowsFor: RowsFor,
  judgedAtMs: number | null = null,
): ChainView | Missing {
  const { method } = definition;
  const { snapshot, memory } = context;
  const base = baseOf(definition);
  const source = `${method.options.venue}:${base}.options`;
  const chains = snapshot.chains.filter(
    (candidate) => candidate.venue === method.options.venue && candidate.base === base,
  );
  const fresh = freshest(source, chains, method.options.maxQuoteAgeMs, snapshot);
  if (!fresh.ok) {
    const { reason, detail } = fresh.exclusion;
    return missing("no-chain", `${source} ${reason}: ${detail}`, { excluded: [fresh.exclusion] });
  }
  const chain = fresh.quote;
  const spot = linkedSpot(feed, context);
  if (spot.kind === "missing") return spot;
  const reading = readChain(chain, method.chain, memory.chains);
  const fromMs = judgedAtMs ?? chain.timeMs;
  const expiries = reading.expiries.filter(({ expiryMs }) => {
    const awayMs = expiryMs - fromMs;
    return awayMs >= method.expiries.minHours * 3_600_000 && awayMs <= method.expiries.maxDays * MS_PER_DAY;
  });
  return {
    kind: "chain",
    source,
    chain,
    reading,
    rules: method.chain,
    spot,
    spotThen: reading.spotAtFirstSight(spot.name, spot.price),
    expiries,
    excluded: [...spot.excluded, ...refusedRows(source, expiries, rowsFor)],
  };
}

/** |ln(F/S)| at most basis + carry·T, since a forward this far away would be an arbitrage nobody takes. */
export function credibilityFault(expiry: ExpiryReading, view: ChainView): ExpiryFault | null {
  const { venueForward, years } = expiry;
  const { maxBasisBps, maxCarryBpsPerYear } = view.rules;
  const allowed = (maxBasisBps + maxCarryBpsPerYear * years) / 10_000;
  if (Math.abs(Math.log(venueForward / view.spotThen)) <= allowed) return null;
  const detail = `forward ${venueForward} beside a spot price of ${view.spotThen}`;
  return { isForwardWrong: true, reason: "inconsistent", detail };
}

export function spotLine({ spot, chain }: ChainView): InputLine {
  return { source: spot.name, label: "spot index", value: spot.price, unit: `USD/${chain.base}`, weight: null };
}
