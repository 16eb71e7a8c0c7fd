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
import { parseScalar, Point, Scalar, scalarBytes } from "../threshold/curve.ts";
import { applyDealPad } from "../threshold/deal.ts";
import type { GroupPublic } from "../threshold/group.ts";
import { proveKey, proveSharedPoint } from "../threshold/proofs.ts";
import { evaluatePolynomial } from "../threshold/vss.ts";
import type { Dealing } from "./dealer.ts";
import { dealingOf } from "./dealer.ts";
import { destroySecret, keepSecret, Secretive, secretOf } from "./sealed/secrets.ts";
import { seededScalar } from "./sealed/seeded.ts";
import { SigningShare } from "./signing-share.ts";

export type CeremonyDoors = {
  /** My identity's ed25519 signature over 32 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  readonly verify: VerifySignature;
  /** Puts the messages so far on disk, sealed, beside the seed; returns when they are safe. Throws when it cannot. */
  readonly save: (messages: readonly Uint8Array[]) => void;
  /** Puts the share on disk; called before the certificate that promises it can leave. */
  readonly keepShare: (share: SigningShare) => void;
  /** In a refresh: my share of the key as it is, opened when the new one is made. The ceremony destroys it. */
  readonly openOldShare?: () => SigningShare;
};

export type CeremonyResult = { readonly public: GroupPublic; readonly transcriptHash: Hex };

export class Ceremony extends Secretive {
  readonly #self: number;
  readonly #board: CeremonyBoard;
  readonly #doors: CeremonyDoors;
  /** Shares that opened and fit, by dealer; my own among them. */
  readonly #shares = new Map<number, bigint>();
  #isDestroyed: boolean;
  /** Begun without a seed, so that what is saved has none either. */
  readonly #onlyRelays: boolean;
  readonly #mayHaveSpoken: boolean;
  readonly #configCount: number;
  /** KEY and COMMIT on the board are of this seed. */
  #hasBegun: boolean;

  /**
   * @param options.seed     32 bytes, taken over; the same seed makes the same messages. Null: I only relay
   * @param options.messages what `save` was given last; empty at the start
   * @param options.mayHaveSpoken this keystore was restored from a backup: an earlier life may have begun under a seed that is lost
   * @param options.old      the group that is refreshed; needed to make a share, not to relay
   * @throws OracleError `bad-ceremony`, `bad-peer-id`; whatever `save` throws
   */
  constructor(
    options: {
      setup: CeremonySetup;
      self: number;
      seed: Uint8Array | null;
      messages: readonly Uint8Array[];
      mayHaveSpoken?: boolean;
      old?: GroupPublic | null;
    },
    doors: CeremonyDoors,
  ) {
    super();
    const { setup, self, old = null, mayHaveSpoken = false } = options;
    this.#mayHaveSpoken = mayHaveSpoken;
    this.#configCount = setup.configCount;
    this.#self = self;
    this.#doors = doors;
    this.#board = new CeremonyBoard({ setup, self, old }, { verify: doors.verify });
    this.#isDestroyed = options.seed === null;
    this.#onlyRelays = options.seed === null;
    if (options.seed !== null) keepSecret(this, options.seed);
    for (const bytes of options.messages) this.#board.receive(bytes);
    this.#hasBegun = this.#board.has("commit", self);
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
    const maySave = this.#onlyRelays || !this.#isDestroyed;
    if (!wasDone && this.#board.isDone() && maySave) this.#doors.save(this.#board.messages());
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
    if (!this.#hasBegun) {
      if (!this.#mayBegin()) return;
      this.#publish([this.#keyMessage(), this.#commitMessage()]);
      this.#hasBegun = true;
    }
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

  /** [R65] A second KEY of mine would convict me: after an earlier life whose seed is lost, I only relay. */
  #mayBegin(): boolean {
    if (this.#board.has("key", this.#self) || this.#board.has("commit", this.#self)) return false;
    return !this.#mayHaveSpoken || this.#board.isNewHere();
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

  #dealing(): Dealing {
    return dealingOf(this.#board.shape, this.#self, secretOf(this));
  }

  #commitMessage(): CeremonyMessage {
    const { points, proof } = this.#dealing();
    return { kind: "commit", sender: this.#self, points, proof };
  }

  #sharedPoint(peer: number): CurvePoint {
    return this.#board.key(peer)!.multiply(this.#secretKey());
  }

  #dealMessage(): CeremonyMessage {
    const { polynomial } = this.#dealing();
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
    if (!this.#shares.has(this.#self)) {
      this.#shares.set(this.#self, evaluatePolynomial(this.#dealing().polynomial, this.#self));
    }
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

  /**
   * The sum of what the dealers gave me, with the sign of the group key; in a refresh my old share on top.
   * SigningShare checks it against the public part.
   */
  #share(transcriptHash: Hex): SigningShare | null {
    const group = this.#board.group();
    if (group?.ok !== true) return null;
    let sum = this.#oldScalar();
    for (const share of this.#shares.values()) sum = Scalar.add(sum, share);
    const { ceremonyId } = this;
    const header = {
      ceremonyId,
      transcriptHash,
      memberId: this.#self,
      configCount: this.#configCount,
      group: group.group,
    };
    return new SigningShare(header, scalarBytes(group.negated ? Scalar.neg(sum) : sum));
  }

  /** Zero where a new key is made. */
  #oldScalar(): bigint {
    if (this.#board.shape.isRefresh !== true) return 0n;
    const share = this.#doors.openOldShare?.();
    const scalar = share === undefined ? null : parseScalar(secretOf(share));
    share?.destroy();
    if (scalar !== null) return scalar;
    throw new OracleError("key ceremony: a refresh needs the share that it refreshes", { code: "share-missing" });
  }
}
