/**
 * The public half of the key ceremony: FROST's distributed key generation (Pedersen's, with proofs of knowledge; Komlo and
 * Goldberg 2020, figure 1) made accountable. Every member keeps a board; messages authenticate themselves and are relayed,
 * so boards of honest members converge whatever order, duplicates or gaps the network makes.
 *
 *   KEY, COMMIT     at once
 *   DEAL            when all KEYs and COMMITs are there; it names them
 *   COMPLAINT       when a deal addressed to me does not open to the committed share
 *   CERTIFICATE     when all deals are there, mine open, and nobody is a culprit
 *   done            with certificates of all n over one transcript: then every honest member has that transcript and a share
 *
 * A culprit stops me from dealing and certifying, but certificates of all n still end the ceremony well: otherwise one late
 * second COMMIT could make one member believe in failure and the others in success. Silence names nobody.
 *
 * A refresh [R67] is the same walk with polynomials that are zero at zero: the dealers' sum moves the shares, not the key.
 *
 * As in every Pedersen key generation the last dealer may bias some bits of the key (not cancel others: proofs of
 * knowledge); Schnorr signatures stay unforgeable under such keys (Gennaro, Jarecki, Krawczyk, Rabin 2007).
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";
import { CeremonyExchange } from "./ceremony-exchange.ts";
import { judgeComplaint, readCommitments, readKey, roundOneHashOf, transcriptHashOf } from "./ceremony-judge.ts";
import type { CeremonyMessage, CeremonyShape } from "./ceremony-messages.ts";
import { decodeMessage } from "./ceremony-messages.ts";
import type { CeremonySetup } from "./ceremony-setup.ts";
import { ceremonyShapeOf } from "./ceremony-setup.ts";
import type { Held, OnceKind } from "./ceremony-slots.ts";
import { CeremonySlots } from "./ceremony-slots.ts";
import type { CurvePoint } from "./curve.ts";
import type { GroupPublic, GroupResult } from "./group.ts";
import { combineDealers, refreshGroup } from "./group.ts";
import { identityKeyOf } from "./peer-id.ts";

export type CulpritReason = "equivocated" | "bad-key" | "bad-commitment" | "bad-share" | "false-accusation";
/** A member that broke the protocol, provably: the messages that show it are relayed to everybody. */
export type Culprit = { readonly id: number; readonly why: CulpritReason };

type CeremonyPhase = "keys" | "commitments" | "deals" | "certificates" | "done" | "failed";
export type CeremonyStatus = {
  readonly phase: CeremonyPhase;
  /** Members whose message of this phase is here, ascending. */
  readonly have: readonly number[];
  readonly culprits: readonly Culprit[];
};

export type CeremonyVerdict =
  | { readonly verdict: "accept" }
  | { readonly verdict: "ignore"; readonly why: "duplicate" | "not-for-me" }
  | { readonly verdict: "reject"; readonly why: "malformed" | "other-ceremony" | "not-a-member" | "bad-signature" };

/** ed25519 over 32 bytes; must not throw on any input. */
export type VerifySignature = (publicKey: Hex, message: Uint8Array, signature: Uint8Array) => boolean;

export class CeremonyBoard {
  readonly shape: CeremonyShape;
  readonly #self: number;
  readonly #ids: readonly number[];
  readonly #identities: ReadonlyMap<number, Hex>;
  readonly #verify: VerifySignature;
  readonly #slots: CeremonySlots;
  readonly #keys = new Map<number, CurvePoint>();
  readonly #commitments = new Map<number, readonly CurvePoint[]>();
  readonly #judged = new Set<string>();
  readonly #culprits = new Map<number, Culprit>();
  readonly #exchange = new CeremonyExchange();
  readonly #old: GroupPublic | null;
  // First messages never change, so what all n of them determine is computed once.
  #group: GroupResult | null = null;
  #roundOneHash: Hex | null = null;
  #transcriptHash: Hex | null = null;

