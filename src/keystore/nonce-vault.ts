/**
 * Signing nonces: in memory only, two pairs a round and fresh ones while its sessions fail, each pair for one share. Whoever
 * uses a pair for two digests has given away the key share, so a pair is removed first, then used, then zeroed, and only then
 * does the share leave.
 */
import { randomBytes } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter, fromHex, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { keccak } from "../base/keccak.ts";
import { parseHex, parseScalar, scalarBytes } from "../threshold/curve.ts";
import type { NonceCommitment, SigningAttempt } from "../threshold/signing.ts";
import { nobleCurve, type SigningCurve } from "../threshold/signing-curve.ts";
import { hashToScalar } from "../threshold/suite.ts";
import { destroySecret, keepSecret, Secretive, secretOf } from "./sealed/secrets.ts";
import type { SigningShare } from "./signing-share.ts";

/** Rounds whose nonces may lie here at once. Rounds live for four slots; more means that nobody calls forgetBefore. */
export const ROUNDS_HELD_MAX = 64;

/**
 * Pairs that one round may draw: two with the observation and a fresh one for each later session. Lower: a committee of n with
 * f = 33 liars runs out. Higher: more work for a proposer that calls session after session.
 */
export const PAIRS_PER_ROUND_MAX = 40;

export type DrawRequest = {
  readonly round: number;
  /** Chosen at random by each process at its start. */
  readonly incarnation: Hex;
  /** The observation that the commitments will travel with. */
  readonly context: Uint8Array;
};

export type SignRequest = {
  readonly round: number;
  /** 32 bytes */
  readonly digest: Hex;
  /** Exactly t, distinct members, mine among them as drawn: which of my pairs is used is what the list says. */
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
  /** `culprits` are the signers whose commitments are no points. */
  | { readonly ok: false; readonly why: SignRefusal; readonly culprits: readonly number[] };

type Pair = { readonly hiding: Uint8Array; readonly binding: Uint8Array; readonly commitment: NonceCommitment };
/** Unused pairs by the commitment to their hiding nonce. */
type RoundNonces = { readonly pairs: Map<Hex, Pair>; readonly request: DrawRequest; drawn: number; digest: Hex | null };

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
  /** The reference when left out. */
  readonly curve?: SigningCurve;
};

export class NonceVault extends Secretive {
  readonly #share: SigningShare["header"];
  readonly #cfg: Uint8Array;
  readonly #random: (length: number) => Uint8Array;
  readonly #onUse: (commitmentHash: Hex, digest: Hex) => void;
  readonly #curve: SigningCurve;
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
    this.#curve = doors.curve ?? nobleCurve;
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
    const held: RoundNonces = { pairs: new Map(), request, drawn: 0, digest: null };
    this.#rounds.set(round, held);
    return [this.#drawPair(held), this.#drawPair(held)];
  }

  /**
   * One more pair for a round that has drawn its two: for a session that follows a failed one.
   * @returns null when the round holds no nonces any more, or has had its share
   */
  drawFresh(round: number): NonceCommitment | null {
    const held = this.#rounds.get(round);
    return held === undefined || held.drawn >= PAIRS_PER_ROUND_MAX ? null : this.#drawPair(held);
  }

  /**
   * One share, once. A list that is refused leaves the pair where it is: a proposer's nonsense costs nobody a nonce.
   * Never throws on a peer's values.
   */
  sign(request: SignRequest): SignResult {
    const refuse = (why: SignRefusal): SignResult => ({ ok: false, why, culprits: [] });
    const held = this.#rounds.get(request.round);
    if (held === undefined || held.pairs.size === 0) return refuse("no-nonce");
    const message = parseHex(request.digest, 32);
    if (message === null) return refuse("bad-digest");
    const digest = toHex(message);
    // The machine refuses this before; here it would be the last mistake of a key.
    if (held.digest !== null && held.digest !== digest) return refuse("other-digest");
    const why = this.#judge(request.commitments);
    if (why !== null) return refuse(why);
    const mine = request.commitments.find(({ id }) => id === this.#share.memberId);
    if (mine === undefined) return refuse("own-commitment-missing");
    // Used before, forgotten, or never drawn here: all the same to whoever asks.
    const pair = held.pairs.get(mine.hiding);
    if (pair === undefined) return refuse("no-nonce");
    if (mine.binding !== pair.commitment.binding) return refuse("own-commitment-missing");
    const opened = this.#curve.openAttempt(this.#share.group, digest, request.commitments);
    if (!opened.ok) return { ok: false, why: "bad-commitment", culprits: opened.culprits };

    held.pairs.delete(pair.commitment.hiding);
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

  #drawPair(held: RoundNonces): NonceCommitment {
    const attempt = held.drawn;
    held.drawn += 1;
    const hiding = scalarBytes(this.#nonce(held.request, attempt, "hiding"));
    const binding = scalarBytes(this.#nonce(held.request, attempt, "binding"));
    const commitment: NonceCommitment = {
      id: this.#share.memberId,
      hiding: this.#curve.commit(hiding),
      binding: this.#curve.commit(binding),
    };
    held.pairs.set(commitment.hiding, { hiding, binding, commitment });
    return commitment;
  }

  /**
   * H(fresh randomness | share | cfg | round | attempt | incarnation | context | counter): secret as long as either the
   * generator or the share is, and new as long as any one of the rest is. Zero (2^-256) throws in `commit`.
   */
  #nonce({ round, incarnation, context }: DrawRequest, attempt: number, purpose: "hiding" | "binding"): bigint {
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

  #judge(commitments: readonly NonceCommitment[]): SignRefusal | null {
    const { n, t } = this.#share.group;
    if (commitments.length !== t) return "wrong-size";
    const seen = new Set<number>();
    for (const { id } of commitments) {
      if (!Number.isInteger(id) || id < 1 || id > n) return "not-a-member";
      if (seen.has(id)) return "duplicate-member";
      seen.add(id);
    }
    return null;
  }
}

function secretScalar(bytes: Uint8Array): bigint {
  const value = parseScalar(bytes);
  if (value === null) throw new OracleError("a secret is no scalar", { code: "bad-secret" });
  return value;
}
