/** `tenor carry`: brings surfaces, expiry prices and missed publications to contracts, beats logs of block gaps. Anybody may. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { Command } from "commander";
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import { type Carried, Carrier, type Network } from "../chain/carrier.ts";
import { openUnlocked } from "../chain/unlocked.ts";
import { fetchClaim, type VerifiedReport, verifyReport } from "../consumer/verified.ts";
import { ending } from "./fail.ts";
import { durationMs, wholeNumber } from "./options.ts";
import { hexBytes, httpUrl, repeated } from "./public-values.ts";
import { stopSignal } from "./stop-signal.ts";

type CarryOptions = {
  readonly node: readonly string[];
  readonly rpc: string;
  readonly account: number;
  readonly hub: Hex;
  readonly surface?: readonly Hex[];
  readonly settlement?: readonly Hex[];
  readonly gapLog?: readonly Hex[];
  readonly missedAfterRounds: number;
  readonly every: number;
  readonly minedWithin: number;
  readonly once?: boolean;
};

/** The first node's report that one of the hub's keys has signed, with the key. */
async function anyReport(
  nodes: readonly string[],
  networks: readonly Network[],
): Promise<{ readonly signed: VerifiedReport; readonly network: Network }> {
  const reasons: string[] = [];
  for (const node of nodes) {
    try {
      const claimed = await fetchClaim(node);
      for (const network of networks) {
        try {
          return { signed: verifyReport(claimed, network), network };
        } catch (error) {
          reasons.push(reasonOf(error));
        }
      }
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  const seen = networks.length === 0 ? "the hub has no key" : reasons.join("; ");
  throw new OracleError(`no node has a signed report: ${seen}`, { code: "no-report", nodes });
}

function say(carried: Carried): void {
  process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...carried })}\n`);
}

async function carry(options: CarryOptions): Promise<void> {
  const signal = stopSignal();
  const { hub, surface: surfaces = [], settlement: settlements = [], gapLog: gapLogs = [] } = options;
  const { missedAfterRounds, minedWithin: minedWithinMs } = options;
  const account = await openUnlocked(options.rpc, options.account);
  const what = { hub, surfaces, settlements, gapLogs, missedAfterRounds, minedWithinMs };
  const carrier = new Carrier(what, { signer: account.signer });
  try {
    do {
      try {
        for (const one of await carrier.beat()) say(one);
        const { signed, network } = await anyReport(options.node, await carrier.networks());
        for (const one of await carrier.carry(signed.report, signed.signature, network)) say(one);
      } catch (error) {
        if (options.once === true) throw error;
        process.stderr.write(`${reasonOf(error)}\n`);
      }
      if (options.once === true) break;
      await sleepFor(options.every, undefined, { signal }).catch(() => undefined);
    } while (!signal.aborted);
  } finally {
    account.close();
  }
}

export function carryCommand(): Command {
  return new Command("carry")
    .description(
      "carry surfaces, expiry prices and missed publications to contracts, beat logs of block gaps; a line of JSON for each transaction",
    )
    .requiredOption("--node <url>", "a node's API; repeat for more, the first with a report counts", repeated(httpUrl))
    .requiredOption("--rpc <url>", "an RPC that holds the account that pays", httpUrl)
    .option("--account <index>", "which of its accounts", wholeNumber(0, 1_000), 0)
    .requiredOption("--hub <address>", "the hub, whose key decides which reports count", hexBytes(20))
    .option("--surface <address>", "a VolSurface; repeatable", repeated(hexBytes(20)))
    .option("--settlement <address>", "a Settlement; repeatable", repeated(hexBytes(20)))
    .option("--gap-log <address>", "a BlockGapLog to beat; repeatable", repeated(hexBytes(20)))
    .option(
      "--missed-after-rounds <n>",
      "a publication that is so old and not on the hub is proven to it",
      wholeNumber(1, 1_000_000),
      60,
    )
    .option(
      "--mined-within <time>",
      "a transaction that is not is told, and not sent again meanwhile",
      durationMs,
      60_000,
    )
    .option("--every <time>", "how often nodes are asked", durationMs, 2_000)
    .option("--once", "ask once, send what is due, and end; 1 when there is no report")
    .action(async (options: CarryOptions) => await ending(async () => await carry(options)));
}
