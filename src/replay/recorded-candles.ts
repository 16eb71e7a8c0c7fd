/** The bars that a recording holds, by what was known when: pages are asked for with other ranges than they were recorded. */
import { unreachable } from "../base/errors.ts";
import type { CandleVenue } from "../market/venue.ts";
import { jsonAnswer, type VenueAnswer } from "./answer.ts";
import type { CandleRequest, Pair } from "./venue-request.ts";

type Row = { readonly knownMs: number; readonly json: unknown };
/** Tellings of one bar by its opening time, in the order they came. */
type Bars = { readonly byOpenMs: Map<number, Row[]>; key: string };

const MOST: Readonly<Record<CandleVenue, number>> = { coinbase: 300, kraken: 720, bitstamp: 1_000, binance: 1_000 };

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The rows of a venue's answer, and the name it answers under; null when it is none. */
function rowsOf(venue: CandleVenue, body: unknown): { readonly rows: readonly unknown[]; readonly key: string } | null {
  switch (venue) {
    case "coinbase":
    case "binance":
      return isList(body) ? { rows: body, key: "" } : null;
    case "bitstamp": {
      const data = member(body, "data");
      const [rows, pair] = [member(data, "ohlc"), member(data, "pair")];
      return isList(rows) && typeof pair === "string" ? { rows, key: pair } : null;
    }
    case "kraken": {
      const found = Object.entries(member(body, "result") ?? {}).find(([, value]) => isList(value));
      return found !== undefined && isList(found[1]) ? { rows: found[1], key: found[0] } : null;
    }
    default:
      return unreachable(venue);
  }
}

function openMsOf(venue: CandleVenue, row: unknown): number {
  const time = isList(row) ? row[0] : member(row, "timestamp");
  return Number(time) * (venue === "binance" ? 1 : 1000);
}

export class RecordedCandles {
  readonly #series = new Map<string, Bars>();

  /** @returns whether the body was a page of bars */
  add(request: CandleRequest, body: string, knownMs: number): boolean {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      return false;
    }
    const { venue } = request;
    const page = rowsOf(venue, json);
    if (page === null) return false;
    const name = nameOf(venue, request.pair, request.intervalMs);
    const bars = this.#series.get(name) ?? { byOpenMs: new Map<number, Row[]>(), key: page.key };
    this.#series.set(name, bars);
    for (const row of page.rows) {
      const openMs = openMsOf(venue, row);
      const told = bars.byOpenMs.get(openMs) ?? [];
      told.push({ knownMs, json: row });
      bars.byOpenMs.set(openMs, told);
    }
    return true;
  }

  /** @returns null where the recording holds no bars of that kind */
  answer(request: CandleRequest, tapeMs: number): VenueAnswer | null {
    const { venue, pair, intervalMs, fromMs, toMs, limit } = request;
    const bars = this.#series.get(nameOf(venue, pair, intervalMs));
    if (bars === undefined) return null;
    const rows: { readonly openMs: number; readonly json: unknown }[] = [];
    for (const [openMs, told] of bars.byOpenMs) {
      if (openMs < (fromMs ?? 0) || openMs > (toMs ?? Number.POSITIVE_INFINITY)) continue;
      const known = told.findLast(({ knownMs }) => knownMs <= tapeMs);
      if (known !== undefined) rows.push({ openMs, json: known.json });
    }
    rows.sort((a, b) => a.openMs - b.openMs);
    const most = Math.min(MOST[venue], limit ?? MOST[venue]);
    // From a given time on the venues begin there; Kraken, and whoever is asked for no time, gives the newest.
    const cut = fromMs === null || venue === "kraken" ? rows.slice(-most) : rows.slice(0, most);
    return written(venue, bars.key, cut);
  }
}

function nameOf(venue: CandleVenue, { base, quote }: Pair, intervalMs: number | null): string {
  return `${venue}:${base}-${quote}:${intervalMs}`;
}

function written(
  venue: CandleVenue,
  key: string,
  rows: readonly { readonly openMs: number; readonly json: unknown }[],
): VenueAnswer {
  const json = rows.map((row) => row.json);
  switch (venue) {
    case "coinbase":
      return jsonAnswer(200, json.reverse());
    case "binance":
      return jsonAnswer(200, json);
    case "bitstamp":
      return jsonAnswer(200, { data: { ohlc: json, pair: key } });
    case "kraken":
      return jsonAnswer(200, { error: [], result: { [key]: json, last: (rows.at(-2)?.openMs ?? 0) / 1000 } });
    default:
      return unreachable(venue);
  }
}
