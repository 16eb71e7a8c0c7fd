import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NonceVault } from "../../src/keystore/nonce-vault.ts";
import { SigningShare } from "../../src/keystore/signing-share.ts";
import { Signer } from "../../src/node/signer.ts";
import type { SignerCommitment } from "../../src/protocol/events.ts";

import { FIRST, hexOf } from "../support/protocol.ts";
import { groupKey } from "./support/committee.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

const vaults: NonceVault[] = [];
const digest = hexOf("digest");
let signers: ReadonlyMap<number, Signer>;

beforeAll(() => {
  const { group, shares } = groupKey();
  signers = new Map(
    [1, 2, 3, 4].map((id) => {
      const header = { ceremonyId: hexOf("c"), transcriptHash: hexOf("t"), memberId: id, group };
      const vault = new NonceVault({ share: new SigningShare(header, shares.get(id)!.slice()), cfg: hexOf("cfg") });
      vaults.push(vault);
      return [id, new Signer({ incarnation: `0x${"ab".repeat(16)}`, group }, { vault, curve: nobleCurve })];
    }),
  );
});
afterAll(() => {
  for (const vault of vaults) vault.destroy();
});

const drawn = (round: number, ids = [1, 2, 3]): SignerCommitment[] =>
  ids.map((id) => ({ id, ...signers.get(id)!.draw(round, [5n, null])[0] }));

function shareOf(id: number, round: number, commitments: readonly SignerCommitment[]) {
  const made = signers.get(id)!.sign(round, digest, commitments);
  if (!made.ok) throw new Error(made.why);
  return made.z;
}

describe("the signing port", () => {
  test("makes shares that any member adds to one signature of the group", () => {
    const commitments = drawn(FIRST);
    const shares = new Map([1, 2, 3].map((id) => [id, shareOf(id, FIRST, commitments)]));
    for (const id of [1, 4]) {
      const result = signers.get(id)!.aggregate(digest, commitments, shares);
      if (!result.ok) throw new Error(`blames ${result.culprits.join()}`);
      expect(nobleCurve.verifyGroupSignature(groupKey().group.groupKeyX, digest, result.signature)).toBe(true);
      expect(signers.get(2)!.verify(digest, result.signature, 1)).toBe(true);
      expect(signers.get(2)!.verify(hexOf("another"), result.signature, 1)).toBe(false);
    }
  });

  test("blames exactly the member whose share is wrong", () => {
    const commitments = drawn(FIRST + 1);
    const shares = new Map([1, 2, 3].map((id) => [id, shareOf(id, FIRST + 1, commitments)]));
    shares.set(2, `0x${"11".repeat(32)}`);
    expect(signers.get(1)!.aggregate(digest, commitments, shares)).toEqual({ ok: false, culprits: [2] });
  });

  test("gives the nonces that were prepared, once", () => {
    const signer = signers.get(1)!;
    signer.prepare(FIRST + 2, [1n]);
    signer.prepare(FIRST + 2, [2n]);
    const first = signer.draw(FIRST + 2, [3n]);
    expect(new Set(first.map(({ hiding }) => hiding)).size).toBe(2);
    expect(() => signer.draw(FIRST + 2, [3n])).toThrow(/drawn/);
  });

  test("signs nothing with nonces that were forgotten, prepared ones included", () => {
    const signer = signers.get(4)!;
    const commitments = drawn(FIRST + 3, [2, 3, 4]);
    signer.prepare(FIRST + 4, []);
    signer.forgetBefore(FIRST + 5);
    expect(signer.sign(FIRST + 3, digest, commitments)).toEqual({ ok: false, why: "no-nonce", culprits: [] });
    expect(() => signer.draw(FIRST + 4, [])).toThrow(/forgotten/);
  });

  test("refuses a second share with one pair", () => {
    const commitments = drawn(FIRST + 6);
    shareOf(1, FIRST + 6, commitments);
    expect(signers.get(1)!.sign(FIRST + 6, digest, commitments)).toEqual({ ok: false, why: "no-nonce", culprits: [] });
  });
});
