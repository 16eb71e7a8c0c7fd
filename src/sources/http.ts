/** One thin GET. What comes back is text with its status, or a named gap; it never throws for what a server does. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { reasonOf } from "../base/errors.ts";
import type { Clock } from "../base/ports.ts";
import { type Gap, gap } from "./gap.ts";

export type HttpBody = {
  readonly kind: "body";
  readonly status: number;
  readonly text: string;
  /** Lower-case names, text values. */
  readonly headers: Readonly<Record<string, string>>;
  readonly startedAtMs: number;
  readonly receivedAtMs: number;
};

export type HttpLimits = {
  /** From the call to the last byte of the body: a server that drips is cut off too. */
  readonly timeoutMs: number;
  /** Of the body after decompression. */
  readonly maxBytes: number;
};

/** The venues answer directly; two hops allow a renamed path, and hops stay on the same origin. */
const REDIRECTS_MAX = 2;
/** Per venue host. Subscriptions of one venue rarely fetch at the same instant; more sockets would only idle. */
const SOCKETS_PER_HOST_MAX = 6;

export class HttpGet {
  readonly #clock: Clock;
  readonly #httpAgent = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST_MAX });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST_MAX });
  readonly #axios: AxiosInstance;

  constructor(options: { readonly userAgent: string }, doors: { readonly clock: Clock }) {
    this.#clock = doors.clock;
    this.#axios = axios.create({
      adapter: "http",
      responseType: "text",
      // axios would parse JSON by itself; parsing is the adapters' work.
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      decompress: true,
      // A proxy named in the environment would be a party nobody configured between us and a price.
      proxy: false,
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
      headers: { "User-Agent": options.userAgent, Accept: "application/json", "Accept-Encoding": "gzip, deflate" },
    });
  }

  /** @param stop aborts the request; the answer is then a gap that nobody should count */
  async get(url: string, limits: HttpLimits, stop: AbortSignal): Promise<HttpBody | Gap> {
    const startedAtMs = this.#clock.nowMs();
    const origin = new URL(url).origin;
    const abort = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      abort.abort();
    }, limits.timeoutMs);
    const onStop = (): void => abort.abort();
    stop.addEventListener("abort", onStop, { once: true });
    if (stop.aborted) onStop();
    try {
      const response = await this.#axios.get<unknown>(url, {
        signal: abort.signal,
        maxContentLength: limits.maxBytes,
        maxRedirects: REDIRECTS_MAX,
        beforeRedirect: (next: Record<string, unknown>) => {
          if (typeof next.href !== "string" || new URL(next.href).origin !== origin)
            throw new Error("redirect to another origin");
        },
      });
      if (typeof response.data !== "string") return gap("not-json", "the body is no text");
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers)) {
        if (typeof value === "string") headers[name.toLowerCase()] = value;
      }
      const { status, data: text } = response;
      return { kind: "body", status, text, headers, startedAtMs, receivedAtMs: this.#clock.nowMs() };
    } catch (error) {
      if (timedOut) return gap("timeout", `no complete answer within ${limits.timeoutMs} ms`);
      if (stop.aborted) return gap("unreachable", "stopped");
      return failureGap(error, limits);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
    }
  }

  /** Closes idle keep-alive sockets; call it after the last `get` has settled. */
  close(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }
}

function failureGap(error: unknown, limits: HttpLimits): Gap {
  const code = isAxiosError(error) && error.code !== undefined ? error.code : "unknown";
  const message = reasonOf(error);
  if (message.includes("maxContentLength")) return gap("too-large", `body over ${limits.maxBytes} bytes`);
  if (code.startsWith("ERR_FR_") || message.includes("redirect"))
    return gap("venue-error", `redirect refused (${code})`);
  if (code.startsWith("Z_")) return gap("not-json", `compressed body is broken (${code})`);
  if (code === "ETIMEDOUT") return gap("timeout", "connection timed out (ETIMEDOUT)");
  return gap("unreachable", `no answer (${code})`);
}
