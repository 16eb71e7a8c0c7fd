import { HDNodeWallet, JsonRpcProvider, Wallet } from "ethers";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { configureHub, deployHub, rotateHub } from "../../src/chain/deploy.ts";
import { HubClient, type HubConfigurations } from "../../src/chain/hub-client.ts";
import { explainRevert, explainRevertData } from "../../src/chain/revert.ts";
import { startAnvil } from "./support/anvil.ts";
import { groupKey, submitPayload } from "./support/group-key.ts";
import {
  CFG,
  CHAIN_ID,
  FEED_NAMES,
  KEY,
  NETWORK_ID,
  account,
  deployTestHub,
  feedIdOf,
  openRpc,
} from "./support/network.ts";

async function deployed(): Promise<{ hub: HubClient; url: string; rpc: ReturnType<typeof openRpc> }> {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const rpc = openRpc(anvil.url);
  return { hub: new HubClient({ address: hub }, { rpc }), url: anvil.url, rpc };
}

describe("a deployed hub", () => {
  test("is read back as it was deployed: network, feeds, configuration, empty answers", async () => {
    const { hub } = await deployed();
    expect(await hub.networkId()).toBe(NETWORK_ID);
    expect(await hub.feeds()).toEqual(
      FEED_NAMES.map((name, index) => ({
        index,
        feedId: feedIdOf(name),
        definitionDigest: `0x${"dd".repeat(32)}`,
        decimals: 8,
        heartbeatSec: 3_600,
        history: false,
      })),
    );
    const { newest, previous } = await hub.configuration();
    expect(newest).toMatchObject({ cfg: CFG, groupKeyX: KEY.x, configCount: 1, firstRound: 1, slotMs: 1_000 });
    expect(previous).toBeUndefined();
    expect(await hub.answers([2, 0])).toEqual(
      [2, 0].map((index) => ({ index, value: 0n, confidencePpb: 0, round: 0, timeSec: 0, count: 0, status: "none" })),
    );
  });

  test("where there is none, a read says so instead of returning nonsense", async () => {
    const { rpc } = await deployed();
    const nowhere = new HubClient({ address: `0x${"99".repeat(20)}` }, { rpc });
    await expect(nowhere.feeds()).rejects.toMatchObject({ code: "hub-absent" });
  });

  test("an index it does not have is explained by the contract's own error", async () => {
    const { hub } = await deployed();
    await expect(hub.answers([9])).rejects.toThrow("UnknownFeed: given 9, count 4");
  });
});

describe("a report that would revert is explained", () => {
  const timeMs = Date.now();
  const good = (key = KEY, networkId = NETWORK_ID, round = 5): Hex =>
    submitPayload(key, networkId, round, timeMs, [{ index: 0, value: 7n }]);
  const flipped = (payload: Hex, byte: number): Hex => {
    const at = 2 + 2 * byte;
    const digit = payload[at] === "f" ? "0" : "f";
    return `${payload.slice(0, at)}${digit}${payload.slice(at + 1)}` as Hex;
  };
  const cases: readonly (readonly [string, Hex, string])[] = [
    ["one changed byte of the value", flipped(good(), 115), "BadSignature"],
    ["a signature by another key", good(groupKey("somebody else")), "UnknownKey"],
    ["another network", good(KEY, `0x${"08".repeat(32)}`), "WrongNetwork"],
    ["a truncated payload", good().slice(0, -2) as Hex, "TruncatedPayload"],
  ];

  test.each(cases)("%s", async (_name, payload, wanted) => {
    const { hub, rpc } = await deployed();
    const head = await rpc.head();
    const error: unknown = await rpc
      .call({ to: hub.address, data: hub.submitData(payload) }, head.number)
      .catch((thrown: unknown) => thrown);
    expect(explainRevert(error)).toMatchObject({ name: wanted, text: expect.stringContaining(wanted) });
  });

  test("Solidity's own errors, empty and unknown data have words too", () => {
    const panic = `0x4e487b71${"11".padStart(64, "0")}` as const;
    expect(explainRevertData(panic)).toEqual({
      name: "Panic",
      fields: { code: "17" },
      text: "panic 17: arithmetic overflow",
    });
    expect(explainRevertData("0x").text).toBe("reverted without a reason");
    expect(explainRevertData("0xdeadbeef")).toMatchObject({ name: "unknown", fields: { data: "0xdeadbeef" } });
    expect(explainRevertData("0x08c379a0ff")).toMatchObject({ name: "unknown" });
    expect(explainRevert(new Error("socket closed"))).toEqual({ name: "unknown", fields: {}, text: "socket closed" });
  });
});

