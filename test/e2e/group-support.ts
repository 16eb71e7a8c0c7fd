/** A group that exists only in a test: its key comes out of a real ceremony, its signatures out of real vaults. */
import type { Hex } from "../../src/base/bytes.ts";
import { NonceVault } from "../../src/keystore/nonce-vault.ts";
import type { SigningShare } from "../../src/keystore/signing-share.ts";
import type { GroupSignature } from "../../src/report/report.ts";

import { makeShares } from "../keystore/committee.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

const CFG: Hex = `0x${"c0".repeat(32)}`;
const INCARNATION: Hex = `0x${"1a".repeat(16)}`;

export class SigningGroup {
  readonly groupKeyX: Hex;
  readonly t: number;
  readonly #shares: ReadonlyMap<number, SigningShare>;
  readonly #vaults: ReadonlyMap<number, NonceVault>;
  #round = 0;

  /** @param n members, who make their key together here and now */
  constructor(n: number) {
    this.#shares = makeShares(n);
    const { group } = this.#shares.get(1)!;
    this.groupKeyX = group.groupKeyX;
    this.t = group.t;
    this.#vaults = new Map([...this.#shares].map(([id, share]) => [id, new NonceVault({ share, cfg: CFG })]));
  }

  /** @param signers exactly t members; each draws, signs and forgets as a node does in one round */
  sign(digest: Hex, signers: readonly number[]): GroupSignature {
    const round = ++this.#round;
    const vaults = signers.map((id) => [id, this.#vaults.get(id)!] as const);
    const draw = { round, incarnation: INCARNATION, context: new Uint8Array() };
    const commitments = vaults.map(([, vault]) => vault.draw(draw)[0]);
    const made = new Map<number, Hex>();
    for (const [id, vault] of vaults) {
      const share = vault.sign({ round, digest, commitments });
      if (!share.ok) throw new Error(`member ${id} does not sign: ${share.why}`);
      made.set(id, share.z);
      vault.forgetBefore(round + 1);
    }
    const opened = nobleCurve.openAttempt(this.#shares.get(1)!.group, digest, commitments);
    if (!opened.ok) throw new Error(`the attempt does not open: ${opened.why}`);
    const sum = opened.attempt.aggregate(made);
    if (!sum.ok) throw new Error(`the shares do not add up: ${sum.why}`);
    return sum.signature;
  }
}
