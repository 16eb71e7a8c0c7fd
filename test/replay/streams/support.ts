/** A client of the market's streams, and a market whose steps the test makes. */
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { MarketOptions } from "../../../src/replay/options.ts";
import { openMarket, type TestMarket } from "../support.ts";

/** Streams look for changes so often here; what changes is the test's own clock. */
export function openStreamMarket(options: MarketOptions = {}): Promise<TestMarket> {
  return openMarket({ pushMs: 5, ...options });
}

export type Frame = { readonly text: string; readonly json: any };

export class StreamClient {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #waiting: { readonly wants: (frame: Frame) => boolean; readonly give: (frame: Frame) => void }[] = [];
  /** Where `next` goes on. */
  #read = 0;

  constructor(url: string, options: { readonly autoPong?: boolean } = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on("message", (data: Buffer) => {
      const text = data.toString("utf8");
      this.frames.push({ text, json: parsed(text) });
      this.#hand();
    });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.OPEN) return this;
    await new Promise<void>((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    return this;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next frame after the last that was given which is wanted; those between are passed over. */
  next(wants: (json: any, text: string) => boolean = () => true): Promise<Frame> {
    return new Promise((resolve) => {
      this.#waiting.push({ wants: ({ json, text }) => wants(json, text), give: resolve });
      this.#hand();
    });
  }

  #hand(): void {
    while (this.#waiting.length > 0 && this.#read < this.frames.length) {
      const frame = this.frames[this.#read++]!;
      const [first] = this.#waiting;
      if (!first!.wants(frame)) continue;
      this.#waiting.shift();
      first!.give(frame);
    }
  }
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function connect(
  market: TestMarket,
  path: string,
  options: { readonly autoPong?: boolean } = {},
): Promise<StreamClient> {
  const client = new StreamClient(market.url.replace("http", "ws") + path, options);
  onTestFinished(() => client.socket.terminate());
  return client.opened();
}

/** The status with which a handshake was refused, its headers and body. */
export async function refusedHandshake(
  market: TestMarket,
  path: string,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }> {
  const socket = new WebSocket(market.url.replace("http", "ws") + path);
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.on("open", () => reject(new Error("the handshake was not refused")));
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
  });
}

/** One step of the market. */
export function step(market: TestMarket, steps = 1): void {
  market.clock.nowMs += 250 * steps;
}
