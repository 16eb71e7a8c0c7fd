/** The node's HTTP door: health, metrics, the read-only JSON API, live events and the page. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { EventFan } from "./events.ts";
import { importMapHashes, securityHeaders } from "./headers.ts";
import { BODY_MAX_BYTES, CONNECTIONS_MAX, EVENT_LISTENERS_MAX, REQUEST_TIMEOUT_MS } from "./limits.ts";
import type { MetricsPort } from "./ports.ts";
import { refuse } from "./refusal.ts";
import { addRoutes } from "./routes.ts";
import type { NodeView } from "./view.ts";

const EVENTS_ROUTE = "/v1/events";

export type ApiOptions = {
  /** 127.0.0.1 unless given: who wants the world to read sets it, and puts a proxy in front. */
  readonly host?: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** The built page (`dist/dashboard`); null serves none. */
  readonly dashboardDir: string | null;
};

export type ApiDoors = { readonly view: NodeView; readonly metrics: MetricsPort; readonly log: Logger };

export type RunningApi = {
  /** With the real host and port, no slash at the end. */
  readonly url: string;
  /** Ends live streams and open requests, then the listening socket. */
  stop(): Promise<void>;
};

/**
 * @throws OracleError `dashboard-missing` when the page's folder holds no index.html, `api-listen` when the address
 *   is taken or not ours
 */
export async function startApi(options: ApiOptions, doors: ApiDoors): Promise<RunningApi> {
  const { view, log } = doors;
  const host = options.host ?? "127.0.0.1";
  const server = fastify({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  // The view promises JSON-safe data; a stray bigint becomes text rather than a failed reply.
  server.setReplySerializer((payload) =>
    JSON.stringify(payload, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
  );

  const page = readPage(options.dashboardDir);
  const headers = securityHeaders(importMapHashes(page ?? ""));
  server.addHook("onRequest", async (_request, reply) => {
    reply.headers(headers);
  });
  // Numbers of a second ago are wrong; only the page's files say otherwise for themselves.
  server.addHook("onSend", async (_request, reply) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  addRefusals(server, log);
  measure(server, doors.metrics);

  server.get("/metrics", async (_request, reply) => {
    const text = await doors.metrics.text();
    return reply.type(doors.metrics.contentType).serializer(String).send(text);
  });
  addRoutes(server, { view, nowMs: Date.now });
  const fan = addEvents(server, doors, headers);
  await addPage(server, options.dashboardDir);

  let url: string;
  try {
    url = await server.listen({ host, port: options.port });
  } catch (error) {
    fan.stop();
    throw new OracleError(
      `api: cannot listen on ${host}:${options.port} (${reasonOf(error)}), wanted a free address of this machine`,
      { code: "api-listen", host, port: options.port },
      error,
    );
  }
  log.info("api listens", { url });
  return {
    url,
    stop: async () => {
      fan.stop();
      await server.close();
    },
  };
}

function readPage(dashboardDir: string | null): string | null {
  if (dashboardDir === null) return null;
  const path = join(dashboardDir, "index.html");
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new OracleError(`api: ${dashboardDir} holds no index.html, wanted the built page`, {
    code: "dashboard-missing",
    path,
  });
}

function addRefusals(server: FastifyInstance, log: Logger): void {
  server.setNotFoundHandler((request, reply) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      reply.header("allow", "GET, HEAD");
      return refuse(reply, 405, {
        code: "method-not-allowed",
        message: "this interface only reads",
        seen: request.method,
        wanted: ["GET", "HEAD"],
      });
    }
    return refuse(reply, 404, {
      code: "not-found",
      message: "nothing is served at this address",
      seen: request.url.split("?", 1)[0],
      wanted:
        "/ or /v1/status, /v1/feeds, /v1/reports/latest, /v1/rounds, /v1/peers, /v1/transactions, /v1/sources, /v1/venues, /v1/evidence",
    });
  });
  server.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) {
      return refuse(reply, status, { code: error.code ?? "bad-request", message: error.message, seen: null });
    }
    log.error("api request failed", { route: request.routeOptions.url ?? "none", error });
    return refuse(reply, 500, { code: "internal", message: "the node could not answer; its log says why" });
  });
}

function measure(server: FastifyInstance, metrics: MetricsPort): void {
  const requests = metrics.counter({
    name: "tenor_http_requests_total",
    help: "HTTP requests answered, by route pattern and status",
    labels: ["route", "status"],
  });
  const seconds = metrics.histogram({
    name: "tenor_http_request_seconds",
    help: "Time to answer an HTTP request, by route pattern; live event streams are not in it",
    labels: ["route"],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
  });
  server.addHook("onResponse", async (request, reply) => {
    // The pattern, not the address: labels come from a closed set.
    const route = request.routeOptions.url ?? "none";
    requests.add(1, { route, status: String(reply.statusCode) });
    if (route !== EVENTS_ROUTE) seconds.observe(reply.elapsedTime / 1_000, { route });
  });
}

function addEvents(server: FastifyInstance, doors: ApiDoors, headers: Readonly<Record<string, string>>): EventFan {
  const listeners = doors.metrics.gauge({ name: "tenor_http_event_listeners", help: "Open live event streams" });
  const fan = new EventFan({ view: doors.view, onCount: (count) => listeners.set(count) });
  server.get(EVENTS_ROUTE, { exposeHeadRoute: false }, (_request, reply) => {
    if (fan.full) {
      return refuse(reply, 503, {
        code: "too-many-listeners",
        message: "all live streams are taken; ask /v1/feeds instead, or later",
        seen: EVENT_LISTENERS_MAX + 1,
        wanted: EVENT_LISTENERS_MAX,
      });
    }
    reply.hijack();
    reply.raw.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store" });
    fan.add(reply.raw);
    return reply;
  });
  return fan;
}

async function addPage(server: FastifyInstance, dashboardDir: string | null): Promise<void> {
  if (dashboardDir === null) {
    server.get("/", (_request, reply) =>
      refuse(reply, 404, { code: "no-dashboard", message: "this node serves no page; the API is under /v1/status" }),
    );
    return;
  }
  await server.register(fastifyStatic, {
    root: dashboardDir,
    cacheControl: false,
    // Revalidated by ETag each time: after an upgrade the page and the API are of one version.
    setHeaders: (response) => {
      response.setHeader("cache-control", "no-cache");
    },
  });
}
