// Writes test/vectors/surface.json, which vitest and forge both read: surfaces as VolSurface.update takes them, the slots
// it stores, and what it answers between them. Deterministic.
//
//   npx tsc -p tsconfig.build.json && node scripts/surface-vectors.mjs            writes the file
//   npx tsc -p tsconfig.build.json && node scripts/surface-vectors.mjs --check    compares, exits 1 when it would change
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { toHex } from "../dist/base/bytes.js";
import { expWad, WAD } from "../dist/quant/fixed-exp-ln.js";
import { isqrt } from "../dist/quant/integer-sqrt.js";
import { isSlotFine, packSlice } from "../dist/quant/slice-slot.js";
import { storedPoint } from "../dist/quant/stored-surface.js";
import { detailHash } from "../dist/report/detail-codec.js";
import { keccak } from "../dist/base/keccak.js";
import { encodeSurfaceUpdate } from "../dist/report/surface-update.js";

const file = fileURLToPath(new URL("../test/vectors/surface.json", import.meta.url));
const AGREED_MS = 1_767_225_600_250; // 2026-01-01, and a quarter of a second
const MINUTE = 60;
const DAY = 86_400;
const YEAR_MS = 31_536_000_000n;

function makeDice(name) {
  let counter = 0;
  return (below) => {
    const hash = toHex(keccak(new TextEncoder().encode(`tenor surface vectors|${name}|${counter++}`)));
    return Number(BigInt(hash) % BigInt(below));
  };
}

/** A member of SSVI with φ = η/√(θ(1 + θ)), whose surface is free of arbitrage while θ rises and η(1 + |ρ|) ≤ 2. */
function smile(theta, rho, eta) {
  const phi = (eta * WAD) / isqrt(theta * (WAD + theta));
  const square = WAD * WAD - rho * rho;
  return {
    a: (theta * (square / WAD)) / (2n * WAD),
    b: (theta * phi) / (2n * WAD),
    rho,
    m: (-rho * WAD) / phi,
    sigma: (isqrt(square) * WAD) / phi,
  };
}

/** The same curve to the last bit of neither: raised, as the nodes' calendar check raises. */
const raised = (svi, lift) => ({ ...svi, a: svi.a + lift });

const thetaOf = (vol, expiryMs) => (vol * vol * BigInt(expiryMs - AGREED_MS)) / (WAD * YEAR_MS);
const bp = 10n ** 14n;

/** name, seconds from the agreement to each expiry, vol, ρ and η in 1e-4, and how old the surface is when it is read. */
const CASES = [
  { name: "one expiry", tenors: [DAY], vol: 5000n, rho: -2000n, eta: 11_000n, ageSec: 5 },
  { name: "ten minutes", tenors: [10 * MINUTE, 20 * MINUTE], vol: 4000n, rho: -1000n, eta: 9000n, ageSec: 60 },
  { name: "read at once", tenors: [15 * MINUTE, DAY], vol: 6000n, rho: 3000n, eta: 12_000n, ageSec: 1 },
  { name: "read before its time", tenors: [DAY, 3 * DAY], vol: 6000n, rho: 0n, eta: 15_000n, ageSec: -20 },
  { name: "a minute is left", tenors: [10 * MINUTE, DAY], vol: 9000n, rho: -6000n, eta: 11_000n, ageSec: 540 },
  { name: "a calm market", tenors: [DAY, 7 * DAY, 30 * DAY], vol: 500n, rho: -500n, eta: 5000n, ageSec: 30 },
  { name: "a crash", tenors: [DAY, 7 * DAY, 30 * DAY], vol: 40_000n, rho: -8000n, eta: 10_000n, ageSec: 30 },
  { name: "steep", tenors: [DAY, 2 * DAY], vol: 7000n, rho: -9900n, eta: 10_000n, ageSec: 10 },
  { name: "nearly flat", tenors: [DAY, 2 * DAY, 5 * DAY], vol: 7000n, rho: 100n, eta: 200n, ageSec: 10 },
  {
    name: "eleven expiries",
    tenors: [8 / 24, 32 / 24, 56 / 24, 80 / 24, 8, 15, 29, 57, 85, 176, 267].map((days) => days * DAY),
    vol: 5200n,
    rho: -2500n,
    eta: 11_000n,
    ageSec: 900,
  },
  {
    name: "sixteen expiries, two years",
    tenors: [1, 2, 3, 4, 5, 6, 7, 14, 28, 56, 84, 180, 270, 365, 545, 730].map((days) => days * DAY),
    vol: 5500n,
    rho: -3000n,
    eta: 10_000n,
    ageSec: 3000,
  },
];

