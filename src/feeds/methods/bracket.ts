/** The two usable expiries around a constant maturity. Nothing is extrapolated. */
import type { EvaluationNote, Exclusion } from "../evaluation.ts";
import { type ChainView, credibilityFault, expiryName } from "./chain-view.ts";
import type { ExpiryFault, ExpiryReading, Found } from "./expiry-reading.ts";
import { missing, type Missing } from "./outcome.ts";

const DAYS_PER_YEAR = 365;

/** What was read off one expiry. */
export type Point<T> = { readonly expiryMs: number; readonly years: number; readonly name: string } & T;

export type Bracket<T> = {
  readonly kind: "bracket";
  readonly tenorYears: number;
  /** The same expiry twice where one lies at the tenor. */
  readonly near: Point<T>;
  readonly far: Point<T>;
  /** Part of the far one, 0 … 1. */
  readonly weight: number;
  readonly notes: readonly EvaluationNote[];
  readonly excluded: readonly Exclusion[];
};

type Failure = ExpiryFault & { readonly expiryMs: number; readonly years: number };

/** Days to expiry, for people. */
export function daysText(years: number): string {
  return `${(years * DAYS_PER_YEAR).toFixed(2)} d`;
}

export function readAll<T extends object>(
  view: ChainView,
  read: (expiry: ExpiryReading) => Found<T>,
): { readonly usable: readonly Point<T>[]; readonly failures: readonly Failure[] } {
  const usable: Point<T>[] = [];
  const failures: Failure[] = [];
  for (const expiry of view.expiries) {
    const { expiryMs, years } = expiry;
    const incredible = credibilityFault(expiry, view);
    const found: Found<T> = incredible === null ? read(expiry) : { ok: false, ...incredible };
    if (found.ok) usable.push({ ...found, expiryMs, years, name: expiryName(view.chain, expiryMs) });
    else failures.push({ ...found, expiryMs, years });
  }
  return { usable, failures };
}

export function exclusionsOf(view: ChainView, failures: readonly Failure[]): Exclusion[] {
  return failures.map(({ expiryMs, reason, detail }) => ({ source: expiryName(view.chain, expiryMs), reason, detail }));
}

function describe({ years, detail }: Failure): string {
  return `expiry in ${daysText(years)}: ${detail}`;
}

/**
 * @param read what is wanted of an expiry, or why it cannot be had; asked for every expiry in range
 * @returns the last usable expiry up to the tenor and the first one from it on, or why the feed is missing
 */
export function bracketTenor<T extends object>(
  view: ChainView,
  tenorDays: number,
  read: (expiry: ExpiryReading) => Found<T>,
): Bracket<T> | Missing {
  const tenorYears = tenorDays / DAYS_PER_YEAR;
  const { usable, failures } = readAll(view, read);
  const excluded = [...view.excluded, ...exclusionsOf(view, failures)];
  const near = usable.findLast(({ years }) => years <= tenorYears);
  const far = usable.find(({ years }) => years >= tenorYears);
  if (near === undefined || far === undefined) {
    const side = near === undefined ? "before" : "after";
    const onSide = failures.filter(({ years }) => (near === undefined ? years <= tenorYears : years >= tenorYears));
    const cause = onSide.find(({ isForwardWrong }) => isForwardWrong) ?? onSide[0];
    const because = cause === undefined ? "none is listed" : describe(cause);
    const detail = `no usable expiry ${side} ${tenorDays} d: ${because}`;
    const reason = cause?.isForwardWrong === true ? "cross-check-failed" : "no-bracketing-expiries";
    const whole: Exclusion = { source: view.source, reason: cause?.reason ?? "no-quote", detail };
    return missing(reason, detail, { excluded: [whole, ...excluded] });
  }
  // Each of these was nearer to the tenor than the one that is used.
  const passedOver = failures.filter(({ years }) => years > near.years && years < far.years);
  const notes = passedOver.map((failure): EvaluationNote => {
    return { kind: "expiry-passed-over", source: view.source, detail: describe(failure) };
  });
  const weight = near.years === far.years ? 1 : (tenorYears - near.years) / (far.years - near.years);
  return { kind: "bracket", tenorYears, near, far, weight, notes: [...view.spot.notes, ...notes], excluded };
}

/** Near and far with their parts of the whole; one line where they are the same expiry. */
export function partsOf<T>({
  near,
  far,
  weight,
}: Bracket<T>): readonly { readonly point: Point<T>; readonly part: number }[] {
  if (near.expiryMs === far.expiryMs) return [{ point: far, part: 1 }];
  return [
    { point: near, part: 1 - weight },
    { point: far, part: weight },
  ];
}
