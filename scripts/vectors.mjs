// Writes test/vectors/report.json, proof.json and black.json (scripts/vectors/black.mjs), which vitest and forge both read:
// reports as fields, and every byte and digest on the way to the calldata of OracleHub.submit; proofs of their leaves; premiums. Deterministic: secrets and nonces are hashes of fixed words, and known to
// everybody, so they must never guard anything.
//
//   npx tsc -p tsconfig.build.json && node scripts/vectors.mjs            writes the files
//   npx tsc -p tsconfig.build.json && node scripts/vectors.mjs --check    compares, exits 1 when it would change
//
// The codec under test makes the bytes; the signatures come from the curve directly and not from src/threshold, so that
// two ways of signing meet in the verifier.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ByteWriter, fromHex, toHex } from "../dist/base/bytes.js";
import * as codec from "../dist/report/codec.js";
import { detailHash, encodeDetail } from "../dist/report/detail-codec.js";
import { keccak, keccakHex } from "../dist/base/keccak.js";
import { encodeProof } from "../dist/report/proof.js";
import { blackVectors } from "./vectors/black.mjs";

const { Point } = secp256k1;
const Q = Point.Fn.ORDER;

const toBig = (bytes) => BigInt(toHex(bytes));
const hashOf = (...words) => keccak(new TextEncoder().encode(words.join("|")));
const bytes32 = (value) => new ByteWriter().bigInt(value, 32, false).done();
const mod = (value) => ((value % Q) + Q) % Q;

/** A key whose y is even, as the nodes' is. */
function makeKey(name) {
  const secret = mod(toBig(hashOf("tenor vectors", "secret", name)));
  const point = Point.BASE.multiply(secret).toAffine();
  if (point.x >= Q) throw new Error(`key ${name}: x is not below Q, choose another name`);
  return { secret: point.y % 2n === 0n ? secret : Q - secret, x: point.x };
}

function addressOf({ x, y }) {
  return toHex(keccak(new ByteWriter().bigInt(x, 32, false).bigInt(y, 32, false).done()).slice(12));
}

/** z = k + e·d with e = keccak(Px | 0 | digest | address(R)) mod Q, so that z·G = R + e·P. */
function sign(key, digest) {
  const nonce = mod(toBig(hashOf("tenor vectors", "nonce", digest, toHex(bytes32(key.secret)))));
  const rAddress = addressOf(Point.BASE.multiply(nonce).toAffine());
  const challenge = new ByteWriter().bigInt(key.x, 32, false).uint(0, 1).hex(digest, 32).hex(rAddress, 20).done();
  const e = mod(toBig(keccak(challenge)));
  return { rAddress, z: toHex(bytes32(mod(nonce + e * key.secret))) };
}

/** Numbers that differ from case to case and are the same on every machine. */
function makeDice(name) {
  let counter = 0;
  return (below) => Number(toBig(hashOf("tenor vectors", name, counter++)) % BigInt(below));
}

const INT128_MAX = 2n ** 127n - 1n;
const INT128_MIN = -(2n ** 127n);
const STATUSES = ["ok", "missing", "disputed"];

function makeValue(dice, i) {
  const extremes = [0n, 1n, -1n, INT128_MAX, INT128_MIN, 8_345_012_345_678n, 47_000_000n, -123_456_789n];
  return i % 3 === 0 ? extremes[dice(extremes.length)] : BigInt(dice(2 ** 48)) * (dice(2) === 0 ? 1n : -1n);
}

function makeLeaves(dice, name, count, reportTimeMs, round) {
  const leaves = [];
  for (let i = 0; i < count; i++) {
    const published = dice(4) !== 0;
    leaves.push({
      feedId: keccakHex(new TextEncoder().encode(`${name} feed ${i}`)),
      definitionDigest: keccakHex(new TextEncoder().encode(`${name} definition ${i}`)),
      status: STATUSES[dice(3)],
      value: makeValue(dice, i),
      confidencePpb: dice(3) === 0 ? 2 ** 32 - 1 : dice(2 ** 31),
      timeMs: reportTimeMs - 1000 * dice(60),
      pubStatus: published ? STATUSES[dice(3)] : "none",
      pubValue: published ? makeValue(dice, i + 1) : 0n,
      pubConfidencePpb: published ? dice(2 ** 31) : 0,
      pubRound: published ? round - dice(Math.min(round, 50)) : 0,
      pubTimeMs: published ? reportTimeMs - 1000 * dice(50) : 0,
      detail: null,
    });
  }
  return leaves.sort((a, b) => (a.feedId < b.feedId ? -1 : 1));
}

const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);
const EXPIRY0 = 1_767_254_400_000; // 2026-01-01 08:00 UTC

function makeParams(dice) {
  const word = (i) => [I64_MIN, I64_MAX, 0n, BigInt(dice(2 ** 48)) * 4_000n, -BigInt(dice(2 ** 48))][(dice(5) + i) % 5];
  return { a: word(0), b: word(1), rho: word(2), m: word(3), sigma: word(4) };
}

