/** One WebSocket from its handshake to its end, with the session that reads it. It ends once, with a reason. */
import type { IncomingMessage } from "node:http";
import { type RawData, WebSocket } from "ws";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { readAnswer } from "./answer.ts";
import { type Gap, gap } from "./gap.ts";
import type { BucketLimit } from "./limits.ts";
import type { AdapterRules } from "./rest-adapter.ts";
import {
  FRAME_MAX_BYTES,
  type StreamAdapter,
  type StreamSession,
  type StreamStep,
  type StreamUpdate,
  TICK_MS,
} from "./stream-adapter.ts";
import type { PolledSubscription } from "./subscription.ts";
import { paceOf, TokenBucket } from "./token-bucket.ts";
import { userAgent } from "./user-agent.ts";

/** A venue that is well answers within one; longer holds back the next attempt. */
export const HANDSHAKE_MAX_MS = 5_000;
/** How long the other side has to answer our goodbye. */
const GOODBYE_MS = 250;
/** Frames that wait for the venue's pace; more are an adapter gone wild. */
const WAITING_MAX = 10_000;

export type ConnectionOptions = {
  readonly url: string;
  readonly adapter: StreamAdapter;
  readonly subscriptions: readonly PolledSubscription[];
  readonly rules: AdapterRules;
  readonly messages: BucketLimit;
  readonly handshakeMaxMs: number;
  /** When to give it up for a new one; null: never. */
  readonly lifeMs: number | null;
};

export type FrameDirection = "in" | "out" | "open" | "close";

export type ConnectionDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly opened: () => void;
  readonly take: (update: StreamUpdate) => void;
  readonly refused: (refusal: Gap) => void;
  /** A frame of any kind has arrived: the line lives. */
  readonly alive: () => void;
  readonly hear?: (direction: FrameDirection, text: string, atMs: number) => void;
  /** What REST has listed by then, by source. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
};

/** Fewer would end a line for what a venue changed in one of its messages, more would trust silence for longer. */
const UNREAD_MAX = 20;

export class StreamConnection {
  readonly #options: ConnectionOptions;
  readonly #doors: ConnectionDoors;
  readonly #socket: WebSocket;
  readonly #session: StreamSession;
  readonly #pace: TokenBucket;
  readonly #waiting: { readonly text: string; readonly dueMs: number }[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #silence: NodeJS.Timeout | null = null;
  #lastFrameMs = 0;
  #isOpen = false;
  #unreadInARow = 0;
  #isEnded = false;
  #resolve: (reason: Gap) => void = () => undefined;
  /** Why it is over. `disconnected` with the venue's code where the venue closed it. */
  readonly ended: Promise<Gap>;

