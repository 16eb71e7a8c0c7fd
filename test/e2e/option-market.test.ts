/**
 * The proof that the feeds suffice: an option is written, priced on chain, bought, settled by the nodes' signed price and paid out, over
 * real nodes, a real chain and `tenor carry` as a process of its own. With the devnet's addresses it runs what the documents say:
 *   npx tenor carry --node http://127.0.0.1:8080 --rpc http://127.0.0.1:8545 --hub HUB --surface SURFACE --settlement SETTLEMENT
 *   npx tenor audit CONSUMER --rpc http://127.0.0.1:8545 --hub HUB
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FeedsReply, StatementsReply, SurfaceReply } from "../../src/api/replies.ts";
import type { SignedReportView } from "../../src/api/view.ts";
import type { Hex } from "../../src/base/bytes.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { devnetFeeds } from "../../src/devnet/feed-files.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { normalCdf } from "../../src/quant/normal.ts";
import { Market, type Person, read } from "./market-support.ts";
import { eventually, startDevnet } from "./support.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const PERIOD_SEC = 90;
const WINDOW_SEC = PERIOD_SEC / 2;
const DISPUTE_SEC = 600;
const KINDS = ["spot-index", "iv-atm-7d", "rate-30d", "vol-surface", "settlement"] as const;
type Kind = (typeof KINDS)[number];
const nameOf = (kind: Kind): string => `BTC-USD.${kind}`;
const DAY_SEC = 86_400;
const WAD = 10n ** 18n;
const YEAR_SEC = 365 * DAY_SEC;
const LOTS = 50n;
const LOTS_PER_UNIT = 100n;

let folder: string;
let devnet: Devnet;
let market: Market;
let carrier: ChildProcess | null = null;
let carried = "";
let settlementId: Hex;
let deployer: Person;
let writer: Person;
let buyer: Person;
let base: Contract;
let quote: Contract;
let settlement: Contract;
let surface: Contract;
let options: Contract;
let feeds: Contract;

async function reader(kind: Kind, positiveOnly: boolean): Promise<Contract> {
  const none = `0x${"0".repeat(40)}`;
  const wanted = [DAY_SEC, 0, positiveOnly, 0, 0, none, none];
  return await market.deploy("FeedReader.sol/FeedReader", devnet.hub, KINDS.indexOf(kind), nameOf(kind), wanted);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenor-options-"));
  const files = devnetFeeds(folder, PERIOD_SEC * 1_000);
  const chosen = KINDS.map((kind) => files.find((file) => basename(file) === `${nameOf(kind)}.json`)!);
  devnet = await startDevnet({ feeds: chosen, logLevel: "info" });
  const listed = (await fetchJson<FeedsReply>(`${devnet.nodes[0]!.apiUrl}/v1/feeds`))!.feeds;
  const idOf = (kind: Kind): Hex => listed.find(({ name }) => name === nameOf(kind))!.feedId as Hex;
  settlementId = idOf("settlement");
  const { leaves } = await eventually("a signed report", 60_000, async () => {
    return await fetchJson<SignedReportView>(`${devnet.nodes[0]!.apiUrl}/v1/reports/latest`);
  });
  const { definitionDigest } = leaves.find(({ feedId }) => feedId === settlementId)!;

  market = new Market(devnet, 6);
  [deployer, writer, buyer] = [await market.person(6), await market.person(7), await market.person(8)];
  base = await market.deploy("Tokens.sol/Token", 8);
  quote = await market.deploy("Tokens.sol/Token", 6);
  const unit = `0x${Buffer.from("USD/BTC").toString("hex").padEnd(64, "0")}`;
  const definition = [definitionDigest, `0x${"0".repeat(64)}`, 10n, 0, 90_000];
  const founders = [[settlementId, unit, 8, definition]];
  const registry = await market.deploy("FeedRegistry.sol/FeedRegistry", deployer.address, 2 * DAY_SEC, founders);
  const members = await Promise.all([0, 1, 2, 3].map(async (i) => (await market.person(i)).address));
  const ascending = [...members].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const committee = await market.deploy("Committee.sol/Committee", deployer.address, ascending, 2 * DAY_SEC);
  const limits = [900_000, DISPUTE_SEC, 50];
  const targets = [devnet.hub, await registry.getAddress(), await committee.getAddress()];
  settlement = await market.deploy("Settlement.sol/Settlement", ...targets, limits);
  surface = await market.deploy("VolSurface.sol/VolSurface", devnet.hub, idOf("vol-surface"), DAY_SEC, 2n * WAD);
  const spot = await (await reader("spot-index", true)).getAddress();
  const vol = await (await reader("iv-atm-7d", true)).getAddress();
  const rate = await (await reader("rate-30d", false)).getAddress();
  // A minute's option lies before the surface's first expiry.
  const flat = await market.deploy("FlatSurface.sol/FlatSurface", spot, vol, rate);
  feeds = await market.deploy("MarketReader.sol/MarketReader", spot, rate, await flat.getAddress(), WAD / 2n);
  const terms = [
    await feeds.getAddress(),
    await settlement.getAddress(),
    settlementId,
    await base.getAddress(),
    await quote.getAddress(),
    LOTS_PER_UNIT,
    WINDOW_SEC,
    30 * DAY_SEC,
  ];
  options = await market.deploy("OptionMarket.sol/OptionMarket", terms);
  const words = ["carry", "--rpc", devnet.rpcUrl, "--hub", devnet.hub, "--every", "1s"];
  for (const { apiUrl } of devnet.nodes) words.push("--node", apiUrl);
  words.push("--surface", await surface.getAddress(), "--settlement", await settlement.getAddress());
  carrier = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  carrier.stdout!.on("data", (data: Buffer) => (carried += data.toString()));
}, 180_000);

afterAll(async () => {
  if (carrier !== null && carrier.exitCode === null) {
    const ended = once(carrier, "close");
    carrier.kill("SIGTERM");
    await ended;
  }
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

/** Undiscounted call of Black (1976). */
function blackCall(forward: number, strike: number, totalVol: number): number {
  const d1 = Math.log(forward / strike) / totalVol + totalVol / 2;
  return forward * normalCdf(d1) - strike * normalCdf(d1 - totalVol);
}

