/** The fitted smile of an expiry, as the feeds that need far strikes read it. */
import type { FittedSlice } from "../../quant/surface-fit.ts";
import type { InputLine } from "../evaluation.ts";
import { daysText, type Point } from "./bracket.ts";
import type { ChainReading } from "./chain-reader.ts";
import { fault, type Found } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import type { SmileQuote } from "./smile-quotes.ts";

export type Smile = {
  readonly slice: FittedSlice;
  readonly quotes: readonly SmileQuote[];
  /** The range of log-moneyness in which quotes hold the slice. */
  readonly kMin: number;
  readonly kMax: number;
};

export function readSmile(reading: ChainReading, { expiryMs, smile }: ExpiryReading): Found<Smile> {
  const fitted = reading.fitted(expiryMs);
  if (!fitted.ok) return fitted;
  if (!smile.ok) return smile;
  const [first, last] = [smile.quotes[0], smile.quotes.at(-1)];
  if (first === undefined || last === undefined) return fault("no-quote", "no quotes");
  return { ok: true, slice: fitted.slice, quotes: smile.quotes, kMin: first.k, kMax: last.k };
}

/** How well the curve meets its quotes: a number that people want to see beside what is read off it. */
export function fitLine({ name, years, slice }: Point<Smile>): InputLine {
  const label = `error of the curve in ${daysText(years)} over ${slice.usedPoints} quotes`;
  return { source: name, label, value: slice.rmseVol, unit: "1/sqrt(year)", weight: null };
}