/** A surface with so many agreed and published slices. */
function makeSurface(dice, agreed, held) {
  const expiryMs = (i) => EXPIRY0 + 86_400_000 * (1 + 3 * i);
  return {
    kind: "surface",
    gridRound: dice(2 ** 31),
    spot: BigInt(dice(2 ** 48)),
    slices: upTo(agreed).map((i) => ({
      expiryMs: expiryMs(i),
      forward: i === 0 ? 2n ** 64n - 1n : BigInt(1 + dice(2 ** 48)),
      params: makeParams(dice),
      theta: BigInt(dice(2 ** 48)),
      centreErrorVolBps: dice(2 ** 16),
      wingErrorVolBps: dice(2 ** 16),
    })),
    published: upTo(held).map((i) => ({
      expiryMs: expiryMs(i),
      round: dice(2 ** 31),
      fitTimeMs: EXPIRY0 - dice(1e9),
      forwardRatio: i === 0 ? 2n ** 128n - 1n : 10n ** 18n + BigInt(dice(2 ** 48)),
      params: makeParams(dice),
    })),
  };
}

function makeSettlement(dice, phase) {
  return {
    kind: "settlement",
    expiryMs: EXPIRY0,
    phase,
    fixed: BigInt(dice(2 ** 48)),
    variable: BigInt(dice(2 ** 48)),
    coveragePpm: dice(1_000_001),
    pubExpiryMs: dice(2) === 0 ? 0 : EXPIRY0 - 86_400_000,
  };
}

function makePushes(dice, indices, status) {
  return indices.map((index, i) => ({
    index,
    status: status ?? STATUSES[i % 3],
    value: makeValue(dice, i),
    confidencePpb: i === 0 ? 2 ** 32 - 1 : dice(2 ** 31),
  }));
}

/** Whole numbers beyond 2^53 become text. */
const plain = (value) =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === "bigint" ? String(item) : item)));
const upTo = (n) => Array.from({ length: n }, (_, i) => i);
const T0 = 1_767_225_600_000; // 2026-01-01, unix ms

/** name, leaves, push indices, status of all pushes or a mix, round, time, network, key, and what to overrule. */
const CASES = [
  { name: "one feed, one push", leaves: 1, pushes: [0], status: "ok", round: 1 },
  { name: "nothing due", leaves: 4, pushes: [], round: 2 },
  { name: "no feed at all", leaves: 0, pushes: [], round: 3 },
  { name: "two feeds, one push", leaves: 2, pushes: [1], status: "ok", round: 4 },
  { name: "three feeds: an odd leaf rises", leaves: 3, pushes: [0, 2], status: "ok", round: 5 },
  { name: "four feeds, all due", leaves: 4, pushes: upTo(4), status: "ok", round: 6 },
  { name: "five feeds: an odd leaf rises twice", leaves: 5, pushes: [4], status: "ok", round: 7 },
  { name: "seven feeds, all statuses", leaves: 7, pushes: upTo(7), round: 8 },
  { name: "one missing", leaves: 4, pushes: [3], status: "missing", round: 9 },
  { name: "one disputed", leaves: 4, pushes: [2], status: "disputed", round: 10 },
  { name: "a negative value", leaves: 4, pushes: [0], status: "ok", value: -1_234_567_890n, round: 11 },
  { name: "minus one", leaves: 4, pushes: [0], status: "ok", value: -1n, round: 12 },
  { name: "zero", leaves: 4, pushes: [0], status: "ok", value: 0n, round: 13 },
  { name: "the largest value", leaves: 4, pushes: [0], status: "ok", value: INT128_MAX, round: 14 },
  { name: "the smallest value", leaves: 4, pushes: [0], status: "ok", value: INT128_MIN, round: 15 },
  { name: "ten pushes", leaves: 10, pushes: upTo(10), status: "ok", round: 16 },
  { name: "far apart indices", leaves: 4, pushes: [0, 255, 256, 999], status: "ok", round: 17 },
  {
    name: "the last round and second a slot holds",
    leaves: 2,
    pushes: [0],
    status: "ok",
    round: 2 ** 33 - 1,
    timeMs: (2 ** 32 - 1) * 1000 + 999,
  },
  { name: "another key", leaves: 4, pushes: [0, 1], status: "ok", round: 19, key: "B" },
  { name: "another network", leaves: 4, pushes: [0, 1], status: "ok", round: 20, network: "tenor vectors B" },
  {
    name: "surfaces and settlements",
    leaves: 8,
    pushes: [0],
    status: "ok",
    round: 22,
    details: (dice) => [
      makeSurface(dice, 0, 0),
      makeSurface(dice, 1, 0),
      makeSurface(dice, 3, 2),
      makeSurface(dice, 16, 16),
      ...["averaging", "pending", "agreed", "final"].map((phase) => makeSettlement(dice, phase)),
    ],
  },
  {
    name: "a surface among numbers",
    leaves: 3,
    pushes: [2],
    status: "ok",
    round: 23,
    details: (dice) => [null, makeSurface(dice, 5, 4)],
  },
  { name: "thirty-three feeds, every third due", leaves: 33, pushes: upTo(11).map((i) => 3 * i), round: 21 },
];

