/** What a request of a venue's API can ask for. */
export type Pair = {
  readonly base: string;
  readonly quote: string;
};

export type CandleRequest = {
  readonly kind: "candles";
  readonly pair: Pair;
  /** null: a length the venue does not have. */
  readonly intervalMs: number | null;
  /** Bars that open from here on, unix ms; null: as many as `limit` before `toMs`. */
  readonly fromMs: number | null;
  /** Bars that open up to here, unix ms; null: now. */
  readonly toMs: number | null;
  /** null: the venue's own. */
  readonly limit: number | null;
};

/** `unknown` is a symbol the venue never had; `none` is a path that does not exist there. */
export type VenueRequest =
  | { readonly kind: "spot"; readonly pairs: readonly Pair[]; readonly list: boolean }
  | CandleRequest
  | { readonly kind: "index"; readonly coin: string }
  | { readonly kind: "book-summary"; readonly coin: string; readonly contracts: "option" | "future" | "all" | "other" }
  | { readonly kind: "unknown"; readonly seen: string }
  | { readonly kind: "none" };

/** What follows the venue's name in a request. */
export type VenueTarget = { readonly path: string; readonly query: URLSearchParams };
