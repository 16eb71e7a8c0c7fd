/** The market as a server: the exchanges' public paths below `/<venue>`, the market's own beside them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Duplex } from "node:stream";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import { hashName, hashUniform } from "../sim/random.ts";
import { jsonAnswer, type VenueAnswer } from "./answer.ts";
import { type VenueCall, venueCall } from "./client-path.ts";
import { clockOffMs, type Fault, FaultBoard, parseFaultOrder } from "./faults.ts";
import { type MarketOptions, type MarketSource, openSource } from "./options.ts";
import { ownAnswer } from "./own-paths.ts";
import { allowanceAnswer, spoiled } from "./refusal-of-fault.ts";
import { RequestLedger } from "./request-ledger.ts";
import { StreamHub } from "./streams/hub.ts";
import { streamRooms } from "./streams/rooms.ts";
import type { VenueTarget } from "./venue-request.ts";

export type RunningMarket = {
  readonly url: string;
  readonly port: number;
  /** Ends every connection, also those that a fault keeps waiting. */
  stop(): Promise<void>;
};

/** Milliseconds: the least a venue takes, and what chance adds at most. */
const LATENCY_MS: Readonly<Record<Venue, readonly [least: number, spread: number]>> = {
  coinbase: [4, 14],
  kraken: [8, 25],
  bitstamp: [6, 20],
  binance: [3, 10],
  deribit: [6, 18],
  okx: [5, 16],
  bybit: [5, 15],
  gemini: [8, 22],
  bitfinex: [7, 24],
};
/** Four nodes poll the same dozen paths every second. */
const CACHED_ANSWERS_MAX = 64;
const BODY_BYTES_MAX = 10_000;
/** Below this a packet is a packet. */
const GZIP_FROM_BYTES = 1_000;
/** A slow venue's body comes in so many pieces, so far apart. */
const DRIPS = 20;
const DRIP_MS = 250;

type Cached = { readonly answer: VenueAnswer; gzip: Buffer | null };

/**
 * @throws OracleError `bad-market-options`, `bad-fault`, `bad-csv`, `bad-recordings`, `cannot-read`; `cannot-listen` when
 * the port is taken
 */
export async function startMarket(options: MarketOptions = {}): Promise<RunningMarket> {
  const startedMs = (options.nowMs ?? Date.now)();
  const market = new MarketServer(options, await openSource(options, startedMs), startedMs);
  return market.listen(options.host ?? "127.0.0.1", options.port ?? 0);
}

class MarketServer {
  readonly #source: MarketSource;
  readonly #faults = new FaultBoard();
  readonly #ledger = new RequestLedger();
  readonly #hub: StreamHub;
  readonly #enforce: boolean;
  readonly #nowMs: () => number;
  readonly #latency: boolean;
  readonly #server: Server;
  readonly #delays = new Set<NodeJS.Timeout>();
  readonly #cache = new Map<string, Cached>();
  #requests = 0;

