/** Server-sent events: one subscription to the node, many capped listeners, bursts told once. */
import type { ServerResponse } from "node:http";
import { EVENT_BACKLOG_MAX_BYTES, EVENT_COALESCE_MS, EVENT_HEARTBEAT_MS, EVENT_LISTENERS_MAX } from "./limits.ts";
import { CHANGE_EVENT } from "./replies.ts";
import type { NodeEvent, NodeView } from "./view.ts";

export class EventFan {
  readonly #listeners = new Set<ServerResponse>();
  readonly #pending = new Set<NodeEvent["kind"]>();
  readonly #onCount: (count: number) => void;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #flush: NodeJS.Timeout | undefined;

  constructor(doors: { readonly view: Pick<NodeView, "subscribe">; readonly onCount: (count: number) => void }) {
    this.#onCount = doors.onCount;
    this.#unsubscribe = doors.view.subscribe((event) => this.#take(event));
    this.#heartbeat = setInterval(() => this.#write(": alive\n\n"), EVENT_HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get full(): boolean {
    return this.#listeners.size >= EVENT_LISTENERS_MAX;
  }

  /** Takes over the response until the client or the server ends it. Headers must have been written. */
  add(response: ServerResponse): void {
    this.#listeners.add(response);
    this.#onCount(this.#listeners.size);
    response.on("close", () => this.#remove(response));
    response.on("error", () => this.#remove(response));
    // The browser waits this long before it comes back by itself.
    response.write("retry: 2000\n\n");
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flush);
    this.#unsubscribe();
    for (const listener of this.#listeners) listener.end();
  }

  #take(event: NodeEvent): void {
    this.#pending.add(event.kind);
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      let text = "";
      for (const kind of this.#pending) text += `event: ${CHANGE_EVENT}\ndata: ${JSON.stringify({ kind })}\n\n`;
      this.#pending.clear();
      this.#write(text);
    }, EVENT_COALESCE_MS);
  }

  #write(text: string): void {
    for (const listener of this.#listeners) {
      if (listener.writableLength > EVENT_BACKLOG_MAX_BYTES) listener.destroy();
      else listener.write(text);
    }
  }

  #remove(response: ServerResponse): void {
    if (this.#listeners.delete(response)) this.#onCount(this.#listeners.size);
  }
}
