/** How the venues' option boards differ: what premiums are paid in, on which ticks, how finely vols are printed, what is missing. */
import type { OptionVenue } from "../../market/venue.ts";
import type { Coin, Stable } from "./model.ts";
import { COIN_TICKS, type Ticks } from "./quotes.ts";

export type OptionRule = {
  /** null: paid and settled in the coin. Else strikes, forwards and premiums are in this money. */
  readonly settlement: Stable | null;
  readonly ticks: Readonly<Record<Coin, Ticks>>;
  /** Values of a forward in one unit of money. */
  readonly forwardPerUnit: Readonly<Record<Coin, number>>;
  /** Values of a vol in one percent. */
  readonly volPerPercent: number;
  /** Half a spread in vol: the least, and what chance adds at most. */
  readonly spreadVol: readonly [least: number, chance: number];
  /** Of the strikes outside of the dense ones this share is not listed. */
  readonly absentShare: number;
  /** Of every other strike there, the shares of rows without any quote and without a bid. */
  readonly unquotedShare: number;
  readonly bidlessShare: number;
  /** Whether an option that ends on the second day from now is listed. */
  readonly hasSecondDay: boolean;
};

function moneyTicks(tick: number): Ticks {
  return { fine: tick, coarse: tick, coarseFrom: 0 };
}

export const OPTION_RULES: Readonly<Record<OptionVenue, OptionRule>> = {
  deribit: {
    settlement: null,
    ticks: { BTC: COIN_TICKS, ETH: COIN_TICKS },
    forwardPerUnit: { BTC: 100, ETH: 10_000 },
    volPerPercent: 100,
    spreadVol: [0.003, 0.004],
    absentShare: 0,
    unquotedShare: 1 / 6,
    bidlessShare: 1 / 8,
    hasSecondDay: true,
  },
  okx: {
    settlement: null,
    ticks: { BTC: COIN_TICKS, ETH: COIN_TICKS },
    forwardPerUnit: { BTC: 1e6, ETH: 1e8 },
    volPerPercent: 1e8,
    spreadVol: [0.005, 0.006],
    absentShare: 1 / 10,
    unquotedShare: 1 / 5,
    bidlessShare: 1 / 6,
    hasSecondDay: true,
  },
  bybit: {
    settlement: "USDC",
    ticks: { BTC: moneyTicks(5), ETH: moneyTicks(0.1) },
    forwardPerUnit: { BTC: 1e6, ETH: 1e8 },
    volPerPercent: 100,
    spreadVol: [0.005, 0.007],
    absentShare: 1 / 12,
    unquotedShare: 1 / 8,
    bidlessShare: 1 / 6,
    hasSecondDay: true,
  },
  binance: {
    settlement: "USDT",
    ticks: { BTC: moneyTicks(5), ETH: moneyTicks(0.2) },
    forwardPerUnit: { BTC: 1e6, ETH: 1e8 },
    volPerPercent: 1e4,
    spreadVol: [0.007, 0.01],
    absentShare: 1 / 6,
    unquotedShare: 1 / 5,
    bidlessShare: 1 / 5,
    hasSecondDay: false,
  },
};
