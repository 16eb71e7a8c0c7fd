import { sign, createPrivateKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { peerIdFromPublicKey, privateKeyFromIdentity } from "../../src/network/identity.ts";
import { newIdentity } from "./committee.support.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Second implementation: the libp2p specification, an identity multihash of the protobuf key, in base58. */
function peerIdBySpecification(publicKey: Uint8Array): string {
  let number = BigInt(toHex(Uint8Array.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...publicKey])));
  let text = "";
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)]! + text;
  return `1${text}`;
}

describe("peer ids", () => {
  test("are what the libp2p specification says of the public key", () => {
    for (let i = 0; i < 20; i++) {
      const { secret, peerId } = newIdentity();
      expect(peerId).toBe(peerIdBySpecification(secret.subarray(32)));
      expect(peerId).toMatch(/^12D3KooW/);
    }
  });

  test("of RFC 8032's first test key", () => {
    const key = "0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    expect(peerIdFromPublicKey(key)).toBe(peerIdBySpecification(fromHex(key)));
  });

  test("refuse a key of another length", () => {
    expect(() => peerIdFromPublicKey("0x00")).toThrow("has 32 bytes, saw 1");
  });
});

describe("the identity", () => {
  test("signs as node:crypto does with the same seed", async () => {
    const { secret } = newIdentity();
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), secret.subarray(0, 32)]);
    const expected = sign(null, Buffer.from("message"), createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
    const key = await privateKeyFromIdentity(secret);
    expect(toHex(Uint8Array.from(await key.sign(new TextEncoder().encode("message"))))).toBe(
      toHex(Uint8Array.from(expected)),
    );
  });

  test("is refused when its halves do not belong together or its length is wrong", async () => {
    const { secret } = newIdentity();
    const mixed = Uint8Array.from([...secret.subarray(0, 32), ...newIdentity().secret.subarray(32)]);
    await expect(privateKeyFromIdentity(mixed)).rejects.toThrow("does not belong to its seed");
    await expect(privateKeyFromIdentity(secret.subarray(0, 32))).rejects.toThrow("saw 32");
  });
});