/** Nothing is created or lost: what the market holds is what people no longer have. */
async function expectWhole(): Promise<void> {
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
    const slices = await read<readonly { expirySec: bigint; forward: bigint }[]>(surface, "slices");
    expect(slices.length).toBe(shown.slices.length);
    const { expirySec, forward } = slices[2]!;
    const [vol] = await read<readonly [bigint, bigint]>(surface, "impliedVol", forward, expirySec);
    expect(Number(vol) / 1e18).toBeGreaterThan(0.1);
    expect(Number(vol) / 1e18).toBeLessThan(3);
  });

  test("an audit of the spot reader finds every guard but the one that it was not asked for", {
    timeout: 60_000,
  }, async () => {
    const spot = await read<string>(feeds, "spotReader");
    const words = ["audit", spot, "--rpc", devnet.rpcUrl, "--hub", devnet.hub, "--call", "latestAnswer()"];
    const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (data: Buffer) => (said += data.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect(said).toContain("feed 0");
    expect(said.match(/LACK \w+/g)).toEqual(["LACK uncertain"]);
    expect(code).toBe(1);
  });

  test("a call is written, bought at Black's premium, settled by the signed price and paid out to the last unit", {
    timeout: 360_000,
  }, async () => {
    const unit = 10n ** 8n;
    await deployer.send(base, "mint", writer.address, unit);
    await deployer.send(quote, "mint", buyer.address, 1_000_000n * 10n ** 6n);
    const target = await options.getAddress();
    await writer.send(base, "approve", target, unit);
    await buyer.send(quote, "approve", target, 1_000_000n * 10n ** 6n);

    // The first expiry whose trading is open for a while yet.
    const now = await market.nowSec();
    const expirySec = PERIOD_SEC * Math.ceil((now + WINDOW_SEC + 25) / PERIOD_SEC);
    const [spot] = await read<readonly [bigint, bigint]>(feeds, "getSpot");
    const strike = (spot * 999n) / 1_000n;
    await writer.send(options, "write", strike, expirySec, true, LOTS, 0);
    const id = await read<Hex>(options, "seriesIdOf", strike, expirySec, true);
    await expectWhole();

    const before = await read<bigint>(quote, "balanceOf", buyer.address);
    await buyer.send(options, "buy", id, writer.address, LOTS, 1_000_000n * 10n ** 6n, expirySec);
    const block = (await market.provider.getBlock("latest"))!;
    const at = { blockTag: block.number };
    const paid = Number(before - (await read<bigint>(quote, "balanceOf", buyer.address))) / 1e6;
    const [forward] = await read<readonly [bigint]>(feeds, "getForwardPrice", expirySec, at);
    const [vol] = await read<readonly [bigint]>(feeds, "getVol", strike, expirySec, at);
    const [rate] = await read<readonly [bigint]>(feeds, "getInterestRate", expirySec, at);
    const years = (expirySec - block.timestamp) / YEAR_SEC;
    const call = blackCall(Number(forward) / 1e18, Number(strike) / 1e18, (Number(vol) / 1e18) * Math.sqrt(years));
    const wanted = (call * Math.exp((-Number(rate) / 1e18) * years) * Number(LOTS)) / Number(LOTS_PER_UNIT);
    // The block after the purchase may be a second or two later; a minute's option decays by a percent in that time.
    expect(Math.abs(paid / wanted - 1)).toBeLessThan(0.05);
    await expectWhole();

    await eventually("the expiry's price on chain", 240_000, async () => {
      const [state] = await read<readonly [bigint]>(settlement, "settlementOf", settlementId, expirySec);
      return state === 1n ? true : null;
    });
    // Every member says under its own key what it saw: nothing there that would void the price.
    for (const { apiUrl } of devnet.nodes) {
      const { statements } = (await fetchJson<StatementsReply>(`${apiUrl}/v1/statements`))!;
      const said = statements.find(({ expiryMs }) => expiryMs === expirySec * 1_000)!;
      const [, settled] = await read<readonly [bigint, bigint]>(settlement, "settlementOf", settlementId, expirySec);
      expect(Math.abs((Number(said.value) * 1e10) / Number(settled) - 1)).toBeLessThan(0.005);
    }
    await expect(buyer.send(options, "exercise", id)).rejects.toThrow();
    await market.rpc("evm_increaseTime", DISPUTE_SEC);
    await market.rpc("evm_mine");
    const price = await read<bigint>(settlement, "finalPrice", settlementId, expirySec);
    expect(Math.abs(Number(price) / Number(spot) - 1)).toBeLessThan(0.05);

    await buyer.send(options, "exercise", id);
    await writer.send(options, "collect", id);
    await writer.send(options, "withdrawPremiums");
    await expectWhole();
    for (const token of [base, quote]) expect(await read<bigint>(token, "balanceOf", target)).toBe(0n);
    const payout = price > strike ? Number(price - strike) / Number(price) : 0;
    const got = Number(await read<bigint>(base, "balanceOf", buyer.address)) / 1e8;
    expect(Math.abs(got - (payout * Number(LOTS)) / Number(LOTS_PER_UNIT))).toBeLessThan(1e-6);
  });
});
