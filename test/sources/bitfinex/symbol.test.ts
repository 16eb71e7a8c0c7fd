import { expect, test } from "vitest";
import { bitfinexSymbol } from "../../../src/sources/bitfinex/symbol.ts";

test.each([
  ["BTC", "USD", "tBTCUSD"],
  ["BTC", "USDT", "tBTCUST"],
  ["USDT", "USD", "tUSTUSD"],
  ["USDC", "USD", "tUDCUSD"],
  ["AAVE", "USD", "tAAVE:USD"],
  ["LINK", "USDT", "tLINK:UST"],
])("%s-%s is %s", (base, quote, symbol) => {
  expect(bitfinexSymbol({ base, quote })).toBe(symbol);
});
