/**
 * What the option chain and the board of futures share: rows of get_book_summary_by_currency, each taken or left out
 * with a reason. Rows are checked by hand and not by a schema: a chain has a thousand of them, four times a few seconds.
 */
import type { Instrument } from "../../market/instrument.ts";
import { parseInstrument } from "../../market/instrument.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord } from "../json.ts";

/** Why a row was left out: a closed set. The first group says that the venue sent something malformed. */
export type RowRefusal =
  | "not-an-object"
  | "unknown-instrument"
  | "bad-number"
  | "combo"
  | "other-underlying"
  | "other-kind"
  | "expired"
  | "duplicate"
  | "crossed"
  | "out-of-bounds";

const MALFORMED: readonly RowRefusal[] = ["not-an-object", "unknown-instrument", "bad-number", "out-of-bounds"];

/** Chains had up to 1048 rows; ten times that is no chain. */
const ROWS_MAX = 10_000;

export type BoardRow = Readonly<Record<string, unknown>>;

export type Board<Q> = {
  readonly kind: "board";
  readonly rows: readonly Q[];
  readonly refused: Readonly<Record<string, number>>;
};

/**
 * @param base   the coin asked for; inverse contracts on it only
 * @param timeMs the venue's time of the answer: what expired by then is left out
 * @param read   the quote of one live row, or why there is none
 */
export function readBoard<Q extends object>(
  result: unknown,
  base: string,
  timeMs: number,
  read: (row: BoardRow, name: string, instrument: Instrument) => Q | RowRefusal,
): Board<Q> | Gap {
  if (!Array.isArray(result)) return gap("bad-shape", "result is no array");
  const entries: readonly unknown[] = result;
  if (entries.length > ROWS_MAX) return gap("too-large", `${entries.length} rows, at most ${ROWS_MAX} allowed`);
  const rows: Q[] = [];
  const seen = new Set<string>();
  const refused: Partial<Record<RowRefusal, number>> = {};
  for (const entry of entries) {
    const taken = readRow(entry, base, timeMs, seen, read);
    if (typeof taken === "string") refused[taken] = (refused[taken] ?? 0) + 1;
    else rows.push(taken);
  }
  if (rows.length > 0) return { kind: "board", rows, refused };
  const told = Object.entries(refused)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(", ");
  const malformed = MALFORMED.some((reason) => refused[reason] !== undefined);
  return gap(malformed ? "bad-shape" : "no-quote", `no usable row${told === "" ? "" : `: ${told}`}`);
}

function readRow<Q extends object>(
  entry: unknown,
  base: string,
  timeMs: number,
  seen: Set<string>,
  read: (row: BoardRow, name: string, instrument: Instrument) => Q | RowRefusal,
): Q | RowRefusal {
  if (!isRecord(entry)) return "not-an-object";
  const name = entry.instrument_name;
  if (typeof name !== "string") return "unknown-instrument";
  const instrument = parseInstrument(name);
  if (instrument === null) return "unknown-instrument";
  if (instrument.kind === "combo") return "combo";
  if (instrument.base !== base || instrument.settlement !== null) return "other-underlying";
  if (instrument.kind !== "perpetual" && instrument.expiryMs <= timeMs) return "expired";
  if (seen.has(name)) return "duplicate";
  seen.add(name);
  return read(entry, name, instrument);
}

/** One side of a book: null and 0.0 mean no quote. @returns undefined when it is neither that nor a positive number */
export function sideOf(value: unknown): number | null | undefined {
  if (value === null || value === 0) return null;
  return isFiniteNumber(value) && value > 0 ? value : undefined;
}
