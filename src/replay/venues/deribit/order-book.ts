/** One instrument of Deribit's: `ticker`, and `get_order_book` with a few levels beside it. No quote is 0.0 here. */
import { parseInstrument } from "../../../market/instrument.ts";
import { COINS, type FutureRow, type OptionRow } from "../../../sim/market/model.ts";
import { greeksOf, impliedVol } from "../../../sim/market/option-figures.ts";
import { YEAR_MS } from "../../../sim/market/pricing.ts";
import { COIN_TICKS } from "../../../sim/market/quotes.ts";
import { hashName, hashUniform } from "../../../sim/random.ts";
import type { VenueAnswer } from "../../answer.ts";
import type { Scene } from "../scene.ts";
import { deribitFloat, deribitResult, invalidParameter, orNull } from "./envelope.ts";

const LEVELS_MAX = 10_000;
const LEVELS_SHOWN_MAX = 20;

/** @param depth levels of each side; null: those of `ticker`, none */
export function instrumentBook(scene: Scene, name: string, depth: number | null): VenueAnswer {
  const { model, step, timeMs } = scene;
  const listed = parseInstrument(name);
  const coin = COINS.find((known) => known === listed?.base);
  if (listed === null || coin === undefined || !model.listsSpot(coin, "USD")) return unknownInstrument(timeMs);
  if (depth !== null && !(depth >= 1 && depth <= LEVELS_MAX)) return invalidParameter("depth", "invalid depth", timeMs);
  if (listed.kind === "option") {
    const row = model.options(coin, step)?.find(({ instrument }) => instrument === name);
    return row === undefined ? unknownInstrument(timeMs) : optionBook(scene, row, depth);
  }
  const row = model.futures(coin, step)?.find(({ instrument }) => instrument === name);
  return row === undefined ? unknownInstrument(timeMs) : futureBook(scene, row, depth);
}

function unknownInstrument(timeMs: number): VenueAnswer {
  return invalidParameter("instrument_name", "instrument not found", timeMs);
}

type Side = { readonly price: number | null; readonly amount: number };

function sizeOf(scene: Scene, instrument: string, side: "bid" | "ask"): number {
  return hashUniform(scene.model.seed, hashName(`${instrument}:${side}`), scene.step);
}

function optionBook(scene: Scene, row: OptionRow, depth: number | null): VenueAnswer {
  const { timeMs } = scene;
  const { instrument, right, strike, underlyingPrice: forward } = row;
  const priced = { right, forward, strike, vol: row.markVolPercent / 100, years: (row.expiryMs - timeMs) / YEAR_MS };
  const greeks = greeksOf(priced);
  const volOf = (side: number | null): number => (side === null ? 0 : Math.round(1e4 * impliedVol(priced, side)) / 100);
  const amount = (side: "bid" | "ask"): number => Math.round(10 * (0.1 + 60 * sizeOf(scene, instrument, side))) / 10;
  const bid = { price: row.bidCoin, amount: row.bidCoin === null ? 0 : amount("bid") };
  const ask = { price: row.askCoin, amount: row.askCoin === null ? 0 : amount("ask") };
  const round5 = (value: number): string => deribitFloat(Math.round(1e5 * value) / 1e5);
  const rho = (right === "call" ? 1 : -1) * Math.abs(greeks.delta) * strike * priced.years * 0.01;
  const index = deribitFloat(row.estimatedDeliveryPrice);
  return deribitResult(
    `{"timestamp":${Math.floor(timeMs)},"state":"open","stats":{"high":${orNull(row.highCoin)},"low":${orNull(row.lowCoin)},` +
      `"price_change":${orNull(row.changePercent)},"volume":${deribitFloat(row.volume)},"volume_usd":${deribitFloat(row.volumeUsd)}},` +
      `"greeks":{"delta":${round5(greeks.delta)},"gamma":${round5(greeks.gamma)},"vega":${round5(greeks.vega)},` +
      `"theta":${round5(greeks.theta)},"rho":${round5(rho)}},${levels(bid, ask, depth, COIN_TICKS.coarse)}` +
      `"index_price":${index},"instrument_name":"${instrument}","last_price":${orNull(row.lastCoin)},` +
      `"settlement_price":${deribitFloat(row.markCoin)},"min_price":${deribitFloat(Math.max(0.0001, row.markCoin / 2))},` +
      `"max_price":${deribitFloat(row.markCoin * 2 + 0.015)},"open_interest":${deribitFloat(row.openInterest)},` +
      `"mark_price":${deribitFloat(row.markCoin)},"interest_rate":0.0,"estimated_delivery_price":${index},` +
      `${bests(bid, ask)},"mark_iv":${deribitFloat(row.markVolPercent)},"bid_iv":${deribitFloat(volOf(row.bidCoin))},` +
      `"ask_iv":${deribitFloat(volOf(row.askCoin))},"underlying_price":${deribitFloat(forward)},` +
      `"underlying_index":"${row.underlyingIndex}"}`,
    timeMs,
  );
}

