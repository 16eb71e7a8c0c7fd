/** One suite for every stream adapter, over real sockets to the real market server: what it carries, when it ends, and why. */
import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import type { GapReason } from "../../src/market/quote.ts";
import type { Venue } from "../../src/market/venue.ts";
import type { MarketQuote } from "../../src/sources/adapters.ts";
import type { Gap } from "../../src/sources/gap.ts";
import { accessBelow, streamUrl } from "../../src/sources/hosts.ts";
import { VENUE_LIMITS } from "../../src/sources/limits.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { StreamAdapter, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { StreamConnection } from "../../src/sources/stream-connection.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import { openStreamMarket } from "../replay/streams/support.ts";
import { postFault, type TestMarket } from "../replay/support.ts";
import { askRest, DrivenStream, instrumentsOf } from "./driven-stream.ts";
import { polledOf } from "./market-samples.ts";
import { expectLawfulGap } from "./quote-laws.ts";

/**
 * How far what a stream told last may lie from what REST says at the same step. Most tell every step, and the same
 * but for rounding; what is told once a second or once a minute is of some step before.
 */
type Noise = { readonly price: number; readonly premium: number; readonly vol: number };
const SAME_STEP: Noise = { price: 5e-7, premium: 6e-5, vol: 1e-4 };
const STEPS_BEFORE: Noise = { price: 5e-4, premium: 2e-3, vol: 5e-3 };
/** A stream's book has fewer levels than that of REST. */
const DEPTH_FACTOR = 2;

function noiseOf(venue: Venue, kind: PolledSubscription["kind"]): Noise {
  return venue === "binance" || kind === "depth" || kind === "vol-index" ? STEPS_BEFORE : SAME_STEP;
}

export type StreamCase = {
  readonly adapter: StreamAdapter;
  /** A client that stops talking is ended by the venue: says whether the market does so. */
  readonly needsWords: boolean;
  /** Of the boards only those whose subscription can be refused. */
  readonly unknownKinds: readonly PolledSubscription["kind"][];
};

