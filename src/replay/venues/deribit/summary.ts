/** Rows of the book summary: premiums in coin, vols in percent, null where there is no quote. */
import type { FutureRow, OptionRow } from "../../../sim/market/model.ts";
import { deribitFloat, orNull } from "./envelope.ts";

export function optionSummary(coin: string, row: OptionRow): string {
  return (
    `{"high":${orNull(row.highCoin)},"low":${orNull(row.lowCoin)},"last":${orNull(row.lastCoin)},` +
    `"instrument_name":"${row.instrument}","bid_price":${orNull(row.bidCoin)},"ask_price":${orNull(row.askCoin)},` +
    `"open_interest":${deribitFloat(row.openInterest)},"mark_price":${deribitFloat(row.markCoin)},"interest_rate":0.0,` +
    `"creation_timestamp":${Math.floor(row.createdMs)},"estimated_delivery_price":${deribitFloat(row.estimatedDeliveryPrice)},` +
    `"price_change":${orNull(row.changePercent)},"volume":${deribitFloat(row.volume)},"mark_iv":${deribitFloat(row.markVolPercent)},` +
    `"underlying_price":${deribitFloat(row.underlyingPrice)},"underlying_index":"${row.underlyingIndex}",` +
    `"base_currency":"${coin}","quote_currency":"${coin}","volume_usd":${deribitFloat(row.volumeUsd)},"mid_price":${orNull(row.midCoin)}}`
  );
}

export function futureSummary(coin: string, row: FutureRow): string {
  const funding = row.perpetual
    ? `"current_funding":${orNull(row.currentFunding)},"funding_8h":${orNull(row.funding8h)},`
    : "";
  return (
    `{"high":${deribitFloat(row.high)},"low":${deribitFloat(row.low)},"last":${deribitFloat(row.last)},` +
    `"instrument_name":"${row.instrument}","bid_price":${deribitFloat(row.bid)},"ask_price":${deribitFloat(row.ask)},` +
    `"open_interest":${Math.round(row.openInterestUsd)},"mark_price":${deribitFloat(row.mark)},${funding}` +
    `"creation_timestamp":${Math.floor(row.createdMs)},"estimated_delivery_price":${deribitFloat(row.estimatedDeliveryPrice)},` +
    `"price_change":${deribitFloat(row.changePercent)},"volume":${deribitFloat(row.volumeCoin)},` +
    `"base_currency":"${coin}","quote_currency":"USD","volume_usd":${deribitFloat(row.volumeUsd)},` +
    `"volume_notional":${deribitFloat(row.volumeUsd)},"mid_price":${deribitFloat((row.bid + row.ask) / 2)}}`
  );
}
