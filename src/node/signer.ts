/** The signing port over the keystore's vault: shares come out, nonces do not; an opened session serves share and sum alike. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import type { NonceVault } from "../keystore/nonce-vault.ts";
import type { Observed } from "../feeds/observed.ts";
import type { SignerCommitment } from "../protocol/events.ts";
import type { NoncePair } from "../protocol/messages.ts";
import { writeObserved } from "../protocol/observed-bytes.ts";
import type { GroupSignature } from "../report/report.ts";
import type { GroupPublic } from "../threshold/group.ts";
import type { SigningAttempt } from "../threshold/signing.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";
import type { AggregateResult, ShareResult, SigningPort } from "./ports.ts";

/** Sessions of the last rounds: opening one costs more than adding its shares. */
const SESSIONS_KEPT = 8;

/** The key of the configuration before, which signed the rounds below this one's first. */
export type KeyBefore = { readonly groupKeyX: Hex; readonly belowRound: number };

function sessionName(digest: Hex, commitments: readonly SignerCommitment[]): string {
  return `${digest}/${commitments.map(({ id, hiding }) => `${id}:${hiding}`).join("/")}`;
}

export class Signer implements SigningPort {
  readonly incarnation: Hex;
  readonly #vault: NonceVault;
  readonly #curve: SigningCurve;
  readonly #group: GroupPublic;
  readonly #before: KeyBefore | null;
  readonly #sessions = new Map<string, SigningAttempt>();
  readonly #prepared = new Map<number, readonly [NoncePair, NoncePair]>();

  constructor(
    options: { readonly incarnation: Hex; readonly group: GroupPublic; readonly before?: KeyBefore },
    doors: { readonly vault: NonceVault; readonly curve: SigningCurve },
  ) {
    this.incarnation = options.incarnation;
    this.#group = options.group;
    this.#before = options.before ?? null;
    this.#vault = doors.vault;
    this.#curve = doors.curve;
  }

  prepare(round: number, values: readonly Observed[]): void {
    if (!this.#prepared.has(round)) this.#prepared.set(round, this.#drawNow(round, values));
  }

  draw(round: number, values: readonly Observed[]): readonly [NoncePair, NoncePair] {
    const prepared = this.#prepared.get(round);
    this.#prepared.delete(round);
    return prepared ?? this.#drawNow(round, values);
  }

  #drawNow(round: number, values: readonly Observed[]): readonly [NoncePair, NoncePair] {
    const writer = new ByteWriter();
    for (const value of values) writeObserved(writer, value);
    const [first, second] = this.#vault.draw({ round, incarnation: this.incarnation, context: writer.done() });
    return [
      { hiding: first.hiding, binding: first.binding },
      { hiding: second.hiding, binding: second.binding },
    ];
  }

  drawFresh(round: number): NoncePair | null {
    const drawn = this.#vault.drawFresh(round);
    return drawn === null ? null : { hiding: drawn.hiding, binding: drawn.binding };
  }

  sign(round: number, digest: Hex, commitments: readonly SignerCommitment[]): ShareResult {
    const made = this.#vault.sign({ round, digest, commitments });
    if (!made.ok) return made;
    this.#keep(sessionName(digest, commitments), made.opened);
    return { ok: true, z: made.z };
  }

  aggregate(digest: Hex, commitments: readonly SignerCommitment[], shares: ReadonlyMap<number, Hex>): AggregateResult {
    const name = sessionName(digest, commitments);
    let session = this.#sessions.get(name);
    if (session === undefined) {
      const opened = this.#curve.openAttempt(this.#group, digest, commitments);
      if (!opened.ok) return { ok: false, culprits: opened.culprits };
      session = opened.attempt;
      this.#keep(name, session);
    }
    const result = session.aggregate(shares);
    return result.ok ? { ok: true, signature: result.signature } : { ok: false, culprits: result.culprits };
  }

  verify(digest: Hex, signature: GroupSignature, round: number): boolean {
    const isBefore = this.#before !== null && round < this.#before.belowRound;
    const groupKeyX = isBefore ? this.#before.groupKeyX : this.#group.groupKeyX;
    return this.#curve.verifyGroupSignature(groupKeyX, digest, signature);
  }

  forgetBefore(round: number): void {
    this.#vault.forgetBefore(round);
    for (const held of this.#prepared.keys()) if (held < round) this.#prepared.delete(held);
  }

  #keep(name: string, session: SigningAttempt): void {
    this.#sessions.set(name, session);
    if (this.#sessions.size > SESSIONS_KEPT) this.#sessions.delete(this.#sessions.keys().next().value!);
  }
}
