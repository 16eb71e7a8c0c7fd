/**
 * What an observer says of one expiry, in the form a contract can check: an ECDSA signature over the mean of the window
 * that this node saw. f + 1 of them that contradict a settlement void it. All integers big-endian.
 *
 *   expiryId   keccak256("TENOR/EXPIRY/1" | networkId 32 | feedId 32 | expirySec u64)
 *   digest     keccak256(expiryId 32 | value u128)
 *   statement  value u128 | r 32 | yParityAndS 32     the parity of R.y in the top bit, s below                80 bytes
 *
 * Solidity's ExpiryStatement holds the same layout; both languages read test/vectors/expiry.json. A node states one value
 * of an expiry, ever: two of them are proof of a lie.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { keccak, keccakHex } from "../base/keccak.ts";

/** Half of secp256k1's order, rounded down: contracts refuse the twin above it. */
const S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

export type ExpiryStatement = {
  /** Mean of the whole window, in the feed's decimals; 0 ≤ value < 2^128. */
  readonly value: bigint;
  /** Address of the observer key. */
  readonly signer: Hex;
  /** 32 bytes, as the keystore's `signObserverDigest` gives them. */
  readonly r: Hex;
  /** 32 bytes; the lower one of s and Q − s. */
  readonly s: Hex;
  readonly yParity: 0 | 1;
};

/**
 * The 32 bytes that an observer key signs.
 * @param expiryMs a whole second
 * @throws OracleError `field-range`
 */
export function expiryStatementDigest(networkId: Hex, feedId: Hex, expiryMs: number, value: bigint): Hex {
  const expiryId = new ByteWriter()
    .ascii("TENOR/EXPIRY/1")
    .hex(networkId, 32)
    .hex(feedId, 32)
    .uint(expiryMs / 1000, 8)
    .done();
  return keccakHex(new ByteWriter().raw(keccak(expiryId)).bigInt(value, 16, false).done());
}

function writeStatement(writer: ByteWriter, { value, r, s, yParity, signer }: ExpiryStatement): ByteWriter {
  const lowS = BigInt(s);
  if (lowS > S_MAX) throw new OracleError(`${signer} signed with the higher s`, { code: "high-s", signer });
  const yParityAndS = (BigInt(yParity) << 255n) | lowS;
  return writer.bigInt(value, 16, false).hex(r, 32).bigInt(yParityAndS, 32, false);
}

/**
 * The last argument of `Settlement.dispute`: ascending by signer, which proves to the contract that they are distinct.
 * @throws OracleError `duplicate-signer`, `high-s`, `field-range`
 */
export function encodeStatements(statements: readonly ExpiryStatement[]): Hex {
  const sorted = statements.toSorted((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
  const writer = new ByteWriter();
  for (const [i, statement] of sorted.entries()) {
    if (i > 0 && BigInt(sorted[i - 1]!.signer) === BigInt(statement.signer)) {
      throw new OracleError(`${statement.signer} states twice`, { code: "duplicate-signer", signer: statement.signer });
    }
    writeStatement(writer, statement);
  }
  return toHex(writer.done());
}
