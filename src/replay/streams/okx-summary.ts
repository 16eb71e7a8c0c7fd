/** OKX's summaries of an option family: vols, greeks and forwards, never the whole family in one push. */
import type { Coin } from "../../sim/market/model.ts";
import { hashName } from "../../sim/random.ts";
import { changedFields, type Fields, object, quoted } from "./fields.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import { number } from "./okx-text.ts";
import { optionFigures } from "./option-figures.ts";
import type { ToldOption } from "./spoil.ts";
import { wholeMs } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

/** Rows of a family in one push. */
const PART_ROWS = 64;

type Push = (rows: string) => string;

/** The whole family in parts at first; then at each step a part, of those whose turn it was and that changed. */
export class FamilySummary implements Channel {
  readonly #coin: Coin;
  readonly #push: Push;
  readonly #rows = new Map<string, Fields>();
  #timeMs: number;

  constructor(coin: Coin, push: Push, told: ToldMarket) {
    this.#coin = coin;
    this.#push = push;
    this.#timeMs = told.chainTimeMs;
    const atTheMoney = atTheMoneyVols(told.options(coin));
    for (const [instId, row] of told.options(coin)) this.#rows.set(instId, summaryRow(instId, row, atTheMoney, told));
  }

  picture(): readonly string[] {
    return this.#parts([...this.#rows.values()]);
  }

  advance(told: ToldMarket): readonly string[] {
    const changed: Fields[] = [];
    const atTheMoney = atTheMoneyVols(told.options(this.#coin));
    for (const [instId, row] of told.options(this.#coin)) {
      if (!told.isTurn(hashName(instId))) continue;
      const fields = summaryRow(instId, row, atTheMoney, told);
      if (changedFields(this.#rows.get(instId) ?? {}, fields) === null) continue;
      this.#rows.set(instId, fields);
      changed.push(fields);
    }
    this.#timeMs = told.chainTimeMs;
    return this.#parts(changed);
  }

  #parts(rows: readonly Fields[]): readonly string[] {
    if (rows.length === 0) return NO_FRAMES;
    const ts = quoted(wholeMs(this.#timeMs));
    const parts: string[] = [];
    for (let at = 0; at < rows.length; at += PART_ROWS)
      parts.push(
        this.#push(
          rows
            .slice(at, at + PART_ROWS)
            .map((row) => object({ ...row, ts }))
            .join(","),
        ),
      );
    return parts;
  }
}

function summaryRow(
  instId: string,
  row: ToldOption,
  atTheMoney: ReadonlyMap<number, number>,
  told: ToldMarket,
): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const forward = row.underlyingPrice;
  // No bid is a vol of zero, no offer is the cap.
  const vol = (value: number | null, none: string): string => (value === null ? quoted(none) : number(value, 10));
  return {
    instType: quoted("OPTION"),
    instId: quoted(instId),
    uly: quoted(instId.split("-", 2).join("-")),
    delta: number(figures.delta - row.markCoin, 10),
    gamma: number(figures.gamma * forward, 10),
    vega: number(figures.vega / forward, 10),
    theta: number(figures.theta / forward, 10),
    lever: number(row.markCoin > 0 ? Math.min(10_000, Math.abs(figures.delta) / row.markCoin) : 10_000, 10),
    markVol: number(figures.markVol, 10),
    bidVol: vol(figures.bidVol, "0"),
    askVol: vol(figures.askVol, "5"),
    realVol: '""',
    deltaBS: number(figures.delta, 10),
    gammaBS: number(figures.gamma, 10),
    thetaBS: number(figures.theta, 10),
    vegaBS: number(figures.vega, 10),
    fwdPx: number(forward, 10),
    volLv: number(atTheMoney.get(row.expiryMs) ?? figures.markVol, 10),
  };
}

/** By expiry: the vol of the strike nearest to the forward, which stands beside every row. */
function atTheMoneyVols(options: ReadonlyMap<string, ToldOption>): ReadonlyMap<number, number> {
  const nearest = new Map<number, { readonly distance: number; readonly vol: number }>();
  for (const { honest } of options.values()) {
    const distance = Math.abs(Math.log(honest.strike / honest.underlyingPrice));
    if (distance >= (nearest.get(honest.expiryMs)?.distance ?? Number.POSITIVE_INFINITY)) continue;
    nearest.set(honest.expiryMs, { distance, vol: honest.markVolPercent / 100 });
  }
  return new Map([...nearest].map(([expiryMs, { vol }]) => [expiryMs, vol]));
}