describe("deployment", () => {
  test("one reader per feed answers under its name, and a second first configuration is refused by name", async () => {
    const anvil = await startAnvil();
    const deployment = await deployTestHub(anvil.url);
    expect(deployment.readers.map(({ name }) => name)).toEqual([...FEED_NAMES]);
    const provider = new JsonRpcProvider(anvil.url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
    onTestFinished(() => provider.destroy());
    for (const { address } of deployment.readers) expect((await provider.getCode(address)).length).toBeGreaterThan(100);

    const signer = new Wallet(account(0).privateKey, provider);
    const configuration = {
      cfg: CFG,
      groupKeyX: KEY.x,
      configCount: 2,
      firstRound: 10,
      firstRoundTimeMs: 1,
      slotMs: 1_000,
    };
    const wrong = configureHub({ hub: deployment.hub, configuration }, { signer });
    await expect(wrong).rejects.toMatchObject({ code: "deploy-failed", fields: { reason: "AlreadyConfigured" } });
    const rotated = rotateHub({ hub: deployment.hub, configuration }, { signer });
    await expect(rotated).rejects.toMatchObject({ fields: { reason: "RoundTimeDiscontinuous" } });
  });

  test("somebody who is not the owner is refused before anything is sent", async () => {
    const stranger = HDNodeWallet.createRandom();
    const options = { networkId: NETWORK_ID, owner: account(0).address, feeds: [], readerGraceSec: 0 };
    await expect(deployHub(options, { signer: stranger })).rejects.toMatchObject({ code: "deploy-not-owner" });
  });
});

describe("the final configuration", () => {
  const next = (firstRoundTimeMs: number, cfg: Hex) => ({
    cfg,
    groupKeyX: groupKey("next group").x,
    configCount: 2,
    firstRound: 1_000,
    firstRoundTimeMs,
    slotMs: 1_000,
  });

  test("is none where the hub is not final yet, and an empty one where it is not configured", async () => {
    const { rpc } = await deployed();
    const nowhere = new HubClient({ address: `0x${"99".repeat(20)}` }, { rpc });
    expect(await nowhere.finalConfiguration((await rpc.head()).finalNumber)).toEqual({
      newest: undefined,
      previous: undefined,
    });
  });

  test("reorged setConfig: what a reorganisation takes back was never told", async () => {
    const anvil = await startAnvil();
    const { hub: address } = await deployTestHub(anvil.url);
    const rpc = openRpc(anvil.url);
    const hub = new HubClient({ address }, { rpc });
    const final = async (): Promise<HubConfigurations> => await hub.finalConfiguration((await rpc.head()).finalNumber);
    // Finality depth is 2: the first configuration becomes final.
    await anvil.rpc("anvil_mine", ["0x3"]);
    const first = await final();
    expect(first.newest?.cfg).toBe(CFG);
    const provider = new JsonRpcProvider(anvil.url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
    onTestFinished(() => provider.destroy());
    const owner = new Wallet(account(0).privateKey, provider);
    const timeMs = first.newest!.firstRoundTimeMs + 999_000;
    const before = await anvil.rpc("evm_snapshot");
    await rotateHub({ hub: address, configuration: next(timeMs, `0x${"0d".repeat(32)}`) }, { signer: owner });
    expect((await hub.configuration()).newest?.configCount).toBe(2);
    expect(await final()).toEqual(first);
    // The block with the rotation is gone, and another one holds another rotation.
    await anvil.rpc("evm_revert", [before]);
    await rotateHub({ hub: address, configuration: next(timeMs, `0x${"0e".repeat(32)}`) }, { signer: owner });
    expect(await final()).toEqual(first);
    await anvil.rpc("anvil_mine", ["0x2"]);
    const last = await final();
    expect([last.newest?.cfg, last.previous?.cfg]).toEqual([`0x${"0e".repeat(32)}`, CFG]);
  });
});
