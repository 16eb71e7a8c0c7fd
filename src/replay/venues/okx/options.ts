/** OKX's options: premiums in coin, vols as decimals, "0" for a vol and "" for a price that nobody quotes. */
import { VOL_CAP } from "../../../sim/market/option-figures.ts";
import type { Coin } from "../../../sim/market/model.ts";
import { coinPremium, YEAR_MS } from "../../../sim/market/pricing.ts";
import { figuresOf, printedOptions, type PrintedOption } from "../board.ts";
import { trimmed } from "../decimals.ts";
import type { Scene } from "../scene.ts";

/** Of an option that is worth nothing. */
const LEVERAGE_MAX = 10_000;

/** @param day YYMMDD of the one expiry that is asked for; null: all of them */
export function optionSummaries(scene: Scene, coin: Coin, day: string | null): readonly unknown[] {
  const options = printedOptions(scene, "okx", coin).filter(({ name }) => day === null || name.includes(`-${day}-`));
  const levels = volLevels(options);
  return options.map((option) => summaryRow(scene, option, levels.get(option.row.expiryMs)!));
}

/** The vol of each expiry's strike that is nearest to the forward. */
function volLevels(options: readonly PrintedOption[]): ReadonlyMap<number, number> {
  const nearest = new Map<number, { readonly distance: number; readonly vol: number }>();
  for (const { row } of options) {
    const distance = Math.abs(row.strike - row.underlyingPrice);
    const known = nearest.get(row.expiryMs);
    if (known === undefined || distance < known.distance)
      nearest.set(row.expiryMs, { distance, vol: row.markVolPercent / 100 });
  }
  return new Map([...nearest].map(([expiryMs, { vol }]) => [expiryMs, vol]));
}

function summaryRow(scene: Scene, option: PrintedOption, volLevel: number): unknown {
  const { row, name, coin } = option;
  const { greeks, vol, bidVol, askVol } = figuresOf(scene, option);
  const { underlyingPrice: forward, strike, right } = row;
  const number = (value: number): string => trimmed(value, 10);
  const premium = coinPremium(right, forward, strike, vol, (row.expiryMs - scene.timeMs) / YEAR_MS);
  const delta = greeks.delta - premium;
  const lever = premium > 0 ? Math.min(LEVERAGE_MAX, Math.abs(delta) / premium) : LEVERAGE_MAX;
  return {
    instType: "OPTION",
    instId: name,
    uly: `${coin}-USD`,
    delta: number(delta),
    gamma: number(greeks.gamma * forward),
    vega: number(greeks.vega / forward),
    theta: number(greeks.theta / forward),
    lever: number(lever),
    markVol: number(vol),
    bidVol: number(bidVol ?? 0),
    askVol: number(Math.min(askVol ?? 0, VOL_CAP)),
    realVol: "",
    deltaBS: number(greeks.delta),
    gammaBS: number(greeks.gamma),
    thetaBS: number(greeks.theta),
    vegaBS: number(greeks.vega),
    ts: String(Math.floor(scene.timeMs)),
    fwdPx: number(forward),
    volLv: number(volLevel),
  };
}

export function optionTicker({ timeMs }: Scene, option: PrintedOption): unknown {
  const price = (value: number | null): string => (value === null ? "" : trimmed(value, 4));
  const { last, row } = option;
  return {
    instType: "OPTION",
    instId: option.name,
    last: price(last),
    lastSz: last === null ? "0" : "1",
    askPx: price(option.ask),
    askSz: contracts(option.askSize),
    bidPx: price(option.bid),
    bidSz: contracts(option.bidSize),
    open24h: price(last),
    high24h: price(last),
    low24h: price(last),
    volCcy24h: trimmed(row.volume, 4),
    vol24h: contracts(row.volume),
    ts: String(Math.floor(timeMs)),
    sodUtc0: price(last),
    sodUtc8: price(last),
  };
}

/** A contract is a hundredth of a coin. */
function contracts(coins: number): string {
  return String(Math.round(100 * coins));
}
