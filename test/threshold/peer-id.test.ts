import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { identityKeyOf, peerIdOf } from "../../src/threshold/peer-id.ts";

describe("peer ids", () => {
  test("are libp2p's own, for random keys, both ways", async () => {
    for (let i = 0; i < 20; i++) {
      const key = await generateKeyPairFromSeed("Ed25519", new Uint8Array(32).fill(i));
      const publicKey = toHex(key.publicKey.raw);
      const peerId = peerIdFromPrivateKey(key).toString();
      expect(peerIdOf(publicKey)).toBe(peerId);
      expect(identityKeyOf(peerId)).toBe(publicKey);
    }
  });

  test("no other text is taken for one", () => {
    const good = peerIdOf(`0x${"ab".repeat(32)}`);
    for (const bad of [
      "",
      "1",
      good.slice(0, -1),
      `${good}1`,
      good.replace(/.$/, "0"),
      `Qm${good.slice(2)}`,
      "z".repeat(52),
    ]) {
      expect(() => identityKeyOf(bad)).toThrow(/peer id/);
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(() => identityKeyOf(text)).toThrow(/peer id/);
      }),
    );
  });
});
