// Writes test/vectors/expiry.json, which vitest and forge both read: observers' statements about expiries, and every byte
// on the way to the calldata of Settlement.dispute. Deterministic: secrets are hashes of fixed words, and known to
// everybody, so they must never guard anything.
//
//   npx tsc -p tsconfig.build.json && node scripts/vectors-expiry.mjs            writes the file
//   npx tsc -p tsconfig.build.json && node scripts/vectors-expiry.mjs --check    compares, exits 1 when it would change
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { fromHex, toHex } from "../dist/base/bytes.js";
import { encodeStatements, expiryStatementDigest } from "../dist/report/expiry-statement.js";
import { keccak, keccakHex } from "../dist/base/keccak.js";

const file = fileURLToPath(new URL("../test/vectors/expiry.json", import.meta.url));
const word = (n) => `0x${n.toString(16).padStart(64, "0")}`;
const hashOf = (...words) => keccak(new TextEncoder().encode(words.join("|")));

function makeObserver(i) {
  const secret = hashOf("tenor vectors", "observer", i);
  return { secret, address: toHex(keccak(secp256k1.getPublicKey(secret, false).slice(1)).slice(12)) };
}

function makeStatement({ secret, address }, digest, value) {
  const signature = secp256k1.Signature.fromBytes(
    secp256k1.sign(fromHex(digest), secret, { prehash: false, format: "recovered" }),
    "recovered",
  );
  return { value, signer: address, r: word(signature.r), s: word(signature.s), yParity: signature.recovery & 1 };
}

const CASES = [
  { name: "one observer", values: [8_345_012_345_678n] },
  { name: "two observers", values: [1n, 2n] },
  { name: "five observers", values: [99n, 100n, 101n, 10n ** 20n, 5n], expirySec: 2 ** 32 },
  { name: "nothing and everything", values: [0n, 2n ** 128n - 1n], expirySec: 1 },
  { name: "another network", values: [7n, 7n, 7n], network: "tenor vectors B" },
];

const vectors = CASES.map(({ name, values, network = "tenor vectors A", expirySec = 1_767_254_400 }) => {
  const networkId = toHex(hashOf(network));
  const feedId = `0x0a${keccakHex(new TextEncoder().encode(name)).slice(4)}`;
  const digests = values.map((value) => expiryStatementDigest(networkId, feedId, expirySec * 1000, value));
  const statements = values.map((value, i) => makeStatement(makeObserver(i), digests[i], value));
  const ascending = statements.toSorted((a, b) => (a.signer < b.signer ? -1 : 1));
  return {
    name,
    networkId,
    feedId,
    expirySec,
    statements: ascending.map((statement) => ({
      value: String(statement.value),
      signer: statement.signer,
      r: statement.r,
      s: statement.s,
      yParity: statement.yParity,
      digest: digests[statements.indexOf(statement)],
    })),
    encoded: encodeStatements(statements),
  };
});
const text = `${JSON.stringify({ generator: "scripts/vectors-expiry.mjs", count: vectors.length, vectors }, null, 2)}\n`;

if (process.argv.includes("--check")) {
  const same = existsSync(file) && readFileSync(file, "utf8") === text;
  console.log(same ? "test/vectors/expiry.json is what the generator writes" : "test/vectors/expiry.json would change");
  process.exitCode = same ? 0 : 1;
} else {
  writeFileSync(file, text);
  console.log(`${vectors.length} expiries written to test/vectors/expiry.json`);
}