  constructor(options: ConnectionOptions, doors: ConnectionDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#session = options.adapter.session(options.subscriptions, options.rules);
    this.#pace = new TokenBucket(paceOf(options.messages));
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#socket = new WebSocket(options.url, {
      maxPayload: FRAME_MAX_BYTES,
      // A small compressed frame may unfold to a large one.
      perMessageDeflate: false,
      handshakeTimeout: options.handshakeMaxMs,
      followRedirects: false,
      headers: { "User-Agent": userAgent() },
    });
    this.#socket.on("open", () => this.#opened());
    this.#socket.on("message", (data, isBinary) => this.#message(data, isBinary));
    this.#socket.on("ping", () => this.#frame());
    this.#socket.on("pong", () => this.#frame());
    this.#socket.on("unexpected-response", (_request, response) => this.#end(handshakeGap(response, doors.clock)));
    this.#socket.on("error", (error) => this.#end(this.#errorGap(error)));
    this.#socket.on("close", (code, reason) =>
      this.#end(gap("disconnected", `closed with ${code} ${reason.toString("utf8")}`.trimEnd())),
    );
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  listed(source: string, instruments: readonly string[]): void {
    if (!this.#isOpen) return;
    this.#step((session, nowMs) => session.listed(source, instruments, nowMs));
  }

  /** Ends it from our side. */
  stop(): void {
    this.#end(gap("disconnected", "stopped"));
  }

  #opened(): void {
    const { clock, opened, listed, hear } = this.#doors;
    const { adapter, subscriptions, lifeMs } = this.#options;
    this.#isOpen = true;
    this.#lastFrameMs = clock.monotonicMs();
    hear?.("open", adapter.path(subscriptions), clock.nowMs());
    opened();
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS));
    if (adapter.pingFrameMs !== null) this.#timers.push(setInterval(() => this.#socket.ping(), adapter.pingFrameMs));
    if (lifeMs !== null)
      this.#timers.push(setTimeout(() => this.#end(gap("disconnected", "replaced before its end of life")), lifeMs));
    this.#watch(2 * adapter.heartbeatMs);
    for (const [source, instruments] of listed)
      this.#step((session, nowMs) => session.listed(source, instruments, nowMs));
    this.#step((session, nowMs) => session.opened(nowMs));
  }

  /** Half-open lines send nothing and close nothing: only time tells. */
  #watch(afterMs: number): void {
    const allowedMs = 2 * this.#options.adapter.heartbeatMs;
    this.#silence = setTimeout(() => {
      const silentMs = this.#doors.clock.monotonicMs() - this.#lastFrameMs;
      if (silentMs < allowedMs) this.#watch(allowedMs - silentMs);
      else this.#end(gap("silent", `no frame for ${Math.round(silentMs)} ms`));
    }, afterMs);
  }

  #frame(): void {
    this.#lastFrameMs = this.#doors.clock.monotonicMs();
    this.#doors.alive();
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#isEnded) return;
    this.#lastFrameMs = this.#doors.clock.monotonicMs();
    if (isBinary) return this.#unread(gap("bad-shape", "a binary frame"));
    const text = textOf(data);
    this.#doors.hear?.("in", text, this.#doors.clock.nowMs());
    const refusal = this.#step((session, nowMs) => session.take(text, nowMs));
    if (refusal !== null) return this.#unread(refusal);
    this.#unreadInARow = 0;
    // What cannot be read says nothing of what stands: only a frame that was understood lets quotes live on.
    this.#doors.alive();
  }

  /** A line on which nothing can be read any more is no line. */
  #unread(refusal: Gap): void {
    this.#doors.refused(refusal);
    this.#unreadInARow += 1;
    if (this.#unreadInARow < UNREAD_MAX) return;
    this.#end(gap(refusal.reason, `${UNREAD_MAX} frames in a row: ${refusal.detail}`));
  }

  #tick(): void {
    this.#sendDue();
    const refusal = this.#step((session, nowMs) => session.tick(nowMs));
    if (refusal !== null) this.#doors.refused(refusal);
  }

  /** @returns what could not be read of the message, null where all could */
  #step(move: (session: StreamSession, nowMs: number) => StreamStep): Gap | null {
    if (this.#isEnded) return null;
    let step: StreamStep;
    try {
      step = move(this.#session, this.#doors.clock.nowMs());
    } catch (error) {
      // Adapters promise not to throw. If one does it costs its own connection and nobody else's.
      this.#doors.log.error("adapter threw", { connection: this.#options.adapter.name, error: reasonOf(error) });
      this.#end(gap("bad-shape", "the adapter failed"));
      return null;
    }
    for (const text of step.send) this.#send(text);
    for (const update of step.updates) this.#doors.take(update);
    if (step.close !== null) this.#end(step.close);
    return step.refused;
  }

  #send(text: string): void {
    const nowMs = this.#doors.clock.monotonicMs();
    const waitMs = this.#pace.reserveMs(nowMs);
    if (waitMs === 0 && this.#waiting.length === 0) return this.#write(text);
    if (this.#waiting.length >= WAITING_MAX) return this.#end(gap("bad-shape", "too many frames to send"));
    this.#waiting.push({ text, dueMs: nowMs + waitMs });
  }

  #sendDue(): void {
    const nowMs = this.#doors.clock.monotonicMs();
    while (this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= nowMs) this.#write(this.#waiting.shift()!.text);
  }

  #write(text: string): void {
    if (this.#isEnded) return;
    this.#doors.hear?.("out", text, this.#doors.clock.nowMs());
    // A failed write shows as the socket's own end.
    this.#socket.send(text, () => undefined);
  }

  #errorGap(error: Error): Gap {
    const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
    if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return gap("too-large", `frame over ${FRAME_MAX_BYTES} bytes`);
    if (code.startsWith("WS_ERR_")) return gap("bad-shape", `no WebSocket frame (${code})`);
    if (error.message.includes("handshake has timed out"))
      return gap("timeout", `no handshake within ${this.#options.handshakeMaxMs} ms`);
    return this.#isOpen ? gap("disconnected", `line broke (${code})`) : gap("unreachable", `no connection (${code})`);
  }

  #end(reason: Gap): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { hear, clock } = this.#doors;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#waiting.length = 0;
    const socket = this.#socket;
    socket.removeAllListeners();
    // A socket that is ended while it connects says so as an error.
    socket.on("error", () => undefined);
    if (socket.readyState === WebSocket.OPEN && reason.reason !== "silent") {
      socket.close(1000);
      const goodbye = setTimeout(() => socket.terminate(), GOODBYE_MS);
      socket.on("close", () => clearTimeout(goodbye));
    } else {
      socket.terminate();
    }
    if (this.#isOpen) hear?.("close", `${reason.reason}: ${reason.detail}`, clock.nowMs());
    this.#isOpen = false;
    this.#resolve(reason);
  }
}

/** Refused at the handshake: the same statuses and headers as over REST. */
function handshakeGap(response: IncomingMessage, clock: Clock): Gap {
  const { statusCode: status = 0 } = response;
  response.destroy();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) if (typeof value === "string") headers[name] = value;
  if (status === 200) return gap("venue-error", "HTTP 200 instead of a WebSocket");
  const nowMs = clock.nowMs();
  const answer = { kind: "body", status, headers, text: "", startedAtMs: nowMs, receivedAtMs: nowMs } as const;
  const told = readAnswer<never>(answer, () => gap("not-json", "not read"));
  return told.kind === "gap" ? told : gap("venue-error", `HTTP ${status}`);
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString("utf8");
  return Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]).toString("utf8");
}
