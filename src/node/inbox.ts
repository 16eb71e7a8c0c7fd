/**
 * The window between peers and the machine: cheap checks first (length, type, configuration, member, round, repeat), the
 * signature last. A refusal is a verdict: `ignore` costs the peer nothing, `reject` costs it score.
 */
import type { KeyObject } from "node:crypto";
import { equalBytes, type Hex } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";
import { decodeHeader, decodeMessage, messageHash } from "../protocol/encoding.ts";
import { TokenBucket } from "../network/token-bucket.ts";
import { OBSERVATION_VERSIONS_MAX, ROUNDS_KEPT_BELOW, ROUNDS_OPEN_ABOVE, sessionsMax } from "../protocol/limits.ts";
import type { Message } from "../protocol/messages.ts";
import { byzantineMax } from "../protocol/quorum.ts";
import { signatureFits, splitEnvelope } from "./envelope.ts";

/** `relay`: gossip for what a broken line did not carry, judged like a direct message. `fetched`: an answer to our own question. */
export type Channel = "observe" | "report" | "relay" | "direct" | "fetched";

export type InboxVerdict =
  | { readonly verdict: "accept"; readonly message: Message; readonly hash: Hex; readonly bytes: Uint8Array }
  | { readonly verdict: "ignore"; readonly why: "duplicate" | "too-many" }
  /** Known here, and worth forwarding: who relays it does so for somebody else. [R61] */
  | { readonly verdict: "pass-on" }
  /** Authentic all the same: where its sender stands is news to a node whose own window is wrong. [R31] */
  | { readonly verdict: "ignore"; readonly why: "round-closed"; readonly message: Message; readonly hash: Hex }
  | {
      readonly verdict: "reject";
      readonly why:
        | "malformed"
        | "wrong-channel"
        | "other-configuration"
        | "not-a-member"
        | "bad-signature"
        | "too-many";
    };

export type InboxOptions = {
  readonly cfg: Hex;
  readonly selfId: number;
  readonly keys: ReadonlyMap<number, KeyObject>;
  readonly slotMs: number;
};

export type InboxDoors = {
  /** Rounds that are open now. */
  window(): { readonly low: number; readonly high: number };
  monotonicMs(): number;
};

/**
 * Envelopes of one member remembered for repeats, for those who fetch and for evidence: in each of the open rounds and the
 * one to come an OBSERVE in a few versions, a PROPOSE and two SHAREs for each session, a report. Counted by member, so
 * that a flood of one pushes out nothing of the others.
 */
export function rememberedMax(members: number): number {
  const rounds = ROUNDS_KEPT_BELOW + 2 + ROUNDS_OPEN_ABOVE;
  return rounds * (OBSERVATION_VERSIONS_MAX + 3 * sessionsMax(byzantineMax(members)) + 1);
}

type Header = { readonly sender: number; readonly type: Message["type"]; readonly round: number };

/** What one member has said that was authentic. */
type Said = {
  /** Different messages of open rounds, by type and round. */
  readonly distinct: Map<string, number>;
  readonly reports: TokenBucket;
  readonly closed: TokenBucket;
};

/** A peer's clock may be this many rounds ahead before its message is held to be nonsense rather than early. */
const HEADROOM_ROUNDS = 4;

/** Messages of closed rounds that a member may send in a slot: all it says in one, twice. Higher: each costs a signature's check. */
const CLOSED_PER_SLOT = 8;
/** Reports that a member may send in a slot, whatever their age. Higher: each may cost the check of a group's signature. */
const REPORTS_PER_SLOT = 2;
const UNBOUND_BURST_SLOTS = 4;
/** Rounds and types of one member whose messages are counted. */
const COUNTS_PER_MEMBER_MAX = 64;

function channelFits(channel: Channel, type: Message["type"]): boolean {
  switch (channel) {
    case "direct":
    case "fetched":
      return true;
    case "relay":
      return type !== "report";
    case "observe":
    case "report":
      return channel === type;
    default:
      return unreachable(channel);
  }
}

