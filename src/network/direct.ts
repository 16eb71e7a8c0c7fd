/**
 * Long-lived streams, one in each direction between two members: proposals, shares, ceremony; and others for observations.
 * The sender opens its own and writes frames; the reader writes back only how many it has. Frames leave in order, at once, or wait in a
 * bounded queue. What is not acknowledged in time is handed to whoever can send it another way.
 */
import type { Libp2p, Stream } from "@libp2p/interface";
import type { Hex } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import { CountReader, type Sent, Unacknowledged } from "./acknowledgements.ts";
import type { Member } from "./committee.ts";
import { Deadlines } from "./deadlines.ts";
import { DirectReader, type ReaderDoors, type ReaderOptions } from "./direct-reader.ts";
import { encodeFrame } from "./framing.ts";
import { doubtAfter } from "./doubt.ts";
import { Patience } from "./patience.ts";
import { DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_MIN_MS, STREAM_TIMEOUT_MS, UNACKNOWLEDGED_MAX } from "./peer-policy.ts";
import { SendQueue } from "./send-queue.ts";

export type DirectOptions = ReaderOptions & { readonly protocol: string };

export type DirectDoors = ReaderDoors & {
  readonly node: Libp2p;
  /** The member has received the message that was sent under this name. */
  acknowledged(member: Member, hash: Hex): void;
  /** The member has not said in time that it received this message; it may have. Called once for each. */
  overdue(member: Member, hash: Hex, message: Uint8Array): void;
};

/** What a message is about, and its name; without it, it belongs to no round and nobody waits for its acknowledgement. */
export type About = { readonly round: number; readonly hash: Hex };

type Line = {
  readonly queue: SendQueue<Sent | null>;
  readonly unacknowledged: Unacknowledged;
  readonly patience: Patience;
  stream: Stream | null;
  /** Frames on the stream so far. */
  written: number;
  opening: boolean;
  retry: NodeJS.Timeout | null;
};

export class Direct {
  readonly #options: DirectOptions;
  readonly #doors: DirectDoors;
  readonly #lines = new Map<Member, Line>();
  readonly #deadlines = new Deadlines();
  #overdueTimer: NodeJS.Timeout | null = null;

  constructor(options: DirectOptions, doors: DirectDoors) {
    this.#options = options;
    this.#doors = doors;
    for (const member of doors.committee.others()) this.admit(member);
  }

