/** Whether two quotes say the same. Prices only: a venue's clock goes on while its book is frozen. */
import { unreachable } from "../base/errors.ts";
import type { Candle, FutureQuote, OptionQuote } from "../market/quote.ts";
import type { MarketQuote } from "./adapters.ts";

export function hasSameNumbers(a: MarketQuote, b: MarketQuote): boolean {
  switch (a.kind) {
    case "spot":
      return b.kind === "spot" && a.value.bid === b.value.bid && a.value.ask === b.value.ask;
    case "index":
      return b.kind === "index" && a.value.price === b.value.price;
    case "vol-index":
      return b.kind === "vol-index" && a.value.vol === b.value.vol;
    case "depth":
      return (
        b.kind === "depth" &&
        a.value.down.notional === b.value.down.notional &&
        a.value.up.notional === b.value.up.notional
      );
    case "futures":
      return b.kind === "futures" && sameRows(a.value.futures, b.value.futures, sameFuture);
    case "options":
      return b.kind === "options" && sameRows(a.value.options, b.value.options, sameOption);
    case "candles":
      return b.kind === "candles" && sameRows(a.value.closes, b.value.closes, sameBar);
    default:
      return unreachable(a);
  }
}

function sameRows<R>(a: readonly R[], b: readonly R[], same: (a: R, b: R) => boolean): boolean {
  return a.length === b.length && a.every((row, i) => same(row, b[i]!));
}

export function sameFuture(a: FutureQuote, b: FutureQuote): boolean {
  return (
    a.instrument === b.instrument &&
    a.bid === b.bid &&
    a.ask === b.ask &&
    a.mark === b.mark &&
    a.index === b.index &&
    a.funding8h === b.funding8h &&
    a.currentFunding === b.currentFunding
  );
}

function sameBar(a: Candle, b: Candle): boolean {
  return a.openMs === b.openMs && a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;
}

export function sameOption(a: OptionQuote, b: OptionQuote): boolean {
  return (
    a.instrument === b.instrument &&
    a.bidCoin === b.bidCoin &&
    a.askCoin === b.askCoin &&
    a.markCoin === b.markCoin &&
    a.markVol === b.markVol &&
    a.forward === b.forward
  );
}
