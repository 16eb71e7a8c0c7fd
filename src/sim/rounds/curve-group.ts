/** Real shares of a real group, dealt from the seed: slow, and exact where tokens only stand for something. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, toHex } from "../../base/bytes.ts";
import { OracleError } from "../../base/errors.ts";
import type { GroupSignature } from "../../report/report.ts";
import { Point, Scalar, scalarBytes } from "../../threshold/curve.ts";
import type { GroupPublic } from "../../threshold/group.ts";
import { combineDealers } from "../../threshold/group.ts";
import type { OpenedAttempt } from "../../threshold/signing.ts";
import type { SigningCurve } from "../../threshold/signing-curve.ts";
import { nobleCurve } from "../../threshold/signing-curve.ts";
import { hashToScalar } from "../../threshold/suite.ts";
import { evaluatePolynomial } from "../../threshold/vss.ts";
import type { Commitments, DrawnPair, SimGroup, Sum } from "./group.ts";

function scalarOf(label: string): bigint {
  return hashToScalar(asciiBytes("simulation"), asciiBytes(label));
}

export class CurveGroup implements SimGroup {
  readonly #group: GroupPublic;
  readonly #curve: SigningCurve;
  readonly #shares = new Map<number, bigint>();
  /** Each member's newest, as the daemon keeps it: its share and the sum are of one session. */
  readonly #opened = new Map<number, { readonly session: string; readonly opened: OpenedAttempt }>();

  constructor(n: number, t: number, seed: number, curve: SigningCurve = nobleCurve) {
    this.#curve = curve;
    const coefficients = Array.from({ length: t }, (_, k) => scalarOf(`${seed}/${k}`));
    const combined = combineDealers(n, t, [coefficients.map((one) => Point.BASE.multiply(one))]);
    if (!combined.ok) throw new OracleError("the seed makes no group", { code: "bad-argument", why: combined.why });
    this.#group = combined.group;
    for (let id = 1; id <= n; id++) {
      const share = evaluatePolynomial(coefficients, id);
      this.#shares.set(id, combined.negated ? Scalar.neg(share) : share);
    }
  }

  draw(id: number, label: string): DrawnPair {
    const hiding = scalarOf(`${label}/hiding`);
    const binding = scalarOf(`${label}/binding`);
    const share = this.#shares.get(id)!;
    return {
      pair: { hiding: this.#curve.commit(scalarBytes(hiding)), binding: this.#curve.commit(scalarBytes(binding)) },
      sign: (digest, commitments) => {
        const opened = this.#openedBy(id, digest, commitments);
        if (!opened.ok) return { ok: false, culprits: opened.culprits };
        return { ok: true, z: toHex(scalarBytes(opened.attempt.makeShare(id, { hiding, binding, share }))) };
      },
    };
  }

  aggregate(id: number, digest: Hex, commitments: Commitments, shares: ReadonlyMap<number, Hex>): Sum {
    const opened = this.#openedBy(id, digest, commitments);
    return opened.ok ? opened.attempt.aggregate(shares) : opened;
  }

  verify(digest: Hex, signature: GroupSignature): boolean {
    return this.#curve.verifyGroupSignature(this.#group.groupKeyX, digest, signature);
  }

  #openedBy(id: number, digest: Hex, commitments: Commitments): OpenedAttempt {
    const parts = commitments.map((one) => `${one.id}:${one.hiding}:${one.binding}`);
    const session = `${digest}/${parts.join(",")}`;
    const held = this.#opened.get(id);
    if (held?.session === session) return held.opened;
    const opened = this.#curve.openAttempt(this.#group, digest, commitments);
    this.#opened.set(id, { session, opened });
    return opened;
  }
}
