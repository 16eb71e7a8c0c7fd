/**
 * Minute bars of BTC against the dollar and two stablecoins, and the price inside a minute.
 * A bar's close is known at the minute's end. Within a minute the price runs in a straight line from the close before to
 * its own close, so nothing jumps at a minute's edge and the tape can be asked at any speed. A blank cell is a minute
 * without a trade: the last close is carried for `CARRY_MINUTES_MAX`, then there is no quote.
 */
import { CsvFile } from "./csv.ts";

export const CARRY_MINUTES_MAX = 5;
const MINUTE_SECONDS = 60;

export type MinuteSeries = "usd" | "usdt" | "usdc" | "krakenUsdc";

export type MinuteTape = {
  readonly file: string;
  /** Unix seconds at which the first bar opens and the last one closes. */
  readonly fromUnix: number;
  readonly toUnix: number;
  readonly firstOpenUsd: number;
  /** Closes by minute; null where nothing traded. */
  readonly closes: Readonly<Record<MinuteSeries, readonly (number | null)[]>>;
};

const COLUMNS: Readonly<Record<MinuteSeries, string>> = {
  usd: "usd_close",
  usdt: "usdt_close",
  usdc: "usdc_close",
  krakenUsdc: "kraken_usdc_close",
};

/** @throws OracleError `bad-csv`, naming file and line; minutes must follow each other without a hole */
export function parseTapeMinutes(text: string, file: string): MinuteTape {
  const csv = new CsvFile(text, file, ["unix", "usd_open", ...Object.values(COLUMNS)]);
  const closes: Record<MinuteSeries, (number | null)[]> = { usd: [], usdt: [], usdc: [], krakenUsdc: [] };
  const fromUnix = csv.number(csv.rows[0]!, "unix", 0);
  if (fromUnix % MINUTE_SECONDS !== 0) csv.refuse(csv.rows[0]!, `unix is ${fromUnix}, expected a whole minute`);
  for (const [i, row] of csv.rows.entries()) {
    const wanted = fromUnix + i * MINUTE_SECONDS;
    const unix = csv.number(row, "unix", 0);
    if (unix !== wanted) csv.refuse(row, `unix is ${unix}, expected ${wanted}: one row a minute`);
    for (const series of Object.keys(COLUMNS) as MinuteSeries[]) {
      closes[series].push(csv.numberOrNull(row, COLUMNS[series], Number.MIN_VALUE));
    }
  }
  return {
    file,
    fromUnix,
    toUnix: fromUnix + csv.rows.length * MINUTE_SECONDS,
    firstOpenUsd: csv.number(csv.rows[0]!, "usd_open", Number.MIN_VALUE),
    closes,
  };
}

function carriedClose(closes: readonly (number | null)[], minute: number): number | null {
  for (let back = 0; back <= CARRY_MINUTES_MAX; back++) {
    const close = closes[minute - back];
    if (close !== null && close !== undefined) return close;
  }
  return null;
}

/** @returns null before the tape, after it, and where too many minutes in a row are blank */
export function tapePrice(tape: MinuteTape, series: MinuteSeries, unix: number): number | null {
  if (unix < tape.fromUnix || unix >= tape.toUnix) return null;
  const minute = Math.floor((unix - tape.fromUnix) / MINUTE_SECONDS);
  const closes = tape.closes[series];
  const own = closes[minute] ?? null;
  const before = minute === 0 ? (series === "usd" ? tape.firstOpenUsd : null) : carriedClose(closes, minute - 1);
  if (own === null) return before;
  if (before === null) return own;
  const weight = (unix - tape.fromUnix) / MINUTE_SECONDS - minute;
  return before + (own - before) * weight;
}
