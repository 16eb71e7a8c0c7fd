/** What a node's own stream sessions make of this market: every source they carry speaks, nothing is refused, and it is the truth. */
import { describe, expect, test } from "vitest";
import { perVenue, SPOT_VENUES, VENUES, type Venue } from "../../../src/market/venue.ts";
import { findBook, spotBookAt } from "../../../src/sim/market/books.ts";
import { stepAt } from "../../../src/sim/market/model.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { isOffered, parseBodies, requestsOf, STREAM_ADAPTERS } from "../../../src/sources/adapters.ts";
import { accessBelow, restUrl, streamUrl } from "../../../src/sources/hosts.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import type { StreamSession, StreamStep, StreamUpdate } from "../../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../../src/sources/subscription.ts";
import { START_MS, type TestMarket } from "../support.ts";
import { openStreamMarket, step, StreamClient } from "./support.ts";

const PAIRS = perVenue((venue) => (["binance", "okx", "bybit"].includes(venue) ? "USDT" : "USD"));

function subscriptionsOf(venue: Venue): readonly PolledSubscription[] {
  const board = { venue, base: "BTC", quote: "USD" } as const;
  const spot = { venue, base: "BTC", quote: PAIRS[venue] };
  const all: readonly unknown[] = [
    { kind: "spot", ...spot },
    { kind: "depth", ...spot },
    ...["index", "vol-index", "futures", "options"].map((kind) => ({ kind, ...board })),
  ];
  return (all as readonly PolledSubscription[]).filter(isOffered);
}

/** The instruments of a board as REST lists them. */
async function listed(market: TestMarket, subscription: PolledSubscription): Promise<readonly string[]> {
  const access = accessBelow(market.url, subscription.venue);
  const bodies: string[] = [];
  for (const { host, path } of requestsOf(subscription))
    bodies.push(await (await fetch(restUrl(access, host, path))).text());
  const parsed = parseBodies(bodies, subscription, market.clock.nowMs, PRODUCTION_ONLY);
  if (parsed.kind === "gap") throw new Error(`${sourceName(subscription)}: ${parsed.reason}: ${parsed.detail}`);
  const { quote } = parsed;
  if (quote.kind === "options") return quote.value.options.map(({ instrument }) => instrument);
  return quote.kind === "futures" ? quote.value.futures.map(({ instrument }) => instrument) : [];
}

class Driven {
  readonly client: StreamClient;
  readonly updates: StreamUpdate[] = [];
  readonly refusals: unknown[] = [];
  readonly #session: StreamSession;
  readonly #market: TestMarket;

  constructor(client: StreamClient, session: StreamSession, market: TestMarket) {
    this.client = client;
    this.#session = session;
    this.#market = market;
    client.socket.on("message", (data: Buffer) => this.act((nowMs) => session.take(data.toString("utf8"), nowMs)));
  }

  act(make: (nowMs: number) => StreamStep): void {
    const { send, updates, refused, close } = make(this.#market.clock.nowMs);
    for (const text of send) this.client.send(text);
    this.updates.push(...updates);
    for (const gap of [refused, close]) if (gap !== null) this.refusals.push(gap);
    for (const update of updates) if (update.kind === "gap") this.refusals.push(update);
  }

  tick(): void {
    this.act((nowMs) => this.#session.tick(nowMs));
  }
}

/** The instruments of a board that were told. */
function told(driven: Driven, source: string): ReadonlySet<string> {
  return new Set(
    driven.updates.flatMap((update) =>
      (update.kind === "options" || update.kind === "futures") && update.source === source
        ? update.rows.map(({ instrument }) => instrument)
        : [],
    ),
  );
}

/** Steps until nothing is missing. @returns what still is after fifty market seconds */
async function missingAfterAll(market: TestMarket, driven: Driven, missing: () => readonly string[]) {
  for (let i = 0; i < 200 && missing().length > 0; i++) {
    step(market);
    driven.tick();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return missing();
}

const CASES = VENUES.flatMap((venue) =>
  STREAM_ADAPTERS[venue].map((adapter) => [venue, adapter.name, adapter] as const),
);

describe("the nodes' own sessions on this market's streams", () => {
  test.each(CASES)(
    "%s, %s: all it carries is told, nothing is refused, and prices are the market's",
    async (venue, _name, adapter) => {
      const market = await openStreamMarket({ optionTurnMs: 1_000 });
      const carried = subscriptionsOf(venue).filter((subscription) => adapter.carries(subscription));
      expect(carried.length).toBeGreaterThan(0);
      const session = adapter.session(carried, PRODUCTION_ONLY);
      const url = streamUrl(accessBelow(market.url, venue), adapter.host, adapter.path(carried))!;
      const boards = carried.filter(({ kind }) => kind === "options" || kind === "futures");
      const lists = await Promise.all(boards.map((board) => listed(market, board)));
      const client = new StreamClient(url);
      await client.opened();
      const driven = new Driven(client, session, market);
      for (const [i, board] of boards.entries())
        driven.act((nowMs) => session.listed(sourceName(board), lists[i]!, nowMs));
      driven.act((nowMs) => session.opened(nowMs));
      const silent = await missingAfterAll(market, driven, () => [
        ...carried
          .map(sourceName)
          .filter((source) => driven.updates.filter((update) => update.source === source).length < 3),
        // Every listed row is told in time, but for those that expire.
        ...boards.flatMap((board, i) => {
          const rows = told(driven, sourceName(board));
          const absent = lists[i]!.filter((instrument) => !rows.has(instrument));
          return absent.length > 0.05 * lists[i]!.length ? absent : [];
        }),
      ]);
      expect(driven.refusals).toEqual([]);
      expect(silent).toEqual([]);
      const model = new SyntheticMarket({ seed: 9, startMs: START_MS });
      for (const update of driven.updates) {
        if (update.kind === "spot") {
          const spec = findBook(SPOT_VENUES.find((known) => known === venue)!, "BTC", PAIRS[venue])!;
          const { quote } = update;
          // A venue without a clock is read at some step up to its receipt.
          const at = stepAt(model, quote.timeMs);
          const books = [at, at - 1, at - 2].map((when) => spotBookAt(model, spec, Math.max(0, when))!);
          expect(
            books.some(({ bid, ask }) => Math.abs(bid - quote.bid) < 1e-6 && Math.abs(ask - quote.ask) < 1e-6),
          ).toBe(true);
        }
        if (update.kind === "options") {
          expect(update.refused).toEqual({});
          for (const row of update.rows) {
            expect(row.forward).toBeGreaterThan(1_000);
            if (row.markVol !== null) expect(row.markVol).toBeGreaterThan(0.1);
            if (row.bidCoin !== null && row.askCoin !== null) expect(row.bidCoin).toBeLessThan(row.askCoin);
          }
        }
      }
      client.socket.terminate();
      await client.closed;
    },
    30_000,
  );
});
