/**
 * What somebody else would say the number is, from the same market data and by as little method as possible: a venue's own
 * index, a venue's own mark volatilities and forwards, or the middle of everything unfiltered. For backtests only; nothing
 * of it ever enters a value.
 *
 * Domain: any snapshot. Accuracy: that of the venue; rows without a finite number are skipped.
 */
import { unreachable } from "../base/errors.ts";
import type { MarketSnapshot, OptionChain, OptionQuote } from "../market/quote.ts";
import { parseExpiryDay } from "../market/instrument.ts";
import { MS_PER_DAY, MS_PER_YEAR, yearsBetween } from "../quant/day-count.ts";
import { normalCdf } from "../quant/normal.ts";
import { parkinson } from "../quant/realised-vol.ts";
import { interpolateTotalVariance } from "../quant/total-variance.ts";
import { type FeedDefinition, baseOf } from "./definition.ts";

export type Benchmark = { readonly name: string; readonly value: number };

/** One expiry as the venue marks it. */
type MarkedExpiry = { readonly years: number; readonly forward: number; readonly rows: readonly OptionQuote[] };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** Of an even count the mean of both. */
function medianOf(values: readonly number[]): number | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function spotOf(base: string, { indices, spots }: MarketSnapshot): Benchmark | null {
  const index = indices.find((one) => one.base === base && one.quote === "USD");
  if (index !== undefined) return { name: `${index.venue} index`, value: index.price };
  const books = spots.filter((one) => one.base === base && one.quote === "USD");
  const value = medianOf(books.map(({ bid, ask }) => (bid + ask) / 2));
  return value === null ? null : { name: "unfiltered median of the USD books", value };
}

function markedExpiries(chain: OptionChain): readonly MarkedExpiry[] {
  const groups = new Map<number, OptionQuote[]>();
  for (const row of chain.options) groups.set(row.expiryMs, [...(groups.get(row.expiryMs) ?? []), row]);
  return [...groups]
    .sort(([a], [b]) => a - b)
    .flatMap(([expiryMs, rows]) => {
      const forward = medianOf(rows.map((row) => row.forward));
      const years = yearsBetween(chain.timeMs, expiryMs);
      return forward === null || years <= 0 ? [] : [{ years, forward, rows }];
    });
}

/** On a straight line between the neighbours of `at`; null outside of them. */
function between(points: readonly (readonly [x: number, y: number])[], at: number): number | null {
  const sorted = [...points].sort(([a], [b]) => a - b);
  const above = sorted.find(([x]) => x >= at);
  const below = sorted.findLast(([x]) => x <= at);
  if (above === undefined || below === undefined) return null;
  if (above[0] === below[0]) return above[1];
  return below[1] + ((at - below[0]) / (above[0] - below[0])) * (above[1] - below[1]);
}

/** The mark volatilities of out-of-the-money rows. */
function marks({
  rows,
  forward,
}: MarkedExpiry): readonly { readonly k: number; readonly vol: number; readonly right: "call" | "put" }[] {
  return rows.flatMap(({ strike, right, markVol }) =>
    markVol !== null && markVol > 0 && strike > 0 && right === (strike >= forward ? "call" : "put")
      ? [{ k: Math.log(strike / forward), vol: markVol, right }]
      : [],
  );
}

function atMoney(expiry: MarkedExpiry): number | null {
  return between(
    marks(expiry).map(({ k, vol }) => [k, vol] as const),
    0,
  );
}

/** Mark volatility of the 25-delta option of one side. */
function quarterDelta(expiry: MarkedExpiry, right: "call" | "put"): number | null {
  const points = marks(expiry).flatMap(({ k, vol, right: side }) => {
    const root = vol * Math.sqrt(expiry.years);
    const call = normalCdf(-k / root + root / 2);
    return side === right ? [[right === "call" ? call : 1 - call, vol] as const] : [];
  });
  return between(points, 0.25);
}

