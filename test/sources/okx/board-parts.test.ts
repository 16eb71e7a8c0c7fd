import { expect, test } from "vitest";
import { BoardParts, readOptionParts } from "../../../src/sources/okx/board-parts.ts";
import { NOW_MS } from "../bodies.ts";
import { summaryRow, tickerRow } from "./bodies.ts";

const CALL = "BTC-USD-260925-80000-C";

test("of an instrument that one push names twice the last word stands, there or gone and never both", () => {
  const parts = new BoardParts({ source: "okx:BTC.options", base: "BTC", read: readOptionParts });
  parts.take("tickers", [tickerRow(CALL)], CALL, NOW_MS);
  const good = summaryRow(CALL);
  const bad = summaryRow(CALL, { fwdPx: "-1" });
  const told = (entries: readonly unknown[]) => {
    const update = parts.take("opt-summary", entries, null, NOW_MS);
    return [update?.rows.map(({ instrument }) => instrument), update?.gone];
  };
  expect(told([good])).toEqual([[CALL], []]);
  expect(told([good, good])).toEqual([[CALL], []]);
  expect(told([good, bad])).toEqual([[], [CALL]]);
  expect(told([bad, good])).toEqual([[CALL], []]);
  expect(told([bad, bad])).toEqual([[], [CALL]]);
});
