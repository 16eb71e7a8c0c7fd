/** A venue's refusal as a value: a reason from a closed set, and a few safe words. */
import type { GapReason } from "../market/quote.ts";

export type Gap = {
  readonly kind: "gap";
  readonly reason: GapReason;
  /** At most 80 printable ASCII characters; may hold a venue's own words, so it belongs on the page and in debug lines. */
  readonly detail: string;
  /** How long the venue asked to be left alone, from the moment of receipt. */
  readonly retryAfterMs?: number;
};

export type Parsed<Q> = { readonly kind: "quote"; readonly quote: Q } | Gap;

const DETAIL_MAX_CHARS = 80;

export function gap(reason: GapReason, detail: string, retryAfterMs?: number): Gap {
  const safe = printable(detail);
  return retryAfterMs === undefined
    ? { kind: "gap", reason, detail: safe }
    : { kind: "gap", reason, detail: safe, retryAfterMs };
}

/** What a venue said in one member, for a detail. An object may bring a toString that is none, and `String()` would throw. */
export function saidOf(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** Control characters and everything outside ASCII become '?': a venue cannot write terminal codes or markup into our pages. */
export function printable(text: string): string {
  const cut = text.length > DETAIL_MAX_CHARS ? `${text.slice(0, DETAIL_MAX_CHARS - 3)}...` : text;
  return cut.replace(/[^\x20-\x7e]/g, "?").replace(/[<>&"'`]/g, "?");
}
