/**
 * A member's own part in the key ceremony: the polynomial, the per-ceremony key, the shares that came in. The public part
 * is the board (threshold/ceremony.ts). Everything secret is drawn from one seed that is on disk before the first message,
 * and what I say next is on disk before it leaves: after a crash I say the same again.
 */
import { asciiBytes, concatBytes, fromHex } from "../base/bytes.ts";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { CeremonyBoard } from "../threshold/ceremony.ts";
import { openDeal } from "../threshold/ceremony-judge.ts";
import type { CeremonyMessage } from "../threshold/ceremony-messages.ts";
import { encodePayload, payloadHash, receiversOf } from "../threshold/ceremony-messages.ts";
import type { CeremonySetup } from "../threshold/ceremony-setup.ts";
import type { CeremonyStatus, CeremonyVerdict, VerifySignature } from "../threshold/ceremony.ts";
import type { CurvePoint } from "../threshold/curve.ts";
import { Point, Scalar, scalarBytes } from "../threshold/curve.ts";
import { applyDealPad } from "../threshold/deal.ts";
import type { GroupPublic } from "../threshold/group.ts";
import { proveKey, proveSharedPoint } from "../threshold/proofs.ts";
import { ceremonySuite, FROST } from "../threshold/suite.ts";
import { evaluatePolynomial } from "../threshold/vss.ts";
import { destroySecret, keepSecret, Secretive, secretOf } from "./sealed/secrets.ts";
import { seededRng, seededScalar } from "./sealed/seeded.ts";
import { SigningShare } from "./signing-share.ts";

export type CeremonyDoors = {
  /** My identity's ed25519 signature over 32 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  readonly verify: VerifySignature;
  /** Puts the messages so far on disk, sealed, beside the seed; returns when they are safe. Throws when it cannot. */
  readonly save: (messages: readonly Uint8Array[]) => void;
  /** Puts the share on disk; called before the certificate that promises it can leave. */
  readonly keepShare: (share: SigningShare) => void;
};

export type CeremonyResult = { readonly public: GroupPublic; readonly transcriptHash: Hex };

export class Ceremony extends Secretive {
  readonly #self: number;
  readonly #board: CeremonyBoard;
  readonly #doors: CeremonyDoors;
  /** Shares that opened and fit, by dealer; my own among them. */
  readonly #shares = new Map<number, bigint>();
  #isDestroyed: boolean;

  /**
   * @param options.seed     32 bytes, taken over; the same seed makes the same messages. Null: I only relay
   * @param options.messages what `save` was given last; empty at the start
   * @throws OracleError `bad-ceremony`, `bad-peer-id`; whatever `save` throws
   */
  constructor(
    options: { setup: CeremonySetup; self: number; seed: Uint8Array | null; messages: readonly Uint8Array[] },
    doors: CeremonyDoors,
  ) {
    super();
    this.#self = options.self;
    this.#doors = doors;
    this.#board = new CeremonyBoard({ setup: options.setup, self: options.self }, { verify: doors.verify });
    this.#isDestroyed = options.seed === null;
    if (options.seed !== null) keepSecret(this, options.seed);
    for (const bytes of options.messages) this.#board.receive(bytes);
    this.#advance();
  }

  get ceremonyId(): Hex {
    return this.#board.shape.ceremonyId;
  }