/** How many different messages of a type a member may have in one open round: what it says in every session, twice. */
function distinctMax(type: Exclude<Message["type"], "report">, members: number): number {
  switch (type) {
    case "observe":
      return OBSERVATION_VERSIONS_MAX;
    case "propose":
    case "share":
      return 2 * (Math.floor((members - 1) / 3) + 2);
    default:
      return unreachable(type);
  }
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #doors: InboxDoors;
  readonly #held = new Map<Hex, Uint8Array>();
  readonly #expected = new Set<Hex>();
  readonly #hashesOf = new Map<number, Hex[]>();
  readonly #said = new Map<number, Said>();

  constructor(options: InboxOptions, doors: InboxDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** @param fromId the neighbour that it came from, when that is known; its author may be another */
  judge(channel: Channel, bytes: Uint8Array, fromId: number | null = null): InboxVerdict {
    const parts = splitEnvelope(bytes);
    if (parts === null) return { verdict: "reject", why: "malformed" };
    try {
      const header = decodeHeader(parts.encoded);
      if (header.cfg !== this.#options.cfg) return { verdict: "reject", why: "other-configuration" };
      if (!channelFits(channel, header.type)) return { verdict: "reject", why: "wrong-channel" };
      const key = this.#options.keys.get(header.sender);
      if (key === undefined) return { verdict: "reject", why: "not-a-member" };
      const { low, high } = this.#doors.window();
      const isClosed = header.type !== "report" && (header.round < low || header.round > high + HEADROOM_ROUNDS);
      const hash = messageHash(parts.encoded);
      const held = this.#held.get(hash);
      if (held !== undefined) {
        // The very bytes: under another signature, which nobody has checked, others would blame this node for it.
        const isForwarded = channel === "relay" && equalBytes(held, bytes);
        return isForwarded ? { verdict: "pass-on" } : { verdict: "ignore", why: "duplicate" };
      }
      // What was asked for by its hash is one message, however many its author has sent.
      if (channel !== "fetched" && this.#hasSaidEnough(header, isClosed)) {
        // Its author says it itself: no honest one does. A forwarder cannot know what was enough for us.
        const isAuthors = fromId === header.sender && !isClosed;
        return { verdict: isAuthors ? "reject" : "ignore", why: "too-many" };
      }
      const message = decodeMessage(parts.encoded);
      if (!signatureFits(key, hash, parts.signature)) return { verdict: "reject", why: "bad-signature" };
      this.#count(header, isClosed);
      // Late is not hostile: an honest peer behind a slow link must not lose score.
      if (isClosed && this.#expected.has(hash)) this.remember(header.sender, hash, bytes);
      if (isClosed) return { verdict: "ignore", why: "round-closed", message, hash };
      this.remember(header.sender, hash, bytes);
      return { verdict: "accept", message, hash, bytes };
    } catch (error) {
      if (error instanceof OracleError) return { verdict: "reject", why: "malformed" };
      throw error;
    }
  }

  /** While it is asked for, an envelope of whatever round is kept when it comes: it may be evidence. */
  expect(hash: Hex, isAwaited: boolean): void {
    if (isAwaited) this.#expected.add(hash);
    else this.#expected.delete(hash);
  }

  /**
   * Everything that is signed costs the check of its signature and a step of the machine. So it is asked first how much
   * its author has already said that was authentic: nobody can use up another's allowance. [R62]
   */
  #hasSaidEnough({ sender, type, round }: Header, isClosed: boolean): boolean {
    const said = this.#saidBy(sender);
    const nowMs = this.#doors.monotonicMs();
    if (type === "report") return !said.reports.has(1, nowMs);
    if (isClosed) return !said.closed.has(1, nowMs);
    return (said.distinct.get(`${type} ${round}`) ?? 0) >= distinctMax(type, this.#options.keys.size);
  }

  #count({ sender, type, round }: Header, isClosed: boolean): void {
    const { reports, closed, distinct } = this.#saidBy(sender);
    const nowMs = this.#doors.monotonicMs();
    if (type === "report") reports.take(1, nowMs);
    else if (isClosed) closed.take(1, nowMs);
    else {
      const key = `${type} ${round}`;
      distinct.set(key, (distinct.get(key) ?? 0) + 1);
      const [oldest] = distinct.keys();
      if (distinct.size > COUNTS_PER_MEMBER_MAX && oldest !== undefined) distinct.delete(oldest);
    }
  }

  #saidBy(member: number): Said {
    const known = this.#said.get(member);
    if (known !== undefined) return known;
    const slotSec = this.#options.slotMs / 1_000;
    const burstSec = UNBOUND_BURST_SLOTS * slotSec;
    const nowMs = this.#doors.monotonicMs();
    const said: Said = {
      distinct: new Map(),
      reports: new TokenBucket(REPORTS_PER_SLOT / slotSec, burstSec, nowMs),
      closed: new TokenBucket(CLOSED_PER_SLOT / slotSec, burstSec, nowMs),
    };
    this.#said.set(member, said);
    return said;
  }

  /** Keeps an envelope for repeats and fetches; the oldest of its sender goes first. */
  remember(sender: number, hash: Hex, bytes: Uint8Array): void {
    if (this.#held.has(hash)) return;
    this.#held.set(hash, bytes);
    const hashes = this.#hashesOf.get(sender) ?? [];
    hashes.push(hash);
    if (hashes.length > rememberedMax(this.#options.keys.size)) this.#held.delete(hashes.shift()!);
    this.#hashesOf.set(sender, hashes);
  }

  envelope(hash: Hex): Uint8Array | undefined {
    return this.#held.get(hash);
  }

  /** A remembered message again, for a machine that had no use for it when it came. */
  message(hash: Hex): Message | undefined {
    const parts = splitEnvelope(this.#held.get(hash) ?? new Uint8Array());
    return parts === null ? undefined : decodeMessage(parts.encoded);
  }
}