export function describeStream({ adapter, needsWords, unknownKinds }: StreamCase): void {
  const { venue, name } = adapter;
  const carried = polledOf(venue).filter((subscription) => adapter.carries(subscription));

  /** Subscribed, and every source has spoken. */
  async function speaking(market: TestMarket): Promise<DrivenStream> {
    const lists = await Promise.all(
      carried
        .filter(({ kind }) => kind === "options" || kind === "futures")
        .map(async (board) => [sourceName(board), instrumentsOf(await askRest(market, board))] as const),
    );
    const driven = await DrivenStream.connect(market, adapter, carried, new Map(lists));
    driven.opened();
    const silent = (): readonly string[] =>
      carried.map(sourceName).filter((source) => driven.of(source).every(({ kind }) => kind === "gap"));
    await driven.turnUntil(() => silent().length === 0, 60);
    expect(silent(), "sources that never spoke").toEqual([]);
    return driven;
  }

  describe(`${venue} ${name} conforms as a stream`, () => {
    test("what it tells is what REST of the same market says, in the same units, on the same side", async () => {
      const market = await openStreamMarket({ optionTurnMs: 250 });
      const driven = await speaking(market);
      for (let i = 0; i < 6; i++) await driven.turn(250);
      expect(driven.refused).toEqual([]);
      for (const subscription of carried) {
        const rest = await askRest(market, subscription);
        expectSame(driven.of(sourceName(subscription)), rest, noiseOf(venue, subscription.kind));
      }
    });

    test("a line of minutes on which no price moves stays up, with every heartbeat answered and every ping sent", async () => {
      const market = await openStreamMarket({ optionTurnMs: 250 });
      const driven = await speaking(market);
      await postFault(market, { venue, fault: "frozen" });
      for (let i = 0; i < 40 && driven.isOpen; i++) await driven.turn(5_000);
      expect(driven.isOpen).toBe(true);
      expect(driven.closing).toBeNull();
      await fetch(`${market.url}/control/fault`, { method: "DELETE" });
      const before = driven.updates.length;
      expect(await driven.turnUntil(() => driven.updates.length > before, 20)).toBe(true);
    });

    if (needsWords)
      test("a line on which we said nothing would not", async () => {
        const market = await openStreamMarket();
        const driven = await DrivenStream.connect(market, adapter, carried);
        if (venue !== "coinbase") driven.opened();
        await postFault(market, { venue, fault: "frozen" });
        // Frames that need an answer are not given to the session any more.
        driven.client.socket.removeAllListeners("message");
        for (let i = 0; i < 40 && driven.isOpen; i++) await driven.turn(5_000, false);
        expect(driven.isOpen).toBe(false);
      });

    test("garbage, pages and cut frames are counted or end the line by name, and cost no source its sense", async () => {
      const market = await openStreamMarket({ optionTurnMs: 500 });
      const driven = await speaking(market);
      for (const fault of ["garbage", "html"]) {
        await postFault(market, { venue, fault, forMs: 20_000 });
        await driven.turnUntil(() => driven.refused.length > 0 || driven.closing !== null, 60, 300);
        await fetch(`${market.url}/control/fault`, { method: "DELETE" });
      }
      const said = [...driven.refused, ...(driven.closing === null ? [] : [driven.closing])];
      expect(said.length).toBeGreaterThan(0);
      // A frame that could not be read is a frame that was lost, where the venue counts them.
      for (const gap of said) expect(["not-json", "bad-shape", "sequence-gap"]).toContain(gap.reason);
      const before = driven.updates.length;
      const goesOn = (): boolean =>
        driven.closing !== null || driven.updates.slice(before).some(({ kind }) => kind !== "gap");
      expect(await driven.turnUntil(goesOn, 40)).toBe(true);
    });

    const unknown = carried.filter(({ kind }) => unknownKinds.includes(kind));
    if (unknown.length > 0)
      test("a coin that the venue does not have is named as not subscribed, in time", async () => {
        const market = await openStreamMarket();
        const wanted = unknown.map((subscription) => ({ ...subscription, base: "ZZZ" }));
        const driven = await DrivenStream.connect(market, adapter, wanted);
        driven.opened();
        const refusal = (source: string): StreamUpdate | undefined =>
          driven.of(source).find(({ kind }) => kind === "gap");
        await driven.turnUntil(() => wanted.every((one) => refusal(sourceName(one)) !== undefined), 80, 1_000);
        for (const one of wanted)
          expect(refusal(sourceName(one)), sourceName(one)).toMatchObject({ gap: { reason: "not-subscribed" } });
        expect(driven.updates.filter(({ kind }) => kind !== "gap")).toEqual([]);
      });

    const ends: readonly (readonly [fault: string, open: readonly GapReason[], again: readonly GapReason[]])[] = [
      ["disconnect", ["disconnected"], ["server-error"]],
      ["5xx", ["disconnected"], ["server-error"]],
      ["maintenance", ["maintenance", "disconnected"], ["maintenance", "server-error"]],
      ["ban", ["rate-limited", "disconnected"], ["banned", "rate-limited"]],
      ["429", ["rate-limited", "disconnected"], ["rate-limited", "banned"]],
      ["geo-block", ["disconnected"], ["geo-blocked", "banned"]],
    ];
    test.each(ends)("%s ends the line and refuses the next, each with its reason", async (fault, open, again) => {
      const market = await openStreamMarket();
      const first = connection(market);
      await first.opened;
      await postFault(market, { venue, fault });
      const ended = await first.line.ended;
      expectLawfulGap(ended);
      expect(open).toContain(ended.reason);
      const refused = await connection(market).line.ended;
      expectLawfulGap(refused);
      // Deribit says why in the body of an HTTP 400, and bodies of handshakes are not read.
      expect(venue === "deribit" ? [...again, "venue-error"] : again).toContain(refused.reason);
    });

    test("a half-open line is silent within twice its heartbeat, and a host that says nothing is a timeout", async () => {
      const market = await openStreamMarket();
      const quick = connection(market, { ...adapter, heartbeatMs: 150, pingFrameMs: 25 });
      await quick.opened;
      // Pongs alone keep it up for longer than it may be silent.
      const standsUntilMs = performance.now() + 400;
      while (performance.now() < standsUntilMs) await once(quick.told, "alive");
      expect(quick.line.isOpen).toBe(true);
      await postFault(market, { venue, fault: "half-open" });
      const fromMs = performance.now();
      expect(await quick.line.ended).toMatchObject({ reason: "silent" });
      expect(performance.now() - fromMs).toBeLessThan(2_000);
      await postFault(market, { venue, fault: "timeout" });
      expect(await connection(market, adapter, 150).line.ended).toMatchObject({ reason: "timeout" });
    });
  });

  function connection(
    market: TestMarket,
    used: StreamAdapter = adapter,
    handshakeMaxMs = 2_000,
  ): { readonly line: StreamConnection; readonly opened: Promise<unknown>; readonly told: EventEmitter } {
    const told = new EventEmitter();
    const opened = once(told, "opened");
    const line = new StreamConnection(
      {
        url: streamUrl(accessBelow(market.url, venue), used.host, used.path(carried))!,
        adapter: used,
        subscriptions: carried,
        rules: PRODUCTION_ONLY,
        messages: VENUE_LIMITS[venue].messages,
        handshakeMaxMs,
        lifeMs: null,
      },
      {
        clock: { nowMs: () => market.clock.nowMs, monotonicMs: () => performance.now() },
        log: silentLogger,
        listed: new Map(),
        opened: () => told.emit("opened"),
        alive: () => told.emit("alive"),
        take: () => undefined,
        refused: (refusal: Gap) => expectLawfulGap(refusal),
      },
    );
    return { line, opened, told };
  }
}

