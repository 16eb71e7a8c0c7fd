/**
 * Signing nonces: in memory only, two pairs a round, each pair for one share. Whoever uses a pair for two digests has given
 * away the key share, so a pair is removed first, then used, then zeroed, and only then does the share leave.
 */
import { randomBytes } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter, fromHex, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { keccak, parseHex, parseScalar, Point, pointHex, scalarBytes } from "../threshold/curve.ts";
import type { NonceCommitment, SigningAttempt } from "../threshold/signing.ts";
import { openAttempt } from "../threshold/signing.ts";
import { hashToScalar } from "../threshold/suite.ts";
import { destroySecret, keepSecret, Secretive, secretOf } from "./sealed/secrets.ts";
import type { SigningShare } from "./signing-share.ts";

/** Rounds whose nonces may lie here at once. Rounds live for four slots; more means that nobody calls forgetBefore. */
export const ROUNDS_HELD_MAX = 64;

/** Two signer sets a round: the first, and the one that replaces its silent members. */
export type Attempt = 0 | 1;
const ATTEMPTS: readonly [Attempt, Attempt] = [0, 1];

export type DrawRequest = {
  readonly round: number;
  /** Chosen at random by each process at its start. */
  readonly incarnation: Hex;
  /** The observation that the commitments will travel with. */
  readonly context: Uint8Array;
};

export type SignRequest = {
  readonly round: number;
  readonly attempt: Attempt;
  /** 32 bytes */
  readonly digest: Hex;
  /** Exactly t, distinct members, mine among them as drawn. */
  readonly commitments: readonly NonceCommitment[];
};

export type SignRefusal =
  | "no-nonce"
  | "bad-digest"
  | "other-digest"
  | "wrong-size"
  | "not-a-member"
  | "duplicate-member"
  | "own-commitment-missing"
  | "bad-commitment";

export type SignResult =
  /** The attempt comes along, opened, so that the caller need not open it again to add the shares. */
  | { readonly ok: true; readonly z: Hex; readonly opened: SigningAttempt }
  | { readonly ok: false; readonly why: SignRefusal };

type Pair = { readonly hiding: Uint8Array; readonly binding: Uint8Array; readonly commitment: NonceCommitment };
type RoundNonces = { readonly pairs: Map<Attempt, Pair>; digest: Hex | null };

/** Names a pair in public: keccak(id u8 | hiding 33 | binding 33). */
export function commitmentHash(commitment: NonceCommitment): Hex {
  const { id, hiding, binding } = commitment;
  return toHex(keccak(new ByteWriter().uint(id, 1).hex(hiding, 33).hex(binding, 33).done()));
}

export type VaultDoors = {
  /** Fresh randomness. The nonces stay secret even where this repeats itself, as long as the counter does not. */
  readonly random?: (length: number) => Uint8Array;
  /** Told of every pair that is used, before the share is returned: for an audit that no pair serves twice. */
  readonly onUse?: (commitmentHash: Hex, digest: Hex) => void;
};

export class NonceVault extends Secretive {
  readonly #share: SigningShare["header"];
  readonly #cfg: Uint8Array;
  readonly #random: (length: number) => Uint8Array;
  readonly #onUse: (commitmentHash: Hex, digest: Hex) => void;
  readonly #rounds = new Map<number, RoundNonces>();
  #draws = 0;
  #floor = 0;

  /** @param options.cfg 32 bytes, hash of the configuration that the share signs under */
  constructor(options: { share: SigningShare; cfg: Hex }, doors: VaultDoors = {}) {
    super();
    this.#share = options.share.header;
    this.#cfg = fromHex(options.cfg);
    this.#random = doors.random ?? ((length) => new Uint8Array(randomBytes(length)));
    this.#onUse = doors.onUse ?? (() => undefined);
    keepSecret(this, secretOf(options.share).slice());
  }

