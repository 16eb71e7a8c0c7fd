/** Quorums, each named by what it buys. n = number of nodes, f = floor((n−1)/3) of them may be Byzantine. */

export function byzantineMax(n: number): number {
  return Math.floor((n - 1) / 3);
}

/** Among this many, one is honest. */
export function atLeastOneHonest(f: number): number {
  return f + 1;
}

/** Among this many values, the median lies between two honest ones. */
export function honestMedian(f: number): number {
  return 2 * f + 1;
}

/** Any two signer sets of this size share an honest node, so one digest per round is signed: t = floor((n+f)/2)+1. */
export function signingThreshold(n: number): number {
  return Math.floor((n + byzantineMax(n)) / 2) + 1;
}
