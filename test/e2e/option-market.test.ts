/**
 * The proof that the feeds suffice: an option is written, priced on chain, bought, settled by the nodes' signed price and paid out,
 * with a frozen feed, a rotation and a late price in between, over real nodes, a real chain and `tenor carry` as a process of its own.
 * With the devnet's addresses it runs what the documents say:
 *   npx tenor hub deploy-market --rpc http://127.0.0.1:8545 --network config/network.yaml
 *   npx tenor carry --node http://127.0.0.1:8080 --rpc http://127.0.0.1:8545 --hub HUB --surface SURFACE --settlement SETTLEMENT
 *   npx tenor audit CONSUMER --rpc http://127.0.0.1:8545 --hub HUB
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatementsReply, SurfaceReply } from "../../src/api/replies.ts";
import type { Hex } from "../../src/base/bytes.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { PENDING_FILE } from "../../src/devnet/node-process.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { encodeStatements } from "../../src/report/expiry-statement.ts";
import { Market, type Person, read } from "./market-support.ts";
import {
  blackCall,
  DAY_SEC,
  DEPLOYER,
  KINDS,
  nameOf,
  openOptionMarket,
  optionFeeds,
  type OptionPlace,
  statementOf,
} from "./option-market-support.ts";
import { type Spare, startSpare, tenor } from "./rotation-support.ts";
import { awaitRound, eventually, startDevnet } from "./support.ts";

const MAIN = fileURLToPath(new URL("../../dist/bin/tenor.js", import.meta.url));
const PERIOD_SEC = 90;
const WINDOW_SEC = PERIOD_SEC / 2;
const DISPUTE_SEC = 600;
/** So long after the expiry nobody has brought its price to the chain. */
const LATE_SEC = 15;
const LEAVING = 2;
const LIARS = [1, 3];
const YEAR_SEC = 365 * DAY_SEC;
const LOTS = 50n;
const LOTS_PER_UNIT = 100n;

let folder: string;
let devnet: Devnet;
let market: Market;
let carrier: ChildProcess | null = null;
let carried = "";
let spare: Spare | null = null;
let place: OptionPlace;
let writer: Person;
let buyer: Person;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenor-options-"));
  devnet = await startDevnet({ feeds: optionFeeds(folder, PERIOD_SEC), logLevel: "info" });
  market = new Market(devnet, DEPLOYER);
  [writer, buyer] = [await market.person(7), await market.person(8)];
  place = await openOptionMarket(devnet, market, {
    windowSec: WINDOW_SEC,
    disputeSec: DISPUTE_SEC,
    lotsPerUnit: LOTS_PER_UNIT,
  });
  const { surface, settlement } = place;
  const words = ["carry", "--rpc", devnet.rpcUrl, "--hub", devnet.hub, "--every", "1s"];
  for (const { apiUrl } of devnet.nodes) words.push("--node", apiUrl);
  words.push("--surface", await surface.getAddress(), "--settlement", await settlement.getAddress());
  carrier = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  carrier.stdout!.on("data", (data: Buffer) => (carried += data.toString()));
}, 180_000);

