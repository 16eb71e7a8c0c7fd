/** What a fault makes of the numbers that a venue tells in its streams. NaN is a number that it lost and calls null. */
import type { FutureRow, OptionRow } from "../../sim/market/model.ts";
import type { VenueFuture } from "../../sim/market/venue-futures.ts";
import type { FaultKind } from "../faults.ts";

type Sides = { readonly bid: number | null; readonly ask: number | null };

export type ToldOption = OptionRow & { readonly honest: OptionRow };

/** A price that stands alone. */
export function spoiltPrice(price: number, fault: FaultKind | null): number {
  switch (fault) {
    case "x1000":
      return price * 1000;
    case "zero":
      return 0;
    case "null":
      return Number.NaN;
    default:
      return price;
  }
}

/** Both sides of a book; null is a side without a quote. */
export function spoiltSides({ bid, ask }: Sides, fault: FaultKind | null): Sides {
  if (fault === "empty") return { bid: null, ask: null };
  if (bid !== null && ask !== null) {
    if (fault === "crossed") return { bid: ask * 1.01, ask: bid * 0.99 };
    if (fault === "locked") return { bid: ask, ask };
  }
  return {
    bid: bid === null ? null : spoiltPrice(bid, fault),
    ask: ask === null ? null : spoiltPrice(ask, fault),
  };
}

export function spoiltOption(row: OptionRow, fault: FaultKind | null): ToldOption {
  const { bid, ask } = spoiltSides({ bid: row.bidCoin, ask: row.askCoin }, fault);
  const price = (value: number): number => spoiltPrice(value, fault);
  return {
    ...row,
    bidCoin: bid,
    askCoin: ask,
    markCoin: price(row.markCoin),
    lastCoin: row.lastCoin === null ? null : price(row.lastCoin),
    underlyingPrice: price(row.underlyingPrice),
    estimatedDeliveryPrice: price(row.estimatedDeliveryPrice),
    honest: row,
  };
}

/** A future without a quote on a side says zero there, as an option does in a ticker. */
export function spoiltFuture<Row extends FutureRow | VenueFuture>(row: Row, fault: FaultKind | null): Row {
  const { bid, ask } = spoiltSides(row, fault);
  const price = (value: number): number => spoiltPrice(value, fault);
  return { ...row, bid: bid ?? 0, ask: ask ?? 0, mark: price(row.mark), last: price(row.last) };
}
