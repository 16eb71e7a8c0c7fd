/** An option market over a devnet's feeds: tokens, readers, a surface, settlement and what governs them, deployed by command. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Contract } from "ethers";
import type { FeedsReply } from "../../src/api/replies.ts";
import type { Hex } from "../../src/base/bytes.ts";
import type { MarketDeployed } from "../../src/chain/deploy-market.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { devnetFeeds } from "../../src/devnet/feed-files.ts";
import { memberPaths } from "../../src/devnet/members.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { openKeystore } from "../../src/keystore/keystore.ts";
import { normalCdf } from "../../src/quant/normal.ts";
import { type ExpiryStatement, expiryStatementDigest } from "../../src/report/expiry-statement.ts";
import type { Market } from "./market-support.ts";
import { tenor } from "./rotation-support.ts";

export const KINDS = ["spot-index", "iv-atm-7d", "rate-30d", "vol-surface", "settlement"] as const;
type Kind = (typeof KINDS)[number];
export const nameOf = (kind: Kind): string => `BTC-USD.${kind}`;
/** Who deploys readers, tokens and the market: a person of the market. */
export const DEPLOYER = 6;
export const DAY_SEC = 86_400;
const WAD = 10n ** 18n;

export type OptionPlace = {
  readonly settlementId: Hex;
  /** Collateral of calls, 8 decimals. */
  readonly base: Contract;
  /** What premiums are paid in, 6 decimals. */
  readonly quote: Contract;
  readonly settlement: Contract;
  readonly surface: Contract;
  readonly feeds: Contract;
  readonly options: Contract;
};

export type OptionTerms = { readonly windowSec: number; readonly disputeSec: number; readonly lotsPerUnit: bigint };

/** The shipped definitions that an option market reads, whose expiries come every `periodSec`. */
export function optionFeeds(folder: string, periodSec: number): readonly string[] {
  const files = devnetFeeds(folder, periodSec * 1_000);
  return KINDS.map((kind) => files.find((file) => basename(file) === `${nameOf(kind)}.json`)!);
}

export async function openOptionMarket(devnet: Devnet, market: Market, terms: OptionTerms): Promise<OptionPlace> {
  const listed = (await fetchJson<FeedsReply>(`${devnet.nodes[0]!.apiUrl}/v1/feeds`))!.feeds;
  const idOf = (kind: Kind): Hex => listed.find(({ name }) => name === nameOf(kind))!.feedId as Hex;
  const settlementId = idOf("settlement");
  const base = await market.deploy("Tokens.sol/Token", 8);
  const quote = await market.deploy("Tokens.sol/Token", 6);
  const network = ["--network", join(devnet.dir, "network.yaml"), "--dispute-sec", `${terms.disputeSec}`];
  const ran = await tenor("hub", "deploy-market", "--rpc", devnet.rpcUrl, ...network);
  if (ran.code !== 0) throw new Error(ran.errors);
  const deployed = JSON.parse(ran.output) as MarketDeployed;
  const settlement = market.at("Settlement", deployed.settlement);
  const surface = market.at("VolSurface", deployed.surfaces[0]!.address);

  const reader = async (kind: Kind, positiveOnly: boolean): Promise<string> => {
    const none = `0x${"0".repeat(40)}`;
    const wanted = [DAY_SEC, 0, positiveOnly, 0, 0, none, none];
    const place = [devnet.hub, KINDS.indexOf(kind), nameOf(kind)];
    return await (await market.deploy("FeedReader.sol/FeedReader", ...place, wanted)).getAddress();
  };
  const spot = await reader("spot-index", true);
  const vol = await reader("iv-atm-7d", true);
  const rate = await reader("rate-30d", false);
  // A minute's option lies before the surface's first expiry.
  const flat = await market.deploy("FlatSurface.sol/FlatSurface", spot, vol, rate);
  const feeds = await market.deploy("MarketReader.sol/MarketReader", spot, rate, await flat.getAddress(), WAD / 2n);
  const options = await market.deploy("OptionMarket.sol/OptionMarket", [
    await feeds.getAddress(),
    await settlement.getAddress(),
    settlementId,
    await base.getAddress(),
    await quote.getAddress(),
    terms.lotsPerUnit,
    terms.windowSec,
    30 * DAY_SEC,
  ]);
  return { settlementId, base, quote, settlement, surface, feeds, options };
}

/** Undiscounted call of Black (1976). */
export function blackCall(forward: number, strike: number, totalVol: number): number {
  const d1 = Math.log(forward / strike) / totalVol + totalVol / 2;
  return forward * normalCdf(d1) - strike * normalCdf(d1 - totalVol);
}

/** What a member says of an expiry under its observer key, true or not. */
export async function statementOf(
  devnet: Devnet,
  member: number,
  { feedId, expiryMs, value }: { readonly feedId: Hex; readonly expiryMs: number; readonly value: bigint },
): Promise<ExpiryStatement> {
  const { keys, passphraseFile } = memberPaths(devnet.dir, member);
  const keystore = await openKeystore({ dir: keys, passphrase: readFileSync(passphraseFile, "utf8").trimEnd() });
  const digest = expiryStatementDigest(devnet.facts.networkId, feedId, expiryMs, value);
  return { value, signer: keystore.publicIdentity().observer, ...keystore.signObserverDigest(digest) };
}
