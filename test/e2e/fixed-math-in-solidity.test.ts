/** exp, ln, root, normal distribution and Black-76: the integers of TypeScript are those of Solidity, bit for bit. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Contract, ContractFactory } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { parseArtifact } from "../../src/chain/artifacts.ts";
import { openUnlocked, type UnlockedAccount } from "../../src/chain/unlocked.ts";
import { blackPriceWad } from "../../src/quant/fixed-black.ts";
import { expWad, lnWad, sqrtWad, WAD } from "../../src/quant/fixed-exp-ln.ts";
import { normalCdfWad } from "../../src/quant/fixed-normal.ts";
import { seededRandom } from "../keystore/committee.ts";
import { startChain, type TestChain } from "./chain-support.ts";

/** In all; a fifth of them for each function. TENOR_FULL asks for ten times as many. */
const INPUTS = process.env["TENOR_FULL"] === undefined ? 10_000 : 100_000;
const BATCH = 500;
const INT256_MAX = (1n << 255n) - 1n;
const UINT256_MAX = (1n << 256n) - 1n;
const EXP_ZERO = -41_446531673892822313n;
const EXP_OVERFLOW = 135_305999368893231589n;
const JOINT = 662_912_607_362_388_304n;
const PRICE_LIMIT = 1n << 127n;
const VOL_LIMIT = 10_000n * WAD;

const random = seededRandom(20_260_207);
const word = (): bigint => BigInt(Math.floor(random() * 0x1_0000_0000));

/** 0 … limit - 1, evenly. */
function below(limit: bigint): bigint {
  let value = 0n;
  for (let bits = 0; bits < 320; bits += 32) value = (value << 32n) | word();
  return value % limit;
}

/** 1 … limit - 1, of any size. */
function anySize(limit: bigint): bigint {
  const bits = BigInt(Math.floor(random() * limit.toString(2).length));
  return (below(limit) >> bits) + 1n < limit ? (below(limit) >> bits) + 1n : 1n;
}

const around = (...edges: readonly bigint[]): bigint[] => edges.flatMap((edge) => [edge - 1n, edge, edge + 1n]);
const between = (low: bigint, high: bigint): bigint => low + below(high - low);

function fill<T>(edges: readonly T[], draw: () => T): T[] {
  const count = INPUTS / 5;
  return [...edges, ...Array.from({ length: count - edges.length }, draw)];
}

const exponents = fill([...around(EXP_ZERO, 0n, WAD, -WAD), EXP_OVERFLOW - 1n, -INT256_MAX - 1n], () =>
  random() < 0.5 ? between(-42n * WAD, EXP_OVERFLOW) : between(-2n * WAD, 2n * WAD),
);
const powersOfTwo = Array.from({ length: 255 }, (_, bit) => 1n << BigInt(bit));
const logarithms = fill(
  [...around(...powersOfTwo.filter((_, bit) => bit > 0), WAD), 1n, INT256_MAX].filter((x) => x <= INT256_MAX),
  () => (random() < 0.5 ? anySize(INT256_MAX) : between(WAD / 2n, 2n * WAD)),
);
const squares = [...powersOfTwo, UINT256_MAX, UINT256_MAX / WAD, UINT256_MAX / WAD + 1n, 0n];
const radicands = fill([...squares, ...powersOfTwo.map((x) => x - 1n)], () => anySize(UINT256_MAX));
const deviations = fill(
  [...around(0n, JOINT, -JOINT, 92n * 10n ** 17n, -92n * 10n ** 17n), INT256_MAX, -INT256_MAX - 1n],
  () => (random() < 0.9 ? between(-10n * WAD, 10n * WAD) : between(-INT256_MAX, INT256_MAX)),
);

