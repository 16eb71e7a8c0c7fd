/**
 * What option chains and boards of futures share: rows, each taken or left out with a reason. Rows are checked by hand
 * and not by a schema: a chain has a thousand of them, every few seconds.
 */
import type { Combo, Instrument } from "../market/instrument.ts";
import { type Gap, gap } from "./gap.ts";
import { isRecord } from "./json.ts";

/** Why a row was left out: a closed set. The first group says that the venue sent something malformed. */
export type RowRefusal =
  | "not-an-object"
  | "unknown-instrument"
  | "bad-number"
  | "combo"
  | "other-underlying"
  | "other-kind"
  | "expired"
  | "halted"
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

export type BoardReading<Q> = {
  /** The coin asked for, and what its contracts settle in: null is the coin itself. */
  readonly base: string;
  readonly settlement: string | null;
  /** The member that names the instrument, and the venue's grammar of names. */
  readonly nameMember: string;
  readonly parseName: (name: string) => Instrument | Combo | null;
  /** The venue's time of the answer: what expired by then is left out. */
  readonly timeMs: number;
  /** The quote of one live row, or why there is none. */
  readonly read: (row: BoardRow, name: string, instrument: Instrument) => Q | RowRefusal;
};

export function readBoard<Q extends object>(result: unknown, reading: BoardReading<Q>): Board<Q> | Gap {
  if (!Array.isArray(result)) return gap("bad-shape", "result is no array");
  const entries: readonly unknown[] = result;
  if (entries.length > ROWS_MAX) return gap("too-large", `${entries.length} rows, at most ${ROWS_MAX} allowed`);
  const rows: Q[] = [];
  const seen = new Set<string>();
  const refused: Partial<Record<RowRefusal, number>> = {};
  for (const entry of entries) {
    const taken = readRow(entry, seen, reading);
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

function readRow<Q extends object>(entry: unknown, seen: Set<string>, reading: BoardReading<Q>): Q | RowRefusal {
  if (!isRecord(entry)) return "not-an-object";
  const name = entry[reading.nameMember];
  if (typeof name !== "string") return "unknown-instrument";
  const instrument = liveInstrument(name, reading);
  if (typeof instrument === "string") return instrument;
  if (seen.has(name)) return "duplicate";
  seen.add(name);
  return reading.read(entry, name, instrument);
}

/** The instrument of a row that this board takes, or why it does not; of streams, too. */
export function liveInstrument(
  name: string,
  { base, settlement, parseName, timeMs }: Pick<BoardReading<unknown>, "base" | "settlement" | "parseName" | "timeMs">,
): Instrument | RowRefusal {
  const instrument = parseName(name);
  if (instrument === null) return "unknown-instrument";
  if (instrument.kind === "combo") return "combo";
  if (instrument.base !== base || instrument.settlement !== settlement) return "other-underlying";
  if (instrument.kind !== "perpetual" && instrument.expiryMs <= timeMs) return "expired";
  return instrument;
}