  /** A peer's bytes, its own or relayed. Never throws on them; throws when the disk refuses what I would say next. */
  receive(bytes: Uint8Array): CeremonyVerdict {
    const wasDone = this.#board.isDone();
    const verdict = this.#board.receive(bytes);
    if (verdict.verdict === "accept") this.#advance();
    // With all certificates in it the transcript proves itself, also to members that come back later.
    if (!wasDone && this.#board.isDone() && !this.#isDestroyed) this.#doors.save(this.#board.messages());
    return verdict;
  }

  /**
   * Everything that a peer may still need, others' messages included. Send it again every few hundred milliseconds until it is empty,
   * which it is once both sides are done and know it; after a failure, for as long as peers should learn who did it.
   */
  messagesFor(peerId: number): Uint8Array[] {
    const { relay, have } = this.#board.messagesFor(peerId);
    return have === null ? relay : [...relay, this.#signed(have)];
  }

  status(): CeremonyStatus {
    return this.#board.status();
  }

  /** Null until all n have certified. The share is in the keystore since before my certificate left. */
  result(): CeremonyResult | null {
    const group = this.#board.group();
    const transcriptHash = this.#board.transcriptHash();
    if (!this.#board.isDone() || group?.ok !== true || transcriptHash === null) return null;
    return { public: group.group, transcriptHash };
  }

  /** The public transcript and, after a failure, the evidence: anybody can judge it with the setup alone. */
  transcript(): Uint8Array[] {
    return this.#board.messages();
  }

  /** Zeroes the seed; the ceremony says nothing new after that, but still relays. */
  destroy(): void {
    this.#isDestroyed = true;
    destroySecret(this);
    this.#shares.clear();
  }

  #advance(): void {
    if (this.#isDestroyed) return;
    if (!this.#board.has("commit", this.#self)) this.#publish([this.#keyMessage(), this.#commitMessage()]);
    if (this.#board.roundOneHash() === null) return;
    if (!this.#board.has("deal", this.#self) && !this.#board.hasCulprits) this.#publish([this.#dealMessage()]);
    this.#openDeals();
    const transcriptHash = this.#board.transcriptHash();
    const isReady = transcriptHash !== null && this.#shares.size === this.#board.shape.n && !this.#board.hasCulprits;
    if (!isReady || this.#board.has("certificate", this.#self)) return;
    const share = this.#share(transcriptHash);
    // A sum that is no usable key (probability 2^-128): nobody certifies, the board says failed.
    if (share === null) return;
    this.#doors.keepShare(share);
    share.destroy();
    this.#publish([{ kind: "certificate", sender: this.#self, transcriptHash }]);
  }

  /** Disk first: what was not saved is never on the board, so it never leaves. */
  #publish(messages: readonly CeremonyMessage[]): void {
    const signed = messages.map((message) => this.#signed(message));
    this.#doors.save([...this.#board.messages(), ...signed]);
    for (const bytes of signed) {
      const verdict = this.#board.receive(bytes);
      if (verdict.verdict !== "accept") {
        throw new OracleError(
          `key ceremony: my own message was refused (${verdict.why}); identity and member list disagree`,
          {
            code: "own-message-refused",
            why: verdict.why,
            self: this.#self,
          },
        );
      }
    }
  }

  #signed(message: CeremonyMessage): Uint8Array {
    const payload = encodePayload(this.#board.shape, message);
    return concatBytes(payload, this.#doors.sign(payloadHash(payload)));
  }

  #secretKey(): bigint {
    return seededScalar(secretOf(this), "key", fromHex(this.ceremonyId));
  }

  #keyMessage(): CeremonyMessage {
    const secret = this.#secretKey();
    const key = Point.BASE.multiply(secret).toBytes(true);
    const nonce = seededScalar(secretOf(this), "key-proof", concatBytes(fromHex(this.ceremonyId), key));
    return { kind: "key", sender: this.#self, key, proof: proveKey(this.ceremonyId, this.#self, secret, nonce) };
  }

  /** The library's first round; the same seed gives the same polynomial and proof. */
  #roundOne(): ReturnType<typeof FROST.DKG.round1> {
    const { n, t } = this.#board.shape;
    const rng = seededRng(secretOf(this), `round-one/${this.ceremonyId}`);
    const id = FROST.Identifier.fromNumber(this.#self);
    return ceremonySuite(this.ceremonyId).DKG.round1(id, { min: t, max: n }, undefined, rng);
  }

  #polynomial(): readonly bigint[] {
    const { coefficients } = this.#roundOne().secret;
    if (coefficients === undefined) throw new OracleError("the first round kept no polynomial", { code: "bad-secret" });
    return coefficients;
  }

  #commitMessage(): CeremonyMessage {
    const { commitment, proofOfKnowledge } = this.#roundOne().public;
    return { kind: "commit", sender: this.#self, points: [...commitment], proof: proofOfKnowledge };
  }

  #sharedPoint(peer: number): CurvePoint {
    return this.#board.key(peer)!.multiply(this.#secretKey());
  }

  #dealMessage(): CeremonyMessage {
    const polynomial = this.#polynomial();
    const sealed = new Map<number, Uint8Array>();
    for (const receiver of receiversOf(this.#board.shape, this.#self)) {
      const share = scalarBytes(evaluatePolynomial(polynomial, receiver));
      sealed.set(receiver, applyDealPad(this.ceremonyId, this.#self, receiver, this.#sharedPoint(receiver), share));
      share.fill(0);
    }
    const roundOneHash = this.#board.roundOneHash()!;
    return { kind: "deal", sender: this.#self, roundOneHash, commitHash: this.#board.commitHash(this.#self)!, sealed };
  }

  #openDeals(): void {
    if (!this.#shares.has(this.#self)) this.#shares.set(this.#self, evaluatePolynomial(this.#polynomial(), this.#self));
    for (const dealer of receiversOf(this.#board.shape, this.#self)) {
      const found = this.#board.usableDeal(dealer);
      if (found === null || this.#shares.has(dealer) || this.#board.hasComplaint(this.#self, dealer)) continue;
      const shared = this.#sharedPoint(dealer);
      const share = openDeal(this.#board.shape, found.message, this.#self, shared, this.#board.commitments(dealer)!);
      if (share === null) this.#complain(dealer, found.name, shared);
      else this.#shares.set(dealer, share);
    }
  }

  /** Shows the point that opens this one deal, and nothing else: my key stays mine. */
  #complain(dealer: number, dealHash: Hex, shared: CurvePoint): void {
    const statement = {
      ceremonyId: this.ceremonyId,
      accuser: this.#self,
      dealer,
      accuserKey: this.#board.key(this.#self)!,
      dealerKey: this.#board.key(dealer)!,
      shared,
    };
    const context = concatBytes(asciiBytes(`${dealer}/`), fromHex(dealHash), shared.toBytes(true));
    const nonce = seededScalar(secretOf(this), "complaint", context);
    const proof = proveSharedPoint(statement, this.#secretKey(), nonce);
    const point = shared.toBytes(true);
    this.#publish([{ kind: "complaint", sender: this.#self, dealer, dealHash, shared: point, proof }]);
  }

  /** The sum of what the dealers gave me, with the sign of the group key. SigningShare checks it against the public part. */
  #share(transcriptHash: Hex): SigningShare | null {
    const group = this.#board.group();
    if (group?.ok !== true) return null;
    let sum = 0n;
    for (const share of this.#shares.values()) sum = Scalar.add(sum, share);
    const header = { ceremonyId: this.ceremonyId, transcriptHash, memberId: this.#self, group: group.group };
    return new SigningShare(header, scalarBytes(group.negated ? Scalar.neg(sum) : sum));
  }
}
