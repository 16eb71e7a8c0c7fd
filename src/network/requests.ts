/** Question and answer: one stream each. The answer's first byte says whether there is one: 0 nothing to give, 1 the rest. */
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { concatBytes } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { Deadlines } from "./deadlines.ts";
import { encodeFrame, FrameReader } from "./framing.ts";
import { ANSWER_TIMEOUT_MS, type PeerLimits, STREAM_TIMEOUT_MS } from "./peer-policy.ts";
import { TokenBucket } from "./token-bucket.ts";
import { Turnstile } from "./turnstile.ts";

export type RequestsOptions = { readonly protocol: string; readonly limits: PeerLimits };

export type RequestsDoors = {
  readonly node: Libp2p;
  readonly committee: Committee;
  readonly clock: Clock;
  readonly log: Logger;
  answer(bytes: Uint8Array, fromId: number): Promise<Uint8Array | null> | Uint8Array | null;
};

/** Of the peer's limit: what it counts is not quite what was sent. Higher: questions in a burst cost score. */
const OWN_SHARE = 0.8;

const NOTHING = Uint8Array.of(0);
const SOMETHING = Uint8Array.of(1);

export class Requests {
  readonly #options: RequestsOptions;
  readonly #doors: RequestsDoors;
  readonly #turnstiles = new Map<Member, Turnstile>();
  readonly #rates = new Map<Member, TokenBucket>();
  readonly #deadlines = new Deadlines();

  constructor(options: RequestsOptions, doors: RequestsDoors) {
    this.#options = options;
    this.#doors = doors;
    for (const member of doors.committee.others()) this.admit(member);
  }

  admit(member: Member): void {
    const { requestsInFlightMax, requestsWaitingMax, requestsPerSec, burstSec } = this.#options.limits;
    const nowMs = this.#doors.clock.monotonicMs();
    this.#rates.set(member, new TokenBucket(OWN_SHARE * requestsPerSec, burstSec, nowMs));
    this.#turnstiles.set(member, new Turnstile(requestsInFlightMax, requestsWaitingMax));
  }

  dismiss(member: Member): void {
    this.#rates.delete(member);
    this.#turnstiles.delete(member);
  }

  async start(): Promise<void> {
    const { requestsInFlightMax } = this.#options.limits;
    // One more than a peer may have open, because the stream that ends and the one that begins can overlap.
    await this.#doors.node.handle(this.#options.protocol, this.#serve, { maxInboundStreams: requestsInFlightMax + 1 });
  }

  /** @returns null when the peer has nothing to give, is away, is too slow, breaks the format, or too much is asked at once */
  async ask(member: Member, question: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
    const turnstile = this.#turnstiles.get(member);
    if (turnstile === undefined) return null;
    if (this.#rates.get(member)?.take(1, this.#doors.clock.monotonicMs()) !== true) {
      this.#doors.log.debug("a question was not asked: too many before it", { peer: member.id });
      return null;
    }
    const { signal, end } = this.#deadlines.begin(timeoutMs);
    try {
      if (!(await turnstile.enter(signal))) return null;
      try {
        return await this.#exchange(member, question, signal);
      } finally {
        turnstile.leave();
      }
    } catch (error) {
      this.#doors.log.debug("a question found no answer", { peer: member.id, reason: reasonOf(error) });
      return null;
    } finally {
      end();
    }
  }

  stop(): void {
    this.#deadlines.stop();
  }

  async #exchange(member: Member, question: Uint8Array, signal: AbortSignal): Promise<Uint8Array | null> {
    const { connection } = member;
    if (connection === null) return null;
    const stream = await connection.newStream(this.#options.protocol, { signal });
    const abort = (): void => stream.abort(new Error("the question timed out"));
    signal.addEventListener("abort", abort, { once: true });
    try {
      stream.send(encodeFrame(question));
      member.ledger.messagesOut++;
      const answer = await this.#readOne(stream, member, this.#options.limits.frameBytesMax + SOMETHING.length);
      signal.throwIfAborted();
      return answer[0] === SOMETHING[0] ? answer.slice(1) : null;
    } finally {
      signal.removeEventListener("abort", abort);
      await this.#finish(stream);
    }
  }

  /** @throws OracleError `bad-frame` for an oversized, empty or missing message, which also costs the peer when it is one */
  async #readOne(stream: Stream, member: Member, bytesMax: number): Promise<Uint8Array> {
    const reader = new FrameReader(bytesMax);
    for await (const chunk of stream) {
      const { frames, fault } = reader.push(chunk.subarray());
      const first = frames[0];
      if (first !== undefined) return first;
      if (fault !== null) {
        this.#doors.committee.punish(member, fault);
        throw new OracleError(`expected one message, saw one that is ${fault}`, { code: "bad-frame", fault });
      }
    }
    throw new OracleError("expected one message, saw the end of the stream", { code: "bad-frame", fault: "missing" });
  }

  readonly #serve = async (stream: Stream, connection: Connection): Promise<void> => {
    const { committee, clock, log } = this.#doors;
    const member = committee.byPeer(connection.remotePeer);
    if (member === null || this.#deadlines.stopped) {
      stream.abort(new Error("not served"));
      return;
    }
    if (!member.ledger.admitFrame("request", clock.monotonicMs())) {
      committee.punish(member, "flood");
      stream.abort(new Error("too many questions"));
      return;
    }
    const timer = setTimeout(() => stream.abort(new Error("the question did not arrive")), STREAM_TIMEOUT_MS);
    try {
      const question = await this.#readOne(stream, member, this.#options.limits.frameBytesMax);
      clearTimeout(timer);
      const answer = await this.#deadlines.within(ANSWER_TIMEOUT_MS, () => this.#doors.answer(question, member.id));
      stream.send(encodeFrame(answer === null ? NOTHING : concatBytes(SOMETHING, answer)));
      member.ledger.messagesOut++;
      await this.#finish(stream);
    } catch (error) {
      log.debug("a question was not answered", { peer: member.id, reason: reasonOf(error) });
      stream.abort(new Error("not answered"));
    } finally {
      clearTimeout(timer);
    }
  };

  async #finish(stream: Stream): Promise<void> {
    if (stream.status !== "open") return;
    try {
      await stream.close({ signal: AbortSignal.timeout(STREAM_TIMEOUT_MS) });
    } catch (error) {
      stream.abort(new Error(`closing failed: ${reasonOf(error)}`));
    }
  }
}
