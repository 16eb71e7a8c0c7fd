/** Deribit's channels: index, vol index, tickers whole and incremental, quotes, marks of all options. */
import type { Coin } from "../../sim/market/model.ts";
import { hashName } from "../../sim/random.ts";
import { rounded, whole } from "./deribit-text.ts";
import { isOption, tickerOf, timeOf } from "./deribit-tickers.ts";
import { changedFields, type Fields, object, quoted } from "./fields.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldOption } from "./spoil.ts";
import type { ToldMarket } from "./told-market.ts";

const INDEX_EVERY_MS = 1_000;

function push(channel: string, data: string): string {
  return `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`;
}

/** null: there is no such channel. Raw ones are for those who have logged in. */
export function deribitChannel(name: string, told: ToldMarket): Channel | null {
  const [kind = "", subject = "", tail = ""] = name.split(".", 3);
  switch (kind) {
    case "deribit_price_index":
    case "deribit_volatility_index": {
      const coin = told.coin((/^([a-z]+)_usd$/.exec(subject)?.[1] ?? "").toUpperCase());
      if (coin === null) return null;
      return kind === "deribit_price_index"
        ? priceIndex(name, subject, coin, told)
        : volIndex(name, subject, coin, told);
    }
    case "markprice": {
      const coin = told.coin((/^([a-z]+)_usd$/.exec(tail)?.[1] ?? "").toUpperCase());
      return subject !== "options" || coin === null ? null : new MarkPrices(name, coin, told);
    }
    case "incremental_ticker":
      return tickerOf(subject, told) === null ? null : incremental(name, subject, told);
    case "ticker":
      if (tail !== "100ms" && tail !== "agg2") return null;
      return tickerOf(subject, told) === null ? null : ticker(name, subject, told);
    case "quote":
      return tickerOf(subject, told) === null ? null : quote(name, subject, told);
    case "platform_state":
    case "instrument":
      return silent;
    default:
      return null;
  }
}

/** Known, and nothing happens there. */
const silent: Channel = { picture: () => NO_FRAMES, advance: () => NO_FRAMES };

function priceIndex(channel: string, index: string, coin: Coin, told: ToldMarket): Channel {
  const data = (row: Fields, { timeMs }: ToldMarket): string =>
    push(channel, object({ timestamp: whole(timeMs), ...row, index_name: quoted(index) }));
  return new RowChannel(
    {
      row: (at) => {
        const price = at.index(coin);
        return price === null ? null : { price: rounded(price, 100) };
      },
      snapshot: data,
      everyMs: INDEX_EVERY_MS,
    },
    told,
  );
}

function volIndex(channel: string, index: string, coin: Coin, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const percent = at.volIndexPercent(coin);
        return percent === null ? null : { volatility: rounded(percent, 100) };
      },
      snapshot: (row, { timeMs }) =>
        push(channel, object({ timestamp: whole(timeMs), ...row, index_name: quoted(index) })),
      everyMs: INDEX_EVERY_MS,
    },
    told,
  );
}

function turnOf(instrument: string): { readonly turn?: number } {
  return isOption(instrument) ? { turn: hashName(instrument) } : {};
}

function incremental(channel: string, instrument: string, told: ToldMarket): Channel {
  const data = (type: string, fields: Fields, at: ToldMarket): string =>
    push(
      channel,
      object({
        type: quoted(type),
        timestamp: timeOf(instrument, at),
        instrument_name: quoted(instrument),
        ...fields,
      }),
    );
  return new RowChannel(
    {
      row: (at) => tickerOf(instrument, at),
      snapshot: (row, at) => data("snapshot", row, at),
      delta: (changed, _row, at) => data("change", changed, at),
      gone: (at) => data("change", { state: quoted("closed") }, at),
      ...turnOf(instrument),
    },
    told,
  );
}

function ticker(channel: string, instrument: string, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => tickerOf(instrument, at),
      snapshot: (row, at) => push(channel, object({ timestamp: timeOf(instrument, at), ...row })),
      ...turnOf(instrument),
    },
    told,
  );
}

const QUOTE_MEMBERS = ["best_bid_price", "best_bid_amount", "best_ask_price", "best_ask_amount"] as const;

function quote(channel: string, instrument: string, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = tickerOf(instrument, at);
        return row === null ? null : Object.fromEntries(QUOTE_MEMBERS.map((member) => [member, row[member]!]));
      },
      snapshot: (row, at) =>
        push(channel, object({ timestamp: timeOf(instrument, at), instrument_name: quoted(instrument), ...row })),
      ...turnOf(instrument),
    },
    told,
  );
}

/** One push for many instruments: all of them at first, then those that changed. Vol is a decimal here. */
class MarkPrices implements Channel {
  readonly #channel: string;
  readonly #coin: Coin;
  readonly #rows = new Map<string, Fields>();
  #timeMs: number;

  constructor(channel: string, coin: Coin, told: ToldMarket) {
    this.#channel = channel;
    this.#coin = coin;
    this.#timeMs = told.chainTimeMs;
    for (const row of told.options(coin).values()) this.#rows.set(row.instrument, markRow(row));
  }

  picture(): readonly string[] {
    return this.#push([...this.#rows.values()]);
  }

  advance(told: ToldMarket): readonly string[] {
    const changed: Fields[] = [];
    for (const row of told.options(this.#coin).values()) {
      if (!told.isTurn(hashName(row.instrument))) continue;
      const fields = markRow(row);
      if (changedFields(this.#rows.get(row.instrument) ?? {}, fields) === null) continue;
      this.#rows.set(row.instrument, fields);
      changed.push(fields);
    }
    this.#timeMs = told.chainTimeMs;
    return this.#push(changed);
  }

  #push(rows: readonly Fields[]): readonly string[] {
    if (rows.length === 0) return NO_FRAMES;
    const timestamp = whole(this.#timeMs);
    return [push(this.#channel, `[${rows.map((row) => object({ timestamp, ...row })).join(",")}]`)];
  }
}

function markRow(row: ToldOption): Fields {
  return {
    iv: rounded(row.markVolPercent / 100, 1e4),
    instrument_name: quoted(row.instrument),
    mark_price: rounded(row.markCoin, 1e4),
  };
}