  /**
   * Draws the round's two pairs and returns what to publish, attempt 0 first. About 2 ms.
   * @throws OracleError `nonces-drawn` when this round has nonces already or is below forgetBefore's, `vault-full`
   */
  draw(request: DrawRequest): readonly [NonceCommitment, NonceCommitment] {
    const { round } = request;
    if (!Number.isSafeInteger(round) || round < this.#floor || this.#rounds.has(round)) {
      throw new OracleError(`nonces for round ${round} were drawn or forgotten before`, {
        code: "nonces-drawn",
        round,
      });
    }
    if (this.#rounds.size >= ROUNDS_HELD_MAX) {
      throw new OracleError(`${ROUNDS_HELD_MAX} rounds hold nonces already`, { code: "vault-full", round });
    }
    const pairs = new Map(ATTEMPTS.map((attempt) => [attempt, this.#drawPair(request, attempt)]));
    this.#rounds.set(round, { pairs, digest: null });
    return [pairs.get(0)!.commitment, pairs.get(1)!.commitment];
  }

  /**
   * One share, once. A list that is refused leaves the pair where it is: a proposer's nonsense costs nobody a nonce.
   * Never throws on a peer's values.
   */
  sign(request: SignRequest): SignResult {
    const refuse = (why: SignRefusal): SignResult => ({ ok: false, why });
    const held = this.#rounds.get(request.round);
    const pair = held?.pairs.get(request.attempt);
    if (held === undefined || pair === undefined) return refuse("no-nonce");
    const message = parseHex(request.digest, 32);
    if (message === null) return refuse("bad-digest");
    const digest = toHex(message);
    // The machine refuses this before; here it would be the last mistake of a key.
    if (held.digest !== null && held.digest !== digest) return refuse("other-digest");
    const why = this.#judge(request.commitments, pair.commitment);
    if (why !== null) return refuse(why);
    const opened = openAttempt(this.#share.group, digest, request.commitments);
    if (!opened.ok) return refuse("bad-commitment");

    held.pairs.delete(request.attempt);
    held.digest = digest;
    try {
      const z = opened.attempt.makeShare(pair.commitment.id, {
        hiding: secretScalar(pair.hiding),
        binding: secretScalar(pair.binding),
        share: secretScalar(secretOf(this)),
      });
      this.#onUse(commitmentHash(pair.commitment), digest);
      return { ok: true, z: toHex(scalarBytes(z)), opened: opened.attempt };
    } finally {
      pair.hiding.fill(0);
      pair.binding.fill(0);
    }
  }

  /** Rounds whose nonces are held, ascending. */
  rounds(): readonly number[] {
    return [...this.#rounds.keys()].sort((a, b) => a - b);
  }

  /** Zeroes the nonces of all rounds below, which can be drawn for no more. */
  forgetBefore(round: number): void {
    this.#floor = Math.max(this.#floor, round);
    for (const [held, { pairs }] of this.#rounds) {
      if (held >= round) continue;
      for (const pair of pairs.values()) {
        pair.hiding.fill(0);
        pair.binding.fill(0);
      }
      this.#rounds.delete(held);
    }
  }

  /** Zeroes everything, the copy of the share included: nothing signs here again. */
  destroy(): void {
    this.forgetBefore(Number.MAX_SAFE_INTEGER);
    destroySecret(this);
  }

  #drawPair(request: DrawRequest, attempt: Attempt): Pair {
    const hiding = this.#nonce(request, attempt, "hiding");
    const binding = this.#nonce(request, attempt, "binding");
    const commitment: NonceCommitment = {
      id: this.#share.memberId,
      hiding: pointHex(Point.BASE.multiply(hiding)),
      binding: pointHex(Point.BASE.multiply(binding)),
    };
    return { hiding: scalarBytes(hiding), binding: scalarBytes(binding), commitment };
  }

  /**
   * H(fresh randomness | share | cfg | round | attempt | incarnation | context | counter): secret as long as either the
   * generator or the share is, and new as long as any one of the rest is. Zero (2^-256) throws in `multiply`.
   */
  #nonce({ round, incarnation, context }: DrawRequest, attempt: Attempt, purpose: "hiding" | "binding"): bigint {
    const message = new ByteWriter()
      .raw(this.#random(32), 32)
      .raw(secretOf(this), 32)
      .raw(this.#cfg, 32)
      .uint(round, 8)
      .uint(attempt, 1)
      .raw(keccak(fromHex(incarnation)))
      .raw(keccak(context))
      .uint(this.#draws++, 8)
      .done();
    const nonce = hashToScalar(asciiBytes(`TENOR/NONCE/1/${purpose}`), message);
    message.fill(0);
    return nonce;
  }

  #judge(commitments: readonly NonceCommitment[], own: NonceCommitment): SignRefusal | null {
    const { n, t } = this.#share.group;
    if (commitments.length !== t) return "wrong-size";
    const seen = new Set<number>();
    for (const { id } of commitments) {
      if (!Number.isInteger(id) || id < 1 || id > n) return "not-a-member";
      if (seen.has(id)) return "duplicate-member";
      seen.add(id);
    }
    const mine = commitments.find((commitment) => commitment.id === own.id);
    if (mine === undefined || mine.hiding !== own.hiding || mine.binding !== own.binding)
      return "own-commitment-missing";
    return null;
  }
}

function secretScalar(bytes: Uint8Array): bigint {
  const value = parseScalar(bytes);
  if (value === null) throw new OracleError("a secret is no scalar", { code: "bad-secret" });
  return value;
}
