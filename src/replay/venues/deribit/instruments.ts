/** Deribit's list of what is listed: options and futures of one coin, in the members of 2026. */
import { parseInstrument } from "../../../market/instrument.ts";
import { type Coin, type FutureRow, type OptionRow } from "../../../sim/market/model.ts";
import { hashName } from "../../../sim/random.ts";
import { deribitFloat } from "./envelope.ts";

/** Perpetuals end here. */
const NEVER_MS = 32_503_708_800_000;

export function optionInstrument(coin: Coin, row: OptionRow): string {
  return (
    `{"base_currency":"${coin}","block_trade_commission":0.0003,"block_trade_min_trade_amount":25,"block_trade_tick_size":0.0001,` +
    `"contract_size":1.0,"counter_currency":"USD","creation_timestamp":${listedMs(row.expiryMs)},"expiration_timestamp":${row.expiryMs},` +
    `"instrument_id":${hashName(row.instrument)},"instrument_name":"${row.instrument}","instrument_type":"reversed","is_active":true,` +
    `"kind":"option","maker_commission":0.0003,"min_trade_amount":0.1,"option_type":"${row.right}",` +
    `"price_index":"${coin.toLowerCase()}_usd","quote_currency":"${coin}","settlement_currency":"${coin}","settlement_period":"day",` +
    `"state":"open","strike":${deribitFloat(row.strike)},"taker_commission":0.0003,"tick_size":0.0001,` +
    `"tick_size_steps":[{"above_price":0.005,"tick_size":0.0005}]}`
  );
}

export function futureInstrument(coin: Coin, row: FutureRow): string {
  const listed = parseInstrument(row.instrument);
  const expiryMs = listed?.kind === "future" ? listed.expiryMs : NEVER_MS;
  const period = row.perpetual ? "perpetual" : "month";
  return (
    `{"base_currency":"${coin}","block_trade_commission":0.00025,"block_trade_min_trade_amount":200000,"block_trade_tick_size":0.01,` +
    `"contract_size":10.0,"counter_currency":"USD","creation_timestamp":1534242287000,"expiration_timestamp":${expiryMs},` +
    `"future_type":"reversed","instrument_id":${hashName(row.instrument)},"instrument_name":"${row.instrument}",` +
    `"instrument_type":"reversed","is_active":true,"kind":"future","maker_commission":0.0,"max_leverage":50,` +
    `"max_liquidation_commission":0.0075,"max_non_default_leverage":5,"min_trade_amount":10.0,` +
    `"price_index":"${coin.toLowerCase()}_usd","quote_currency":"USD","settlement_currency":"${coin}",` +
    `"settlement_period":"${period}","state":"open","taker_commission":0.0005,"tick_size":${row.perpetual ? "0.5" : "2.5"},"tick_size_steps":[]}`
  );
}

/** Listed thirty days before it ends. */
function listedMs(expiryMs: number): number {
  return expiryMs - 30 * 86_400_000;
}
