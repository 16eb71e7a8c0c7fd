import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import type { SignRequest, VaultDoors } from "../../src/keystore/nonce-vault.ts";
import { commitmentHash, NonceVault, PAIRS_PER_ROUND_MAX, ROUNDS_HELD_MAX } from "../../src/keystore/nonce-vault.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import { keccak } from "../../src/base/keccak.ts";
import { Point, pointHex } from "../../src/threshold/curve.ts";

import type { NonceCommitment } from "../../src/threshold/signing.ts";

import { makeShares } from "./committee.ts";
import { aggregateShares, nobleCurve } from "../../src/threshold/signing-curve.ts";

const shares = makeShares(4);
const group = shares.get(1)!.group;
const CFG: Hex = `0x${"c0".repeat(32)}`;
const INCARNATION: Hex = `0x${"1a".repeat(16)}`;
const CONTEXT = new Uint8Array([1, 2, 3]);

function vaultOf(id: number, doors: VaultDoors = {}, cfg = CFG): NonceVault {
  return new NonceVault({ share: shares.get(id)!, cfg }, doors);
}

function digestOf(i: number): Hex {
  return toHex(keccak(Uint8Array.of(i)));
}

function drawAll(vaults: ReadonlyMap<number, NonceVault>, round: number): [NonceCommitment[], NonceCommitment[]] {
  const pairs = [...vaults.values()].map((vault) => vault.draw({ round, incarnation: INCARNATION, context: CONTEXT }));
  return [pairs.map((pair) => pair[0]), pairs.map((pair) => pair[1])];
}

function committee(doors: VaultDoors = {}): Map<number, NonceVault> {
  return new Map([1, 2, 4].map((id) => [id, vaultOf(id, doors)]));
}

