/**
 * Whether the other end of each connection still answers, and how long it takes: libp2p's ping protocol, many pings on one
 * stream. libp2p's own monitor opens a stream for each: eight frames, a negotiation and two entries in the peer store for
 * 32 bytes, three times the work.
 */
import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { PING_PROTOCOL } from "@libp2p/ping";
import { equalBytes } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { Deadlines } from "./deadlines.ts";

const PING_BYTES = 32;

export type PulseOptions = {
  readonly intervalMs: number;
  /** An answer that takes longer ends the connection. */
  readonly timeoutMs: number;
  /** A stream is renewed after so many, before the other end finds it too old. */
  readonly pingsPerStream: number;
};

export type PulseDoors = { readonly node: Libp2p; readonly clock: Clock; readonly log: Logger };

/**
 * The first round trips of a connection are measured while both ends still begin, and one that waited says nothing of the way: so
 * there are some in quick succession.
 */
const QUICK_PINGS = 4;
/** Part of the interval between those. */
const QUICK_FRACTION = 1 / 32;
/** Either way: else the pings of all members meet the same moment of each slot. */
const JITTER = 0.1;

type Line = { stream: Stream | null; pings: number; isBusy: boolean; beats: number; dueAtMs: number };

export class Pulse {
  readonly #options: PulseOptions;
  readonly #doors: PulseDoors;
  readonly #lines = new WeakMap<Connection, Line>();
  readonly #deadlines = new Deadlines();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PulseOptions, doors: PulseDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const connection of this.#doors.node.getConnections()) void this.#beat(connection);
    }, this.#options.intervalMs * QUICK_FRACTION);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#deadlines.stop();
  }

  async #beat(connection: Connection): Promise<void> {
    const nowMs = this.#doors.clock.monotonicMs();
    const line = this.#lines.get(connection) ?? { stream: null, pings: 0, isBusy: false, beats: 0, dueAtMs: nowMs };
    this.#lines.set(connection, line);
    if (line.isBusy || nowMs < line.dueAtMs || connection.status !== "open") return;
    line.isBusy = true;
    line.beats += 1;
    line.dueAtMs = nowMs + this.#pauseMs(line.beats);
    const deadline = this.#deadlines.begin(this.#options.timeoutMs);
    const answer = { has: false };
    try {
      await this.#ping(connection, line, answer, deadline.signal);
    } catch (error) {
      // After a stall of this process its timers run before it reads what came meanwhile.
      if (deadline.signal.aborted) await turn();
      line.stream?.abort(new Error("the ping failed"));
      line.stream = null;
      // Who ends the stream, or has no such protocol, is alive.
      if (!deadline.signal.aborted || answer.has || this.#deadlines.stopped) return;
      this.#doors.log.debug("no answer to a ping", { peer: connection.remotePeer.toString() });
      connection.abort(new Error("no answer to a ping", { cause: error }));
    } finally {
      deadline.end();
      line.isBusy = false;
    }
  }

  #pauseMs(beats: number): number {
    const { intervalMs } = this.#options;
    return beats < QUICK_PINGS ? intervalMs * QUICK_FRACTION : intervalMs * (1 - JITTER + 2 * JITTER * Math.random());
  }

  async #ping(connection: Connection, line: Line, answer: { has: boolean }, signal: AbortSignal): Promise<void> {
    if (line.stream?.status !== "open" || line.pings >= this.#options.pingsPerStream) {
      const old = line.stream;
      line.stream = null;
      if (old?.status === "open") await old.close({ signal });
      line.stream = await connection.newStream(PING_PROTOCOL, { signal });
      line.pings = 0;
    }
    line.pings += 1;
    const sentAtMs = this.#doors.clock.monotonicMs();
    await echoOf(line.stream, randomBytes(PING_BYTES), answer, signal);
    connection.rtt = Math.round(10 * (this.#doors.clock.monotonicMs() - sentAtMs)) / 10;
  }
}

/** Resolves when the same bytes have come back; rejects when others have, the stream ends, or the signal says so. */
function echoOf(stream: Stream, sent: Uint8Array, answer: { has: boolean }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let received: Uint8Array = new Uint8Array();
    const hear = (event: { readonly data: { subarray(): Uint8Array } }): void => {
      answer.has = true;
      received = Buffer.concat([received, event.data.subarray()]);
      if (received.byteLength < PING_BYTES) return;
      if (equalBytes(received, sent)) settle(resolve);
      else fail();
    };
    const fail = (): void => settle(() => reject(new Error("no echo")));
    const settle = (then: () => void): void => {
      signal.removeEventListener("abort", fail);
      stream.removeEventListener("close", fail);
      // Late bytes after an abort still say that somebody is there; the stream ends with it.
      if (!signal.aborted) stream.removeEventListener("message", hear);
      then();
    };
    stream.addEventListener("message", hear);
    stream.addEventListener("close", fail);
    signal.addEventListener("abort", fail);
    stream.send(sent);
  });
}