type Option = readonly [forward: bigint, strike: bigint, totalVol: bigint];
const edgeOptions: readonly Option[] = [1n, WAD, PRICE_LIMIT - 1n].flatMap((forward) =>
  [1n, WAD, PRICE_LIMIT - 1n].flatMap((strike) =>
    [0n, 1n, WAD, VOL_LIMIT - 1n].map((totalVol): Option => [forward, strike, totalVol]),
  ),
);
/** Half of them as traded, half from anywhere in the domain. */
const options = fill<Option>(edgeOptions, () => {
  if (random() < 0.5) return [anySize(PRICE_LIMIT), anySize(PRICE_LIMIT), anySize(VOL_LIMIT)];
  const forward = between(WAD, 200_000n * WAD);
  return [forward, (forward * between(WAD / 3n, 3n * WAD)) / WAD, anySize(2n * WAD)];
});

let chain: TestChain;
let account: UnlockedAccount;
let contract: Contract;

beforeAll(async () => {
  chain = await startChain();
  account = await openUnlocked(chain.url);
  const name = "FixedMathHarness";
  const path = fileURLToPath(new URL(`../../contracts/out/${name}.sol/${name}.json`, import.meta.url));
  const { abi, bytecode }: { abi: ReturnType<typeof parseArtifact>["abi"]; bytecode: Hex } = parseArtifact(
    name,
    path,
    readFileSync(path, "utf8"),
  );
  const deployed = await new ContractFactory(abi, bytecode, account.signer).deploy();
  await deployed.waitForDeployment();
  contract = new Contract(await deployed.getAddress(), abi, account.signer.provider);
});

afterAll(async () => {
  account.close();
  await chain.stop();
});

/** The first few places where the two differ; empty when they never do. */
async function differences<T>(name: string, inputs: readonly T[], ours: (input: T) => bigint): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < inputs.length; at += BATCH) {
    const part = inputs.slice(at, at + BATCH);
    const answers: readonly bigint[] = await contract.getFunction(name).staticCall(part);
    for (const [i, input] of part.entries()) {
      const wanted = answers[i];
      const given = ours(input);
      if (given !== wanted && found.length < 5) found.push(`${name}(${String(input)}): ${given}, Solidity ${wanted}`);
    }
  }
  return found;
}

function price(right: "call" | "put", [forward, strike, totalVol]: Option): bigint {
  const value = blackPriceWad(right, forward, strike, totalVol);
  if (value === null) throw new Error(`outside the domain: ${forward} ${strike} ${totalVol}`);
  return value;
}

describe(`${INPUTS} inputs, random and at the edges`, () => {
  test("exp is the same", async () => {
    expect(await differences("exps", exponents, expWad)).toEqual([]);
  });

  test("ln is the same", async () => {
    expect(await differences("lns", logarithms, lnWad)).toEqual([]);
  });

  test("the square root is the same", async () => {
    expect(await differences("sqrts", radicands, sqrtWad)).toEqual([]);
  });

  test("the normal distribution is the same", async () => {
    expect(await differences("cdfs", deviations, normalCdfWad)).toEqual([]);
  });

  test("the prices of calls and puts are the same", async () => {
    expect(await differences("calls", options, (one) => price("call", one))).toEqual([]);
    expect(await differences("puts", options, (one) => price("put", one))).toEqual([]);
  });

  test("both refuse the same arguments", async () => {
    const refused = async (name: string, ...inputs: readonly bigint[]): Promise<boolean> =>
      await contract
        .getFunction(name)
        .staticCall(...inputs)
        .then(
          () => false,
          () => true,
        );
    expect(await refused("exp", EXP_OVERFLOW)).toBe(true);
    expect(() => expWad(EXP_OVERFLOW)).toThrow();
    for (const x of [0n, -1n, -INT256_MAX - 1n]) {
      expect(await refused("ln", x), `ln ${x}`).toBe(true);
      expect(() => lnWad(x)).toThrow();
    }
    const bad: readonly Option[] = [
      [0n, WAD, WAD],
      [WAD, 0n, WAD],
      [PRICE_LIMIT, WAD, WAD],
      [WAD, PRICE_LIMIT, WAD],
      [WAD, WAD, VOL_LIMIT],
    ];
    for (const one of bad) {
      expect(await refused("call", ...one), one.join(" ")).toBe(true);
      expect(blackPriceWad("call", ...one)).toBeNull();
    }
    expect(await refused("call", WAD, WAD, WAD)).toBe(false);
  });
});