function futureBook(scene: Scene, row: FutureRow, depth: number | null): VenueAnswer {
  const { timeMs } = scene;
  const amount = (side: "bid" | "ask"): number => 10 * Math.round(1 + 9_000 * sizeOf(scene, row.instrument, side));
  const bid = { price: row.bid, amount: amount("bid") };
  const ask = { price: row.ask, amount: amount("ask") };
  const index = deribitFloat(row.estimatedDeliveryPrice);
  const funding = row.perpetual
    ? `"interest_value":0.0249918,"current_funding":${orNull(row.currentFunding)},"funding_8h":${orNull(row.funding8h)},`
    : "";
  return deribitResult(
    `{"timestamp":${Math.floor(timeMs)},"state":"open","stats":{"high":${deribitFloat(row.high)},"low":${deribitFloat(row.low)},` +
      `"price_change":${deribitFloat(row.changePercent)},"volume":${deribitFloat(row.volumeCoin)},` +
      `"volume_usd":${deribitFloat(row.volumeUsd)},"volume_notional":${deribitFloat(row.volumeUsd)}},` +
      `${levels(bid, ask, depth, row.perpetual ? 0.5 : 2.5)}"index_price":${index},"instrument_name":"${row.instrument}",` +
      `"last_price":${deribitFloat(row.last)},"settlement_price":${deribitFloat(row.mark)},"min_price":${deribitFloat(Math.floor(row.mark * 0.985))},` +
      `"max_price":${deribitFloat(Math.ceil(row.mark * 1.015))},"open_interest":${Math.round(row.openInterestUsd)},` +
      `"mark_price":${deribitFloat(row.mark)},${funding}"estimated_delivery_price":${index},${bests(bid, ask)}}`,
    timeMs,
  );
}

function bests(bid: Side, ask: Side): string {
  return (
    `"best_ask_price":${deribitFloat(ask.price ?? 0)},"best_bid_price":${deribitFloat(bid.price ?? 0)},` +
    `"best_ask_amount":${deribitFloat(ask.amount)},"best_bid_amount":${deribitFloat(bid.amount)}`
  );
}

/** Below and above the best ones stand a few more, a tick apart. */
function levels(bid: Side, ask: Side, depth: number | null, tick: number): string {
  if (depth === null) return "";
  const shown = Math.min(depth, LEVELS_SHOWN_MAX);
  const perUnit = Math.round(1e4 / tick) / 1e4;
  const side = ({ price, amount }: Side, way: 1 | -1): string => {
    if (price === null) return "[]";
    const rows: string[] = [`[${deribitFloat(price)},${deribitFloat(amount)}]`];
    for (let i = 1; i < shown; i++) {
      const at = Math.round((price + way * i * tick) * perUnit) / perUnit;
      if (at > 0) rows.push(`[${deribitFloat(at)},${deribitFloat(amount * (1 + (i % 3)))}]`);
    }
    return `[${rows.join(",")}]`;
  };
  return `"change_id":${174_959_286_421 + shown},"bids":${side(bid, -1)},"asks":${side(ask, 1)},`;
}
