/** One WebSocket connection to Deribit: JSON-RPC calls and their answers, and pushes without an id. */
import { gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import type { AdapterRules } from "../rest-adapter.ts";
import { NOTHING, type StreamSession, type StreamStep, type StreamUpdate } from "../stream-adapter.ts";
import { closes, gapsOf, refuses, sends, tells } from "../stream-step.ts";
import {
  type IndexSubscription,
  type PolledSubscription,
  type VolIndexSubscription,
  sourceName,
} from "../subscription.ts";
import { deribitError } from "./envelope.ts";
import { indexName, parseIndexPush, parseVolIndexPush } from "./indices.ts";
import { SubscribeQueue } from "./subscribe-queue.ts";
import { BoardTickers } from "./tickers.ts";

const HEARTBEAT_ID = 1;
const TEST_ID = 2;
const FIRST_SUBSCRIBE_ID = 10;
/** The pool of credits fills up in five seconds; after it ran dry nobody is in a hurry. */
const RATE_LIMITED_MS = 10_000;
const MAINTENANCE_MS = 30_000;
const STATE_CHANNEL = "platform_state";
const TICKER = "incremental_ticker.";
/** Boards had up to 1048 rows. */
const INSTRUMENTS_MAX = 5_000;

type Use =
  | { readonly kind: "index"; readonly source: string; readonly subscription: IndexSubscription }
  | { readonly kind: "vol-index"; readonly source: string; readonly subscription: VolIndexSubscription }
  | { readonly kind: "ticker"; readonly source: string; readonly board: BoardTickers; readonly instrument: string }
  | { readonly kind: "state" };

export class DeribitSession implements StreamSession {
  readonly #rules: AdapterRules;
  readonly #uses = new Map<string, Use>([[STATE_CHANNEL, { kind: "state" }]]);
  readonly #boards = new Map<string, BoardTickers>();
  readonly #queue = new SubscribeQueue(FIRST_SUBSCRIBE_ID);
  readonly #sources: readonly string[];
  #inMaintenance = false;
  /** Indices whose contracts are not traded now. */
  readonly #locked = new Set<string>();

  constructor(subscriptions: readonly PolledSubscription[], rules: AdapterRules) {
    this.#rules = rules;
    this.#sources = subscriptions.map(sourceName);
    for (const subscription of subscriptions) {
      const source = sourceName(subscription);
      if (subscription.kind === "index")
        this.#uses.set(`deribit_price_index.${indexName(subscription)}`, { kind: "index", source, subscription });
      if (subscription.kind === "vol-index")
        this.#uses.set(`deribit_volatility_index.${indexName(subscription)}`, {
          kind: "vol-index",
          source,
          subscription,
        });
      if (subscription.kind === "options" || subscription.kind === "futures")
        this.#boards.set(source, new BoardTickers(subscription));
    }
    this.#queue.want([...this.#uses.keys()]);
  }

  opened(nowMs: number): StreamStep {
    const params = { interval: 30 };
    const heartbeat = JSON.stringify({ jsonrpc: "2.0", id: HEARTBEAT_ID, method: "public/set_heartbeat", params });
    const call = this.#queue.next(nowMs);
    return call === null ? sends(heartbeat) : sends(heartbeat, call);
  }

  tick(nowMs: number): StreamStep {
    const call = this.#queue.next(nowMs);
    const late = this.#sourcesOf(this.#queue.overdue(nowMs));
    const updates = gapsOf(late, gap("not-subscribed", "the subscription was not confirmed"));
    return { ...NOTHING, send: call === null ? [] : [call], updates };
  }

  listed(source: string, instruments: readonly string[], nowMs: number): StreamStep {
    const board = this.#boards.get(source);
    if (board === undefined) return NOTHING;
    const names = new Set(instruments.slice(0, INSTRUMENTS_MAX).filter((name) => board.takes(name, nowMs)));
    const lost = [...this.#uses.values()].flatMap((use) =>
      use.kind === "ticker" && use.board === board && !names.has(use.instrument) ? [use.instrument] : [],
    );
    const fresh = [...names].filter((name) => !this.#uses.has(TICKER + name));
    for (const instrument of fresh) this.#uses.set(TICKER + instrument, { kind: "ticker", source, board, instrument });
    for (const instrument of lost) {
      this.#uses.delete(TICKER + instrument);
      board.forget(instrument);
    }
    this.#queue.want(fresh.map((name) => TICKER + name));
    this.#queue.drop(lost.map((name) => TICKER + name));
    return lost.length === 0 ? NOTHING : tells(board.gone(lost, "delisted", nowMs));
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    if (!isRecord(json.value)) return refuses(gap("bad-shape", "the message is no object"));
    const message = json.value;
    if (message.testnet === true && !this.#rules.allowTestnet)
      return closes(gap("test-network", "the stream is of the test network"), this.#sources);
    const params = isRecord(message.params) ? message.params : {};
    if (message.method === "heartbeat") return params.type === "test_request" ? answerTest() : NOTHING;
    if (message.method === "subscription") return this.#takePush(params.channel, params.data, receivedAtMs);
    if ("error" in message) return this.#takeError(message.id, message.error);
    if ("result" in message) return this.#takeResult(message.id, message.result, receivedAtMs);
    return refuses(gap("bad-shape", "the message is no answer and no push"));
  }

  #takeError(id: unknown, error: unknown): StreamStep {
    const told = deribitError(error);
    switch (told.reason) {
      // The venue ends the connection by itself, too.
      case "rate-limited":
        return closes(gap(told.reason, told.detail, RATE_LIMITED_MS), this.#sources);
      case "maintenance":
        return closes(gap(told.reason, told.detail, MAINTENANCE_MS), this.#sources);
      case "server-error":
        return closes(told, this.#sources);
      default: {
        const sources = this.#sourcesOf(this.#queue.answered(id) ?? []);
        return sources.length === 0 ? refuses(told) : tells(...gapsOf(sources, gap("not-subscribed", told.detail)));
      }
    }
  }

  /** The answer to a subscription lists what is really subscribed: a channel that the venue does not know is just missing. */
  #takeResult(id: unknown, result: unknown, receivedAtMs: number): StreamStep {
    if (id === HEARTBEAT_ID || id === TEST_ID) return NOTHING;
    const channels = this.#queue.answered(id);
    if (channels === null) return refuses(gap("bad-shape", "an answer to nothing that was asked"));
    if (channels.length === 0) return NOTHING;
    if (!Array.isArray(result)) return refuses(gap("bad-shape", "an answer that is no list of channels"));
    const subscribed = new Set<unknown>(result);
    const missing = channels.filter((channel) => !subscribed.has(channel)).map((channel) => this.#uses.get(channel));
    const lost = new Map<BoardTickers, string[]>();
    const updates: StreamUpdate[] = [];
    for (const use of missing) {
      if (use === undefined || use.kind === "state") continue;
      if (use.kind === "ticker") lost.set(use.board, [...(lost.get(use.board) ?? []), use.instrument]);
      else updates.push(...gapsOf([use.source], gap("not-subscribed", "the venue does not know the channel")));
    }
    for (const [board, names] of lost) updates.push(board.gone(names, "not-subscribed", receivedAtMs));
    return tells(...updates);
  }

  #takePush(channel: unknown, data: unknown, receivedAtMs: number): StreamStep {
    const name = typeof channel === "string" ? channel : "no text";
    const use = this.#uses.get(name);
    if (use === undefined) return refuses(gap("bad-shape", `a push of ${name}, which was not asked for`));
    if (use.kind === "state") return this.#takeState(data, receivedAtMs);
    if (use.kind === "ticker") {
      const refusal = use.board.merge(use.instrument, data);
      if (refusal !== null) return refuses(refusal);
      return this.#isShut(use.board) ? NOTHING : tells(use.board.update(use.instrument, receivedAtMs));
    }
    if (this.#inMaintenance) return NOTHING;
    const { kind, source } = use;
    if (kind === "index") {
      const parsed = parseIndexPush(data, use.subscription, receivedAtMs);
      return parsed.kind === "gap" ? tells(...gapsOf([source], parsed)) : tells({ kind, source, quote: parsed.quote });
    }
    const parsed = parseVolIndexPush(data, use.subscription, receivedAtMs);
    return parsed.kind === "gap" ? tells(...gapsOf([source], parsed)) : tells({ kind, source, quote: parsed.quote });
  }

  /** {"maintenance": true} of everything, {"price_index": "btc_usd", "locked": true} of the contracts on one index. */
  #takeState(data: unknown, receivedAtMs: number): StreamStep {
    const { maintenance, price_index: index, locked } = isRecord(data) ? data : {};
    const boards = [...this.#boards.values()];
    const wereShut = boards.filter((board) => this.#isShut(board));
    if (typeof maintenance === "boolean") {
      this.#inMaintenance = maintenance;
      if (maintenance) return tells(...gapsOf(this.#sources, gap("maintenance", "the platform is in maintenance")));
    } else if (typeof index === "string" && typeof locked === "boolean") {
      const meant = boards.filter((board) => indexOf(board) === index);
      if (locked && meant.length > 0) this.#locked.add(index);
      else this.#locked.delete(index);
      if (locked)
        return tells(
          ...gapsOf(
            meant.map(({ source }) => source),
            gap("halted", `trading on ${index} is locked`),
          ),
        );
    } else {
      return refuses(gap("bad-shape", "a platform state of an unknown form"));
    }
    // What was merged meanwhile is told at once: an option may not change again for long.
    return tells(...wereShut.filter((board) => !this.#isShut(board)).flatMap((board) => board.all(receivedAtMs)));
  }

  #isShut(board: BoardTickers): boolean {
    return this.#inMaintenance || this.#locked.has(indexOf(board));
  }

  #sourcesOf(channels: readonly string[]): string[] {
    const uses = channels.flatMap((channel) => this.#uses.get(channel) ?? []);
    return [...new Set(uses.flatMap((use) => (use.kind === "state" ? [] : [use.source])))];
  }
}

function indexOf({ base }: BoardTickers): string {
  return indexName({ base, quote: "USD" });
}

function answerTest(): StreamStep {
  return sends(JSON.stringify({ jsonrpc: "2.0", id: TEST_ID, method: "public/test", params: {} }));
}
