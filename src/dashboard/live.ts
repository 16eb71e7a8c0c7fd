/** Keeps the page current: listens to what changed, fetches that, at most twice a second, and notices silence. */
import type { CHANGE_EVENT, ChangeData } from "../api/replies.ts";
import { reasonOf } from "./fetch-json.ts";

/** A part of the page's data, fetched as one. */
export type Part = "status" | "feeds" | "rounds" | "peers" | "transactions" | "sources" | "venues" | "evidence";
export const PARTS: readonly Part[] = [
  "status",
  "feeds",
  "rounds",
  "peers",
  "transactions",
  "sources",
  "venues",
  "evidence",
];

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The API answers, the event stream does not: the page asks every two seconds instead. */
  | { readonly kind: "polling" }
  | { readonly kind: "lost"; readonly sinceMs: number; readonly detail: string };

const EVENT_NAME: typeof CHANGE_EVENT = "change";
const MIN_INTERVAL_MS = 500;
/** What no event announces (health, source ages) is asked this often. */
const POLL_MS = 2_000;
const RECONNECT_FIRST_MS = 1_000;
const RECONNECT_MAX_MS = 10_000;

function partsOf(kind: ChangeData["kind"]): readonly Part[] {
  switch (kind) {
    case "round":
      return ["rounds"];
    case "report":
      return ["feeds", "rounds"];
    case "transaction":
      return ["transactions", "feeds"];
    case "peers":
      return ["peers", "status"];
    case "feeds":
      return ["feeds"];
    case "evidence":
      return ["evidence"];
  }
}

export class Live {
  readonly #fetchParts: (parts: ReadonlySet<Part>) => Promise<void>;
  readonly #onConnection: (connection: Connection) => void;
  #wanted = new Set<Part>();
  #timer: number | undefined;
  #busy = false;
  #lastRunMs = 0;
  #eventsOpen = false;
  #reconnectMs = RECONNECT_FIRST_MS;
  #lost: { sinceMs: number; detail: string } | null = null;
  #answered = false;

  constructor(doors: {
    /** Fetches and shows; rejects when the node does not answer. */
    readonly fetchParts: (parts: ReadonlySet<Part>) => Promise<void>;
    readonly onConnection: (connection: Connection) => void;
  }) {
    this.#fetchParts = doors.fetchParts;
    this.#onConnection = doors.onConnection;
  }

  start(): void {
    this.want(PARTS);
    this.#listen();
    setInterval(() => {
      if (document.hidden) return;
      this.want(this.#eventsOpen && this.#lost === null ? ["status", "sources", "venues", "peers"] : PARTS);
    }, POLL_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.want(PARTS);
    });
  }

  want(parts: readonly Part[]): void {
    for (const part of parts) this.#wanted.add(part);
    if (this.#timer !== undefined || this.#busy) return;
    const waitMs = Math.max(0, this.#lastRunMs + MIN_INTERVAL_MS - performance.now());
    this.#timer = window.setTimeout(() => void this.#run(), waitMs);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#busy = true;
    this.#lastRunMs = performance.now();
    const parts = this.#wanted;
    this.#wanted = new Set();
    try {
      await this.#fetchParts(parts);
      // After a loss everything may have changed, not only what was asked for.
      if (this.#lost !== null) this.#wanted = new Set(PARTS);
      this.#lost = null;
      this.#answered = true;
    } catch (error) {
      this.#lost ??= { sinceMs: Date.now(), detail: "" };
      this.#lost.detail = reasonOf(error);
    }
    this.#busy = false;
    this.#tell();
    if (this.#wanted.size > 0 && !document.hidden) this.want([]);
  }

  #listen(): void {
    const source = new EventSource("/v1/events");
    source.addEventListener("open", () => {
      this.#eventsOpen = true;
      this.#reconnectMs = RECONNECT_FIRST_MS;
      this.want(PARTS);
    });
    source.addEventListener(EVENT_NAME, (event: MessageEvent<string>) => {
      if (document.hidden) return;
      const change = JSON.parse(event.data) as ChangeData;
      this.want(partsOf(change.kind));
    });
    source.addEventListener("error", () => {
      // The browser gives up for good on a refusal; our own timer does not.
      source.close();
      this.#eventsOpen = false;
      this.want(PARTS);
      window.setTimeout(() => this.#listen(), this.#reconnectMs);
      this.#reconnectMs = Math.min(RECONNECT_MAX_MS, this.#reconnectMs * 2);
    });
  }

  #tell(): void {
    if (this.#lost !== null) this.#onConnection({ kind: "lost", ...this.#lost });
    else if (!this.#answered) this.#onConnection({ kind: "connecting" });
    else this.#onConnection({ kind: this.#eventsOpen ? "live" : "polling" });
  }
}
