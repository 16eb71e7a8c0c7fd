/** What the world may know of a group key: the key, its commitments, and every member's verifying share. */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { CurvePoint } from "./curve.ts";
import { parsePointHex, parseScalar, Point, pointHex } from "./curve.ts";
import { MEMBERS_MAX } from "./quorum.ts";
import { xOf } from "./suite.ts";
import { evaluateCommitments } from "./vss.ts";

export type GroupPublic = {
  readonly n: number;
  readonly t: number;
  /** x of the group key, 32 bytes, 0 < x < Q; its y is even. */
  readonly groupKeyX: Hex;
  /** a_k·G of the summed polynomial, k = 0 … t−1, compressed; the first is the group key. */
  readonly commitments: readonly Hex[];
  /** s_i·G by member id 1 … n, compressed. */
  readonly verifyingShares: Readonly<Record<number, Hex>>;
};

export type GroupResult =
  | {
      readonly ok: true;
      readonly group: GroupPublic /** Every share must be negated too. */;
      readonly negated: boolean;
    }
  | { readonly ok: false; readonly why: "identity" | "key-out-of-range" };

/**
 * Adds the dealers' commitments and normalises the sum: half of all keys have odd y, and the contract knows only even
 * ones, so then the key, the commitments and all shares change sign. A key with x ≥ Q (probability 2^-128) is refused.
 * @param dealers one list of t points a dealer
 */
export function combineDealers(n: number, t: number, dealers: readonly (readonly CurvePoint[])[]): GroupResult {
  return groupOf(n, t, sumOf(t, dealers));
}

/**
 * The same key under new shares: the old polynomial plus polynomials that are zero at zero. The key has even y already, so
 * nothing is negated.
 * @param old     a consistent group
 * @param dealers one list of t points a dealer, the first of each the identity
 */
export function refreshGroup(old: GroupPublic, dealers: readonly (readonly CurvePoint[])[]): GroupResult {
  const { n, t } = old;
  const before = old.commitments.map((text) => parsePointHex(text) ?? Point.ZERO);
  const result = groupOf(n, t, sumOf(t, [before, ...dealers]));
  if (result.ok && (result.negated || result.group.groupKeyX !== old.groupKeyX)) {
    throw new OracleError("a refresh has changed the group key", { code: "bad-refresh", groupKeyX: old.groupKeyX });
  }
  return result;
}

function sumOf(t: number, dealers: readonly (readonly CurvePoint[])[]): readonly CurvePoint[] {
  const sums = Array.from({ length: t }, () => Point.ZERO);
  for (const dealer of dealers) for (let k = 0; k < t; k++) sums[k] = sums[k]!.add(dealer[k]!);
  return sums;
}

function groupOf(n: number, t: number, sums: readonly CurvePoint[]): GroupResult {
  if (sums.some((point) => point.is0())) return { ok: false, why: "identity" };
  const negated = sums[0]!.toBytes(true)[0] === 3;
  const commitments = negated ? sums.map((point) => point.negate()) : sums;
  const keyX = xOf(commitments[0]!);
  if (parseScalar(keyX) === null) return { ok: false, why: "key-out-of-range" };
  const verifyingShares: Record<number, Hex> = {};
  for (let id = 1; id <= n; id++) {
    const point = evaluateCommitments(commitments, id);
    if (point.is0()) return { ok: false, why: "identity" };
    verifyingShares[id] = pointHex(point);
  }
  const group: GroupPublic = {
    n,
    t,
    groupKeyX: toHex(keyX),
    commitments: commitments.map(pointHex),
    verifyingShares,
  };
  return { ok: true, group, negated };
}

/** Whether a description that was read from somewhere is whole and agrees with itself. Never throws. */
export function isConsistentGroup(group: GroupPublic): boolean {
  const { n, t } = group;
  if (!Number.isInteger(n) || !Number.isInteger(t) || t < 2 || t > n || n > MEMBERS_MAX) return false;
  if (!Array.isArray(group.commitments) || group.commitments.length !== t) return false;
  const points: CurvePoint[] = [];
  for (const text of group.commitments) {
    const point = parsePointHex(text);
    if (point === null) return false;
    points.push(point);
  }
  const keyX = xOf(points[0]!);
  if (points[0]!.toBytes(true)[0] !== 2 || parseScalar(keyX) === null || group.groupKeyX !== toHex(keyX)) return false;
  const shares = group.verifyingShares;
  if (typeof shares !== "object" || shares === null || Object.keys(shares).length !== n) return false;
  for (let id = 1; id <= n; id++) if (shares[id] !== pointHex(evaluateCommitments(points, id))) return false;
  return true;
}
