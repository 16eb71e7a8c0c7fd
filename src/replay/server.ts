/** The market as a server: the exchanges' public paths below `/<venue>`, the market's own beside them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { OracleError, reasonOf, unreachable } from "../base/errors.ts";
import { isVenue, type Venue } from "../market/venue.ts";
import { hashName, hashUniform } from "../sim/random.ts";
import { jsonAnswer, type VenueAnswer } from "./answer.ts";
import { distort } from "./distort.ts";
import { type Fault, FaultBoard, parseFaultOrder } from "./faults.ts";
import { type MarketOptions, type MarketSource, openSource } from "./options.ts";
import { ownAnswer } from "./own-paths.ts";
import { garbage, htmlPage, rateLimited, serverError } from "./refusals.ts";

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
  readonly #nowMs: () => number;
  readonly #latency: boolean;
  readonly #server: Server;
  readonly #delays = new Set<NodeJS.Timeout>();
  readonly #cache = new Map<string, Cached>();
  #requests = 0;

  constructor(options: MarketOptions, source: MarketSource, startedMs: number) {
    this.#nowMs = options.nowMs ?? Date.now;
    this.#latency = options.latency ?? true;
    this.#source = source;
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
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://market");
    const gzip = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    const [, head = "", ...rest] = url.pathname.split("/");
    if (isVenue(head)) {
      if (request.method !== "GET")
        return send(response, { answer: jsonAnswer(405, { error: "only GET" }), gzip: null }, false);
      return this.#serveVenue(head, `/${rest.join("/")}`, url, gzip, response);
    }
    const body = await readBody(request);
    const own = ownAnswer(
      this.#source,
      this.#faults,
      { method: request.method ?? "GET", path: url.pathname, query: url.searchParams, body },
      this.#nowMs(),
    );
    const answer = own ?? jsonAnswer(404, { error: `no such path ${url.pathname}`, code: "not-found" });
    send(response, { answer, gzip: null }, gzip);
  }

  #serveVenue(venue: Venue, path: string, url: URL, gzip: boolean, response: ServerResponse): void {
    const nowMs = this.#nowMs();
    const fault = this.#faults.rulingAt(venue, nowMs);
    // The request is taken in and never answered: the caller's own patience ends it, or stop() does.
    if (fault?.fault === "timeout") return;
    const cached = this.#answer(venue, path, url, fault, nowMs);
    if (!this.#latency) return send(response, cached, gzip);
    const [least, spread] = LATENCY_MS[venue];
    const delayMs = least + spread * hashUniform(this.#source.seed, hashName(venue), this.#requests++);
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      send(response, cached, gzip);
    }, delayMs);
    this.#delays.add(delay);
  }

  #answer(venue: Venue, path: string, url: URL, fault: Fault | null, nowMs: number): Cached {
    // A frozen venue tells what it told when it froze, its times included.
    const timeMs = fault?.fault === "frozen" ? Math.max(fault.fromMs, this.#source.startMs) : nowMs;
    const key = `${venue}${path}${url.search}|${this.#source.momentOf(timeMs)}|${fault?.fault ?? ""}`;
    const kept = this.#cache.get(key);
    if (kept !== undefined) return kept;
    const honest = (): VenueAnswer => this.#source.answer(venue, { path, query: url.searchParams }, timeMs);
    const cached: Cached = { answer: spoiled(venue, fault, honest), gzip: null };
    if (this.#cache.size >= CACHED_ANSWERS_MAX) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(key, cached);
    return cached;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof OracleError && error.code === "too-large";
}

function spoiled(venue: Venue, fault: Fault | null, honest: () => VenueAnswer): VenueAnswer {
  if (fault === null) return honest();
  switch (fault.fault) {
    case "timeout":
    case "frozen":
      return honest();
    case "429":
      return rateLimited(venue);
    case "5xx":
      return serverError();
    case "html":
      return htmlPage();
    case "garbage":
      return garbage(honest());
    case "x1000":
    case "zero":
    case "null":
    case "crossed":
      return distort(venue, honest(), fault.fault);
    default:
      return unreachable(fault.fault);
  }
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
