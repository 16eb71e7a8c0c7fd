/** OKX's inverse futures and perpetual, its marks, its index, what funding costs, and the list of what it lists. */
import { venueIndex } from "../../../sim/market/index-price.ts";
import type { Coin } from "../../../sim/market/model.ts";
import { SPOT_BOOKS, tickDecimals } from "../../../sim/market/venues.ts";
import type { VenueAnswer } from "../../answer.ts";
import { dashedPair } from "../../symbols.ts";
import {
  type BoardVenue,
  coinsOf,
  contractCoin,
  nextFundingMs,
  printedFutures,
  type PrintedFuture,
  printedOptions,
} from "../board.ts";
import { trimmed } from "../decimals.ts";
import type { Scene } from "../scene.ts";
import { okxData, okxUnknown } from "./envelope.ts";

const OKX: BoardVenue = "okx";
const PERIOD_MS = 8 * 3_600_000;
/** A contract is so many USD. */
const CONTRACT_USD: Readonly<Record<Coin, number>> = { BTC: 100, ETH: 10 };

export function okxFutures(scene: Scene, coin: Coin, instType: "SWAP" | "FUTURES"): readonly PrintedFuture[] {
  return printedFutures(scene, OKX, coin, null).filter(({ expiryMs }) => (expiryMs === null) === (instType === "SWAP"));
}

export function futureTicker({ timeMs }: Scene, instType: string, future: PrintedFuture): unknown {
  const price = (value: number): string => trimmed(value, 2);
  const lots = (future.volumeCoin * future.mark) / CONTRACT_USD[future.coin];
  return {
    instType,
    instId: future.name,
    last: price(future.last),
    lastSz: "1",
    askPx: price(future.ask),
    askSz: String(future.sizes[1]),
    bidPx: price(future.bid),
    bidSz: String(future.sizes[0]),
    open24h: price(future.low),
    high24h: price(future.high),
    low24h: price(future.low),
    volCcy24h: trimmed(future.volumeCoin, 4),
    vol24h: String(Math.round(lots)),
    ts: String(Math.floor(timeMs)),
    sodUtc0: price(future.low),
    sodUtc8: price(future.low),
  };
}

type MarkRow = { readonly instType: string; readonly instId: string; readonly markPx: string; readonly ts: string };

export function markPrices(scene: Scene, coin: Coin, instType: "SWAP" | "FUTURES" | "OPTION"): readonly MarkRow[] {
  const ts = String(Math.floor(scene.timeMs));
  const row = (instId: string, markPx: string): MarkRow => ({ instType, instId, markPx, ts });
  if (instType !== "OPTION")
    return okxFutures(scene, coin, instType).map(({ name, mark }) => row(name, trimmed(mark, 2)));
  return printedOptions(scene, OKX, coin).map(({ name, mark }) => row(name, trimmed(mark, 8)));
}

/** `fundingRate` is of the running period, `settFundingRate` of the one that ended. */
export function fundingRate(scene: Scene, instId: string): VenueAnswer {
  const coin = contractCoin(scene, dashedPair(instId.replace(/-SWAP$/, ""))?.base ?? null);
  const swap = coin === null ? undefined : okxFutures(scene, coin, "SWAP").find(({ name }) => name === instId);
  if (swap === undefined) return okxUnknown();
  const rate = (value: number | null): string => trimmed(value ?? 0, 16);
  const endMs = nextFundingMs(scene);
  return okxData([
    {
      formulaType: "noRate",
      fundingRate: rate(swap.currentFunding),
      fundingTime: String(endMs),
      instId,
      instType: "SWAP",
      interestRate: "0.0001",
      maxFundingRate: "0.00375",
      method: "current_period",
      minFundingRate: "-0.00375",
      nextFundingRate: "",
      nextFundingTime: String(endMs + PERIOD_MS),
      premium: rate(swap.mark / swap.index - 1),
      settFundingRate: rate(swap.funding8h),
      settState: "settled",
      ts: String(Math.floor(scene.timeMs)),
    },
  ]);
}

