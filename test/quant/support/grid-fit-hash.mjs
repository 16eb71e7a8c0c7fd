// Fits seeded grids and surfaces with compiled quant code and prints one digest of every integer that came out.
// Usage: node grid-fit-hash.mjs <folder with base/ and quant/ as JavaScript>. Runs on every Node from 20.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const load = (name) => import(pathToFileURL(join(folder, "quant", `${name}.js`)).href);
const { fitGrid } = await load("grid-fit");
const { agreeSlices } = await load("grid-agreement");
const { fitSurface } = await load("grid-surface");
const { gridLogMoneyness } = await load("surface-grid");
const { isqrt } = await load("integer-sqrt");

const GRIDS = 200;
const DAY_MS = 86_400_000;
const ONE = 10n ** 18n;

/** 64-bit linear congruential generator in bigint (Knuth, MMIX), upper half: the same on every engine. */
let state = 20_260_101n;
function below(limit) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
  return Number((state >> 32n) % BigInt(limit));
}

/** Total variance of a random smile in integers: θ·(1 + slope·x + √(bend + curve·x²) - √bend), with noise of up to 2 %. */
function variances(theta) {
  const slope = BigInt(below(400) - 250);
  const curve = BigInt(100 + below(900));
  const bend = BigInt(50 + below(3000));
  const noise = below(3) === 0 ? 0 : 200;
  const root = isqrt(theta * ONE);
  return gridLogMoneyness(theta).map((k) => {
    const x = (k * 1000n) / root;
    const arch = isqrt(bend * 1_000_000n + curve * x * x) - isqrt(bend * 1_000_000n);
    const scaled = 1_000_000n + slope * x + (arch * 1000n) / 31n;
    const jitter = BigInt(10_000 + below(2 * noise + 1) - noise);
    return (theta * (scaled < 50_000n ? 50_000n : scaled) * jitter) / (1_000_000n * 10_000n);
  });
}

const text = (value) => JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part));
const hash = createHash("sha256");

for (let i = 0; i < GRIDS; i++) {
  const theta = 10n ** BigInt(10 + below(8)) * BigInt(1 + below(30));
  hash.update(text(fitGrid(theta, variances(theta))));
}
for (let i = 0; i < 4; i++) {
  const slices = Array.from({ length: 6 }, (_, e) => {
    const theta1e18 = (ONE / 500n) * BigInt(e + 1) + BigInt(below(1_000_000));
    const observations = Array.from({ length: 7 }, () => ({
      forward: BigInt(60_000 + below(100)),
      w: variances(theta1e18),
    }));
    return { expiryMs: DAY_MS * 7 * (e + 1), theta1e18, observations };
  });
  const agreed = agreeSlices(slices, { atMs: 0, quorum: 5, agreementVolBps: 5_000 });
  const rule = { atMs: 0, fitToleranceVolBps: { centre: 1_000, wing: 5_000 } };
  hash.update(
    text(agreed) +
      text(
        fitSurface(
          agreed.filter(({ status }) => status === "ok"),
          rule,
        ),
      ),
  );
}
process.stdout.write(`${hash.digest("hex")}\n`);