function makeCase({ name, tenors, vol, rho, eta, ageSec }) {
  const dice = makeDice(name);
  const nowSec = Math.floor(AGREED_MS / 1000) + ageSec;
  const slices = tenors.map((tenor, i) => {
    const expiryMs = Math.floor(AGREED_MS / 60_000) * 60_000 + tenor * 1000;
    const theta = thetaOf(vol * bp + BigInt(i) * 3n * bp, expiryMs);
    const params = raised(smile(theta, rho * bp + BigInt(dice(1000)), eta * bp), theta / 50n + BigInt(i));
    const forward = 9_500_000_000_000n + BigInt(Math.floor(tenor * 900)) + BigInt(dice(100_000_000));
    return { expiryMs, forward, params, theta, centreErrorVolBps: dice(300), wingErrorVolBps: dice(900) };
  });
  for (const { params } of slices) if (!isSlotFine(params)) throw new Error(`${name}: does not fit its slot`);
  const published = slices.slice(0, 2).map(({ expiryMs, params }) => ({
    expiryMs,
    round: 7,
    fitTimeMs: AGREED_MS - 60_000,
    forwardRatio: WAD + 12_345n,
    params,
  }));
  const detail = { kind: "surface", gridRound: 1000 + dice(1000), spot: 9_500_000_000_000n, slices, published };
  const slots = slices.map(({ forward, params }) => packSlice(forward, params));
  const surface = {
    agreedMs: AGREED_MS,
    slices: slices.map(({ expiryMs }, i) => ({ expirySec: expiryMs / 1000, slot: slots[i] })),
  };
  return {
    name,
    agreedMs: AGREED_MS,
    nowSec,
    detail: encodeSurfaceUpdate(detail),
    detailHash: toHex(detailHash(detail)),
    gridRound: detail.gridRound,
    slices: slices.map(({ expiryMs, forward, params }, i) => ({
      expirySec: expiryMs / 1000,
      forward: String(forward),
      ...Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)])),
      slot: `0x${slots[i].toString(16).padStart(64, "0")}`,
    })),
    points: makePoints(dice, surface, slices, nowSec),
  };
}

/** At every expiry and twice between every two, out to four standard deviations. */
function makePoints(dice, surface, slices, nowSec) {
  const points = [];
  const add = (expirySec, forward, deviation) => {
    const quarters = BigInt(dice(33) - 16);
    const k = (quarters * isqrt(deviation * WAD)) / 4n + BigInt(dice(1000));
    const strike = (forward * 10n ** 10n * expWad(k)) / WAD;
    const point = storedPoint(surface, strike, expirySec, nowSec);
    if (point === null) throw new Error(`no value at ${expirySec}`);
    const { forward: answered, ...rest } = point;
    points.push({ strike, expirySec, forward: answered, ...rest });
  };
  for (const [i, { expiryMs, forward, theta }] of slices.entries()) {
    add(expiryMs / 1000, forward, theta);
    const next = slices[i + 1];
    if (next === undefined) continue;
    for (let turn = 0; turn < 2; turn++) {
      add(expiryMs / 1000 + 1 + dice((next.expiryMs - expiryMs) / 1000 - 1), next.forward, theta);
    }
  }
  return points.map((point) =>
    Object.fromEntries(
      Object.entries(point).map(([key, value]) => [key, typeof value === "bigint" ? String(value) : value]),
    ),
  );
}

const vectors = CASES.map(makeCase);
const text = `${JSON.stringify({ generator: "scripts/surface-vectors.mjs", count: vectors.length, vectors }, null, 2)}\n`;

if (process.argv.includes("--check")) {
  const same = existsSync(file) && readFileSync(file, "utf8") === text;
  console.log(
    same ? "test/vectors/surface.json is what the generator writes" : "test/vectors/surface.json would change",
  );
  process.exitCode = same ? 0 : 1;
} else {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${vectors.length} surfaces written to test/vectors/surface.json`);
}
