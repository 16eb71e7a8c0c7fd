/** `tenor hub rotate`: sets the configuration that follows, from a round that is far enough ahead for everybody to know of it. */
import type { Command } from "commander";
import { OracleError } from "../base/errors.ts";
import { hubWord, rotateHub } from "../chain/deploy.ts";
import { openUnlocked } from "../chain/unlocked.ts";
import { cfgOf } from "../node/activation.ts";
import { loadNetwork } from "../node/network-file.ts";
import { planRotation, whyTooManyChange } from "../node/rotation-plan.ts";
import { vouchedKey } from "./ceremony-results.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";
import { httpUrl, repeated } from "./public-values.ts";

type RotateOptions = {
  readonly rpc: string;
  readonly account: number;
  readonly from: string;
  readonly network: string;
  readonly node: readonly string[];
  readonly leadMs: number;
  readonly firstRound?: number;
  readonly timeoutMs: number;
  readonly replace?: true;
};

async function rotate(options: RotateOptions): Promise<void> {
  const current = loadNetwork(options.from);
  const next = loadNetwork(options.network);
  const tooMany = whyTooManyChange(current, next);
  if (tooMany !== null) throw new OracleError(tooMany, { code: "too-many-change" });
  const key = await vouchedKey({ nodes: options.node, timeoutMs: options.timeoutMs, orActive: false }, next);
  if (key === null) throw new OracleError("no member told of a key", { code: "ceremony-late" });
  const owner = await openUnlocked(options.rpc, options.account);
  try {
    // Read after the ceremony, which may have taken long.
    const said = await hubWord(next.hub, { signer: owner.signer });
    const { leadMs, firstRound = null, replace = false } = options;
    const plan = planRotation({ current, next, key, said, nowMs: Date.now(), leadMs, firstRound, replace });
    if (!plan.ok) throw new OracleError(plan.why, { code: "rotation-refused" });
    const { configCount, hub } = next;
    const { groupKeyX } = key;
    const configuration = { cfg: cfgOf(next, key, plan.times), groupKeyX, configCount, ...plan.times };
    const { block } = await rotateHub({ hub, configuration }, { signer: owner.signer });
    process.stdout.write(`${JSON.stringify({ hub, block, ...configuration })}\n`);
  } finally {
    owner.close();
  }
}

/** @param command knows the RPC and the account already */
export function rotateCommand(command: Command): void {
  command
    .description("wait for the next configuration's key ceremony and set it on the hub, from a round ahead")
    .requiredOption("--from <file>", "the network file that is in force")
    .requiredOption("--network <file>", "the network file that is to follow")
    .requiredOption("--node <url>", "a next member's API; repeat for each, at least as many as sign", repeated(httpUrl))
    .option(
      "--lead-ms <ms>",
      "from now to its first slot: the finality of the chain and then some",
      wholeNumber(1_000, 86_400_000),
      300_000,
    )
    .option("--first-round <round>", "instead of the first round after that time", wholeNumber(1, 2 ** 33))
    .option("--timeout-ms <ms>", "how long the ceremony may take", wholeNumber(1_000, 86_400_000), 120_000)
    .option("--replace", "take the place of a configuration that is set and has not begun")
    .action(async (options: RotateOptions) => await ending(async () => await rotate(options)));
}
