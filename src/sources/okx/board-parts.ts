/**
 * What is known so far of each instrument of a board, from several channels. A push holds a part of the chain, and is
 * merged by instrument; a row is told once all the channels it is made of have spoken.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { FutureQuote, OptionQuote } from "../../market/quote.ts";
import { type BoardRow, liveInstrument, type RowRefusal } from "../board.ts";
import { isRecord } from "../json.ts";
import type { RowsUpdate } from "../stream-adapter.ts";
import { timeOfText } from "../text-fields.ts";
import type { Channel } from "./channels.ts";
import { okxFuture } from "./futures.ts";
import { OKX_NAMES } from "./names.ts";
import { okxOption } from "./options.ts";

/** A venue's push cannot fill the memory: chains have about a thousand instruments. */
const INSTRUMENTS_MAX = 5_000;

type Parts = Partial<Record<Channel, BoardRow>>;

/** @returns null while a channel has not spoken yet */
export type PartsReader<Row> = (name: string, listed: Instrument, parts: Parts) => Row | RowRefusal | null;

export function readOptionParts(name: string, listed: Instrument, parts: Parts): OptionQuote | RowRefusal | null {
  const { "opt-summary": summary, tickers: ticker } = parts;
  return summary === undefined || ticker === undefined ? null : okxOption(name, listed, { summary, ticker });
}

export function readFutureParts(name: string, listed: Instrument, parts: Parts): FutureQuote | RowRefusal | null {
  const { tickers: ticker, "mark-price": mark, "funding-rate": funding } = parts;
  const isWhole = listed.kind !== "perpetual" || funding !== undefined;
  if (ticker === undefined || mark === undefined || !isWhole) return null;
  return okxFuture(name, listed, { ticker, mark, funding: funding ?? null });
}

export class BoardParts<Row extends object> {
  readonly #source: string;
  readonly #base: string;
  readonly #read: PartsReader<Row>;
  readonly #parts = new Map<string, Parts>();
  /** Instruments that were told as rows and not as gone since. */
  readonly #told = new Set<string>();

  constructor({ source, base, read }: { source: string; base: string; read: PartsReader<Row> }) {
    this.#source = source;
    this.#base = base;
    this.#read = read;
  }

  /** @param id the instrument that the push is about; null: a family, whose rows name themselves */
  take(channel: Channel, entries: readonly unknown[], id: string | null, receivedAtMs: number): RowsUpdate<Row> | null {
    // A push may name one instrument twice: its last word stands.
    const rows = new Map<string, Row>();
    const gone = new Set<string>();
    const refused: Partial<Record<RowRefusal, number>> = {};
    let timeMs: number | null = null;
    for (const entry of entries) {
      const taken = this.#takeRow(channel, entry, id, receivedAtMs);
      if (taken.timeMs !== null && (timeMs === null || taken.timeMs > timeMs)) timeMs = taken.timeMs;
      if (taken.row === null) continue;
      if (typeof taken.row !== "string") {
        rows.set(taken.name, taken.row);
        gone.delete(taken.name);
        this.#told.add(taken.name);
        continue;
      }
      refused[taken.row] = (refused[taken.row] ?? 0) + 1;
      // What was told of it before holds no more.
      if (this.#told.delete(taken.name)) gone.add(taken.name);
      rows.delete(taken.name);
    }
    if (rows.size + gone.size + Object.keys(refused).length === 0) return null;
    const told = { rows: [...rows.values()], gone: [...gone] };
    return { source: this.#source, ...told, timeMs, receivedAtMs, refused };
  }

  forget(name: string): void {
    this.#parts.delete(name);
    this.#told.delete(name);
  }

  #takeRow(
    channel: Channel,
    entry: unknown,
    id: string | null,
    receivedAtMs: number,
  ): { readonly name: string; readonly timeMs: number | null; readonly row: Row | RowRefusal | null } {
    const nobody = { name: "", timeMs: null };
    if (!isRecord(entry)) return { ...nobody, row: "not-an-object" };
    const name = entry.instId;
    if (typeof name !== "string") return { ...nobody, row: "unknown-instrument" };
    if (id !== null && id !== name) return { ...nobody, row: "other-underlying" };
    // Funding carried no time once; all else always did.
    const isUntimed = channel === "funding-rate" && entry.ts === undefined;
    const timeMs = isUntimed ? null : timeOfText(entry.ts);
    if (timeMs === null && !isUntimed) return { name, timeMs, row: "bad-number" };
    const listed = liveInstrument(name, { ...OKX_NAMES, base: this.#base, timeMs: timeMs ?? receivedAtMs });
    if (typeof listed === "string") {
      this.#parts.delete(name);
      return { name, timeMs, row: listed };
    }
    const parts = this.#parts.get(name) ?? {};
    if (!this.#parts.has(name) && this.#parts.size >= INSTRUMENTS_MAX) return { ...nobody, row: null };
    parts[channel] = entry;
    this.#parts.set(name, parts);
    return { name, timeMs, row: this.#read(name, listed, parts) };
  }
}
