/** Deribit's JSON-RPC over a WebSocket: subscriptions, heartbeats that must be answered, and its error for too much. */
import type { VenueTarget } from "../venue-request.ts";
import { deribitChannel } from "./deribit-channels.ts";
import type { Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, type Message, readMessage, textsOf } from "./message.ts";

const HEARTBEAT_MIN_SEC = 10;
/** Microseconds the server claims to have worked. */
const WORKED_US = 213;
/** What one call may ask for. */
const CHANNELS_MAX = 500;

class DeribitSession implements ServerSession {
  readonly #line: Line;
  /** null: no heartbeat is wanted. */
  #heartbeatMs: number | null = null;
  #beatMs = 0;
  /** A test_request waits for its answer. */
  #isTested = false;

  constructor(line: Line) {
    this.#line = line;
  }

  opened(): void {
    // It says nothing until it is asked.
  }

  take(text: string): void {
    const message = readMessage(text);
    if (message === null) return this.#refuse(null, -32700, "Parse error", null);
    const id = typeof message.id === "number" || typeof message.id === "string" ? message.id : null;
    const params = isMessage(message.params) ? message.params : {};
    switch (message.method) {
      case "public/subscribe":
        return this.#subscribe(id, params);
      case "public/unsubscribe": {
        const left = (textsOf(params.channels) ?? []).filter((channel) => this.#line.leave(channel));
        return this.#answer(id, left);
      }
      case "public/unsubscribe_all":
        for (const channel of this.#line.channels) this.#line.leave(channel);
        return this.#answer(id, "ok");
      case "public/set_heartbeat":
        return this.#setHeartbeat(id, params);
      case "public/disable_heartbeat":
        this.#heartbeatMs = null;
        this.#isTested = false;
        return this.#answer(id, "ok");
      case "public/test":
        this.#isTested = false;
        return this.#answer(id, { version: "1.2.26" });
      case "public/hello":
        return this.#answer(id, { version: "1.2.26" });
      case "public/get_time":
        return this.#answer(id, Math.floor(this.#line.nowMs()));
      default:
        return this.#refuse(id, -32601, "Method not found", null);
    }
  }

  tick(): void {
    if (this.#heartbeatMs === null || this.#line.nowMs() - this.#beatMs < this.#heartbeatMs) return;
    if (this.#isTested) return this.#line.close(1000, "test_request was not answered");
    this.#beatMs = this.#line.nowMs();
    this.#isTested = true;
    for (const type of ["heartbeat", "test_request"])
      this.#line.send(JSON.stringify({ jsonrpc: "2.0", method: "heartbeat", params: { type } }));
  }

  frame(_channel: string, payload: string): string {
    return payload;
  }

  /** Channels that do not exist are left out of the answer without a word. */
  #subscribe(id: number | string | null, params: Message): void {
    const wanted = textsOf(params.channels);
    if (wanted === null || wanted.length > CHANNELS_MAX)
      return this.#refuse(id, -32602, "Invalid params", { reason: "wrong format", param: "channels" });
    const channels = [...new Set(wanted)].filter((channel) => this.#line.offers(channel));
    this.#answer(id, channels);
    for (const channel of channels) if (!this.#line.channels.has(channel)) this.#line.join(channel);
  }

  #setHeartbeat(id: number | string | null, { interval }: Message): void {
    if (typeof interval !== "number" || interval < HEARTBEAT_MIN_SEC)
      return this.#refuse(id, -32602, "Invalid params", { reason: "interval too small", param: "interval" });
    this.#heartbeatMs = interval * 1000;
    this.#beatMs = this.#line.nowMs();
    this.#isTested = false;
    this.#answer(id, "ok");
  }

  #answer(id: number | string | null, result: unknown): void {
    this.#line.send(JSON.stringify({ jsonrpc: "2.0", ...(id === null ? {} : { id }), result, ...this.#stamps() }));
  }

  #refuse(id: number | string | null, code: number, message: string, data: Message | null): void {
    const error = data === null ? { message, code } : { message, data, code };
    this.#line.send(JSON.stringify({ jsonrpc: "2.0", ...(id === null ? {} : { id }), error, ...this.#stamps() }));
  }

  #stamps(): Message {
    const usOut = Math.floor(this.#line.nowMs() * 1000);
    return { usIn: usOut - WORKED_US, usOut, usDiff: WORKED_US, testnet: false };
  }
}

export const deribitStreams: VenueStreams = {
  venue: "deribit",
  serves: ({ path }: VenueTarget) => path === "/ws/api/v2",
  open: (line) => new DeribitSession(line),
  channel: deribitChannel,
  farewell: () =>
    JSON.stringify({
      jsonrpc: "2.0",
      method: "subscription",
      params: { channel: "platform_state", data: { maintenance: true } },
    }),
  tooMany: () => JSON.stringify({ jsonrpc: "2.0", error: { code: 10028, message: "too_many_requests", data: null } }),
};
