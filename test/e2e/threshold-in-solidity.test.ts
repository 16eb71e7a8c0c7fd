/** What three of four nodes sign in TypeScript is what one `ecrecover` in Solidity accepts, a thousand times over; and nothing near it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Contract, ContractFactory } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, type Hex, toHex } from "../../src/base/bytes.ts";
import { parseArtifact } from "../../src/chain/artifacts.ts";
import { openUnlocked, type UnlockedAccount } from "../../src/chain/unlocked.ts";
import { encodeSubmit, reportDigest } from "../../src/report/codec.ts";
import type { FeedState, FeedStatus, GroupSignature, PushEntry, Report } from "../../src/report/report.ts";
import { seededRandom } from "../keystore/committee.ts";
import { SigningGroup } from "./group-support.ts";
import { startChain, type TestChain } from "./chain-support.ts";

const REPORTS = 1_000;
/** Of each kind of alteration, in one call: about 7 000 gas a signature. */
const BATCH = 250;
const SIGNER_SETS: readonly (readonly number[])[] = [
  [1, 2, 3],
  [1, 2, 4],
  [1, 3, 4],
  [2, 3, 4],
];
const STATUSES: readonly FeedStatus[] = ["ok", "missing", "disputed"];

type Signed = { readonly report: Report; readonly digest: Hex; readonly signature: GroupSignature };

const random = seededRandom(20_260_113);
const below = (count: number): number => Math.floor(random() * count);
const hexOf = (bytes: number): Hex => toHex(Uint8Array.from({ length: bytes }, () => below(256)));

/** Any int128, of any size. */
function randomValue(): bigint {
  const magnitude = BigInt(hexOf(16)) >> BigInt(1 + below(127));
  return random() < 0.5 ? magnitude : -magnitude;
}

function randomLeaf(): FeedState {
  return {
    feedId: hexOf(32),
    definitionDigest: hexOf(32),
    status: STATUSES[below(3)]!,
    value: randomValue(),
    confidencePpb: below(2 ** 32),
    timeMs: below(2 ** 47),
    pubStatus: STATUSES[below(3)]!,
    pubValue: randomValue(),
    pubConfidencePpb: below(2 ** 32),
    pubRound: below(2 ** 33),
    pubTimeMs: below(2 ** 47),
    detail: null,
  };
}

function randomReport(): Report {
  const leaves = Array.from({ length: 1 + below(8) }, randomLeaf).sort((a, b) => (a.feedId < b.feedId ? -1 : 1));
  const pushes = leaves.flatMap((_, index): PushEntry[] => {
    if (index > 0 && random() < 0.5) return [];
    return [{ index, status: STATUSES[below(3)]!, value: randomValue(), confidencePpb: below(2 ** 32) }];
  });
  return { round: 1 + below(2 ** 33 - 1), reportTimeMs: below(2 ** 42), leaves, pushes };
}

function withOneBitChanged(hex: Hex): Hex {
  const bytes = fromHex(hex).slice();
  bytes[below(bytes.length)]! ^= 1 << below(8);
  return toHex(bytes);
}

function harness(): { readonly abi: ReturnType<typeof parseArtifact>["abi"]; readonly bytecode: Hex } {
  const path = fileURLToPath(new URL("../../contracts/out/SchnorrBatch.sol/SchnorrBatch.json", import.meta.url));
  return parseArtifact("SchnorrBatch", path, readFileSync(path, "utf8"));
}

const networkId = hexOf(32);
let chain: TestChain;
let account: UnlockedAccount;
let contract: Contract;
let group: SigningGroup;
const signed: Signed[] = [];

beforeAll(async () => {
  chain = await startChain();
  account = await openUnlocked(chain.url);
  const { abi, bytecode } = harness();
  const deployed = await new ContractFactory(abi, bytecode, account.signer).deploy();
  await deployed.waitForDeployment();
  contract = new Contract(await deployed.getAddress(), abi, account.signer.provider);
  group = new SigningGroup(4);
  for (let i = 0; i < REPORTS; i++) {
    const report = randomReport();
    const digest = reportDigest(networkId, report);
    signed.push({ report, digest, signature: group.sign(digest, SIGNER_SETS[i % SIGNER_SETS.length]!) });
  }
}, 180_000);

afterAll(async () => {
  account.close();
  await chain.stop();
});

async function inBatches<T>(call: (part: readonly Signed[]) => Promise<readonly T[]>): Promise<T[]> {
  const answers: T[] = [];
  for (let at = 0; at < signed.length; at += BATCH) answers.push(...(await call(signed.slice(at, at + BATCH))));
  return answers;
}

async function verified(alter: (one: Signed) => readonly [digest: Hex, rAddress: Hex, z: Hex]): Promise<boolean[]> {
  return await inBatches<boolean>(async (part) => [
    ...(await contract.getFunction("verify").staticCall(group.groupKeyX, part.map(alter))),
  ]);
}

const count = (answers: readonly boolean[], wanted: boolean): number => answers.filter((one) => one === wanted).length;

describe("a thousand random reports, each signed by three of the four who made the key", () => {
  test("are read by Solidity as the same digests", async () => {
    const read = await inBatches<string>(async (part) => [
      ...(await contract.getFunction("digests").staticCall(
        networkId,
        part.map(({ report, signature }) => encodeSubmit(report, signature, networkId, group.groupKeyX)),
      )),
    ]);
    expect(new Set(read).size).toBe(REPORTS);
    expect(read).toEqual(signed.map(({ digest }) => digest));
  });

  test("all verify", async () => {
    const answers = await verified(({ digest, signature }) => [digest, signature.rAddress, signature.z]);
    expect(answers.length).toBe(REPORTS);
    expect(count(answers, true)).toBe(REPORTS);
  });

  test("none verifies with one bit of its digest changed", async () => {
    const answers = await verified(({ digest, signature: { rAddress, z } }) => [
      withOneBitChanged(digest),
      rAddress,
      z,
    ]);
    expect(count(answers, false)).toBe(REPORTS);
  });

  test("none verifies with one bit of its nonce's address changed", async () => {
    const answers = await verified(({ digest, signature: { rAddress, z } }) => [
      digest,
      withOneBitChanged(rAddress),
      z,
    ]);
    expect(count(answers, false)).toBe(REPORTS);
  });

  test("none verifies with one bit of its scalar changed", async () => {
    const answers = await verified(({ digest, signature: { rAddress, z } }) => [
      digest,
      rAddress,
      withOneBitChanged(z),
    ]);
    expect(count(answers, false)).toBe(REPORTS);
  });

  test("none verifies with the signature of the report before it", async () => {
    const before = new Map(signed.map((one, i) => [one, signed.at(i - 1)!.signature]));
    const answers = await verified((one) => [one.digest, before.get(one)!.rAddress, before.get(one)!.z]);
    expect(count(answers, false)).toBe(REPORTS);
  });
});
