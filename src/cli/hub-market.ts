/** `tenor hub deploy-market`: what option markets need beside a hub, from the network's own file. */
import type { Command } from "commander";
import type { Hex } from "../base/bytes.ts";
import { deployMarket, type MarketFeed } from "../chain/deploy-market.ts";
import { openUnlocked } from "../chain/unlocked.ts";
import { loadNetwork, type NetworkFacts } from "../node/network-file.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";
import { hexBytes } from "./public-values.ts";

type MarketCommandOptions = {
  readonly rpc: string;
  readonly account: number;
  readonly network: string;
  readonly owner?: Hex;
  readonly delaySec: number;
  readonly epochSec: number;
  readonly minCoveragePpm: number;
  readonly disputeSec: number;
  readonly toleranceBps: number;
  readonly graceSec: number;
};

const DAY_SEC = 86_400;

function marketFeeds({ definitions, rules }: NetworkFacts): readonly MarketFeed[] {
  return rules.map(({ name, feedId, definitionDigest, decimals, deviation, heartbeatMs, shape }, i) => {
    const { unit, symbol } = definitions[i]!;
    const amount = deviation.type === "relative" ? BigInt(Math.max(1, Math.round(deviation.bps))) : deviation.amount;
    return {
      name,
      feedId,
      unit,
      symbol,
      decimals,
      definitionDigest,
      deviation: { type: deviation.type, amount },
      heartbeatSec: Math.ceil(heartbeatMs / 1_000),
      isSurface: shape.type === "surface",
    };
  });
}

async function deploy(options: MarketCommandOptions): Promise<void> {
  const facts = loadNetwork(options.network);
  const account = await openUnlocked(options.rpc, options.account);
  try {
    const { delaySec, epochSec, minCoveragePpm, toleranceBps, graceSec } = options;
    const owner = options.owner ?? account.address;
    const deployed = await deployMarket(
      {
        hub: facts.hub,
        owner,
        feeds: marketFeeds(facts),
        observers: facts.members.map(({ observer }) => observer),
        disputeWindowSec: options.disputeSec,
        delaySec,
        epochSec,
        minCoveragePpm,
        toleranceBps,
        graceSec,
      },
      { signer: account.signer },
    );
    process.stdout.write(`${JSON.stringify({ ...deployed, owner, hub: facts.hub })}\n`);
  } finally {
    account.close();
  }
}

/** @param command `deploy-market` with the options that name the account */
export function marketCommand(command: Command): void {
  command
    .description(
      "deploy what option markets need beside the hub: the registry of its feeds' definitions, the committee of its members' " +
        "observer keys, the settlement of expiries, and a surface for each surface feed; prints the addresses as JSON",
    )
    .requiredOption("--network <file>", "the network file: hub, feeds and members")
    .option("--owner <address>", "of registry and committee, such as a timelock (default: the account)", hexBytes(20))
    .option(
      "--delay-sec <s>",
      "from a definition's proposal to its activation",
      wholeNumber(2 * DAY_SEC, 30 * DAY_SEC),
      2 * DAY_SEC,
    )
    .option(
      "--epoch-sec <s>",
      "at most f members of the committee change in so long",
      wholeNumber(2 * DAY_SEC, 90 * DAY_SEC),
      7 * DAY_SEC,
    )
    .option(
      "--min-coverage-ppm <ppm>",
      "a settlement whose window was seen less than this is refused",
      wholeNumber(500_000, 1_000_000),
      900_000,
    )
    .option(
      "--dispute-sec <s>",
      "from a price on chain until it is final, in which f + 1 members may contradict it",
      wholeNumber(600, 7 * DAY_SEC),
      3_600,
    )
    .option("--tolerance-bps <bps>", "statements this far from a price contradict it", wholeNumber(5, 1_000), 50)
    .option(
      "--grace-sec <s>",
      "surfaces refuse slices older than the heartbeat plus this",
      wholeNumber(0, DAY_SEC),
      300,
    )
    .action(async (options: MarketCommandOptions) => await ending(async () => await deploy(options)));
}