  constructor(options: MarketOptions, source: MarketSource, startedMs: number) {
    this.#nowMs = options.nowMs ?? Date.now;
    this.#latency = options.latency ?? true;
    this.#enforce = options.enforce ?? true;
    this.#source = source;
    const doors = { faults: this.#faults, ledger: this.#ledger, nowMs: this.#nowMs };
    const stepMs = options.stepMs ?? 250;
    this.#hub = new StreamHub(
      { pushMs: options.pushMs ?? stepMs, enforce: this.#enforce },
      { ...doors, room: streamRooms(source, { enforce: this.#enforce, turnMs: options.optionTurnMs ?? 4_000 }, doors) },
    );
    for (const order of options.faults ?? []) this.#faults.add(parseFaultOrder(order), startedMs);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else
          send(
            response,
            { answer: jsonAnswer(isTooLarge(error) ? 413 : 500, { error: reasonOf(error) }), gzip: null },
            false,
          );
      });
    });
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen(host: string, port: number): Promise<RunningMarket> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) =>
        reject(
          new OracleError(
            `cannot listen on ${host}:${port}: ${error.message}`,
            { code: "cannot-listen", host, port },
            error,
          ),
        ),
      );
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    const named = host.includes(":") ? `[${host}]` : host;
    return { url: `http://${named}:${bound}`, port: bound, stop: () => this.#stop() };
  }

  async #stop(): Promise<void> {
    for (const delay of this.#delays) clearTimeout(delay);
    this.#delays.clear();
    this.#hub.stop();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://market");
    const gzip = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    const call = venueCall(url, request.socket.remoteAddress);
    if (call !== null) {
      if (request.method !== "GET")
        return send(response, { answer: jsonAnswer(405, { error: "only GET" }), gzip: null }, false);
      return this.#serveVenue(call, url.search, gzip, response);
    }
    const body = await readBody(request);
    const own = ownAnswer(
      { source: this.#source, faults: this.#faults, ledger: this.#ledger },
      { method: request.method ?? "GET", path: url.pathname, query: url.searchParams, body },
      this.#nowMs(),
    );
    if (request.method !== "GET") this.#hub.faultsChanged();
    const answer = own ?? jsonAnswer(404, { error: `no such path ${url.pathname}`, code: "not-found" });
    send(response, { answer, gzip: null }, gzip);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const call = venueCall(new URL(request.url ?? "/", "http://market"), request.socket.remoteAddress);
    if (call === null) socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else this.#hub.upgrade({ request, socket, head }, call);
  }

  #serveVenue({ venue, client, target }: VenueCall, search: string, gzip: boolean, response: ServerResponse): void {
    const nowMs = this.#nowMs();
    const allowance = this.#ledger.request(venue, client, target, nowMs);
    const fault = this.#faults.rulingAt(venue, nowMs);
    // The request is taken in and never answered: the caller's own patience ends it, or stop() does.
    if (fault?.fault === "timeout") return;
    const refusal = this.#enforce ? allowanceAnswer(venue, allowance, nowMs) : null;
    const cached =
      refusal === null ? this.#answer(venue, target, search, fault, nowMs) : { answer: refusal, gzip: null };
    if (fault?.fault === "slow") return this.#drip(response, cached.answer);
    if (!this.#latency) return send(response, cached, gzip);
    const [least, spread] = LATENCY_MS[venue];
    const delayMs = least + spread * hashUniform(this.#source.seed, hashName(venue), this.#requests++);
    this.#later(delayMs, () => send(response, cached, gzip));
  }

  #later(delayMs: number, act: () => void): void {
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      act();
    }, delayMs);
    this.#delays.add(delay);
  }

  /** The headers at once, and then the body in small pieces. */
  #drip(response: ServerResponse, { status, contentType, body, headers }: VenueAnswer): void {
    const bytes = Buffer.from(body, "utf8");
    const pieceBytes = Math.max(1, Math.ceil(bytes.length / DRIPS));
    response.writeHead(status, { "content-type": contentType, ...headers, "content-length": String(bytes.length) });
    const next = (at: number): void => {
      if (response.destroyed) return;
      response.write(bytes.subarray(at, at + pieceBytes));
      if (at + pieceBytes >= bytes.length) response.end();
      else this.#later(DRIP_MS, () => next(at + pieceBytes));
    };
    this.#later(DRIP_MS, () => next(0));
  }

  #answer(venue: Venue, target: VenueTarget, search: string, fault: Fault | null, nowMs: number): Cached {
    // A frozen venue tells what it told when it froze, its times included.
    const timeMs = fault?.fault === "frozen" ? Math.max(fault.fromMs, this.#source.startMs) : nowMs;
    const offMs = clockOffMs(fault);
    const ruling = fault === null ? "" : `${fault.fault}${offMs}`;
    const key = `${venue}${target.path}${search}|${this.#source.momentOf(timeMs)}|${ruling}`;
    const kept = this.#cache.get(key);
    if (kept !== undefined) return kept;
    const honest = (): VenueAnswer => this.#source.answer(venue, target, timeMs, offMs);
    const cached: Cached = { answer: spoiled(venue, fault?.fault ?? null, honest), gzip: null };
    if (this.#cache.size >= CACHED_ANSWERS_MAX) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(key, cached);
    return cached;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof OracleError && error.code === "too-large";
}

function send(response: ServerResponse, cached: Cached, gzip: boolean): void {
  const { answer } = cached;
  let body: Buffer = Buffer.from(answer.body, "utf8");
  const headers: Record<string, string> = { "content-type": answer.contentType, ...answer.headers };
  if (gzip && body.length >= GZIP_FROM_BYTES) {
    cached.gzip ??= gzipSync(body, { level: 1 });
    body = cached.gzip;
    headers["content-encoding"] = "gzip";
    headers.vary = "accept-encoding";
  }
  response.writeHead(answer.status, { ...headers, "content-length": String(body.length) });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX)
      throw new OracleError(`body above ${BODY_BYTES_MAX} bytes`, { code: "too-large", length });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
