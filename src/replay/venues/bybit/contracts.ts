/** Bybit's perpetuals and futures: inverse in USD, linear in USDT and USDC, in one shape of row. */
import type { Coin } from "../../../sim/market/model.ts";
import { coinsOf, nextFundingMs, printedFutures, type PrintedFuture } from "../board.ts";
import { trimmed } from "../decimals.ts";
import type { Scene } from "../scene.ts";

export type FutureCategory = "inverse" | "linear";

/** @param want a symbol, or a coin in front of all of its symbols; null: all */
export function bybitFutures(
  scene: Scene,
  category: FutureCategory,
  want: { readonly symbol: string | null; readonly coin: Coin | null },
): readonly PrintedFuture[] {
  const money = category === "inverse" ? ([null] as const) : (["USDT", "USDC"] as const);
  return coinsOf(scene)
    .filter((coin) => want.coin === null || want.coin === coin)
    .flatMap((coin) => money.flatMap((settlement) => printedFutures(scene, "bybit", coin, settlement)))
    .filter(({ name }) => want.symbol === null || want.symbol === name);
}

export function futureTicker(scene: Scene, category: FutureCategory, future: PrintedFuture): unknown {
  const price = (value: number): string => value.toFixed(2);
  const isPerpetual = future.expiryMs === null;
  // Inverse contracts are dollars, linear ones coins.
  const isInverse = category === "inverse";
  const open = (future.high + future.low) / 2;
  const coins = future.openInterestCoin.toFixed(3);
  const money = (future.openInterestCoin * future.mark).toFixed(2);
  const single = (text: string): string => (Number(text) / 2).toFixed(text.split(".")[1]!.length);
  return {
    symbol: future.name,
    lastPrice: price(future.last),
    indexPrice: price(future.index),
    markPrice: price(future.mark),
    prevPrice24h: price(open),
    price24hPcnt: trimmed(future.last / open - 1, 6),
    highPrice24h: price(future.high),
    lowPrice24h: price(future.low),
    prevPrice1h: price(future.last),
    openInterest: isInverse ? String(Math.round(future.openInterestCoin * future.mark)) : coins,
    openInterestValue: isInverse ? trimmed(future.openInterestCoin, 2) : money,
    ...(isInverse ? {} : { singleOpenInterest: single(coins), singleOpenInterestValue: single(money) }),
    turnover24h: (isInverse ? future.volumeCoin : future.volumeCoin * future.mark).toFixed(4),
    volume24h: (isInverse ? future.volumeCoin * future.mark : future.volumeCoin).toFixed(4),
    fundingRate: isPerpetual ? trimmed(future.currentFunding ?? 0, 8) : "",
    nextFundingTime: isPerpetual ? String(nextFundingMs(scene)) : "0",
    predictedDeliveryPrice: "",
    basisRate: isPerpetual ? "" : trimmed(future.mark / future.index - 1, 8),
    deliveryFeeRate: isPerpetual ? "" : "0.0005",
    deliveryTime: String(future.expiryMs ?? 0),
    ask1Size: isInverse ? String(future.sizes[1]) : (future.sizes[1] / 100).toFixed(3),
    bid1Price: price(future.bid),
    ask1Price: price(future.ask),
    bid1Size: isInverse ? String(future.sizes[0]) : (future.sizes[0] / 100).toFixed(3),
    basis: isPerpetual ? "" : trimmed(future.mark - future.index, 2),
    preOpenPrice: "",
    preQty: "",
    curPreListingPhase: "",
    fundingIntervalHour: isPerpetual ? "8" : "",
    basisRateYear: "",
    fundingCap: isPerpetual ? "0.005" : "",
  };
}
