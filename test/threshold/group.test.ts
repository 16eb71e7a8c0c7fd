import { describe, expect, test } from "vitest";
import { parsePointHex, parseScalar, Point, pointHex } from "../../src/threshold/curve.ts";
import type { GroupPublic } from "../../src/threshold/group.ts";
import { combineDealers, isConsistentGroup } from "../../src/threshold/group.ts";
import { evaluateCommitments, evaluatePolynomial, shareMatches } from "../../src/threshold/vss.ts";
import { dealKey } from "./dealt.ts";

describe("combineDealers", () => {
  test("gives an even key whatever the sum's sign, and shares that fit once negated alike", () => {
    const seen = new Set<boolean>();
    for (let i = 0; i < 20; i++) {
      const { group, shares, negated } = dealKey(4, 3);
      seen.add(negated);
      expect(group.commitments[0]).toBe(`0x02${group.groupKeyX.slice(2)}`);
      for (const [id, share] of shares) {
        expect(pointHex(Point.BASE.multiply(parseScalar(share)!))).toBe(group.verifyingShares[id]);
      }
      expect(isConsistentGroup(group)).toBe(true);
    }
    expect(seen.size).toBe(2);
  });

  test("refuses a sum that is the identity in any coefficient", () => {
    const [a, b] = [Point.BASE.multiply(7n), Point.BASE.multiply(9n)];
    expect(
      combineDealers(3, 2, [
        [a, b],
        [a.negate(), b],
      ]),
    ).toEqual({ ok: false, why: "identity" });
    expect(
      combineDealers(3, 2, [
        [a, b],
        [a, b.negate()],
      ]),
    ).toEqual({ ok: false, why: "identity" });
  });
});

describe("isConsistentGroup", () => {
  const { group } = dealKey(4, 3);
  const oddKey = pointHex(parsePointHex(group.commitments[0])!.negate());

  test.each<[string, Partial<GroupPublic>]>([
    ["another key", { groupKeyX: `0x${"01".repeat(32)}` }],
    ["a missing commitment", { commitments: group.commitments.slice(1) }],
    ["an odd key", { commitments: [oddKey, ...group.commitments.slice(1)] }],
    ["a foreign verifying share", { verifyingShares: { ...group.verifyingShares, 2: group.verifyingShares[3]! } }],
    ["a missing member", { verifyingShares: { 1: group.verifyingShares[1]!, 2: group.verifyingShares[2]! } }],
    ["another threshold", { t: 2 }],
    ["another size", { n: 5 }],
    ["no numbers", { n: Number.NaN, t: Number.NaN }],
  ])("refuses %s", (_, change) => {
    expect(isConsistentGroup({ ...group, ...change })).toBe(false);
  });
});

describe("verifiable sharing", () => {
  const polynomial = [3n, 1n << 250n, 77n];
  const commitments = polynomial.map((coefficient) => Point.BASE.multiply(coefficient));

  test("the commitments' value is the polynomial's, for every id of the largest committee", () => {
    for (const id of [1, 2, 50, 100]) {
      const share = evaluatePolynomial(polynomial, id);
      expect(evaluateCommitments(commitments, id).equals(Point.BASE.multiply(share))).toBe(true);
      expect(shareMatches(commitments, id, share)).toBe(true);
      expect(shareMatches(commitments, id, share + 1n)).toBe(false);
      expect(shareMatches(commitments, id + 1, share)).toBe(false);
    }
  });

  test("a zero share is refused, though its dealer committed to it", () => {
    const [g, minusG] = [Point.BASE, Point.BASE.negate()];
    expect(shareMatches([g, minusG], 1, 0n)).toBe(false);
  });
});
