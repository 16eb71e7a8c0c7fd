/** `tenor audit` against consumers on a real chain. */
import { readFileSync } from "node:fs";
import { Contract, ContractFactory, Interface, JsonRpcProvider, Wallet } from "ethers";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadArtifact, parseArtifact } from "../../src/chain/artifacts.ts";
import type { Hex } from "../../src/base/bytes.ts";
import { type AuditedCall, auditConsumer, selectorsIn } from "../../src/chain/audit.ts";
import type { Deployed } from "../../src/chain/deploy.ts";
import { startAnvil } from "./support/anvil.ts";
import { account, CHAIN_ID, deployTestHub, KEY, NETWORK_ID } from "./support/network.ts";
import { submitPayload } from "./support/group-key.ts";

type Stage = {
  readonly url: string;
  readonly deployed: Deployed;
  readonly consumer: (name: "CarelessConsumer" | "CarefulConsumer", target: Hex) => Promise<Hex>;
};

async function stage(): Promise<Stage> {
  const { url } = await startAnvil();
  const deployed = await deployTestHub(url);
  const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
  onTestFinished(() => provider.destroy());
  const signer = new Wallet(account(3).privateKey, provider);
  const hub = new Contract(deployed.hub, loadArtifact("OracleHub").abi, signer);
  const values = [0, 1, 2].map((index) => ({ index, value: 65_000n * 10n ** 8n + BigInt(index) }));
  const sent = await hub.getFunction("submit").send(submitPayload(KEY, NETWORK_ID, 100, Date.now(), values));
  await sent.wait();
  return {
    url,
    deployed,
    consumer: async (name, target) => {
      const path = new URL(`../../contracts/out/Consumers.sol/${name}.json`, import.meta.url).pathname;
      const { abi, bytecode } = parseArtifact(name, path, readFileSync(path, "utf8"));
      const contract = await new ContractFactory(abi, bytecode, signer).deploy(target);
      await contract.waitForDeployment();
      return (await contract.getAddress()) as Hex;
    },
  };
}

const lacking = (audited: readonly AuditedCall[]): readonly string[] =>
  audited.flatMap(({ findings }) => findings.filter(({ isGuarded }) => !isGuarded).map(({ fault }) => fault));

describe("an audit", () => {
  test("of a consumer without guards names every one that it lacks, for each view without arguments that reads a feed", async () => {
    const { url, deployed, consumer } = await stage();
    const careless = await consumer("CarelessConsumer", deployed.hub);
    const audited = await auditConsumer({ rpcUrl: url, hub: deployed.hub, consumer: careless, calls: [] });
    expect(audited.map(({ feedIndex }) => feedIndex)).toEqual([0]);
    expect(lacking(audited)).toEqual(["stale", "missing", "disputed", "frozen", "uncertain", "negative"]);
    expect(audited[0]!.findings.find(({ fault }) => fault === "zero")!.outcome).toBe("zero");
  });

  test("of one behind a reader finds what the reader judges guarded, and nothing was changed by asking", async () => {
    const { url, deployed, consumer } = await stage();
    const careful = await consumer("CarefulConsumer", deployed.readers[1]!.address);
    const options = { rpcUrl: url, hub: deployed.hub, consumer: careful, calls: [] };
    const first = await auditConsumer(options);
    expect(first.map(({ feedIndex }) => feedIndex)).toEqual([1]);
    for (const fault of ["stale", "missing", "disputed", "frozen", "zero", "negative"]) {
      expect(first[0]!.findings.find((one) => one.fault === fault)!.outcome, fault).toBe("refused");
    }
    expect(await auditConsumer(options)).toEqual(first);
  });

  test("of a view with arguments takes its calldata", async () => {
    const { url, deployed, consumer } = await stage();
    const careless = await consumer("CarelessConsumer", deployed.hub);
    const call = new Interface(["function priceOf(uint16)"]).encodeFunctionData("priceOf", [2]) as Hex;
    const audited = await auditConsumer({ rpcUrl: url, hub: deployed.hub, consumer: careless, calls: [call] });
    expect(audited.map(({ feedIndex }) => feedIndex)).toEqual([2]);
  });

  test("of nothing says what is there instead", async () => {
    const { url, deployed } = await stage();
    const reader = deployed.readers[0]!.address;
    const at = (consumer: Hex, hub = deployed.hub) => auditConsumer({ rpcUrl: url, hub, consumer, calls: [] });
    await expect(at(`0x${"99".repeat(20)}`)).rejects.toMatchObject({ code: "no-contract" });
    await expect(at(reader, reader)).rejects.toMatchObject({ code: "not-a-hub" });
    // The fourth feed has no value yet, so its reader answers nothing.
    await expect(at(deployed.readers[3]!.address)).rejects.toMatchObject({ code: "nothing-to-audit" });
  });

  test("finds selectors where dispatchers compare them", () => {
    expect(selectorsIn("0x60003560e01c8063a035b1fe146100385763313ce5671461003d57")).toEqual([
      "0xa035b1fe",
      "0x313ce567",
    ]);
    expect(selectorsIn("0x6080604052")).toEqual([]);
  });
});
