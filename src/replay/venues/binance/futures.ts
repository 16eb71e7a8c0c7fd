/** Binance's futures service, in USDT: marks and funding apart from the books. */
import { coinsOf, nextFundingMs, printedFutures, type PrintedFuture } from "../board.ts";
import type { Scene } from "../scene.ts";

/** @param symbol null: all of them */
export function binanceFutures(scene: Scene, symbol: string | null): readonly PrintedFuture[] {
  return coinsOf(scene)
    .flatMap((coin) => printedFutures(scene, "binance", coin, "USDT"))
    .filter(({ name }) => symbol === null || name === symbol);
}

export function premiumIndex(scene: Scene, future: PrintedFuture): unknown {
  const isPerpetual = future.expiryMs === null;
  return {
    symbol: future.name,
    markPrice: future.mark.toFixed(8),
    indexPrice: future.index.toFixed(8),
    estimatedSettlePrice: future.index.toFixed(8),
    lastFundingRate: isPerpetual ? (future.currentFunding ?? 0).toFixed(8) : "",
    interestRate: isPerpetual ? "0.00010000" : "",
    nextFundingTime: isPerpetual ? nextFundingMs(scene) : 0,
    time: Math.floor(scene.timeMs),
  };
}

export function futureBookTicker(scene: Scene, future: PrintedFuture): unknown {
  return {
    symbol: future.name,
    bidPrice: future.bid.toFixed(2),
    bidQty: (future.sizes[0] / 100).toFixed(3),
    askPrice: future.ask.toFixed(2),
    askQty: (future.sizes[1] / 100).toFixed(3),
    time: Math.floor(scene.timeMs),
  };
}
