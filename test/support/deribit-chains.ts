/**
 * Every recorded Deribit option chain that tests may read, in one shape: seven snapshots of two coins as CSV, replies of
 * get_book_summary as JSON (whole and cut ones), two daily surfaces as CSV and one snapshot as JSON.
 */
import { z } from "zod";
import { parseInstrument } from "../../src/market/instrument.ts";
import { parseTapeChain } from "../../src/replay/tape/chain-csv.ts";
import type { OptionRow } from "../../src/quant/slice-quotes.ts";
import { type RecordedFile, recordedFile } from "./recorded-data.ts";

export type ChainRow = OptionRow & { readonly expiryMs: number };

export type DeribitChain = { readonly name: string; readonly takenAtMs: number; readonly rows: readonly ChainRow[] };

const FOLDER = "exchanges/deribit";
const SNAPSHOTS = [
  "chain_20251230T173115Z",
  "chain_20260113T092145Z",
  "chain_20260205T212937Z",
  "chain_20260227T042840Z",
  "chain_20260405T050414Z",
  "chain_20260531T070333Z",
  "chain_20260814T213340Z",
];
const SUMMARIES = [
  "get_book_summary_by_currency_option_2026-05-22.json",
  "get_book_summary_by_currency_option_2026-09-08_partial.json",
  "get_book_summary_by_currency_option_DERIVED_20260113T092145Z.json",
  "get_book_summary_by_currency_option_DERIVED_20260227T042840Z.json",
];
const SURFACES = ["surface_2026-03-26", "surface_2026-08-22"];
const SNAPSHOT = "surface_snapshot_2026-05-26_with_ssvi.json";

const summary = z.object({
  result: z.array(
    z.object({
      instrument_name: z.string(),
      bid_price: z.number().nullable(),
      ask_price: z.number().nullable(),
      mark_price: z.number(),
      mark_iv: z.number(),
      underlying_price: z.number(),
      creation_timestamp: z.number(),
    }),
  ),
});

const snapshot = z.object({
  snapshot_time: z.string(),
  forwards: z.array(z.object({ expiry: z.string(), forward_price: z.number() })),
  option_quotes: z.array(
    z.object({
      instrument_name: z.string(),
      best_bid: z.number().nullable(),
      best_ask: z.number().nullable(),
      mark_price: z.number(),
      deribit_mark_iv: z.number(),
    }),
  ),
});

function optionNamed(name: string): { expiryMs: number; strike: number; right: "call" | "put" } {
  const parsed = parseInstrument(name);
  if (parsed?.kind !== "option") throw new Error(`${name} is no option`);
  return { expiryMs: parsed.expiryMs, strike: parsed.strike, right: parsed.right };
}

function snapshotChains(file: RecordedFile, name: string): DeribitChain[] {
  const chain = parseTapeChain(file.text(), name);
  return (["BTC", "ETH"] as const).map((coin) => ({
    name: `${name} ${coin}`,
    takenAtMs: chain.takenAtMs,
    rows: chain.options
      .filter((option) => option.coin === coin)
      .map((option) => ({ ...option, forward: option.underlyingPrice })),
  }));
}

function summaryChain(file: RecordedFile, name: string): DeribitChain {
  const { result } = summary.parse(JSON.parse(file.text()));
  return {
    name,
    takenAtMs: result[0]!.creation_timestamp,
    rows: result.map((row) => ({
      ...optionNamed(row.instrument_name),
      bidCoin: row.bid_price,
      askCoin: row.ask_price,
      markCoin: row.mark_price,
      markVol: row.mark_iv / 100,
      forward: row.underlying_price,
    })),
  };
}

function surfaceChain(file: RecordedFile, name: string): DeribitChain {
  const rows = file.rows();
  return {
    name,
    takenAtMs: Date.parse(rows[0]!["snapshot_ts"]!),
    rows: rows.map((row) => ({
      expiryMs: Date.parse(`${row["expiry"]}T08:00:00Z`),
      strike: Number(row["strike"]),
      right: row["option_type"] === "C" ? "call" : "put",
      bidCoin: Number(row["bid"]),
      askCoin: Number(row["ask"]),
      markCoin: Number(row["mark_price"]),
      markVol: Number(row["implied_vol"]),
      forward: Number(row["forward_price"]),
    })),
  };
}

function snapshotChain(file: RecordedFile, name: string): DeribitChain {
  const board = snapshot.parse(JSON.parse(file.text()));
  const forwards = new Map(board.forwards.map((row) => [Date.parse(row.expiry), row.forward_price]));
  return {
    name,
    takenAtMs: Date.parse(board.snapshot_time),
    rows: board.option_quotes.map((row) => {
      const option = optionNamed(row.instrument_name);
      return {
        ...option,
        bidCoin: row.best_bid,
        askCoin: row.best_ask,
        markCoin: row.mark_price,
        markVol: row.deribit_mark_iv / 100,
        forward: forwards.get(option.expiryMs) ?? Number.NaN,
      };
    }),
  };
}

export type DeribitChainFile = {
  readonly file: RecordedFile;
  /** How the file is read; only call it where the file is present. */
  readonly chains: () => readonly DeribitChain[];
};

export function deribitChainFiles(): DeribitChainFile[] {
  const entry = (
    name: string,
    read: (file: RecordedFile, name: string) => readonly DeribitChain[],
  ): DeribitChainFile => {
    const file = recordedFile(`${FOLDER}/${name}`);
    return { file, chains: () => read(file, name.replace(/\.(csv|json)$/, "")) };
  };
  return [
    ...SNAPSHOTS.map((name) => entry(`${name}.csv`, snapshotChains)),
    ...SUMMARIES.map((name) => entry(name, (file, short) => [summaryChain(file, short)])),
    ...SURFACES.map((name) => entry(`${name}.csv`, (file, short) => [surfaceChain(file, short)])),
    entry(SNAPSHOT, (file, short) => [snapshotChain(file, short)]),
  ];
}
