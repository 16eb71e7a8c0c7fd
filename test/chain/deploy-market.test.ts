/** What option markets need beside a hub, put on a chain by one call. */
import { Contract, decodeBytes32String, JsonRpcProvider, Wallet } from "ethers";
import { expect, onTestFinished, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { loadArtifact } from "../../src/chain/artifacts.ts";
import { deployMarket, type MarketOptions } from "../../src/chain/deploy-market.ts";
import { startAnvil } from "./support/anvil.ts";
import { account, CHAIN_ID, deployTestHub } from "./support/network.ts";

type Definition = {
  readonly snapshotGroup: string;
  readonly deviation: bigint;
  readonly deviationType: bigint;
  readonly heartbeatSec: bigint;
};

const DAY_SEC = 86_400;
const DIGEST: Hex = `0x${"dd".repeat(32)}`;
const SPOT: Hex = `0x01${"11".repeat(31)}`;
const SURFACE: Hex = `0x04${"22".repeat(31)}`;

async function stage(): Promise<{ readonly options: MarketOptions; readonly signer: Wallet }> {
  const { url } = await startAnvil();
  const { hub } = await deployTestHub(url);
  const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
  onTestFinished(() => provider.destroy());
  const signer = new Wallet(account(3).privateKey, provider);
  const feed = { symbol: "BTC-USD", decimals: 8, definitionDigest: DIGEST, heartbeatSec: 3_600 };
  const options: MarketOptions = {
    hub,
    owner: account(4).address,
    feeds: [
      {
        ...feed,
        name: "BTC-USD.spot-index",
        feedId: SPOT,
        unit: "USD/BTC",
        deviation: { type: "relative", amount: 20n },
        isSurface: false,
      },
      {
        ...feed,
        name: "BTC-USD.vol-surface",
        feedId: SURFACE,
        unit: "1/sqrt(year)",
        deviation: { type: "absolute", amount: 500_000n },
        isSurface: true,
      },
    ],
    // Not in the order that the committee wants.
    observers: [4, 1, 3, 2].map((i) => account(i).address),
    delaySec: 2 * DAY_SEC,
    epochSec: 7 * DAY_SEC,
    minCoveragePpm: 900_000,
    disputeWindowSec: 3_600,
    toleranceBps: 50,
    graceSec: 300,
  };
  return { options, signer };
}

test("registry, committee, settlement and surface are deployed, and say what they were told", {
  timeout: 60_000,
}, async () => {
  const { options, signer } = await stage();
  const made = await deployMarket(options, { signer });
  const at = (name: Parameters<typeof loadArtifact>[0], address: Hex): Contract =>
    new Contract(address, loadArtifact(name).abi, signer);

  const registry = at("FeedRegistry", made.registry);
  const [unit, decimals] = (await registry.getFunction("scaleOf")(SPOT, DIGEST)) as readonly [string, bigint];
  expect([decodeBytes32String(unit), decimals]).toEqual(["USD/BTC", 8n]);
  const { live } = (await registry.getFunction("feedOf")(SURFACE)) as { readonly live: Definition };
  expect([live.deviation, live.deviationType, live.heartbeatSec]).toEqual([500_000n, 1n, 3_600n]);
  expect(decodeBytes32String(live.snapshotGroup)).toBe("BTC-USD");
  expect(String(await registry.getFunction("owner")()).toLowerCase()).toBe(options.owner.toLowerCase());

  const members = (await at("Committee", made.committee).getFunction("members")()) as readonly string[];
  expect(new Set(members.map((one) => one.toLowerCase()))).toEqual(
    new Set(options.observers.map((one) => one.toLowerCase())),
  );

  const settlement = at("Settlement", made.settlement);
  for (const [part, address] of [
    ["hub", options.hub],
    ["registry", made.registry],
    ["committee", made.committee],
  ] as const) {
    expect(String(await settlement.getFunction(part)()).toLowerCase()).toBe(address.toLowerCase());
  }
  expect(made.surfaces.map(({ name }) => name)).toEqual(["BTC-USD.vol-surface"]);
  const surface = at("VolSurface", made.surfaces[0]!.address);
  expect(await surface.getFunction("feedId")()).toBe(SURFACE);
  expect(await surface.getFunction("maxAgeSec")()).toBe(3_900n);
});

test("what a contract refuses is told with its reason, and what is there already", { timeout: 60_000 }, async () => {
  const { options, signer } = await stage();
  await expect(deployMarket({ ...options, delaySec: DAY_SEC }, { signer })).rejects.toThrow(
    /deploying FeedRegistry failed: .*BadDelay/,
  );
  await expect(deployMarket({ ...options, toleranceBps: 4 }, { signer })).rejects.toThrow(
    /deploying Settlement failed: .*BadTolerance.*already there: FeedRegistry 0x\w{40}, Committee 0x/,
  );
});