  /**
   * @param options.old the group that is refreshed; without it a refresh is followed and judged, but not added up
   * @throws OracleError `bad-ceremony` also when `old` is not what the setup refreshes; `bad-peer-id`
   */
  constructor(
    options: { setup: CeremonySetup; self: number; old?: GroupPublic | null },
    doors: { verify: VerifySignature },
  ) {
    const { setup, self, old = null } = options;
    this.shape = ceremonyShapeOf(setup);
    const { n, t } = this.shape;
    if (old !== null && (old.groupKeyX !== setup.refreshes?.groupKeyX || old.n !== n || old.t !== t)) {
      const message = `a refresh keeps group key, members and threshold; ${t} of ${n} wanted, the old key has ${old.t} of ${old.n}`;
      throw new OracleError(`key ceremony: ${message}`, { code: "bad-ceremony", n, t, groupKeyX: old.groupKeyX });
    }
    this.#old = old;
    this.#self = self;
    this.#ids = Array.from({ length: this.shape.n }, (_, i) => i + 1);
    this.#identities = new Map(setup.members.map((member) => [member.id, identityKeyOf(member.peerId)]));
    this.#verify = doors.verify;
    this.#slots = new CeremonySlots(this.#ids);
  }

  /** Bytes from anybody, in any order, any number of times. Never throws. */
  receive(bytes: Uint8Array): CeremonyVerdict {
    const decoded = decodeMessage(this.shape, bytes);
    if (!decoded.ok) return { verdict: "reject", why: decoded.why };
    const { message, hash, signature } = decoded;
    if (this.#slots.isSpent(message, toHex(hash))) return { verdict: "ignore", why: "duplicate" };
    if (message.kind === "have" && message.receiver !== this.#self) return { verdict: "ignore", why: "not-for-me" };
    if (!this.#verify(this.#identities.get(message.sender)!, hash, signature)) {
      return { verdict: "reject", why: "bad-signature" };
    }
    if (message.kind === "have") {
      this.#exchange.note(message, this.isDone(), this.#slots.prefixes());
      return { verdict: "accept" };
    }
    if (this.#slots.put(message, hash, bytes)) this.#check(message);
    else this.#accuse(message.sender, "equivocated");
    this.#compareDealWithCommit(message.sender);
    this.#judgeComplaints();
    return { verdict: "accept" };
  }

  key(id: number): CurvePoint | undefined {
    return this.#keys.get(id);
  }

  commitments(id: number): readonly CurvePoint[] | undefined {
    return this.#commitments.get(id);
  }

  has(kind: OnceKind, id: number): boolean {
    return this.#slots.get(kind, id) !== null;
  }

  /**
   * Whether this member can know that it has said nothing here before: all others have told what they hold, and none has
   * a word of its own. False also where one is silent: without all n there is no key anyway.
   */
  isNewHere(): boolean {
    const others = this.#ids.filter((id) => id !== this.#self);
    return this.#exchange.haveSpoken(others) && !this.#exchange.isHeldSomewhere(this.#slots.placesOf(this.#self));
  }

  hasComplaint(accuser: number, dealer: number): boolean {
    return this.#slots.hasComplaint(accuser, dealer);
  }

  /** The name of a member's COMMIT, as its DEAL must give it. */
  commitHash(id: number): Hex | null {
    return this.#slots.get("commit", id)?.name ?? null;
  }

  /** A member's deal, once it is certain that it was dealt under the KEYs and COMMITs that are on this board. */
  usableDeal(id: number): Held<"deal"> | null {
    const held = this.#slots.get("deal", id);
    return held !== null && held.message.roundOneHash === this.roundOneHash() ? held : null;
  }

  /** Null until every KEY and COMMIT is here and good. */
  roundOneHash(): Hex | null {
    if (this.#keys.size < this.shape.n || this.#commitments.size < this.shape.n) return null;
    this.#roundOneHash ??= roundOneHashOf(
      this.shape.ceremonyId,
      this.#ids.map((id) => ({ key: this.#nameOf("key", id), commit: this.#nameOf("commit", id) })),
    );
    return this.#roundOneHash;
  }

  /** Null until every deal is usable as well. */
  transcriptHash(): Hex | null {
    if (this.#transcriptHash !== null) return this.#transcriptHash;
    if (!this.#ids.every((id) => this.usableDeal(id) !== null)) return null;
    this.#transcriptHash = transcriptHashOf(
      this.shape.ceremonyId,
      this.#ids.map((id) => ({
        key: this.#nameOf("key", id),
        commit: this.#nameOf("commit", id),
        deal: this.#nameOf("deal", id),
      })),
    );
    return this.#transcriptHash;
  }

  /** The key that the commitments on the board add up to; null until all are here, and in a refresh of an unknown key. */
  group(): GroupResult | null {
    const { n, t, isRefresh } = this.shape;
    if (this.#group === null && this.#commitments.size === n) {
      const dealers = this.#ids.map((id) => this.#commitments.get(id)!);
      if (isRefresh !== true) this.#group = combineDealers(n, t, dealers);
      else if (this.#old !== null) this.#group = refreshGroup(this.#old, dealers);
    }
    return this.#group;
  }

  /** Certificates of all n over this board's transcript. */
  isDone(): boolean {
    return this.#certifiers().length === this.shape.n;
  }

  get hasCulprits(): boolean {
    return this.#culprits.size > 0;
  }

  status(): CeremonyStatus {
    const culprits = [...this.#culprits.values()].sort((a, b) => a.id - b.id);
    const usable = this.#ids.filter((id) => this.usableDeal(id) !== null);
    const certifiers = this.#certifiers();
    const at = (phase: CeremonyPhase, have: readonly number[]): CeremonyStatus => ({ phase, have, culprits });
    if (certifiers.length === this.shape.n) return at("done", certifiers);
    if (culprits.length > 0 || this.group()?.ok === false) return at("failed", certifiers);
    if (this.#keys.size < this.shape.n) return at("keys", this.#sorted(this.#keys));
    if (this.#commitments.size < this.shape.n) return at("commitments", this.#sorted(this.#commitments));
    return usable.length < this.shape.n ? at("deals", usable) : at("certificates", certifiers);
  }

  /** Everything on the board, evidence included, in the order in which it is needed. */
  messages(): Uint8Array[] {
    return this.#slots.all().map((held) => held.bytes);
  }

  /**
   * What a peer may still need. `have` is the message to sign and send along, null when the peer needs no more.
   * A board with culprits hands out everything, so that everybody can judge for himself.
   */
  messagesFor(peer: number): { readonly relay: Uint8Array[]; readonly have: CeremonyMessage | null } {
    if (this.#exchange.isSettled(peer)) return { relay: [], have: null };
    const isOpen = this.hasCulprits && !this.isDone();
    const relay = this.#slots
      .all()
      // Its own words it needs only where it says that it lost them.
      .filter(({ message }) => message.sender !== peer || this.#exchange.hasSpoken(peer))
      .filter(({ prefix }) => isOpen || !this.#exchange.peerHolds(peer, prefix))
      .map((entry) => entry.bytes);
    return { relay, have: this.#exchange.next(this.#self, peer, this.#slots.prefixes()) };
  }

  #nameOf(kind: "key" | "commit" | "deal", id: number): Hex {
    return this.#slots.get(kind, id)!.name;
  }

  #sorted(map: ReadonlyMap<number, unknown>): number[] {
    return [...map.keys()].sort((a, b) => a - b);
  }

  #certifiers(): number[] {
    const wanted = this.transcriptHash();
    if (wanted === null) return [];
    return this.#ids.filter((id) => this.#slots.get("certificate", id)?.message.transcriptHash === wanted);
  }

  #check(message: CeremonyMessage): void {
    switch (message.kind) {
      case "key": {
        const key = readKey(this.shape, message);
        if (key === null) this.#accuse(message.sender, "bad-key");
        else this.#keys.set(message.sender, key);
        return;
      }
      case "commit": {
        const points = readCommitments(this.shape, message);
        if (points === null) this.#accuse(message.sender, "bad-commitment");
        else this.#commitments.set(message.sender, points);
        return;
      }
      case "deal":
      case "complaint":
      case "certificate":
      case "have":
        return;
      default:
        unreachable(message);
    }
  }

  /** A deal under another COMMIT than the one its dealer sent me: two signed statements that exclude each other. */
  #compareDealWithCommit(id: number): void {
    const deal = this.#slots.get("deal", id);
    const commit = this.#slots.get("commit", id);
    if (deal !== null && commit !== null && deal.message.commitHash !== commit.name) this.#accuse(id, "equivocated");
  }

  /** A complaint waits until the deal it names, and everything that deal names, is on the board. */
  #judgeComplaints(): void {
    for (const { message: complaint, name } of this.#slots.complaints()) {
      if (this.#judged.has(name)) continue;
      const found = this.usableDeal(complaint.dealer);
      if (found === null || found.name !== complaint.dealHash) continue;
      this.#judged.add(name);
      const guilty = judgeComplaint(this.shape, {
        complaint,
        deal: found.message,
        accuserKey: this.#keys.get(complaint.sender)!,
        dealerKey: this.#keys.get(complaint.dealer)!,
        dealerCommitments: this.#commitments.get(complaint.dealer)!,
      });
      if (guilty === "dealer") this.#accuse(complaint.dealer, "bad-share");
      else this.#accuse(complaint.sender, "false-accusation");
    }
  }

  #accuse(id: number, why: CulpritReason): void {
    if (!this.#culprits.has(id)) this.#culprits.set(id, { id, why });
  }
}