function near(told: number, asked: number, noise: number, what: string): void {
  expect(Math.abs(told - asked), `${what}: ${told} beside ${asked}`).toBeLessThanOrEqual(noise);
}

/** The last that was told of each thing, beside the answer. */
function expectSame(updates: readonly StreamUpdate[], { kind, value }: MarketQuote, noise: Noise): void {
  const nearPrice = (told: number | null, asked: number | null, what: string): void => {
    expect(told === null, what).toBe(asked === null);
    if (told !== null && asked !== null) near(told, asked, noise.price * asked, what);
  };
  const last = updates.findLast((update) => update.kind === kind);
  switch (kind) {
    case "candles":
      return expect.fail("no stream carries candles");
    case "spot":
    case "depth": {
      if (last?.kind !== "spot" && last?.kind !== "depth") return expect.fail(`no ${kind}`);
      nearPrice(last.quote.bid, value.bid, `${kind} bid`);
      nearPrice(last.quote.ask, value.ask, `${kind} ask`);
      expect([last.quote.base, last.quote.quote]).toEqual([value.base, value.quote]);
      if (kind !== "depth" || last.kind !== "depth") return;
      for (const side of ["down", "up"] as const)
        near(
          Math.log(last.quote[side].notional),
          Math.log(value[side].notional),
          Math.log(DEPTH_FACTOR),
          `depth ${side}`,
        );
      return;
    }
    case "index":
      if (last?.kind !== "index") return expect.fail("no index");
      expect(last.quote.quote).toBe(value.quote);
      return nearPrice(last.quote.price, value.price, "index");
    case "vol-index":
      if (last?.kind !== "vol-index") return expect.fail("no vol index");
      return near(last.quote.vol, value.vol, noise.vol, "vol index");
    case "futures": {
      const rows = new Map(
        updates.flatMap((update) => (update.kind === "futures" ? update.rows : [])).map((row) => [row.instrument, row]),
      );
      expect([...rows.keys()].toSorted()).toEqual(value.futures.map(({ instrument }) => instrument).toSorted());
      for (const asked of value.futures) {
        const told = rows.get(asked.instrument)!;
        for (const member of ["bid", "ask", "mark"] as const)
          nearPrice(told[member], asked[member], `${asked.instrument} ${member}`);
        expect(told.expiryMs).toBe(asked.expiryMs);
        if (told.currentFunding !== null && asked.currentFunding !== null)
          near(told.currentFunding, asked.currentFunding, 1e-4, `${asked.instrument} funding`);
      }
      return;
    }
    case "options": {
      const rows = new Map(
        updates.flatMap((update) => (update.kind === "options" ? update.rows : [])).map((row) => [row.instrument, row]),
      );
      const both = value.options.filter(({ instrument }) => rows.has(instrument));
      expect(both.length).toBeGreaterThan(0.9 * value.options.length);
      for (const asked of both) {
        const told = rows.get(asked.instrument)!;
        const { instrument, strike, right, expiryMs } = asked;
        expect([told.strike, told.right, told.expiryMs]).toEqual([strike, right, expiryMs]);
        nearPrice(told.forward, asked.forward, `${instrument} forward`);
        if (told.markVol !== null && asked.markVol !== null)
          near(told.markVol, asked.markVol, noise.vol, `${instrument} vol`);
        for (const side of ["bidCoin", "askCoin", "markCoin"] as const) {
          const [ours, theirs] = [told[side], asked[side]];
          if (ours !== null && theirs !== null) near(ours, theirs, noise.premium, `${instrument} ${side}`);
        }
      }
    }
  }
}