/** BTC-USD and BTC-USDT are two indices. */
export function indexTicker(scene: Scene, instId: string): VenueAnswer {
  const { model, step, timeMs } = scene;
  const pair = dashedPair(instId);
  const coin = contractCoin(scene, pair?.base ?? null);
  const quote = pair?.quote;
  if (coin === null || (quote !== "USD" && quote !== "USDT" && quote !== "USDC")) return okxUnknown();
  const usd = venueIndex(model, OKX, coin, step);
  const moneyUsd = quote === "USD" ? 1 : model.stableUsd(quote, step);
  if (usd === null || moneyUsd === null) return okxData([]);
  const price = (value: number): string => trimmed(value, coin === "BTC" ? 1 : 2);
  const now = usd / moneyUsd;
  const open = (model.spotUsd(coin, 0) ?? usd) / moneyUsd;
  return okxData([
    {
      instId,
      idxPx: price(now),
      high24h: price(Math.max(now, open) * 1.006),
      sodUtc0: price(open),
      open24h: price(open),
      low24h: price(Math.min(now, open) * 0.993),
      sodUtc8: price(open),
      ts: String(Math.floor(timeMs)),
    },
  ]);
}

const INSTRUMENT = {
  alias: "",
  auctionEndTime: "",
  baseCcy: "",
  category: "1",
  ctMult: "",
  ctType: "",
  ctVal: "",
  ctValCcy: "",
  expTime: "",
  instFamily: "",
  instId: "",
  instType: "",
  lever: "",
  listTime: "1611916828000",
  lotSz: "1",
  maxIcebergSz: "1000000.0000000000000000",
  maxLmtAmt: "20000000",
  maxLmtSz: "1000000",
  maxMktAmt: "",
  maxMktSz: "5000",
  maxStopSz: "5000",
  maxTriggerSz: "1000000.0000000000000000",
  maxTwapSz: "1000000.0000000000000000",
  minSz: "1",
  optType: "",
  quoteCcy: "",
  ruleType: "normal",
  settleCcy: "",
  state: "live",
  stk: "",
  tickSz: "",
  uly: "",
};

/** @param family null: those of every coin */
export function instruments(scene: Scene, instType: string, family: string | null): readonly unknown[] {
  const coins = coinsOf(scene).filter((coin) => family === null || family === `${coin}-USD`);
  switch (instType) {
    case "SPOT":
      return SPOT_BOOKS.filter(({ venue }) => venue === OKX).map((spec) => ({
        ...INSTRUMENT,
        instType,
        instId: `${spec.base}-${spec.quote}`,
        baseCcy: spec.base,
        quoteCcy: spec.quote,
        tickSz: trimmed(spec.tick, tickDecimals(spec)),
      }));
    case "SWAP":
    case "FUTURES":
      return coins.flatMap((coin) =>
        okxFutures(scene, coin, instType).map(({ name, expiryMs }) => ({
          ...INSTRUMENT,
          ...familyOf(coin),
          instType,
          instId: name,
          ctMult: "1",
          ctType: "inverse",
          ctVal: String(CONTRACT_USD[coin]),
          ctValCcy: "USD",
          expTime: expiryMs === null ? "" : String(expiryMs),
          lever: "100",
          tickSz: coin === "BTC" ? "0.1" : "0.01",
        })),
      );
    default:
      return coins.flatMap((coin) =>
        printedOptions(scene, OKX, coin).map(({ name, row, mark }) => ({
          ...INSTRUMENT,
          ...familyOf(coin),
          instType,
          instId: name,
          ctMult: "0.01",
          ctVal: "1",
          ctValCcy: coin,
          expTime: String(row.expiryMs),
          optType: row.right === "call" ? "C" : "P",
          stk: String(row.strike),
          tickSz: mark < 0.005 ? "0.0001" : "0.0005",
        })),
      );
  }
}

function familyOf(coin: Coin): { readonly instFamily: string; readonly settleCcy: string; readonly uly: string } {
  return { instFamily: `${coin}-USD`, settleCcy: coin, uly: `${coin}-USD` };
}
