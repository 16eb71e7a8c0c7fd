// A venue in a thread of its own: Deribit's REST listing and incremental tickers, one option a tick at a steady pace. When a
// tick left stands in shared memory under its number, and the number is the tick's bid: 0.01 + number · 1e-8 coins.
import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { WebSocketServer } from "ws";

const { sentAt, strikes, perSecond } = workerData;
const times = new Float64Array(sentAt);
const now = () => performance.timeOrigin + performance.now();
const day = new Date(Date.now() + 40 * 86_400_000);
const month = day.toLocaleString("en", { month: "short", timeZone: "UTC" }).toUpperCase();
const expiry = `${day.getUTCDate()}${month}${String(day.getUTCFullYear()).slice(2)}`;
const names = Array.from({ length: strikes }, (_, i) => `BTC-${expiry}-${50_000 + 250 * i}-C`);

const row = (instrument) => ({
  instrument_name: instrument,
  bid_price: 0.01,
  ask_price: 0.2,
  mark_price: 0.1,
  mark_iv: 50,
  underlying_price: 100_000,
});
const snapshot = (instrument) => ({
  type: "snapshot",
  timestamp: Date.now(),
  instrument_name: instrument,
  state: "open",
  best_bid_price: 0.01,
  best_ask_price: 0.2,
  best_bid_amount: 1,
  best_ask_amount: 1,
  mark_price: 0.1,
  mark_iv: 50,
  underlying_price: 100_000,
  underlying_index: `BTC-${expiry}`,
});

const server = createServer((request, response) => {
  const usOut = Date.now() * 1000;
  const body = { jsonrpc: "2.0", result: names.map(row), usIn: usOut, usOut, usDiff: 0, testnet: false };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const push = (channel, data) => JSON.stringify({ jsonrpc: "2.0", method: "subscription", params: { channel, data } });
let subscribed = [];
let line = null;
sockets.on("connection", (socket) => {
  line = socket;
  socket.on("message", (text) => {
    const { id, method, params } = JSON.parse(text);
    const channels = params?.channels ?? [];
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: method === "public/subscribe" ? channels : "ok" }));
    if (method !== "public/subscribe") return;
    for (const channel of channels) {
      if (!channel.startsWith("incremental_ticker.")) continue;
      const instrument = channel.slice("incremental_ticker.".length);
      socket.send(push(channel, snapshot(instrument)));
      subscribed = [...subscribed, instrument];
    }
  });
});

let number = 0;
let owed = 0;
let beforeMs = performance.now();
// As many ticks as the time since the last look owes: timers are coarse, the pace is not.
setInterval(() => {
  const atMs = performance.now();
  owed += ((atMs - beforeMs) * perSecond) / 1000;
  beforeMs = atMs;
  if (line === null || subscribed.length < names.length) {
    owed = 0;
    return;
  }
  for (; owed >= 1; owed--) {
    if (number >= times.length - 1) return;
    number += 1;
    const instrument = subscribed[number % subscribed.length];
    const change = {
      type: "change",
      timestamp: Date.now(),
      instrument_name: instrument,
      best_bid_price: Number((0.01 + number * 1e-8).toFixed(8)),
    };
    times[number] = now();
    line.send(push(`incremental_ticker.${instrument}`, change));
  }
}, 1);

server.listen(0, "127.0.0.1", () => parentPort.postMessage({ port: server.address().port }));
