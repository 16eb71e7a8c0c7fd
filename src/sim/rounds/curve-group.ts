/** Real shares of a real group, dealt from the seed: slow, and exact where tokens only stand for something. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, toHex } from "../../base/bytes.ts";
import { OracleError } from "../../base/errors.ts";
import type { GroupSignature } from "../../report/report.ts";
import { Point, pointHex, Scalar, scalarBytes } from "../../threshold/curve.ts";
import type { GroupPublic } from "../../threshold/group.ts";
import { combineDealers } from "../../threshold/group.ts";
import { aggregateShares, nobleCurve } from "../../threshold/signing-curve.ts";
import { hashToScalar } from "../../threshold/suite.ts";
import { evaluatePolynomial } from "../../threshold/vss.ts";
import type { Commitments, DrawnPair, SimGroup, Sum } from "./group.ts";

function scalarOf(label: string): bigint {
  return hashToScalar(asciiBytes("simulation"), asciiBytes(label));
}

export class CurveGroup implements SimGroup {
  readonly #group: GroupPublic;
  readonly #shares = new Map<number, bigint>();

  constructor(n: number, t: number, seed: number) {
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
      pair: { hiding: pointHex(Point.BASE.multiply(hiding)), binding: pointHex(Point.BASE.multiply(binding)) },
      sign: (digest, commitments) => {
        const opened = nobleCurve.openAttempt(this.#group, digest, commitments);
        if (!opened.ok) return { ok: false, culprits: opened.culprits };
        return { ok: true, z: toHex(scalarBytes(opened.attempt.makeShare(id, { hiding, binding, share }))) };
      },
    };
  }

  aggregate(digest: Hex, commitments: Commitments, shares: ReadonlyMap<number, Hex>): Sum {
    const result = aggregateShares(nobleCurve, this.#group, digest, commitments, shares);
    return result.ok ? { ok: true, signature: result.signature } : { ok: false, culprits: result.culprits };
  }

  verify(digest: Hex, signature: GroupSignature): boolean {
    return nobleCurve.verifyGroupSignature(this.#group.groupKeyX, digest, signature);
  }
}
