/** OKX's public WebSocket: an answer for each argument, text pings, and an end after half a minute of silence. */
import type { Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, listOf, type Message, readMessage } from "./message.ts";
import { argumentOf, channelName, okxChannel } from "./okx-channels.ts";

const IDLE_MS = 30_000;

class OkxSession implements ServerSession {
  readonly #line: Line;
  readonly #connId: string;
  #spokeMs: number;

  constructor(line: Line) {
    this.#line = line;
    this.#spokeMs = line.nowMs();
    this.#connId = (0xa4d3_ae55 + line.id).toString(16);
  }

  opened(): void {
    // It waits to be asked.
  }

  take(frame: string): void {
    this.#spokeMs = this.#line.nowMs();
    if (frame === "ping") return this.#line.send("pong");
    const message = readMessage(frame);
    if (message === null || (message.op !== "subscribe" && message.op !== "unsubscribe"))
      return this.#refuse("60012", `Invalid request: ${frame.slice(0, 200)}`, message);
    const joining: string[] = [];
    for (const arg of listOf(message.args)) {
      const channel = isMessage(arg) ? channelName(arg) : null;
      if (channel === null) {
        this.#refuse("60012", `Invalid request: ${JSON.stringify(arg)}`, message);
        continue;
      }
      if (message.op === "subscribe" && !this.#line.offers(channel)) {
        const [kind, subject] = channel.split(" ");
        const told = `Wrong URL or channel:${kind},instId:${subject} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`;
        this.#refuse("60018", told, message);
        continue;
      }
      this.#say({ event: message.op, arg: argumentOf(channel), connId: this.#connId, ...idOf(message) });
      if (message.op === "unsubscribe") this.#line.leave(channel);
      else if (!this.#line.channels.has(channel)) joining.push(channel);
    }
    for (const channel of joining) this.#line.join(channel);
  }

  tick(): void {
    if (this.#line.nowMs() - this.#spokeMs > IDLE_MS) this.#line.close(4004, "no data in 30s");
  }

  frame(_channel: string, payload: string): string {
    this.#spokeMs = this.#line.nowMs();
    return payload;
  }

  #refuse(code: string, msg: string, message: Message | null): void {
    this.#say({ event: "error", code, msg, connId: this.#connId, ...idOf(message) });
  }

  #say(event: Message): void {
    this.#line.send(JSON.stringify(event));
  }
}

function idOf(message: Message | null): Message {
  return typeof message?.id === "string" ? { id: message.id } : {};
}

export const okxStreams: VenueStreams = {
  venue: "okx",
  serves: ({ path }) => path === "/ws/v5/public",
  open: (line) => new OkxSession(line),
  channel: okxChannel,
  farewell: () =>
    JSON.stringify({
      event: "notice",
      code: "64008",
      msg: "The connection will soon be closed for a service upgrade. Please reconnect.",
      connId: "a4d3ae55",
    }),
  tooMany: () => JSON.stringify({ event: "error", code: "60014", msg: "Requests too frequent", connId: "a4d3ae55" }),
};
