/** The two usable expiries around a constant maturity. Nothing is extrapolated. */
import type { EvaluationNote, Exclusion } from "../evaluation.ts";
import { type ChainView, credibilityFault, expiryName } from "./chain-view.ts";
import type { Fault, Found } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import { missing, type Missing } from "./outcome.ts";

const DAYS_PER_YEAR = 365;

/** What was read off one expiry. */
export type Point<T> = {
  readonly ok: true;
  readonly expiryMs: number;
  readonly years: number;
  readonly name: string;
} & T;

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

type Failure = Fault & { readonly expiryMs: number; readonly years: number };

/** Days to expiry, for people. */
export function daysText(years: number): string {
  return `${(years * DAYS_PER_YEAR).toFixed(2)} d`;
}

type Read<T extends object> = (expiry: ExpiryReading) => Found<T>;

function readOne<T extends object>(view: ChainView, expiry: ExpiryReading, read: Read<T>): Point<T> | Failure {
  const { expiryMs, years } = expiry;
  const incredible = credibilityFault(expiry, view);
  const found: Found<T> = incredible === null ? read(expiry) : { ok: false, ...incredible };
  return found.ok
    ? { ...found, expiryMs, years, name: expiryName(view.chain, expiryMs) }
    : { ...found, expiryMs, years };
}

/** The first usable one of the expiries, and those before it that were not. */
function firstUsable<T extends object>(
  view: ChainView,
  expiries: readonly ExpiryReading[],
  read: Read<T>,
): { readonly point: Point<T> | undefined; readonly failures: readonly Failure[] } {
  const failures: Failure[] = [];
  for (const expiry of expiries) {
    const found = readOne(view, expiry, read);
    if (found.ok) return { point: found, failures };
    failures.push(found);
  }
  return { point: undefined, failures };
}

/** Every expiry in range. */
export function readAll<T extends object>(
  view: ChainView,
  read: Read<T>,
): { readonly usable: readonly Point<T>[]; readonly failures: readonly Failure[] } {
  const usable: Point<T>[] = [];
  const failures: Failure[] = [];
  for (const expiry of view.expiries) {
    const found = readOne(view, expiry, read);
    if (found.ok) usable.push(found);
    else failures.push(found);
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
 * @param read what is wanted of an expiry, or why it cannot be had; asked from the tenor outwards
 * @returns the last usable expiry up to the tenor and the first one from it on, or why the feed is missing
 */
export function bracketTenor<T extends object>(
  view: ChainView,
  tenorDays: number,
  read: Read<T>,
): Bracket<T> | Missing {
  const tenorYears = tenorDays / DAYS_PER_YEAR;
  const before = view.expiries.filter(({ years }) => years <= tenorYears).reverse();
  const nearSide = firstUsable(view, before, read);
  const near = nearSide.point;
  const after = view.expiries.filter(({ years }) => years >= tenorYears);
  const farSide = near?.years === tenorYears ? nearSide : firstUsable(view, after, read);
  const far = farSide.point;
  // Each of these is nearer to the tenor than the one that is used.
  const failures = farSide === nearSide ? nearSide.failures : [...nearSide.failures, ...farSide.failures];
  const excluded = [...view.excluded, ...exclusionsOf(view, failures)];
  if (near === undefined || far === undefined) {
    const side = near === undefined ? "before" : "after";
    const onSide = near === undefined ? nearSide.failures : farSide.failures;
    const cause = onSide.find(({ isForwardWrong }) => isForwardWrong) ?? onSide[0];
    const because = cause === undefined ? "none is listed" : describe(cause);
    const detail = `no usable expiry ${side} ${tenorDays} d: ${because}`;
    const reason = cause?.isForwardWrong === true ? "cross-check-failed" : "no-bracketing-expiries";
    const whole: Exclusion = { source: view.source, reason: cause?.reason ?? "no-quote", detail };
    return missing(reason, detail, { excluded: [whole, ...excluded] });
  }
  const notes = failures.map((failure): EvaluationNote => {
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