function makeVector(spec) {
  const dice = makeDice(spec.name);
  const key = makeKey(spec.key ?? "A");
  const networkId = keccakHex(new TextEncoder().encode(spec.network ?? "tenor vectors A"));
  const reportTimeMs = spec.timeMs ?? T0 + spec.round * 1000;
  const pushes = makePushes(dice, spec.pushes, spec.status);
  if (spec.value !== undefined) pushes[0].value = spec.value;
  const leaves = makeLeaves(dice, spec.name, spec.leaves, reportTimeMs, spec.round);
  for (const [i, detail] of (spec.details?.(dice) ?? []).entries()) leaves[i].detail = detail;
  const report = { round: spec.round, reportTimeMs, leaves, pushes };
  const digest = codec.reportDigest(networkId, report);
  const signature = sign(key, digest);
  const groupKeyX = toHex(bytes32(key.x));
  return {
    name: spec.name,
    networkId,
    groupKeyX,
    round: spec.round,
    reportTimeMs,
    leaves: leaves.map((leaf) => ({
      ...leaf,
      value: String(leaf.value),
      pubValue: String(leaf.pubValue),
      detail: plain(leaf.detail),
      detailBytes: leaf.detail === null ? "0x" : toHex(encodeDetail(leaf.detail)),
      detailHash: leaf.detail === null ? codec.ZERO_32 : toHex(detailHash(leaf.detail)),
      leafBytes: toHex(codec.encodeLeaf(leaf)),
    })),
    pushes: pushes.map((push) => ({ ...push, value: String(push.value) })),
    entries: toHex(codec.encodePushes(pushes)),
    snapshotRoot: codec.snapshotRoot(leaves),
    pushDigest: codec.pushDigest(pushes),
    digest,
    signature,
    payload: codec.encodeSubmit(report, signature, networkId, groupKeyX),
  };
}

const vectors = CASES.map(makeVector);
for (const vector of vectors) {
  if (fromHex(vector.payload).length !== codec.SUBMIT_HEADER_BYTES + codec.ENTRY_BYTES * vector.pushes.length) {
    throw new Error(`${vector.name}: the payload has ${fromHex(vector.payload).length} bytes`);
  }
}
/** Trees of all small shapes and some larger ones: one leaf, some leaves, and all of the small ones. */
const PROOF_SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 32, 33];

function subsets(dice, size) {
  const some = upTo(size).filter((i) => i === size - 1 || dice(size) < 4);
  const all = size <= 5 ? [upTo(size)] : [];
  const distinct = new Map([[dice(size)], some, ...all].map((positions) => [positions.join(), positions]));
  return [...distinct.values()];
}

function makeProofs(size) {
  const name = `${size} leaves`;
  const dice = makeDice(name);
  const key = makeKey("A");
  const networkId = keccakHex(new TextEncoder().encode("tenor vectors A"));
  const round = 1000 + size;
  const reportTimeMs = T0 + round * 1000;
  const leaves = makeLeaves(dice, name, size, reportTimeMs, round);
  for (let i = 2; i < size; i += 5) leaves[i].detail = makeSettlement(dice, "final");
  const report = { round, reportTimeMs, leaves, pushes: makePushes(dice, upTo(size % 3)) };
  const signature = sign(key, codec.reportDigest(networkId, report));
  const groupKeyX = toHex(bytes32(key.x));
  return subsets(dice, size).map((positions) => {
    const feedIds = positions.map((i) => leaves[i].feedId);
    return {
      name: `${name}: ${positions.join(", ")}`,
      networkId,
      groupKeyX,
      round,
      reportTimeMs,
      leafBytes: positions.map((i) => toHex(codec.encodeLeaf(leaves[i]))),
      proof: toHex(encodeProof(report, signature, networkId, groupKeyX, feedIds)),
    };
  });
}

const listed = (list) =>
  `${JSON.stringify({ generator: "scripts/vectors.mjs", count: list.length, vectors: list }, null, 2)}\n`;

function writeOrCompare(name, text) {
  const file = fileURLToPath(new URL(`../test/vectors/${name}`, import.meta.url));
  if (process.argv.includes("--check")) {
    const same = existsSync(file) && readFileSync(file, "utf8") === text;
    console.log(same ? `test/vectors/${name} is what the generator writes` : `test/vectors/${name} would change`);
    if (!same) process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`test/vectors/${name} written`);
}

writeOrCompare("report.json", listed(vectors));
writeOrCompare("proof.json", listed(PROOF_SIZES.flatMap(makeProofs)));
writeOrCompare("black.json", `${JSON.stringify(blackVectors(makeDice))}\n`.replaceAll("{", "\n{"));
