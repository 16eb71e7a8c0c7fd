/**
 * Long-lived streams, one in each direction between two members: proposals, shares, ceremony. The sender opens its
 * own and only writes; what the other end opened is only read. Frames leave in order, at once, or wait in a bounded queue.
 */
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { Deadlines } from "./deadlines.ts";
import { encodeFrame, FrameReader } from "./framing.ts";
import type { Inbox } from "./inbox.ts";
import { DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_MIN_MS, type PeerLimits, STREAM_TIMEOUT_MS } from "./peer-policy.ts";
import { SendQueue } from "./send-queue.ts";

export type DirectOptions = { readonly protocol: string; readonly limits: PeerLimits };

export type DirectDoors = {
  readonly node: Libp2p;
  readonly committee: Committee;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Logger;
};

type Line = {
  readonly queue: SendQueue;
  stream: Stream | null;
  opening: boolean;
  retry: NodeJS.Timeout | null;
};

export class Direct {
  readonly #options: DirectOptions;
  readonly #doors: DirectDoors;
  readonly #lines = new Map<Member, Line>();
  readonly #inbound = new Map<Member, Stream>();
  readonly #deadlines = new Deadlines();

  constructor(options: DirectOptions, doors: DirectDoors) {
    this.#options = options;
    this.#doors = doors;
    for (const member of doors.committee.others()) this.admit(member);
  }

  admit(member: Member): void {
    const { queueMessagesMax, queueBytesMax } = this.#options.limits;
    const queue = new SendQueue(queueMessagesMax, queueBytesMax);
    this.#lines.set(member, { queue, stream: null, opening: false, retry: null });
  }

  dismiss(member: Member): void {
    this.disconnected(member);
    this.#lines.delete(member);
  }

  async start(): Promise<void> {
    await this.#doors.node.handle(this.#options.protocol, this.#receive, {
      maxInboundStreams: 2,
      maxOutboundStreams: 2,
    });
  }

  /** Writes now if the stream takes it, else queues; a full queue loses its oldest frames, which are counted. */
  send(member: Member, message: Uint8Array): void {
    const line = this.#lines.get(member);
    if (line === undefined || this.#deadlines.stopped) return;
    member.ledger.queueDropped += line.queue.push(encodeFrame(message));
    this.#flush(member, line);
  }

  /** Opens the outbound stream on a new connection. */
  connected(member: Member): void {
    const line = this.#lines.get(member);
    if (line !== undefined) void this.#open(member, line);
  }

  disconnected(member: Member): void {
    const line = this.#lines.get(member);
    if (line === undefined) return;
    line.stream = null;
    if (line.retry !== null) clearTimeout(line.retry);
    line.retry = null;
  }

  stop(): void {
    this.#deadlines.stop();
    for (const [member, line] of this.#lines) {
      this.disconnected(member);
      line.queue.clear();
    }
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
    stream.addEventListener("drain", () => {
      if (line.stream === stream) this.#flush(member, line);
    });
    stream.addEventListener("close", () => {
      if (line.stream !== stream) return;
      line.stream = null;
      this.#retryLater(member, line);
    });
    this.#flush(member, line);
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
        const frame = queue.shift();
        if (frame === null) return;
        stream.send(frame);
        member.ledger.messagesOut++;
      }
    } catch (error) {
      stream.abort(new Error(`writing to a direct stream failed: ${reasonOf(error)}`));
    }
  }

  readonly #receive = async (stream: Stream, connection: Connection): Promise<void> => {
    const { committee, inbox, clock, log } = this.#doors;
    const member = committee.byPeer(connection.remotePeer);
    if (member === null) {
      stream.abort(new Error("not a member"));
      return;
    }
    // The newest stream is the one the peer uses; an older one is a leftover of its last connection.
    this.#inbound.get(member)?.abort(new Error("replaced by a newer stream"));
    this.#inbound.set(member, stream);
    stream.inactivityTimeout = Number.POSITIVE_INFINITY;
    const reader = new FrameReader(this.#options.limits.frameBytesMax);
    try {
      for await (const chunk of stream) {
        const { frames, fault } = reader.push(chunk.subarray());
        for (const frame of frames) {
          if (member.ledger.admitFrame("direct", clock.monotonicMs())) inbox.receive("direct", frame, member);
          else committee.punish(member, "flood");
        }
        if (fault !== null) {
          committee.punish(member, fault);
          stream.abort(new Error(`a direct frame was ${fault}`));
          return;
        }
      }
    } catch (error) {
      log.debug("a direct stream ended", { peer: member.id, reason: reasonOf(error) });
    } finally {
      if (this.#inbound.get(member) === stream) this.#inbound.delete(member);
      // Half-closed by the peer: nothing of ours was ever going to follow.
      if (stream.status === "open") stream.abort(new Error("the sender closed its direct stream"));
    }
  };
}
