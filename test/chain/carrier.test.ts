/** What a carrier does with transactions that no block takes. */
import { ContractFactory, JsonRpcProvider, Wallet } from "ethers";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { loadArtifact } from "../../src/chain/artifacts.ts";
import { type Carried, Carrier } from "../../src/chain/carrier.ts";
import type { FeedState, Report } from "../../src/report/report.ts";
import { type Anvil, startAnvil } from "./support/anvil.ts";
import { signReport } from "./support/group-key.ts";
import { account, CHAIN_ID, deployTestHub, FEED_NAMES, feedIdOf, KEY, NETWORK_ID } from "./support/network.ts";

const ROUND = 100;
const network = { networkId: NETWORK_ID, groupKeyX: KEY.x };

/** A report of a feed that was published long before it. */
function reportOf(): Report {
  const leaf: FeedState = {
    feedId: feedIdOf(FEED_NAMES[0]),
    definitionDigest: `0x${"dd".repeat(32)}`,
    status: "ok",
    value: 5n,
    confidencePpb: 0,
    timeMs: Date.now(),
    pubStatus: "ok",
    pubValue: 5n,
    pubConfidencePpb: 0,
    pubRound: 10,
    pubTimeMs: Date.now() - 90_000,
    detail: null,
  };
  return { round: ROUND, reportTimeMs: Date.now(), leaves: [leaf], pushes: [] };
}

async function pooled(anvil: Anvil): Promise<number> {
  const { pending } = (await anvil.rpc("txpool_status")) as { readonly pending: string };
  return Number(pending);
}

type Stage = {
  readonly anvil: Anvil;
  readonly hub: Hex;
  readonly signer: Wallet;
  readonly carry: () => Promise<Carried | undefined>;
};

function walletAt(url: string): Wallet {
  const waiting = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 20 };
  const provider = new JsonRpcProvider(url, CHAIN_ID, waiting);
  onTestFinished(() => provider.destroy());
  return new Wallet(account(3).privateKey, provider);
}

async function stage(): Promise<Stage> {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const signer = walletAt(anvil.url);
  const options = { hub, surfaces: [], settlements: [], gapLogs: [], missedAfterRounds: 60, minedWithinMs: 500 };
  const carrier = new Carrier(options, { signer });
  const report = reportOf();
  const signature = signReport(KEY, NETWORK_ID, report);
  return { anvil, hub, signer, carry: async () => (await carrier.carry(report, signature, network))[0] };
}

test("a transaction that is not mined in time is told with its hash, waited for, and sent once", {
  timeout: 60_000,
}, async () => {
  const { anvil, hub, carry } = await stage();
  await anvil.rpc("evm_setAutomine", [false]);
  const late = { what: "1 missed publication", to: hub, gasUsed: null, refused: "not mined within 0.5 s" };
  const first = await carry();
  expect(first).toMatchObject({ ...late, hash: expect.stringMatching(/^0x/) as string });
  expect(await carry()).toEqual(first);
  expect(await pooled(anvil)).toBe(1);

  // What the RPC forgets is sent again.
  await anvil.rpc("anvil_dropAllTransactions");
  expect(await pooled(anvil)).toBe(0);
  expect(await carry()).toMatchObject(late);
  expect(await pooled(anvil)).toBe(1);

  await anvil.rpc("anvil_mine", ["0x1"]);
  expect(await carry()).toBeUndefined();
});

test("an answer that the RPC loses makes nothing be sent twice", { timeout: 60_000 }, async () => {
  const { anvil, signer, carry } = await stage();
  await anvil.rpc("evm_setAutomine", [false]);
  const lost = new Error("socket hang up");
  for (const method of ["getTransactionReceipt", "getTransaction", "getTransactionReceipt"] as const) {
    const spy = vi.spyOn(signer.provider!, method).mockRejectedValueOnce(lost);
    expect((await carry())!.refused).toContain("socket hang up");
    expect(spy).toHaveBeenCalled();
    spy.mockRestore();
    expect(await pooled(anvil)).toBe(1);
  }
});

test("one that lands while it is waited for counts as carried, though it was late before", {
  timeout: 60_000,
}, async () => {
  const { anvil, carry } = await stage();
  await anvil.rpc("evm_setAutomine", [false]);
  const late = await carry();
  const again = carry();
  // The errand is drawn up before the block: nothing is due after it.
  setTimeout(() => void anvil.rpc("anvil_mine", ["0x1"]), 200);
  const landed = await again;
  expect(landed).toMatchObject({ hash: late!.hash, refused: null });
  expect(landed!.gasUsed).toBeGreaterThan(30_000);
  expect(await carry()).toBeUndefined();
});

test("a log of block gaps is beaten when two fifths of its gap are over, and so never calls the chain stopped", {
  timeout: 60_000,
}, async () => {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const signer = walletAt(anvil.url);
  const { abi, bytecode } = loadArtifact("BlockGapLog");
  const log = await new ContractFactory(abi, bytecode, signer).deploy(1_000);
  await log.waitForDeployment();
  const gapLogs = [(await log.getAddress()) as Hex];
  const none = { surfaces: [], settlements: [], missedAfterRounds: 60, minedWithinMs: 5_000 };
  const carrier = new Carrier({ hub, gapLogs, ...none }, { signer });
  const isDown = async (): Promise<boolean> => {
    const [, answer] = (await log.getFunction("latestRoundData").staticCall()) as readonly bigint[];
    return answer !== 0n;
  };
  const pass = async (sec: number): Promise<void> => {
    await anvil.rpc("evm_increaseTime", [sec]);
    await anvil.rpc("anvil_mine", ["0x1"]);
  };

  await pass(390);
  expect(await carrier.beat()).toEqual([]);
  for (let i = 0; i < 5; i++) {
    await pass(410);
    expect(await carrier.beat()).toMatchObject([{ what: "beat", to: gapLogs[0], refused: null }]);
    expect(await isDown()).toBe(false);
  }
  await pass(1_100);
  expect(await isDown()).toBe(true);
  expect(await carrier.beat()).toHaveLength(1);
  expect(await isDown()).toBe(false);
});