describe("NonceVault", () => {
  test("members' shares on both attempts add up to signatures of the group", () => {
    const vaults = committee();
    for (let round = 1; round <= 5; round++) {
      const digest = digestOf(round);
      for (const commitments of drawAll(vaults, round)) {
        const made = new Map<number, Hex>();
        for (const [id, vault] of vaults) {
          const result = vault.sign({ round, digest, commitments });
          if (!result.ok) throw new Error(result.why);
          expect(result.opened.shareIsGood(id, result.z)).toBe(true);
          made.set(id, result.z);
        }
        const sum = aggregateShares(nobleCurve, group, digest, commitments, made);
        if (!sum.ok) throw new Error(sum.why);
        expect(nobleCurve.verifyGroupSignature(group.groupKeyX, digest, sum.signature)).toBe(true);
      }
    }
  });

  test("a pair serves once, also for the same request", () => {
    const vaults = committee();
    const [commitments] = drawAll(vaults, 7);
    const request: SignRequest = { round: 7, digest: digestOf(1), commitments };
    expect(vaults.get(1)!.sign(request).ok).toBe(true);
    expect(vaults.get(1)!.sign(request)).toMatchObject({ ok: false, why: "no-nonce" });
  });

  test("no two used pairs are alike, whatever is asked in whatever order", () => {
    const used: string[] = [];
    const vaults = committee({ onUse: (pair) => used.push(pair) });
    const vault = vaults.get(1)!;
    const lists = new Map([1, 2, 3].map((round) => [round, drawAll(vaults, round)]));
    const request = fc.record({
      round: fc.integer({ min: 1, max: 4 }),
      digest: fc.integer({ min: 1, max: 3 }).map(digestOf),
      listRound: fc.constantFrom(1, 2, 3),
      listAttempt: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
        for (const { round, digest, listRound, listAttempt } of requests) {
          vault.sign({ round, digest, commitments: lists.get(listRound)![listAttempt] });
        }
        expect(new Set(used).size).toBe(used.length);
        expect(used.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 30 },
    );
    expect(used.length).toBeGreaterThan(0);
  });

  test("the audit hears of the pair and the digest", () => {
    const heard: [Hex, Hex][] = [];
    const vaults = committee({ onUse: (pair, digest) => heard.push([pair, digest]) });
    const [commitments] = drawAll(vaults, 1);
    vaults.get(2)!.sign({ round: 1, digest: digestOf(9), commitments });
    expect(heard).toEqual([[commitmentHash(commitments[1]!), digestOf(9)]]);
  });

  test("a round that signed one digest signs no other", () => {
    const vaults = committee();
    const [first, second] = drawAll(vaults, 1);
    const vault = vaults.get(4)!;
    expect(vault.sign({ round: 1, digest: digestOf(1), commitments: first }).ok).toBe(true);
    expect(vault.sign({ round: 1, digest: digestOf(2), commitments: second })).toMatchObject({
      why: "other-digest",
    });
    expect(vault.sign({ round: 1, digest: digestOf(1), commitments: second }).ok).toBe(true);
  });

  test("a list that is not what it must be is refused, and costs no nonce", () => {
    const vaults = committee();
    const [commitments] = drawAll(vaults, 1);
    const [a, b, c] = commitments as [NonceCommitment, NonceCommitment, NonceCommitment];
    const vault = vaults.get(1)!;
    const badPoint: Hex = `0x${"00".repeat(33)}`;
    const cases: [NonceCommitment[], string][] = [
      [[a, b], "wrong-size"],
      [[a, b, c, { ...c, id: 3 }], "wrong-size"],
      [[a, b, { ...c, id: 5 }], "not-a-member"],
      [[a, b, { ...c, id: 0 }], "not-a-member"],
      [[a, b, { ...c, id: 1.5 }], "not-a-member"],
      [[a, b, b], "duplicate-member"],
      [[b, c, { ...c, id: 3 }], "own-commitment-missing"],
      [[{ ...a, binding: b.binding }, b, c], "own-commitment-missing"],
      [[{ ...a, hiding: b.hiding }, b, c], "no-nonce"],
      [[a, { ...b, hiding: badPoint }, c], "bad-commitment"],
    ];
    for (const [list, why] of cases) {
      expect(vault.sign({ round: 1, digest: digestOf(1), commitments: list })).toMatchObject({ ok: false, why });
    }
    expect(vault.sign({ round: 1, digest: "0x12", commitments })).toMatchObject({ ok: false, why: "bad-digest" });
    expect(vault.sign({ round: 1, digest: digestOf(1), commitments }).ok).toBe(true);
  });

  test("fresh pairs of a round sign later sessions of its digest, and each once", () => {
    const vaults = committee();
    const [first] = drawAll(vaults, 1);
    const digest = digestOf(1);
    for (const vault of vaults.values()) expect(vault.sign({ round: 1, digest, commitments: first }).ok).toBe(true);
    for (let session = 2; session < 5; session++) {
      const commitments = [...vaults.values()].map((vault) => vault.drawFresh(1)!);
      const made = new Map<number, Hex>();
      for (const [id, vault] of vaults) {
        expect(vault.sign({ round: 1, digest: digestOf(2), commitments })).toMatchObject({ why: "other-digest" });
        const result = vault.sign({ round: 1, digest, commitments });
        if (!result.ok) throw new Error(result.why);
        made.set(id, result.z);
        expect(vault.sign({ round: 1, digest, commitments })).toMatchObject({ ok: false, why: "no-nonce" });
      }
      expect(aggregateShares(nobleCurve, group, digest, commitments, made).ok).toBe(true);
    }
  });

  test("fresh pairs are bounded, and there are none for a round that was not drawn or is forgotten", () => {
    const vault = vaultOf(1);
    expect(vault.drawFresh(1)).toBeNull();
    vault.draw({ round: 1, incarnation: INCARNATION, context: CONTEXT });
    let fresh = 0;
    while (vault.drawFresh(1) !== null) fresh += 1;
    expect(fresh).toBe(PAIRS_PER_ROUND_MAX - 2);
    vault.forgetBefore(2);
    expect(vault.drawFresh(1)).toBeNull();
  });

  test("drawing twice for a round throws, also after the round was forgotten", () => {
    const vault = vaultOf(1);
    const request = { round: 5, incarnation: INCARNATION, context: CONTEXT };
    vault.draw(request);
    expect(() => vault.draw(request)).toThrow(/round 5/);
    vault.forgetBefore(6);
    expect(() => vault.draw(request)).toThrow(/round 5/);
    expect(vault.rounds()).toEqual([]);
  });

  test("forgetting drops the nonces below and keeps the others", () => {
    const vaults = committee();
    const [early] = drawAll(vaults, 1);
    const [late] = drawAll(vaults, 2);
    const vault = vaults.get(1)!;
    vault.forgetBefore(2);
    expect(vault.sign({ round: 1, digest: digestOf(1), commitments: early })).toMatchObject({
      why: "no-nonce",
    });
    expect(vault.sign({ round: 2, digest: digestOf(1), commitments: late }).ok).toBe(true);
  });

  test("is bounded", () => {
    const vault = vaultOf(1);
    for (let round = 0; round < ROUNDS_HELD_MAX; round++)
      vault.draw({ round, incarnation: INCARNATION, context: CONTEXT });
    expect(() => vault.draw({ round: 999, incarnation: INCARNATION, context: CONTEXT })).toThrow(/rounds hold nonces/);
  });

  test("with a generator that always says the same, every nonce is still another one", () => {
    const constant = { random: (length: number) => new Uint8Array(length) };
    const seen = new Set<string>();
    let drawn = 0;
    const note = (vault: NonceVault, round: number, incarnation = INCARNATION, context = CONTEXT): void => {
      for (const { hiding, binding } of vault.draw({ round, incarnation, context })) {
        seen.add(hiding).add(binding);
        drawn += 2;
      }
    };
    const vault = vaultOf(1, constant);
    note(vault, 1);
    note(vault, 2);
    // The same round in a vault that has drawn less before.
    note(vaultOf(1, constant), 2);
    // Each of these is a new vault whose counter starts again: another member, cfg, incarnation, context.
    note(vaultOf(2, constant), 1);
    note(vaultOf(1, constant, `0x${"c1".repeat(32)}`), 1);
    note(vaultOf(1, constant), 1, `0x${"1b".repeat(16)}`);
    note(vaultOf(1, constant), 1, INCARNATION, new Uint8Array([9]));
    expect(seen.size).toBe(drawn);
  });

  test("commitments are points of nobody's long-lived key", () => {
    const [first] = vaultOf(1).draw({ round: 1, incarnation: INCARNATION, context: CONTEXT });
    expect(first.id).toBe(1);
    expect(first.hiding).not.toBe(first.binding);
    expect(Object.values(group.verifyingShares)).not.toContain(first.hiding);
    expect(first.hiding).not.toBe(pointHex(Point.BASE));
  });

  test("destroyed, it neither draws nor signs, and the share's own copy lives on", () => {
    const vaults = committee();
    const [commitments] = drawAll(vaults, 1);
    const vault = vaults.get(1)!;
    vault.destroy();
    expect(vault.sign({ round: 1, digest: digestOf(1), commitments })).toMatchObject({ why: "no-nonce" });
    expect(() => vault.draw({ round: 2, incarnation: INCARNATION, context: CONTEXT })).toThrow();
    expect(secretOf(shares.get(1)!).some((byte) => byte !== 0)).toBe(true);
  });

  test("prints as [secret], share and vault alike", () => {
    const vault = vaultOf(1);
    vault.draw({ round: 1, incarnation: INCARNATION, context: CONTEXT });
    const secret = Buffer.from(secretOf(shares.get(1)!)).toString("hex");
    for (const object of [vault, shares.get(1)!]) {
      const texts = [inspect(object, { showHidden: true, depth: 9 }), JSON.stringify({ object }), String(object)];
      for (const text of texts) {
        expect(text).toContain("[secret]");
        expect(text).not.toContain(secret);
      }
      const fields = JSON.stringify(Object.values(object), (_, value: unknown) =>
        ArrayBuffer.isView(value) ? "bytes!" : value,
      );
      expect(fields).not.toContain("bytes!");
      expect(fields).not.toContain(secret);
    }
    expect(fromHex(CFG)).toHaveLength(32);
  });
});
