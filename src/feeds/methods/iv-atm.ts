/** At-the-money implied volatility at a constant maturity, from one venue's option chain: docs/methodology/iv-atm.md. */
import type { MarketSnapshot, OptionQuote } from "../../market/quote.ts";
import { isListedExpiry, yearsBetween } from "../../quant/day-count.ts";
import { interpolateTotalVariance } from "../../quant/total-variance.ts";
import type { IvAtmDefinition } from "../definition.ts";
import { baseOf } from "../definition.ts";
import type { Exclusion, MissingReason } from "../evaluation.ts";
import { type AtmSlice, atmSlice } from "./atm-slice.ts";
import { freshest } from "./freshness.ts";
import type { MethodOutcome } from "./outcome.ts";
import { spotPrice } from "./spot-price.ts";

const DAYS_PER_YEAR = 365;

function byExpiry(options: readonly OptionQuote[]): ReadonlyMap<number, readonly OptionQuote[]> {
  const groups = new Map<number, OptionQuote[]>();
  for (const option of options) {
    const group = groups.get(option.expiryMs);
    if (group === undefined) groups.set(option.expiryMs, [option]);
    else group.push(option);
  }
  return groups;
}

/** Days to expiry, for people. */
function days(years: number): string {
  return `${(years * DAYS_PER_YEAR).toFixed(2)} d`;
}

type Failure = Extract<AtmSlice, { ok: false }>;

/** The failed expiries strictly between the two that are used: each was nearer to the tenor and could not be used. */
function failuresBetween(
  slices: readonly AtmSlice[],
  near: AtmSlice | undefined,
  far: AtmSlice | undefined,
): Failure[] {
  const [from, to] = [near?.years ?? 0, far?.years ?? Infinity];
  return slices.filter((slice) => !slice.ok).filter(({ years }) => years > from && years < to);
}

function describe({ years, detail }: Failure): string {
  return `expiry in ${days(years)}: ${detail}`;
}

export function ivAtm(definition: IvAtmDefinition, snapshot: MarketSnapshot): MethodOutcome {
  const { method } = definition;
  const base = baseOf(definition);
  const source = `${method.venue}:${base}.options`;
  const missing = (reason: MissingReason, detail: string, excluded: readonly Exclusion[]): MethodOutcome => {
    return { kind: "missing", reason, detail, excluded };
  };

  const chains = snapshot.chains.filter((candidate) => candidate.venue === method.venue && candidate.base === base);
  const fresh = freshest(source, chains, definition.maxQuoteAgeMs, snapshot);
  if (!fresh.ok) {
    return missing("no-chain", `${source} ${fresh.exclusion.reason}: ${fresh.exclusion.detail}`, [fresh.exclusion]);
  }
  const chain = fresh.quote;
  const spot = spotPrice(method.spot, snapshot);
  if (!spot.ok) return missing("no-spot", spot.detail, spot.excluded);

  // Time runs from the chain's own instant: its marks were made then.
  const slices = [...byExpiry(chain.options)]
    .filter(([expiryMs]) => isListedExpiry(expiryMs))
    .map(([expiryMs, rows]) => ({ expiryMs, rows, years: yearsBetween(chain.timeMs, expiryMs) }))
    .filter(
      ({ years }) => years * DAYS_PER_YEAR >= method.minExpiryDays && years * DAYS_PER_YEAR <= method.maxExpiryDays,
    )
    .sort((a, b) => a.years - b.years)
    .map(({ expiryMs, rows, years }) => atmSlice(rows, expiryMs, years, spot.price, definition));

  const tenorYears = method.tenorDays / DAYS_PER_YEAR;
  const usable = slices.filter((slice) => slice.ok);
  const near = usable.filter(({ years }) => years <= tenorYears).at(-1);
  const far = usable.find(({ years }) => years >= tenorYears);
  const failures = failuresBetween(slices, near, far);
  if (near === undefined || far === undefined) {
    const side = near === undefined ? "before" : "after";
    const onSide = failures.filter(({ years }) => (near === undefined ? years <= tenorYears : years >= tenorYears));
    const cause = onSide.find(({ isForwardWrong }) => isForwardWrong) ?? onSide[0];
    const detail = `no usable expiry ${side} ${method.tenorDays} d: ${cause === undefined ? "none is listed" : describe(cause)}`;
    const reason = cause?.isForwardWrong === true ? "cross-check-failed" : "no-bracketing-expiries";
    return missing(reason, detail, [{ source, reason: cause?.reason ?? "no-quote", detail }]);
  }
  const result = interpolateTotalVariance(near, far, tenorYears);
  if (!result.ok) {
    const detail = `${result.why}: ${near.vol} in ${days(near.years)}, ${far.vol} in ${days(far.years)}`;
    return missing("calendar-arbitrage", detail, [{ source, reason: "inconsistent", detail }]);
  }
  const notes = failures.map((failure) => ({ kind: "expiry-passed-over" as const, source, detail: describe(failure) }));
  return { kind: "value", value: result.vol, sources: [source], excluded: [], notes };
}
