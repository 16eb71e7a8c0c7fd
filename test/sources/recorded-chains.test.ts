/** Whole recorded option chains: thousands of real rows through the reader and its bounds. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseInstrument } from "../../src/market/instrument.ts";
import { deribitOptions } from "../../src/sources/deribit/options.ts";
import { isPremiumWithinBounds } from "../../src/sources/sanity.ts";
import { DERIBIT_BTC } from "./bodies.ts";
import { expectLawful } from "./quote-laws.ts";

const root = `${process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url))}/exchanges`;
const absent = !existsSync(root);
const where = absent ? " [skipped: shared data is absent]" : "";

const load = (file: string): string => readFileSync(`${root}/${file}`, "utf8");

describe("whole chains put back into the wire layout (class X)", () => {
  const chains: readonly (readonly [string, number, number])[] = [
    ["20260113T092145Z", 622, Date.UTC(2026, 0, 13, 9, 21, 46)],
    ["20260227T042840Z", 1048, Date.UTC(2026, 1, 27, 4, 28, 41)],
  ];
  test.skipIf(absent).each(chains)(`%s keeps its rows and its missing quotes${where}`, (stamp, rowCount, atMs) => {
    const body = load(`deribit/get_book_summary_by_currency_option_DERIVED_${stamp}.json`);
    const raw: { result: { bid_price: number | null; ask_price: number | null }[] } = JSON.parse(body);
    const outcome = deribitOptions.parse(body, DERIBIT_BTC.options, atMs);
    if (outcome.kind === "gap") expect.fail(outcome.detail);
    expectLawful({ kind: "quote", quote: { kind: "options", value: outcome.quote } });
    const { options, refused } = outcome.quote;
    const refusedCount = Object.values(refused).reduce((sum, count) => sum + count, 0);
    expect(raw.result).toHaveLength(rowCount);
    expect(options.length + refusedCount).toBe(rowCount);
    expect(refused).toEqual({});
    const quoteless = options.filter(({ bidCoin, askCoin }) => bidCoin === null && askCoin === null).length;
    expect(quoteless).toBe(raw.result.filter((row) => !row.bid_price && !row.ask_price).length);
  });
});

describe("whole chains in their author's layout (class C)", () => {
  test
    .skipIf(absent)
    .each([
      "20251230T173115Z",
      "20260113T092145Z",
      "20260205T212937Z",
      "20260227T042840Z",
      "20260405T050414Z",
      "20260531T070333Z",
      "20260814T213340Z",
    ])(`no real row of %s is outside of the model-free bounds${where}`, (stamp) => {
    const [header, ...lines] = load(`deribit/chain_${stamp}.csv`).trim().split("\n");
    const column = (name: string): number => header!.trim().split(",").indexOf(name);
    const [nameAt, markAt, forwardAt] = [column("instrument_name"), column("mark_price"), column("underlying")];
    expect(lines.length).toBeGreaterThan(900);
    for (const line of lines) {
      const cells = line.split(",");
      const instrument = parseInstrument(cells[nameAt]!);
      if (instrument?.kind !== "option") expect.fail(`${cells[nameAt]} is no option`);
      const within = isPremiumWithinBounds(
        Number(cells[markAt]),
        instrument.right,
        instrument.strike,
        Number(cells[forwardAt]),
      );
      expect(within, line).toBe(true);
    }
  });
});
