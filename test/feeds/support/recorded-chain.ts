/** A recorded whole chain as a market snapshot: its rows, and spot books at the index it carries. */
import type { MarketSnapshot, OptionQuote } from "../../../src/market/quote.ts";
import type { RecordedFile } from "../../support/recorded-data.ts";
import { healthyBooks } from "./snapshots.ts";

const numberOrNull = (text: string | undefined): number | null =>
  text === undefined || text === "" ? null : Number(text);

export function recordedSnapshot(file: RecordedFile, base: "BTC" | "ETH"): MarketSnapshot {
  const rows = file.rows().filter((row) => row["currency"] === base);
  const timeMs = Math.floor(Date.parse(rows[0]!["timestamp"]!));
  const options = rows.map(
    (row): OptionQuote => ({
      instrument: row["instrument_name"]!,
      expiryMs: Date.parse(row["expiry_datetime"]!),
      strike: Number(row["strike"]),
      right: row["option_type"] === "call" ? "call" : "put",
      bidCoin: numberOrNull(row["bid_price"]),
      askCoin: numberOrNull(row["ask_price"]),
      markCoin: Number(row["mark_price"]),
      markVol: numberOrNull(row["implied_volatility"]),
      forward: Number(row["underlying"]),
    }),
  );
  const takenAtMs = timeMs + 1_000;
  const stamp = { timeMs, receivedAtMs: timeMs, unchangedSinceMs: timeMs };
  const spots = healthyBooks(Number(rows[0]!["index_price"]), base).map((quote) => ({ ...quote, ...stamp }));
  const chain = {
    venue: "deribit",
    quote: "USD",
    base,
    timeMs,
    timeSource: "venue",
    receivedAtMs: timeMs,
    options,
    refused: {},
  } as const;
  return {
    takenAtMs,
    spots,
    indices: [],
    volIndices: [],
    depths: [],
    chains: [chain],
    futures: [],
    candles: [],
    gaps: [],
  };
}
