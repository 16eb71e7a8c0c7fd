/** An adapter's own session on a real socket to a real market, where the test turns the clock that both go by. */
import { onTestFinished } from "vitest";
import { fetchQuote, type MarketQuote } from "../../src/sources/adapters.ts";
import { accessBelow, streamUrl } from "../../src/sources/hosts.ts";
import { HttpGet } from "../../src/sources/http.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { StreamAdapter, StreamSession, StreamStep, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import type { Gap } from "../../src/sources/gap.ts";
import type { TestMarket } from "../replay/support.ts";
import { type Json, StreamClient } from "../replay/streams/support.ts";
import { expectLawfulStep } from "./step-laws.ts";

/** What REST of that market says now. */
export async function askRest(market: TestMarket, subscription: PolledSubscription): Promise<MarketQuote> {
  const clock = { nowMs: () => market.clock.nowMs, monotonicMs: () => performance.now() };
  const http = new HttpGet({ userAgent: "tenor/test" }, { clock });
  const never = new AbortController().signal;
  const parsed = await fetchQuote(subscription, accessBelow(market.url, subscription.venue), http, never);
  http.close();
  if (parsed.kind === "gap") throw new Error(`${sourceName(subscription)}: ${parsed.reason}: ${parsed.detail}`);
  return parsed.quote;
}

/** The instruments of a board; none of what is no board. */
export function instrumentsOf(quote: MarketQuote): readonly string[] {
  if (quote.kind === "options") return quote.value.options.map(({ instrument }) => instrument);
  return quote.kind === "futures" ? quote.value.futures.map(({ instrument }) => instrument) : [];
}

/** A book that moves at every step, of another venue than the one that is looked at. */
const WITNESS: Readonly<Record<"kraken" | "okx", { path: string; subscribe: Json; moved: (json: Json) => boolean }>> = {
  kraken: {
    path: "/kraken/v2",
    subscribe: { method: "subscribe", params: { channel: "ticker", symbol: ["BTC/USD"], event_trigger: "bbo" } },
    moved: (json) => json?.channel === "ticker",
  },
  okx: {
    path: "/okx/ws/v5/public",
    subscribe: { op: "subscribe", args: [{ channel: "tickers", instId: "BTC-USDT" }] },
    moved: (json) => json?.data !== undefined,
  },
};

export class DrivenStream {
  readonly client: StreamClient;
  readonly updates: StreamUpdate[] = [];
  readonly refused: Gap[] = [];
  /** Why the session wanted the connection to end. */
  closing: Gap | null = null;
  readonly sent: string[] = [];
  readonly #session: StreamSession;
  readonly #market: TestMarket;
  readonly #witness: StreamClient;
  readonly #moved: (json: Json) => boolean;

  private constructor(parts: {
    client: StreamClient;
    witness: StreamClient;
    moved: (json: Json) => boolean;
    session: StreamSession;
    market: TestMarket;
  }) {
    this.client = parts.client;
    this.#witness = parts.witness;
    this.#moved = parts.moved;
    this.#session = parts.session;
    this.#market = parts.market;
    this.client.socket.on("message", (data: Buffer) =>
      this.#act((session, nowMs) => session.take(data.toString("utf8"), nowMs)),
    );
  }

  /** Connected, and told what REST lists; it has not subscribed yet. */
  static async connect(
    market: TestMarket,
    adapter: StreamAdapter,
    carried: readonly PolledSubscription[],
    listed: ReadonlyMap<string, readonly string[]> = new Map(),
  ): Promise<DrivenStream> {
    const { path, subscribe, moved } = WITNESS[adapter.venue === "kraken" ? "okx" : "kraken"];
    const witness = new StreamClient(market.url.replace("http", "ws") + path);
    const client = new StreamClient(
      streamUrl(accessBelow(market.url, adapter.venue), adapter.host, adapter.path(carried))!,
    );
    onTestFinished(() => {
      for (const { socket } of [witness, client]) socket.terminate();
    });
    await Promise.all([witness.opened(), client.opened()]);
    witness.send(subscribe);
    await witness.next(moved);
    const session = adapter.session(carried, PRODUCTION_ONLY);
    const driven = new DrivenStream({ client, witness, moved, session, market });
    for (const [source, instruments] of listed) driven.#act((s, nowMs) => s.listed(source, instruments, nowMs));
    return driven;
  }

  opened(): void {
    this.#act((session, nowMs) => session.opened(nowMs));
  }

  /**
   * The clock goes on by that much, the market makes its step, and what it said has arrived.
   * @param ticks whether the session is told what time it is, as a connection does
   */
  async turn(ms: number, ticks = true): Promise<void> {
    this.#market.clock.nowMs += ms;
    await this.#witness.next(this.#moved);
    await this.#roundTrip();
    if (!ticks) return;
    this.#act((session, nowMs) => session.tick(nowMs));
    await this.#roundTrip();
  }

  /** Turns until it is so, at most so often. @returns whether it became so */
  async turnUntil(isSo: () => boolean, turnsMax: number, ms = 250): Promise<boolean> {
    for (let i = 0; i < turnsMax && !isSo(); i++) await this.turn(ms);
    return isSo();
  }

  of(source: string): readonly StreamUpdate[] {
    return this.updates.filter((update) => update.source === source);
  }

  get isOpen(): boolean {
    return this.client.socket.readyState === this.client.socket.OPEN;
  }

  /** A venue that says nothing else still answers a ping, after all that it had said before. */
  async #roundTrip(): Promise<void> {
    const { socket } = this.client;
    if (!this.isOpen) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off("pong", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("pong", done);
      socket.on("close", done);
      socket.ping();
    });
  }

  #act(make: (session: StreamSession, nowMs: number) => StreamStep): void {
    if (!this.isOpen) return;
    const step = make(this.#session, this.#market.clock.nowMs);
    expectLawfulStep(step);
    for (const text of step.send) {
      this.sent.push(text);
      this.client.send(text);
    }
    this.updates.push(...step.updates);
    if (step.refused !== null) this.refused.push(step.refused);
    if (step.close !== null) this.closing ??= step.close;
  }
}
