import { secp256k1_FROST } from "@noble/curves/secp256k1.js";
import { getBytes, solidityPackedKeccak256 } from "ethers";
import { describe, expect, test } from "vitest";
import { asciiBytes, fromHex, toHex } from "../../src/base/bytes.ts";
import { GROUP_ORDER, Point } from "../../src/threshold/curve.ts";
import { evmChallenge, hashToScalar, lagrangeWeights } from "../../src/threshold/suite.ts";

// RFC 9591 appendix E.5, FROST(secp256k1, SHA-256): the standard suite, which shares its code with ours.
const VECTOR = {
  groupKey: "02f37c34b66ced1fb51c34a90bdae006901f10625cc06c4f64663b0eae87d87b4f",
  message: "74657374",
  coefficient: "fbf85eadae3058ea14f19148bb72b45e4399c0b16028acaf0395c9b03c823579",
  secret: "0d004150d27c3bf2a42f312683d35fac7394b1e9e318249c1bfe7f0795a83114",
  signers: [
    {
      id: 1,
      share: "08f89ffe80ac94dcb920c26f3f46140bfc7f95b493f8310f5fc1ea2b01f4254c",
      hidingRandomness: "bda8e748e599187762cff956f03dc6ea13fc8e04491a0427b7e6e78600f41c52",
      bindingRandomness: "2ca682429bf05df435b9927b8edb1d748278f3e42fa11ef358e49bbf4a1b780d",
      hiding: "0305e62a1d3f57a0b17ade569a3a4043e2a1fc3bd0b102614a8d8cc68e3322ad89",
      binding: "03b634c2aed7f85b8eec22e97e5f916ab43a3518821480e15da2af7cffcb060a30",
      sigShare: "ca54b18d7449377cfa680760a5770b9e64e201f7ea36b068effeca5fce2155e5",
    },
    {
      id: 3,
      share: "00e95d59dd0d46b0e303e500b62b7ccb0e555d49f5b849f5e748c071da8c0dbc",
      hidingRandomness: "70818dd5170672c4a4285fd593d4f222417f941f3118e1244955e7a1098a35d8",
      bindingRandomness: "74ca2da071ed4a2a6cad5087d6758b48a558ab5861c61117fee05757e4b1309e",
      hiding: "036f878da0dc19ba7da9f2d9e795e2674e62ff06c990fc4464cc1ed55a2acce46b",
      binding: "025350e2a9e32e7b1fe0161e990623600b2d301b3307641469129cff7936c4d2ce",
      sigShare: "da13d054e83052568706a6d161d80f112a6bc3f76aa903c022585ae7e091e65e",
    },
  ],
  signature:
    "024c1ad4e031872661fa6ebd05dfc7fb30db08b38d79f0edbc82051ae931381bc6a46881e25c7989d3816eae32074f1ab0d49ee908a59713ed5284c6bade7cfb02",
};

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(fromHex(`0x${hex}`));
}

describe("the library with the standard suite", () => {
  test("reproduces RFC 9591's vector for secp256k1 from the nonces' randomness to the signature", () => {
    const list = [];
    const nonces = [];
    for (const signer of VECTOR.signers) {
      const queue = [bytes(signer.hidingRandomness), bytes(signer.bindingRandomness)];
      const identifier = secp256k1_FROST.Identifier.fromNumber(signer.id);
      const drawn = secp256k1_FROST.commit({ identifier, signingShare: bytes(signer.share) }, () => queue.shift()!);
      expect(toHex(drawn.commitments.hiding)).toBe(`0x${signer.hiding}`);
      expect(toHex(drawn.commitments.binding)).toBe(`0x${signer.binding}`);
      list.push(drawn.commitments);
      nonces.push(drawn.nonces);
    }
    const { commitment } = secp256k1_FROST.utils.generateSecretPolynomial({ min: 2, max: 3 }, bytes(VECTOR.secret), [
      BigInt(`0x${VECTOR.coefficient}`),
    ]);
    expect(toHex(commitment[0]!)).toBe(`0x${VECTOR.groupKey}`);
    const verifyingShares: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const { id, share } of VECTOR.signers) {
      const point = Point.BASE.multiply(BigInt(`0x${share}`)).toBytes(true);
      verifyingShares[secp256k1_FROST.Identifier.fromNumber(id)] = Uint8Array.from(point);
    }
    const key = { signers: { min: 2, max: 3 }, commitments: commitment, verifyingShares };
    const shares: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const [i, signer] of VECTOR.signers.entries()) {
      const identifier = secp256k1_FROST.Identifier.fromNumber(signer.id);
      const secret = { identifier, signingShare: bytes(signer.share) };
      shares[identifier] = secp256k1_FROST.signShare(secret, key, nonces[i]!, list, bytes(VECTOR.message));
      expect(toHex(shares[identifier])).toBe(`0x${signer.sigShare}`);
    }
    const signature = secp256k1_FROST.aggregate(key, list, bytes(VECTOR.message), shares);
    expect(toHex(signature)).toBe(`0x${VECTOR.signature}`);
    expect(secp256k1_FROST.verify(signature, bytes(VECTOR.message), bytes(VECTOR.groupKey))).toBe(true);
  });
});

describe("our suite", () => {
  test("the challenge is what Solidity's keccak256(abi.encodePacked(…)) mod Q gives", () => {
    for (let i = 1; i < 20; i++) {
      const x = toHex(new Uint8Array(32).fill(i));
      const digest = toHex(new Uint8Array(32).fill(255 - i));
      const address = toHex(new Uint8Array(20).fill(3 * i));
      const packed = solidityPackedKeccak256(["uint256", "uint8", "bytes32", "address"], [x, 0, digest, address]);
      expect(evmChallenge(getBytes(x), getBytes(digest), getBytes(address))).toBe(BigInt(packed) % GROUP_ORDER);
    }
  });

  test("a scalar hash depends on where the tag ends", () => {
    const seen = new Set([
      hashToScalar(asciiBytes("ab"), asciiBytes("c")),
      hashToScalar(asciiBytes("a"), asciiBytes("bc")),
      hashToScalar(asciiBytes(""), asciiBytes("abc")),
    ]);
    expect(seen.size).toBe(3);
    for (const value of seen) expect(value < GROUP_ORDER).toBe(true);
  });

  test("Lagrange coefficients recover the constant term of a polynomial from any t points", () => {
    const polynomial = (x: bigint): bigint => (7n + 11n * x + 13n * x * x) % GROUP_ORDER;
    for (const ids of [
      [1, 2, 3],
      [2, 5, 9],
      [100, 1, 50],
    ]) {
      const weights = lagrangeWeights(ids);
      const sum = ids.reduce((total, id, i) => total + weights[i]! * polynomial(BigInt(id)), 0n);
      expect(sum % GROUP_ORDER).toBe(7n);
    }
  });
});
