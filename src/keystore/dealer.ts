/**
 * A dealer's secrets: the polynomial and its commitments, drawn from the ceremony's seed, so that a restarted member deals what
 * it dealt. A new key's polynomial is the library's; the library refuses a zero constant term, so a refresh has its own.
 */
import { concatBytes, fromHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { CeremonyShape } from "../threshold/ceremony-messages.ts";
import { Point } from "../threshold/curve.ts";
import { proveDealer } from "../threshold/proofs.ts";
import { ceremonySuite, FROST } from "../threshold/suite.ts";
import { seededRng, seededScalar } from "./sealed/seeded.ts";

export type Dealing = {
  /** t coefficients ascending by degree, secret. */
  readonly polynomial: readonly bigint[];
  /** As COMMIT carries them. */
  readonly points: Uint8Array[];
  readonly proof: Uint8Array;
};

/** @param seed 32 bytes, secret; the same seed gives the same dealing */
export function dealingOf(shape: CeremonyShape, self: number, seed: Uint8Array): Dealing {
  return shape.isRefresh === true ? zeroSharing(shape, self, seed) : keySharing(shape, self, seed);
}

function keySharing({ ceremonyId, n, t }: CeremonyShape, self: number, seed: Uint8Array): Dealing {
  const rng = seededRng(seed, `round-one/${ceremonyId}`);
  const id = FROST.Identifier.fromNumber(self);
  const made = ceremonySuite(ceremonyId).DKG.round1(id, { min: t, max: n }, undefined, rng);
  const { coefficients } = made.secret;
  if (coefficients === undefined) throw new OracleError("the first round kept no polynomial", { code: "bad-secret" });
  return { polynomial: coefficients, points: [...made.public.commitment], proof: made.public.proofOfKnowledge };
}

/** 0 + a₁x + … : what is added to the shares changes every one of them and leaves the key where it is. */
function zeroSharing({ ceremonyId, t }: CeremonyShape, self: number, seed: Uint8Array): Dealing {
  const context = fromHex(ceremonyId);
  const degrees = Array.from({ length: t - 1 }, (_, k) => k + 1);
  const coefficients = degrees.map((k) => seededScalar(seed, `refresh-${k}`, context));
  const points = coefficients.map((coefficient) => Point.BASE.multiply(coefficient).toBytes(true));
  const nonce = seededScalar(seed, "refresh-proof", concatBytes(context, ...points));
  const proof = proveDealer(ceremonyId, self, coefficients[0]!, nonce);
  return { polynomial: [0n, ...coefficients], points, proof };
}
