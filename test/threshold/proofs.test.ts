import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { GROUP_ORDER, Point } from "../../src/threshold/curve.ts";
import {
  dealerProofIsGood,
  keyProofIsGood,
  proveKey,
  proveSharedPoint,
  sharedPointProofIsGood,
} from "../../src/threshold/proofs.ts";
import { parsePoint } from "../../src/threshold/curve.ts";
import { ceremonySuite, FROST } from "../../src/threshold/suite.ts";

const CEREMONY: Hex = `0x${"11".repeat(32)}`;
const OTHER: Hex = `0x${"12".repeat(32)}`;
const secret = 123456789n;
const key = Point.BASE.multiply(secret);

function flips(proof: Uint8Array): Uint8Array[] {
  return [0, 1, 20, proof.length - 1].map((at) => proof.map((byte, i) => (i === at ? byte ^ 1 : byte)));
}

describe("the proof of a per-ceremony key", () => {
  const proof = proveKey(CEREMONY, 2, secret, 987654321n);

  test("holds for its key, member and ceremony, and for no other", () => {
    expect(keyProofIsGood(CEREMONY, 2, key, proof)).toBe(true);
    expect(keyProofIsGood(OTHER, 2, key, proof)).toBe(false);
    expect(keyProofIsGood(CEREMONY, 3, key, proof)).toBe(false);
    expect(keyProofIsGood(CEREMONY, 2, key.negate(), proof)).toBe(false);
    for (const bad of [...flips(proof), new Uint8Array(65), new Uint8Array(0), new Uint8Array(65).fill(255)]) {
      expect(keyProofIsGood(CEREMONY, 2, key, bad)).toBe(false);
    }
  });
});

describe("the dealer's proof of knowledge", () => {
  const { commitment, proofOfKnowledge } = ceremonySuite(CEREMONY).DKG.round1(FROST.Identifier.fromNumber(2), {
    min: 3,
    max: 4,
  }).public;
  const constantTerm = parsePoint(commitment[0]!)!;

  test("of the library is accepted here, and bound to member and ceremony", () => {
    expect(dealerProofIsGood(CEREMONY, 2, constantTerm, proofOfKnowledge)).toBe(true);
    expect(dealerProofIsGood(CEREMONY, 3, constantTerm, proofOfKnowledge)).toBe(false);
    expect(dealerProofIsGood(OTHER, 2, constantTerm, proofOfKnowledge)).toBe(false);
    expect(dealerProofIsGood(CEREMONY, 2, constantTerm.double(), proofOfKnowledge)).toBe(false);
    for (const bad of flips(proofOfKnowledge)) expect(dealerProofIsGood(CEREMONY, 2, constantTerm, bad)).toBe(false);
  });

  test("that is accepted here is accepted by the library's second round", () => {
    const suite = ceremonySuite(CEREMONY);
    const rounds = [1, 2, 3].map((id) => suite.DKG.round1(FROST.Identifier.fromNumber(id), { min: 2, max: 3 }));
    const others = rounds.slice(1).map((round) => round.public);
    expect(() => suite.DKG.round2(rounds[0]!.secret, others)).not.toThrow();
    expect(() => ceremonySuite(OTHER).DKG.round2(rounds[1]!.secret, [rounds[0]!.public, rounds[2]!.public])).toThrow();
  });
});

describe("the proof of a shared point", () => {
  const dealerKey = Point.BASE.multiply(55555n);
  const statement = {
    ceremonyId: CEREMONY,
    accuser: 1,
    dealer: 2,
    accuserKey: key,
    dealerKey,
    shared: dealerKey.multiply(secret),
  };
  const proof = proveSharedPoint(statement, secret, 424242n);

  test("holds for the true point only", () => {
    expect(sharedPointProofIsGood(statement, proof)).toBe(true);
    const lie = { ...statement, shared: statement.shared.add(Point.BASE) };
    expect(sharedPointProofIsGood(lie, proof)).toBe(false);
    expect(sharedPointProofIsGood(lie, proveSharedPoint(lie, secret, 424243n))).toBe(false);
    expect(sharedPointProofIsGood(lie, proveSharedPoint(lie, secret + 1n, 424244n))).toBe(false);
  });

  test("is bound to accuser, dealer and ceremony", () => {
    expect(sharedPointProofIsGood({ ...statement, accuser: 3 }, proof)).toBe(false);
    expect(sharedPointProofIsGood({ ...statement, dealer: 3 }, proof)).toBe(false);
    expect(sharedPointProofIsGood({ ...statement, ceremonyId: OTHER }, proof)).toBe(false);
  });

  test("is false for any other bytes, and never throws", () => {
    const beyond = new Uint8Array(64).fill(255);
    expect(GROUP_ORDER < 1n << 256n).toBe(true);
    for (const bad of [...flips(proof), new Uint8Array(64), new Uint8Array(0), beyond]) {
      expect(sharedPointProofIsGood(statement, bad)).toBe(false);
    }
  });
});
