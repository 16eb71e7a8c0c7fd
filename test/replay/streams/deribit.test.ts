import { describe, expect, test } from "vitest";
import { getJson, START_MS } from "../support.ts";
import { connect, openStreamMarket, type StreamClient, step } from "./support.ts";

const PATH = "/deribit/ws/api/v2";

async function call(client: StreamClient, id: number, method: string, params: object = {}) {
  client.send({ jsonrpc: "2.0", id, method, params });
  return (await client.next((json) => json.id === id)).json;
}

const isPush = (channel: string) => (json: any) => json.method === "subscription" && json.params.channel === channel;

describe("Deribit's streams", () => {
  test("the answer lists the channels that exist, and of them alone something comes", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, PATH);
    const answer = await call(client, 7, "public/subscribe", {
      channels: ["deribit_price_index.btc_usd", "deribit_price_index.doge_usd", "ticker.BTC-PERPETUAL.raw", "nonsense"],
    });
    expect(answer).toMatchObject({ jsonrpc: "2.0", id: 7, result: ["deribit_price_index.btc_usd"], testnet: false });
    expect(answer.usOut - answer.usIn).toBe(answer.usDiff);
    const { json } = await client.next();
    expect(json).toEqual({
      jsonrpc: "2.0",
      method: "subscription",
      params: {
        channel: "deribit_price_index.btc_usd",
        data: { timestamp: START_MS, price: expect.any(Number), index_name: "btc_usd" },
      },
    });
    const rest = await getJson<any>(market, "/deribit/api/v2/public/get_index_price?index_name=btc_usd");
    expect(json.params.data.price).toBe(rest.result.index_price);
  });

  test("an incremental ticker is whole at first, and a change has only the fields that differ", async () => {
    const market = await openStreamMarket({ optionTurnMs: 250 });
    const summary = await getJson<any>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
    );
    const option = summary.result.find((row: any) => row.bid_price > 0.01);
    const channel = `incremental_ticker.${option.instrument_name}`;
    const client = await connect(market, PATH);
    await call(client, 1, "public/subscribe", { channels: [channel] });
    const { data } = (await client.next(isPush(channel))).json.params;
    expect(data).toMatchObject({
      type: "snapshot",
      timestamp: START_MS,
      instrument_name: option.instrument_name,
      state: "open",
      best_bid_price: option.bid_price,
      best_ask_price: option.ask_price,
      mark_iv: option.mark_iv,
      underlying_price: option.underlying_price,
    });
    step(market, 4);
    const change = (await client.next(isPush(channel))).json.params.data;
    expect(change).toMatchObject({ type: "change", timestamp: START_MS + 1_000 });
    expect(change).not.toHaveProperty("state");
    const changed = Object.keys(change).filter((key) => !["type", "timestamp", "instrument_name"].includes(key));
    expect(changed.length).toBeGreaterThan(0);
    for (const key of changed) expect(change[key]).not.toEqual(data[key]);
    const later = await getJson<any>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
    );
    const row = later.result.find((one: any) => one.instrument_name === option.instrument_name);
    const merged = { ...data, ...change };
    expect(merged).toMatchObject({
      best_bid_price: row.bid_price ?? 0,
      mark_iv: row.mark_iv,
      underlying_price: row.underlying_price,
    });
  });

  test("a side without a quote is a zero with the amount zero", async () => {
    const market = await openStreamMarket();
    const { result } = await getJson<any>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
    );
    const { instrument_name } = result.find((row: any) => row.bid_price === null);
    const client = await connect(market, PATH);
    await call(client, 1, "public/subscribe", { channels: [`ticker.${instrument_name}.100ms`] });
    const { data } = (await client.next(isPush(`ticker.${instrument_name}.100ms`))).json.params;
    expect(data).toMatchObject({ best_bid_price: 0, best_bid_amount: 0, bid_iv: 0 });
  });

  test("marks of all options come at once, and later only of those that changed; vols are decimals", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, PATH);
    await call(client, 1, "public/subscribe", { channels: ["markprice.options.btc_usd"] });
    const all = (await client.next(isPush("markprice.options.btc_usd"))).json.params.data;
    const { result } = await getJson<any>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
    );
    expect(all.length).toBe(result.length);
    expect(Math.max(...all.map((row: any) => row.iv))).toBeLessThan(10);
    step(market, 4);
    const some = (await client.next(isPush("markprice.options.btc_usd"))).json.params.data;
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length / 2);
  });

  test("a test_request that is not answered ends the connection, one that is answered does not", async () => {
    const market = await openStreamMarket();
    const good = await connect(market, PATH);
    const bad = await connect(market, PATH);
    expect((await call(good, 1, "public/set_heartbeat", { interval: 5 })).error.code).toBe(-32602);
    for (const client of [good, bad])
      expect((await call(client, 2, "public/set_heartbeat", { interval: 10 })).result).toBe("ok");
    market.clock.nowMs += 10_000;
    for (const client of [good, bad]) {
      await client.next((json) => json.method === "heartbeat" && json.params.type === "heartbeat");
      await client.next((json) => json.params?.type === "test_request");
    }
    expect((await call(good, 3, "public/test")).result).toHaveProperty("version");
    market.clock.nowMs += 10_000;
    expect((await bad.closed).code).toBe(1000);
    await good.next((json) => json.params?.type === "test_request");
  });

  test("unknown methods and bad parameters are JSON-RPC errors, and the line lives", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, PATH);
    expect((await call(client, 1, "private/buy")).error).toMatchObject({ code: -32601 });
    expect((await call(client, 2, "public/subscribe", { channels: "all" })).error).toMatchObject({ code: -32602 });
    client.send("{{");
    expect((await client.next((json) => json.error?.code === -32700)).json).not.toHaveProperty("id");
    expect((await call(client, 3, "public/get_time")).result).toBe(START_MS);
    expect((await call(client, 4, "public/subscribe", { channels: ["quote.BTC-PERPETUAL"] })).result.length).toBe(1);
    expect((await call(client, 5, "public/unsubscribe", { channels: ["quote.BTC-PERPETUAL"] })).result.length).toBe(1);
  });
});
