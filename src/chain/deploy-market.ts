/**
 * Puts on a chain what option markets need beside a hub: the registry of its feeds' definitions, the committee whose statements
 * dispute, the settlement of expiries, and a surface for each surface feed.
 */
import { encodeBytes32String, type Signer } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { ContractName } from "./artifacts.ts";
import { deployOne } from "./deploy.ts";

export type MarketFeed = {
  readonly feedId: Hex;
  /** As the definition has it: 1 to 31 ASCII characters. */
  readonly unit: string;
  /** Its feeds are published together, such as "BTC-USD". */
  readonly symbol: string;
  readonly decimals: number;
  readonly definitionDigest: Hex;
  /** Basis points where `relative`, else a count of 10^-decimals. */
  readonly deviation: { readonly type: "relative" | "absolute"; readonly amount: bigint };
  readonly heartbeatSec: number;
  readonly isSurface: boolean;
  readonly name: string;
};

export type MarketOptions = {
  readonly hub: Hex;
  /** Of registry and committee: a timelock where there is one. */
  readonly owner: Hex;
  readonly feeds: readonly MarketFeed[];
  /** The members' observer addresses, whose statements about expiries count. */
  readonly observers: readonly Hex[];
  /** From a proposed definition to its activation. Lower: readers learn later that a feed changes. */
  readonly delaySec: number;
  /** At most f members of the committee change in so long. */
  readonly epochSec: number;
  /** A settlement whose window was seen less than this is refused. */
  readonly minCoveragePpm: number;
  /** From a price on chain until it is final. Lower: paid out sooner, with less time to contradict. */
  readonly disputeWindowSec: number;
  /** Statements this far from the price contradict it. Lower: honest differences may void it. */
  readonly toleranceBps: number;
  /** Surfaces refuse slices older than their feed's heartbeat plus this. */
  readonly graceSec: number;
};

export type MarketDeployed = {
  readonly registry: Hex;
  readonly committee: Hex;
  readonly settlement: Hex;
  readonly surfaces: readonly { readonly name: string; readonly address: Hex }[];
};

/** ln(K/F) beyond which a surface gives no volatility, 1e-18. */
const WING_CUT = 2n * 10n ** 18n;
const DEVIATION_TYPES = ["relative", "absolute"];

/** @throws OracleError `deploy-failed` with the step, the contract's reason and what is deployed already */
export async function deployMarket(
  options: MarketOptions,
  doors: { readonly signer: Signer },
): Promise<MarketDeployed> {
  const { hub, owner, feeds } = options;
  const there: string[] = [];
  const deploy = async (name: ContractName, ...args: readonly unknown[]): Promise<Hex> => {
    try {
      const { address } = await deployOne(name, args, doors.signer);
      there.push(`${name} ${address}`);
      return address;
    } catch (error) {
      if (there.length === 0 || !(error instanceof OracleError)) throw error;
      throw new OracleError(`${error.message}; already there: ${there.join(", ")}`, { ...error.fields, there }, error);
    }
  };
  const registry = await deploy("FeedRegistry", owner, options.delaySec, feeds.map(founder));
  const ascending = options.observers.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const committee = await deploy("Committee", owner, ascending, options.epochSec);
  const limits = [options.minCoveragePpm, options.disputeWindowSec, options.toleranceBps];
  const settlement = await deploy("Settlement", hub, registry, committee, limits);
  const surfaces: { readonly name: string; readonly address: Hex }[] = [];
  for (const { name, feedId, heartbeatSec } of feeds.filter(({ isSurface }) => isSurface)) {
    const maxAgeSec = heartbeatSec + options.graceSec;
    surfaces.push({ name, address: await deploy("VolSurface", hub, feedId, maxAgeSec, WING_CUT) });
  }
  return { registry, committee, settlement, surfaces };
}

/** A feed's row of the registry: live from its deployment on. */
function founder(feed: MarketFeed): readonly unknown[] {
  const { type, amount } = feed.deviation;
  const group = encodeBytes32String(feed.symbol);
  const definition = [feed.definitionDigest, group, amount, DEVIATION_TYPES.indexOf(type), feed.heartbeatSec];
  return [feed.feedId, encodeBytes32String(feed.unit), feed.decimals, definition];
}