afterAll(async () => {
  if (carrier !== null && carrier.exitCode === null) {
    const ended = once(carrier, "close");
    carrier.kill("SIGCONT");
    carrier.kill("SIGTERM");
    await ended;
  }
  await spare?.child.stop(6_000);
  market?.close();
  await devnet?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

type Carried = {
  readonly what: string;
  readonly to: string;
  readonly gasUsed: number | null;
  readonly refused: string | null;
};

const transactions = (): readonly Carried[] =>
  carried
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Carried);

/** Nothing is created or lost: what the market holds is what people no longer have. */
async function expectWhole(): Promise<void> {
  const { base, quote, options } = place;
  for (const token of [base, quote]) {
    const held = await Promise.all(
      [writer.address, buyer.address, await options.getAddress()].map((who) => read<bigint>(token, "balanceOf", who)),
    );
    expect(held.reduce((sum, one) => sum + one, 0n)).toBe(await read<bigint>(token, "totalSupply"));
  }
}

describe("options on the devnet", () => {
  test("the surface lands as signed, and gives the volatility that the node shows", { timeout: 90_000 }, async () => {
    const landed = await eventually(
      "a surface on chain",
      60_000,
      () => transactions().find(({ what }) => what.startsWith("surface")) ?? null,
    );
    expect(landed.refused).toBeNull();
    expect(landed.gasUsed!).toBeLessThan(400_000);
    const shown = (await fetchJson<SurfaceReply>(
      `${devnet.nodes[0]!.apiUrl}/v1/feeds/${nameOf("vol-surface")}/surface`,
    ))!.surface;
    const slices = await read<readonly { expirySec: bigint; forward: bigint }[]>(place.surface, "slices");
    expect(slices.length).toBe(shown.slices.length);
    const { expirySec, forward } = slices[2]!;
    const [vol] = await read<readonly [bigint, bigint]>(place.surface, "impliedVol", forward, expirySec);
    expect(Number(vol) / 1e18).toBeGreaterThan(0.1);
    expect(Number(vol) / 1e18).toBeLessThan(3);
  });

  test("an audit of the spot reader finds every guard but the one that it was not asked for", {
    timeout: 60_000,
  }, async () => {
    const spot = await read<string>(place.feeds, "spotReader");
    const words = ["audit", spot, "--rpc", devnet.rpcUrl, "--hub", devnet.hub, "--call", "latestAnswer()"];
    const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (data: Buffer) => (said += data.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect(said).toContain("feed 0");
    expect(said.match(/LACK \w+/g)).toEqual(["LACK uncertain"]);
    expect(code).toBe(1);
  });

  const unit = 10n ** 8n;
  const riches = 1_000_000n * 10n ** 6n;
  let expirySec: number;
  let spotThen: bigint;
  let strike: bigint;
  let id: Hex;
  const buy = async (lots: bigint): Promise<void> =>
    await buyer.send(place.options, "buy", id, writer.address, lots, riches, expirySec);

  test("a call is written, and bought at Black's premium", { timeout: 180_000 }, async () => {
    const { base, quote, options, feeds } = place;
    const deployer = await market.person(DEPLOYER);
    await deployer.send(base, "mint", writer.address, unit);
    await deployer.send(quote, "mint", buyer.address, riches);
    const target = await options.getAddress();
    await writer.send(base, "approve", target, unit);
    await buyer.send(quote, "approve", target, riches);

    // The first expiry whose trading is open for a while yet.
    const now = await market.nowSec();
    expirySec = PERIOD_SEC * Math.ceil((now + WINDOW_SEC + 40) / PERIOD_SEC);
    [spotThen] = await read<readonly [bigint, bigint]>(feeds, "getSpot");
    strike = (spotThen * 999n) / 1_000n;
    await writer.send(options, "write", strike, expirySec, true, LOTS, 0);
    id = await read<Hex>(options, "seriesIdOf", strike, expirySec, true);
    await expectWhole();

    const before = await read<bigint>(quote, "balanceOf", buyer.address);
    await buy(LOTS - 1n);
    const block = (await market.provider.getBlock("latest"))!;
    const at = { blockTag: block.number };
    const paid = Number(before - (await read<bigint>(quote, "balanceOf", buyer.address))) / 1e6;
    const [forward] = await read<readonly [bigint]>(feeds, "getForwardPrice", expirySec, at);
    const [vol] = await read<readonly [bigint]>(feeds, "getVol", strike, expirySec, at);
    const [rate] = await read<readonly [bigint]>(feeds, "getInterestRate", expirySec, at);
    const years = (expirySec - block.timestamp) / YEAR_SEC;
    const call = blackCall(Number(forward) / 1e18, Number(strike) / 1e18, (Number(vol) / 1e18) * Math.sqrt(years));
    const wanted = (call * Math.exp((-Number(rate) / 1e18) * years) * Number(LOTS - 1n)) / Number(LOTS_PER_UNIT);
    // The block after the purchase may be a second or two later; a minute's option decays by a percent in that time.
    expect(Math.abs(paid / wanted - 1)).toBeLessThan(0.05);
    await expectWhole();
  });

  test("nothing is sold while a feed is frozen, and all goes on when it is not", { timeout: 60_000 }, async () => {
    const owned = market.at("OracleHub", devnet.hub);
    const owner = await market.holder(await read<Hex>(owned, "owner"));
    const vol = KINDS.indexOf("iv-atm-7d");
    await owner.send(owned, "freezeFeeds", [vol]);
    await expect(buy(1n)).rejects.toThrow();
    await expectWhole();
    await owner.send(owned, "unfreezeFeeds", [vol]);
    // Unfrozen is no answer yet: the next report is.
    const sold = (): Promise<true | null> =>
      buy(1n)
        .then(() => true as const)
        .catch(() => null);
    await eventually("a sale", 40_000, sold);
    await expectWhole();
  });

  test("a member leaves and another joins: the key that settles is not the one that sold", {
    timeout: 120_000,
  }, async () => {
    const hub = market.at("OracleHub", devnet.hub);
    const keyOf = async (): Promise<bigint> =>
      (await read<readonly { readonly groupKeyX: bigint }[]>(hub, "configuration"))[0]!.groupKeyX;
    const before = await keyOf();
    spare = await startSpare(devnet, LEAVING);
    const nodes = [...devnet.nodes.filter((node) => node.id !== LEAVING), spare].map(({ apiUrl }) => apiUrl);
    const files = ["--from", join(devnet.dir, "network.yaml"), "--network", join(devnet.dir, PENDING_FILE)];
    const times = ["--lead-ms", "9000", "--timeout-ms", "60000"];
    const asked = nodes.flatMap((url) => ["--node", url]);
    const ran = await tenor("hub", "rotate", "--rpc", devnet.rpcUrl, ...files, ...asked, ...times);
    expect(ran).toMatchObject({ code: 0, errors: "" });
    expect(await keyOf()).not.toBe(before);
    await awaitRound(devnet, 1, (JSON.parse(ran.output) as { firstRound: number }).firstRound + 2, 60_000);
    await expectWhole();
  });

  test("the expiry is settled late, by the price that every member saw", {
    timeout: 360_000,
  }, async () => {
    const { options, settlement, settlementId } = place;
    // Nobody carries for a while: the price is agreed, and the chain waits for it.
    carrier!.kill("SIGSTOP");
    const wanted = expirySec * 1_000;
    await eventually("the price agreed among the nodes", 200_000, async () => {
      const { statements } = (await fetchJson<StatementsReply>(`${devnet.nodes[0]!.apiUrl}/v1/statements`))!;
      return statements.find(({ expiryMs }) => expiryMs === wanted) ?? null;
    });
    await eventually("a while after the expiry", 60_000, async () =>
      (await market.nowSec()) > expirySec + LATE_SEC ? true : null,
    );
    await expect(buyer.send(options, "exercise", id)).rejects.toThrow();
    await expect(writer.send(options, "collect", id)).rejects.toThrow();
    await expectWhole();
    carrier!.kill("SIGCONT");
    await eventually("the expiry's price on chain", 120_000, async () => {
      const [state] = await read<readonly [bigint]>(settlement, "settlementOf", settlementId, expirySec);
      return state === 1n ? true : null;
    });
    // Every member says under its own key what it saw: nothing there that would void the price.
    for (const { id: member, apiUrl } of devnet.nodes) {
      if (member === LEAVING) continue;
      const { statements } = (await fetchJson<StatementsReply>(`${apiUrl}/v1/statements`))!;
      const said = statements.find(({ expiryMs }) => expiryMs === wanted)!;
      const [, settled] = await read<readonly [bigint, bigint]>(settlement, "settlementOf", settlementId, expirySec);
      expect(Math.abs((Number(said.value) * 1e10) / Number(settled) - 1)).toBeLessThan(0.005);
    }
  });

  test("two members of four contradict the price and void it, and the next report settles it again", {
    timeout: 120_000,
  }, async () => {
    const { options, settlement, settlementId } = place;
    const told = async (): Promise<readonly [bigint, bigint]> =>
      await read<readonly [bigint, bigint]>(settlement, "settlementOf", settlementId, expirySec);
    const [, price] = await told();
    const wrong = ((price / 10n ** 10n) * 102n) / 100n;
    const said = { feedId: settlementId, expiryMs: expirySec * 1_000, value: wrong };
    const lies = await Promise.all(LIARS.map(async (liar) => await statementOf(devnet, liar, said)));
    await writer.send(settlement, "dispute", settlementId, expirySec, encodeStatements(lies));
    await expectWhole();
    const again = await eventually("the price on chain again", 60_000, async () => {
      const [state, value] = await told();
      return state === 1n ? value : null;
    });
    expect(again).toBe(price);
    await expect(buyer.send(options, "exercise", id)).rejects.toThrow();
    await expectWhole();
  });

  test("after the dispute window all is paid out to the last unit", { timeout: 60_000 }, async () => {
    const { base, quote, options, settlement, settlementId } = place;
    await expect(buyer.send(options, "exercise", id)).rejects.toThrow();
    await market.rpc("evm_increaseTime", DISPUTE_SEC);
    await market.rpc("evm_mine");
    const price = await read<bigint>(settlement, "finalPrice", settlementId, expirySec);
    expect(Math.abs(Number(price) / Number(spotThen) - 1)).toBeLessThan(0.05);

    await buyer.send(options, "exercise", id);
    await expectWhole();
    await writer.send(options, "collect", id);
    await writer.send(options, "withdrawPremiums");
    await expectWhole();
    const target = await options.getAddress();
    for (const token of [base, quote]) expect(await read<bigint>(token, "balanceOf", target)).toBe(0n);
    const payout = price > strike ? Number(price - strike) / Number(price) : 0;
    const got = Number(await read<bigint>(base, "balanceOf", buyer.address)) / 1e8;
    expect(Math.abs(got - (payout * Number(LOTS)) / Number(LOTS_PER_UNIT))).toBeLessThan(1e-6);
  });
});
