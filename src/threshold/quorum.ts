/** How many members may lie, and how many must sign. */
import { OracleError } from "../base/errors.ts";

/** Ids are one byte on the wire; above this, one ceremony's messages outgrow a stream's frame. */
export const MEMBERS_MAX = 100;

/** FROST needs two signers; with fewer than four members nobody may be faulty. */
export const MEMBERS_MIN = 2;

export type Threshold = {
  /** Byzantine members tolerated. */
  readonly f: number;
  /** Members that one signature needs. */
  readonly t: number;
};

/**
 * f = floor((n−1)/3), t = floor((n+f)/2)+1: any two signer sets share an honest member while at most f lie
 * (two digests of one round cannot both be signed), and n − f live members suffice to sign.
 * @param n members, 2 … 100
 * @throws OracleError `bad-threshold`
 */
export function thresholdFor(n: number): Threshold {
  if (!Number.isInteger(n) || n < MEMBERS_MIN || n > MEMBERS_MAX) {
    throw new OracleError(`a committee has ${MEMBERS_MIN} to ${MEMBERS_MAX} members, saw ${n}`, {
      code: "bad-threshold",
      n,
    });
  }
  const f = Math.floor((n - 1) / 3);
  return { f, t: Math.floor((n + f) / 2) + 1 };
}
