/** Options over the WebSocket: `tickers.BTC-27DEC24-60000-C` for each that is listed; every message is the whole ticker. */
import { parseListed } from "../../market/listed-name.ts";
import { liveInstrument, type RowRefusal } from "../board.ts";
import { gap } from "../gap.ts";
import { type OptionsSubscription, sourceName } from "../subscription.ts";
import type { Desk, Push, Reading } from "./connection.ts";
import { BYBIT_OPTION_NAMES, bybitOption, STREAM_MEMBERS } from "./options.ts";

const TOPIC = "tickers.";

export class OptionDesk implements Desk {
  /** Nothing is known before it is listed. */
  readonly topics = [];
  readonly #boards: ReadonlyMap<string, OptionsSubscription>;
  /** Topics whose row was told and not as gone since. */
  readonly #told = new Set<string>();

  constructor(subscriptions: readonly OptionsSubscription[]) {
    this.#boards = new Map(subscriptions.map((subscription) => [subscription.base, subscription]));
  }

  listed(source: string, instruments: readonly string[]): readonly string[] | null {
    const board = [...this.#boards.values()].find((subscription) => sourceName(subscription) === source);
    if (board === undefined) return null;
    return instruments
      .filter((name) => {
        const listed = parseListed("bybit", name);
        if (listed === null || listed.kind !== "option") return false;
        return listed.base === board.base && listed.settlement === BYBIT_OPTION_NAMES.settlement;
      })
      .map((name) => TOPIC + name);
  }

  forget(topic: string): void {
    this.#told.delete(topic);
  }

  take({ topic, type, data, timeMs, receivedAtMs }: Push): Reading {
    if (type === "delta") return { refused: gap("bad-shape", "options have no deltas") };
    const symbol = topic.slice(TOPIC.length);
    if (data.symbol !== symbol) return { refused: gap("bad-shape", "a ticker of another symbol than its topic") };
    const listed = parseListed("bybit", symbol);
    const board = listed === null ? undefined : this.#boards.get(listed.base);
    if (board === undefined) return { refused: gap("bad-shape", "an option of a coin that was not asked for") };
    const live = liveInstrument(symbol, { ...BYBIT_OPTION_NAMES, base: board.base, timeMs: timeMs ?? receivedAtMs });
    const row = typeof live === "string" ? live : bybitOption(data, symbol, live, STREAM_MEMBERS);
    const about = { kind: "options", source: sourceName(board), timeMs, receivedAtMs } as const;
    if (typeof row !== "string") {
      this.#told.add(topic);
      return { updates: [{ ...about, rows: [row], gone: [], refused: {} }] };
    }
    // What was told of it before holds no more.
    const gone = this.#told.delete(topic) ? [symbol] : [];
    const refused: Partial<Record<RowRefusal, number>> = { [row]: 1 };
    return { updates: [{ ...about, rows: [], gone, refused }] };
  }
}