/** Total variance linear in time between the expiries on both sides. */
function atTenor(
  expiries: readonly MarkedExpiry[],
  days: number,
  volOf: (expiry: MarkedExpiry) => number | null,
): number | null {
  const target = (days * MS_PER_DAY) / MS_PER_YEAR;
  const points = expiries.flatMap((expiry) => {
    const vol = volOf(expiry);
    return vol === null ? [] : [{ years: expiry.years, vol }];
  });
  const near = points.findLast(({ years }) => years <= target);
  const far = points.find(({ years }) => years >= target);
  if (near === undefined || far === undefined) return null;
  const found = interpolateTotalVariance(near, far, target);
  return found.ok ? found.vol : null;
}

function forwardAt(expiries: readonly MarkedExpiry[], years: number): number | null {
  const log = between(
    expiries.map((one) => [one.years, Math.log(one.forward)] as const),
    years,
  );
  return log === null ? null : Math.exp(log);
}

/** "2026-12-25" → unix ms at 08:00 UTC. */
function expiryOf(day: string): number | null {
  const [year = "", month = "", date = ""] = day.split("-");
  return parseExpiryDay(`${Number(date)}${MONTHS[Number(month) - 1] ?? ""}${year.slice(2)}`);
}

function named(name: string, value: number | null): Benchmark | null {
  return value === null || !Number.isFinite(value) ? null : { name, value };
}

function ofChain(definition: FeedDefinition, chain: OptionChain, snapshot: MarketSnapshot): Benchmark | null {
  const expiries = markedExpiries(chain);
  const { kind, method } = definition;
  const { venue } = chain;
  switch (kind) {
    case "iv-atm":
      return named(`${venue} mark volatility at the money`, atTenor(expiries, method.tenorDays, atMoney));
    case "vol-surface":
      return named(`${venue} mark volatility at the money`, atTenor(expiries, method.headlineDays, atMoney));
    case "vol-index":
      return named(
        `${venue} mark volatility at the money, without the wings`,
        atTenor(expiries, method.tenorDays, atMoney),
      );
    case "skew-25d": {
      const call = atTenor(expiries, method.tenorDays, (expiry) => quarterDelta(expiry, "call"));
      const put = atTenor(expiries, method.tenorDays, (expiry) => quarterDelta(expiry, "put"));
      return named(`${venue} mark volatilities at delta 0.25`, call === null || put === null ? null : call - put);
    }
    case "forward": {
      const { maturity } = method;
      const expiryMs =
        maturity.type === "listed" ? expiryOf(maturity.expiry) : chain.timeMs + maturity.days * MS_PER_DAY;
      const value = expiryMs === null ? null : forwardAt(expiries, yearsBetween(chain.timeMs, expiryMs));
      return named(`${venue} forwards of the rows`, value);
    }
    case "rate": {
      const years = (method.tenorDays * MS_PER_DAY) / MS_PER_YEAR;
      const [forward, spot] = [forwardAt(expiries, years), spotOf(baseOf(definition), snapshot)];
      const value = forward === null || spot === null ? null : Math.log(forward / spot.value) / years;
      return named(`${venue} forwards of the rows over spot`, value);
    }
    case "spot-index":
    case "realised-vol":
    case "funding-8h":
    case "settlement":
      return null;
    default:
      return unreachable(kind);
  }
}

function realised(days: number, base: string, { candles, takenAtMs }: MarketSnapshot): Benchmark | null {
  const vols = candles.flatMap((series) => {
    if (series.base !== base) return [];
    const bars = series.closes.filter(({ openMs }) => openMs >= takenAtMs - days * MS_PER_DAY);
    const found = parkinson(bars, MS_PER_YEAR / series.intervalMs);
    return found.ok ? [found.vol] : [];
  });
  return named("median of the venues' highs and lows (Parkinson)", medianOf(vols));
}

/** @returns null where the snapshot has nothing to compare the feed with */
export function benchmarkOf(definition: FeedDefinition, snapshot: MarketSnapshot): Benchmark | null {
  const base = baseOf(definition);
  switch (definition.kind) {
    case "spot-index":
    case "settlement":
      return spotOf(base, snapshot);
    case "realised-vol":
      return realised(definition.method.windowDays, base, snapshot);
    case "funding-8h":
      // The venue's rate is the value itself.
      return null;
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface": {
      const chain = snapshot.chains.find((one) => one.base === base);
      return chain === undefined ? null : ofChain(definition, chain, snapshot);
    }
    default:
      return unreachable(definition);
  }
}
