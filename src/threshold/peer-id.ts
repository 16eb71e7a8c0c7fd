/**
 * A libp2p peer id of an ed25519 key carries the key itself: base58btc of 00 24 08 01 12 20 | key 32 (identity multihash of
 * the protobuf key). So a committee that is listed by peer ids needs no second list of keys that could disagree.
 */
import type { Hex } from "../base/bytes.ts";
import { concatBytes, equalBytes, fromHex, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const PREFIX = Uint8Array.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20]);
const KEY_BYTES = 32;
/** Every ed25519 peer id has this length: the prefix fixes the number's size. */
const PEER_ID_CHARS = 52;

/** @param identityPublicKey raw ed25519 key, 32 bytes */
export function peerIdOf(identityPublicKey: Hex): string {
  const key = fromHex(identityPublicKey);
  if (key.length !== KEY_BYTES) {
    throw new OracleError(`an ed25519 key has 32 bytes, saw ${key.length}`, {
      code: "bad-identity-key",
      seen: key.length,
    });
  }
  let value = BigInt(toHex(concatBytes(PREFIX, key)));
  let text = "";
  while (value > 0n) {
    text = ALPHABET[Number(value % 58n)]! + text;
    value /= 58n;
  }
  // base58 writes each leading zero byte as its first letter; the prefix has one.
  return `1${text}`;
}

/** @throws OracleError `bad-peer-id` when the text is not the peer id of an ed25519 key */
export function identityKeyOf(peerId: string): Hex {
  const refuse = (): OracleError =>
    new OracleError(`expected the peer id of an ed25519 key (12D3KooW…), saw ${JSON.stringify(peerId.slice(0, 60))}`, {
      code: "bad-peer-id",
      seen: peerId.slice(0, 60),
    });
  if (peerId.length !== PEER_ID_CHARS || !peerId.startsWith("1")) throw refuse();
  let value = 0n;
  for (const letter of peerId) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw refuse();
    value = value * 58n + BigInt(digit);
  }
  const digits = value.toString(16).padStart(2 * (PREFIX.length + KEY_BYTES), "0");
  if (digits.length !== 2 * (PREFIX.length + KEY_BYTES)) throw refuse();
  const bytes = fromHex(`0x${digits}`);
  const key = toHex(bytes.subarray(PREFIX.length));
  if (!equalBytes(bytes.subarray(0, PREFIX.length), PREFIX) || peerIdOf(key) !== peerId) throw refuse();
  return key;
}