  admit(member: Member): void {
    const { queueMessagesMax, queueBytesMax } = this.#options.limits;
    this.#lines.set(member, {
      queue: new SendQueue(queueMessagesMax, queueBytesMax),
      unacknowledged: new Unacknowledged(UNACKNOWLEDGED_MAX, queueBytesMax),
      patience: new Patience(),
      stream: null,
      written: 0,
      opening: false,
      retry: null,
    });
  }

  dismiss(member: Member): void {
    this.disconnected(member);
    this.#lines.delete(member);
  }

  async start(): Promise<void> {
    const reader = new DirectReader(this.#options, this.#doors);
    await this.#doors.node.handle(this.#options.protocol, reader.receive, {
      maxInboundStreams: 2,
      maxOutboundStreams: 2,
    });
  }

  /** Writes now if the stream takes it, else queues; a full queue loses its stalest frames, which are counted. */
  send(member: Member, message: Uint8Array, about: About | null): void {
    const line = this.#lines.get(member);
    if (line === undefined || this.#deadlines.stopped) return;
    let sent: Sent | null = null;
    if (about !== null) {
      const sentAtMs = this.#doors.clock.monotonicMs();
      const dueAtMs = sentAtMs + line.patience.withinMs(member.connection?.rtt ?? 0);
      sent = { hash: about.hash, message, sentAtMs, dueAtMs, acknowledged: false };
      line.unacknowledged.watch(sent);
      this.#lookAgain(dueAtMs);
    }
    const waiting = { frame: encodeFrame(message), round: about?.round ?? null, about: sent };
    member.ledger.queueDropped += line.queue.push(waiting);
    this.#flush(member, line);
  }

  /** Would the member's stream take a frame now? */
  takes(member: Member): boolean {
    const line = this.#lines.get(member);
    const stream = line?.stream ?? null;
    return stream !== null && line?.queue.length === 0 && stream.status === "open" && !stream.writableNeedsDrain;
  }

  /** To every member that takes it now, and to nobody later. @returns how many did */
  publish(message: Uint8Array): number {
    const frame = encodeFrame(message);
    const taking = [...this.#lines].filter(([member]) => this.takes(member));
    for (const [member, line] of taking) {
      line.queue.push({ frame, round: null, about: null });
      this.#flush(member, line);
    }
    return taking.length;
  }

  /** See {@link Patience.slowMs}. */
  slowAnswerMs(member: Member): number | null {
    return this.#lines.get(member)?.patience.slowMs() ?? null;
  }

  /** Opens the outbound stream on a new connection. */
  connected(member: Member): void {
    const line = this.#lines.get(member);
    if (line !== undefined) void this.#open(member, line);
  }

  disconnected(member: Member): void {
    const line = this.#lines.get(member);
    if (line === undefined) return;
    this.#forgetStream(line);
    if (line.retry !== null) clearTimeout(line.retry);
    line.retry = null;
  }

  stop(): void {
    this.#deadlines.stop();
    if (this.#overdueTimer !== null) clearTimeout(this.#overdueTimer);
    this.#overdueTimer = null;
    for (const [member, line] of this.#lines) {
      this.disconnected(member);
      line.queue.clear();
    }
  }

  #forgetStream(line: Line): void {
    line.stream = null;
    line.written = 0;
    line.unacknowledged.streamLost();
  }

  async #open(member: Member, line: Line): Promise<void> {
    const { connection } = member;
    if (connection === null || line.opening || line.stream !== null || this.#deadlines.stopped) return;
    line.opening = true;
    try {
      const stream = await this.#deadlines.within(STREAM_TIMEOUT_MS, (signal) =>
        connection.newStream(this.#options.protocol, { signal }),
      );
      line.opening = false;
      if (member.connection !== connection) {
        stream.abort(new Error("the connection was replaced"));
        void this.#open(member, line);
        return;
      }
      this.#adopt(member, line, stream);
    } catch (error) {
      line.opening = false;
      this.#doors.log.debug("opening a direct stream failed", { peer: member.id, reason: reasonOf(error) });
      if (member.connection !== connection) void this.#open(member, line);
      else this.#retryLater(member, line);
    }
  }

  #adopt(member: Member, line: Line, stream: Stream): void {
    line.stream = stream;
    // A stream that carries nothing for two minutes is not broken.
    stream.inactivityTimeout = Number.POSITIVE_INFINITY;
    const counts = new CountReader();
    stream.addEventListener("message", (event) => {
      if (line.stream !== stream) return;
      const count = counts.push(event.data.subarray(), line.written);
      if (count === null) {
        this.#doors.committee.punish(member, "malformed");
        stream.abort(new Error("an acknowledgement of what was not sent"));
        return;
      }
      const received = line.unacknowledged.acknowledge(count);
      if (received.length > 0) member.doubt = null;
      // Of several the first has waited longest.
      if (received[0] !== undefined) line.patience.acknowledged(this.#doors.clock.monotonicMs() - received[0].sentAtMs);
      for (const { hash } of received) this.#tell(member, hash);
    });
    stream.addEventListener("drain", () => {
      if (line.stream === stream) this.#flush(member, line);
    });
    stream.addEventListener("close", () => {
      if (line.stream !== stream) return;
      this.#forgetStream(line);
      this.#retryLater(member, line);
    });
    this.#flush(member, line);
  }

  /** Nobody is there to catch what a listener throws. */
  #tell(member: Member, hash: Hex): void {
    try {
      this.#doors.acknowledged(member, hash);
    } catch (error) {
      this.#doors.log.error("telling of an acknowledgement failed", { peer: member.id, reason: reasonOf(error) });
    }
  }

  #retryLater(member: Member, line: Line): void {
    if (member.connection === null || line.retry !== null || this.#deadlines.stopped) return;
    const delayMs = DIAL_BACKOFF_MIN_MS + (DIAL_BACKOFF_MAX_MS - DIAL_BACKOFF_MIN_MS) * Math.random();
    line.retry = setTimeout(() => {
      line.retry = null;
      void this.#open(member, line);
    }, delayMs);
  }

  #flush(member: Member, line: Line): void {
    const { stream, queue } = line;
    if (stream === null) return;
    try {
      while (queue.length > 0 && stream.status === "open" && !stream.writableNeedsDrain) {
        const next = queue.shift();
        if (next === null) return;
        stream.send(next.frame);
        line.written++;
        if (next.about !== null) line.unacknowledged.written(next.about, line.written);
        member.ledger.messagesOut++;
      }
    } catch (error) {
      stream.abort(new Error(`writing to a direct stream failed: ${reasonOf(error)}`));
    }
  }

  /** One timer for all lines: what is due is rare. Where this process did not run, word of it may lie in the socket: that is read first. */
  #lookAgain(atMs: number): void {
    if (this.#overdueTimer !== null) return;
    const delayMs = Math.max(1, atMs - this.#doors.clock.monotonicMs());
    this.#overdueTimer = setTimeout(() => setImmediate(() => this.#look()), delayMs);
  }

  #look(): void {
    this.#overdueTimer = null;
    if (this.#deadlines.stopped) return;
    const nowMs = this.#doors.clock.monotonicMs();
    let nextMs: number | null = null;
    for (const [member, { unacknowledged }] of this.#lines) {
      for (const { hash, message, waitedMs } of unacknowledged.overdue(nowMs)) {
        member.doubt = doubtAfter(member.doubt, waitedMs, nowMs);
        this.#doors.overdue(member, hash, message);
      }
      const dueMs = unacknowledged.nextDueMs();
      if (dueMs !== null && (nextMs === null || dueMs < nextMs)) nextMs = dueMs;
    }
    if (nextMs !== null) this.#lookAgain(nextMs);
  }
}
