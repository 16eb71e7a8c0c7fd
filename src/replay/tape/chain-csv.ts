/** One recorded Deribit option chain, both coins, as its author's CSV has it: vols decimal, empty cells for no quote. */
import { type Coin, COINS } from "../../sim/market/model.ts";
import type { Right } from "../../sim/market/pricing.ts";
import { CsvFile } from "./csv.ts";

export type RecordedOption = {
  readonly coin: Coin;
  readonly expiryMs: number;
  readonly strike: number;
  readonly right: Right;
  readonly bidCoin: number | null;
  readonly askCoin: number | null;
  readonly markCoin: number;
  /** Annualised decimal. */
  readonly markVol: number;
  readonly underlyingPrice: number;
  /** A future's name, `SYN.` and a name, or `index_price`. */
  readonly underlyingIndex: string;
  readonly indexPrice: number;
  readonly openInterest: number;
  readonly volume: number;
  readonly volumeUsd: number;
};

export type RecordedChain = {
  readonly file: string;
  /** When it was recorded, unix ms. */
  readonly takenAtMs: number;
  readonly options: readonly RecordedOption[];
};

const COLUMNS = [
  "timestamp",
  "underlying",
  "underlying_name",
  "option_type",
  "strike",
  "expiry_datetime",
  "bid_price",
  "ask_price",
  "mark_price",
  "implied_volatility",
  "open_interest",
  "volume",
  "currency",
  "index_price",
  "volume_usd",
];
const DAY_MS = 86_400_000;
const EXPIRY_OF_DAY_MS = 8 * 3_600_000;

/** @throws OracleError `bad-csv`, naming file and line */
export function parseTapeChain(text: string, file: string): RecordedChain {
  // The annotation lets the compiler see that `refuse` never returns.
  const csv: CsvFile = new CsvFile(text, file, COLUMNS);
  const takenAtMs = csv.instant(csv.rows[0]!, "timestamp");
  const options = csv.rows.map((row): RecordedOption => {
    const right = csv.text(row, "option_type");
    if (right !== "call" && right !== "put")
      csv.refuse(row, `option_type is ${JSON.stringify(right)}, expected call or put`);
    const currency = csv.text(row, "currency");
    const coin = COINS.find((known) => known === currency);
    if (coin === undefined) csv.refuse(row, `currency is ${JSON.stringify(currency)}, expected ${COINS.join(" or ")}`);
    if (csv.instant(row, "timestamp") !== takenAtMs) csv.refuse(row, "has another timestamp than the first row");
    const expiryMs = csv.instant(row, "expiry_datetime");
    if (expiryMs % DAY_MS !== EXPIRY_OF_DAY_MS) csv.refuse(row, "expires at another time than 08:00 UTC");
    return {
      coin,
      expiryMs,
      strike: csv.number(row, "strike", Number.MIN_VALUE),
      right,
      bidCoin: csv.numberOrNull(row, "bid_price", 0),
      askCoin: csv.numberOrNull(row, "ask_price", 0),
      markCoin: csv.number(row, "mark_price", 0),
      markVol: csv.number(row, "implied_volatility", 0),
      underlyingPrice: csv.number(row, "underlying", Number.MIN_VALUE),
      underlyingIndex: csv.text(row, "underlying_name"),
      indexPrice: csv.number(row, "index_price", Number.MIN_VALUE),
      openInterest: csv.number(row, "open_interest", 0),
      volume: csv.number(row, "volume", 0),
      volumeUsd: csv.numberOrNull(row, "volume_usd", 0) ?? 0,
    };
  });
  return { file, takenAtMs, options };
}
