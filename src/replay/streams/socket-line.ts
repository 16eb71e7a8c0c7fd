/** One WebSocket of one client: what a fault does to its frames, and what is counted of it. */
import { WebSocket } from "ws";
import type { RawData } from "ws";
import { hashName, hashUniform } from "../../sim/random.ts";
import type { FaultKind } from "../faults.ts";
import type { Line, ServerSession } from "./line.ts";

/** Of a stream under `sequence-gap` one push in so many is lost. */
const LOST_ONE_IN = 12;
/** How late a slow venue's frames are. */
const SLOW_MS = 3_000;
/** A client that does not read is cut off: a venue keeps no more for it. */
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024;

/** What the venue does for a line. */
export type LineOwner = {
  fault(): FaultKind | null;
  nowMs(): number;
  offers(channel: string): boolean;
  /** The picture of a channel for one who joins it; null: no such channel. */
  join(line: SocketLine, channel: string): readonly string[] | null;
  leave(line: SocketLine, channel: string): void;
  heard(line: SocketLine, text: string): void;
  ended(line: SocketLine): void;
};

export class SocketLine implements Line {
  readonly id: number;
  readonly client: string;
  readonly channels = new Set<string>();
  readonly #socket: WebSocket;
  readonly #owner: LineOwner;
  readonly #delays = new Set<NodeJS.Timeout>();
  readonly #seed: number;
  #session: ServerSession | null = null;
  #pushes = 0;

  constructor(
    options: { readonly id: number; readonly client: string; readonly seed: number },
    socket: WebSocket,
    owner: LineOwner,
  ) {
    this.id = options.id;
    this.client = options.client;
    this.#seed = options.seed;
    this.#socket = socket;
    this.#owner = owner;
    socket.on("message", (data, isBinary) => this.#heard(data, isBinary));
    socket.on("ping", (payload: Buffer) => {
      if (!this.#isMute()) socket.pong(payload);
    });
    // What is wrong with the line shows in its end.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const delay of this.#delays) clearTimeout(delay);
      this.#delays.clear();
      owner.ended(this);
    });
  }

  begin(session: ServerSession): void {
    this.#session = session;
    session.opened();
  }

  tick(): void {
    this.#session?.tick();
  }

  nowMs(): number {
    return this.#owner.nowMs();
  }

  send(text: string): void {
    const spoilt = this.#spoilt(text);
    if (spoilt !== null) this.#write(spoilt);
  }

  ping(): void {
    if (this.#isOpen() && !this.#isMute()) this.#socket.ping();
  }

  offers(channel: string): boolean {
    return this.#owner.offers(channel);
  }

  join(channel: string): boolean {
    const picture = this.#owner.join(this, channel);
    if (picture === null) return false;
    this.channels.add(channel);
    for (const payload of picture) this.send(this.#frame(channel, payload));
    return true;
  }

  leave(channel: string): boolean {
    if (!this.channels.delete(channel)) return false;
    this.#owner.leave(this, channel);
    return true;
  }

  /** @param shared the payload's bytes, made once for all who get it as it is */
  push(channel: string, payload: string, shared: () => Buffer): void {
    const framed = this.#frame(channel, payload);
    const dice = hashUniform(this.#seed, hashName("lost"), this.id, this.#pushes++);
    const fault = this.#owner.fault();
    if (fault === "sequence-gap" && dice < 1 / LOST_ONE_IN) return;
    if (fault === null && framed === payload) this.#write(shared());
    else this.send(framed);
  }

  close(code: number, reason: string): void {
    if (code === 1006) this.#socket.terminate();
    else if (this.#isOpen()) this.#socket.close(code, reason);
  }

  #frame(channel: string, payload: string): string {
    return this.#session === null ? payload : this.#session.frame(channel, payload);
  }

  #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #isMute(): boolean {
    const fault = this.#owner.fault();
    return fault === "half-open" || fault === "timeout";
  }

  #spoilt(text: string): string | null {
    switch (this.#owner.fault()) {
      case "half-open":
      case "timeout":
        return null;
      case "garbage":
        return `${text.slice(0, text.length >> 1)}\u0000{{]`;
      case "html":
        return "<html><body><h1>502 Bad Gateway</h1></body></html>";
      default:
        return text;
    }
  }

  #write(data: string | Buffer): void {
    if (!this.#isOpen()) return;
    if (this.#socket.bufferedAmount > BUFFERED_BYTES_MAX) return this.#socket.terminate();
    // Once something is late, what follows is not sent before it.
    if (this.#owner.fault() !== "slow" && this.#delays.size === 0) return this.#socket.send(data, { binary: false });
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      if (this.#isOpen()) this.#socket.send(data, { binary: false });
    }, SLOW_MS);
    this.#delays.add(delay);
  }

  #heard(data: RawData, isBinary: boolean): void {
    if (this.#isMute()) return;
    if (isBinary) return this.close(1003, "text frames only");
    const text = Buffer.isBuffer(data)
      ? data.toString("utf8")
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]).toString("utf8");
    this.#owner.heard(this, text);
  }

  /** The client's words, when nothing speaks against hearing them. */
  take(text: string): void {
    this.#session?.take(text);
  }
}
