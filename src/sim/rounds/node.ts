/** One simulated member: the production machine, a disk that survives it, and a signer that follows the rules by table. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, toHex } from "../../base/bytes.ts";
import type { Effect, SignerCommitment } from "../../protocol/events.ts";
import type { Message, NoncePair } from "../../protocol/messages.ts";
import type { OracleConfig, OracleState } from "../../protocol/state.ts";
import { initialState } from "../../protocol/state.ts";
import { keccakHex } from "../../report/hash.ts";
import type { GroupSignature, SignedReport } from "../../report/report.ts";

/** Stands for a curve point: 33 bytes named by what they commit to. */
function token33(label: string): Hex {
  return `0x02${keccakHex(asciiBytes(label)).slice(2)}`;
}

export function sessionOf(digest: Hex, commitments: readonly SignerCommitment[]): string {
  return `${digest}/${commitments.map(({ id, hiding }) => `${id}:${hiding}`).join(",")}`;
}

/** A share is right when it is this function of its session; the group signature likewise. */
export function shareToken(id: number, session: string): Hex {
  return keccakHex(asciiBytes(`share/${id}/${session}`));
}

export function signatureToken(digest: Hex): GroupSignature {
  const z = keccakHex(asciiBytes(`signature/${digest}`));
  return { rAddress: `0x${z.slice(2, 42)}`, z };
}

export class SimNode {
  readonly id: number;
  readonly clockOffsetMs: number;
  state: OracleState;
  alive = true;
  /** Counts lives: an event of an earlier life is dropped. */
  life = 1;
  /** When this life began, in the simulation's time; the first was there before it. */
  bornMs = Number.NEGATIVE_INFINITY;
  /** The disk: what survives a crash. */
  diskReserved = 0;
  diskLatest: SignedReport | null = null;
  /** Messages this life has seen, for those who fetch. */
  readonly envelopes = new Map<Hex, Message>();
  readonly #nonces = new Map<string, NoncePair>();

  constructor(id: number, clockOffsetMs: number, config: OracleConfig) {
    this.id = id;
    this.clockOffsetMs = clockOffsetMs;
    this.state = initialState(config, 0, null);
  }

  restart(rememberReservation: boolean, atMs: number): void {
    this.alive = true;
    this.bornMs = atMs;
    this.life += 1;
    this.envelopes.clear();
    this.#nonces.clear();
    this.state = initialState(this.state.config, rememberReservation ? this.diskReserved : 0, this.diskLatest);
  }

  incarnation(): Hex {
    return toHex(asciiBytes(`${this.id}.${this.life}`.padEnd(16, "."))); // 16 bytes
  }

  draw(round: number): readonly [NoncePair, NoncePair] {
    const pair = (attempt: number): NoncePair => {
      const label = `${this.id}/${this.life}/${round}/${attempt}`;
      const drawn = { hiding: token33(`${label}/hiding`), binding: token33(`${label}/binding`) };
      this.#nonces.set(`${round}/${attempt}`, drawn);
      return drawn;
    };
    return [pair(0), pair(1)];
  }

  /** Take is remove: a pair serves once. */
  sign(effect: Extract<Effect, { kind: "sign-share" }>): { z: Hex; nonce: Hex; session: string } | null {
    const key = `${effect.round}/${effect.attempt === 0 ? 0 : 1}`;
    const pair = this.#nonces.get(key);
    if (pair === undefined) return null;
    this.#nonces.delete(key);
    const session = sessionOf(effect.digest, effect.commitments);
    return { z: shareToken(this.id, session), nonce: pair.hiding, session };
  }
}
