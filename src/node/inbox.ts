/**
 * The window between peers and the machine: cheap checks first (length, type, configuration, member, round, repeat), the
 * signature last. A refusal is a verdict: `ignore` costs the peer nothing, `reject` costs it score.
 */
import type { KeyObject } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { decodeHeader, decodeMessage, messageHash } from "../protocol/encoding.ts";
import type { Message } from "../protocol/messages.ts";
import { openEnvelope, signatureFits, splitEnvelope } from "./envelope.ts";
import { NewestEnvelopes } from "./newest.ts";

export type Channel = "observe" | "report" | "direct";

export type InboxVerdict =
  | { readonly verdict: "accept"; readonly message: Message; readonly hash: Hex; readonly bytes: Uint8Array }
  | { readonly verdict: "ignore"; readonly why: "duplicate" }
  /** Authentic all the same: where its sender stands is news to a node whose own window is wrong. [R31] */
  | { readonly verdict: "ignore"; readonly why: "round-closed"; readonly message: Message; readonly hash: Hex }
  | {
      readonly verdict: "reject";
      readonly why: "malformed" | "wrong-channel" | "other-configuration" | "not-a-member" | "bad-signature";
    };

export type InboxOptions = {
  readonly cfg: Hex;
  readonly keys: ReadonlyMap<number, KeyObject>;
  /** Newest envelopes of the members, as an earlier life kept them. */
  readonly remembered: readonly Uint8Array[];
};

export type InboxDoors = {
  /** Rounds that are open now. */
  window(): { readonly low: number; readonly high: number };
};

/**
 * Envelopes of one member remembered for repeats and for those who fetch: it says six things a round, and four rounds are
 * open. Counted by member, so that a flood of one pushes out nothing of the others.
 */
const REMEMBERED_PER_MEMBER_MAX = 32;

/** A peer's clock may be this many rounds ahead before its message is held to be nonsense rather than early. */
const HEADROOM_ROUNDS = 4;

function channelFits(channel: Channel, type: Message["type"]): boolean {
  if (channel === "direct") return true;
  return channel === type;
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #doors: InboxDoors;
  readonly newest = new NewestEnvelopes();
  readonly #held = new Map<Hex, Uint8Array>();
  readonly #hashesOf = new Map<number, Hex[]>();

  constructor(options: InboxOptions, doors: InboxDoors) {
    this.#options = options;
    this.#doors = doors;
    for (const bytes of options.remembered) {
      const opened = openEnvelope(options.cfg, options.keys, bytes);
      if (opened !== null) this.newest.take(opened.message, opened.hash, bytes);
    }
  }

  judge(channel: Channel, bytes: Uint8Array): InboxVerdict {
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
      if (this.#held.has(hash)) return { verdict: "ignore", why: "duplicate" };
      const message = decodeMessage(parts.encoded);
      if (!signatureFits(key, hash, parts.signature)) return { verdict: "reject", why: "bad-signature" };
      this.newest.take(message, hash, bytes);
      // Late is not hostile: an honest peer behind a slow link must not lose score.
      if (isClosed) return { verdict: "ignore", why: "round-closed", message, hash };
      this.remember(header.sender, hash, bytes);
      return { verdict: "accept", message, hash, bytes };
    } catch (error) {
      if (error instanceof OracleError) return { verdict: "reject", why: "malformed" };
      throw error;
    }
  }

  /** Keeps an envelope for repeats and fetches; the oldest of its sender goes first. */
  remember(sender: number, hash: Hex, bytes: Uint8Array): void {
    if (this.#held.has(hash)) return;
    this.#held.set(hash, bytes);
    const hashes = this.#hashesOf.get(sender) ?? [];
    hashes.push(hash);
    if (hashes.length > REMEMBERED_PER_MEMBER_MAX) this.#held.delete(hashes.shift()!);
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
