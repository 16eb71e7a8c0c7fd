/** `tenor audit`: which bad answers a consumer contract would take for good ones. */
import { Command, InvalidArgumentError } from "commander";
import { asciiBytes, type Hex, toHex } from "../base/bytes.ts";
import { type AuditedCall, auditConsumer } from "../chain/audit.ts";
import { keccak } from "../base/keccak.ts";
import { ending } from "./fail.ts";
import { hexBytes, httpUrl, repeated } from "./public-values.ts";

type AuditOptions = {
  readonly rpc: string;
  readonly hub: Hex;
  readonly call?: readonly Hex[];
  readonly from?: Hex;
  readonly json?: boolean;
};

const REMARKS: Readonly<Record<string, string>> = {
  stale: "an answer of 30 days ago",
  missing: "a feed that the nodes could not price",
  disputed: "a feed on which the nodes disagree",
  frozen: "a feed that the guardian froze",
  uncertain: "an answer whose confidence is as wide as itself",
  zero: "a value of zero",
  negative: "a value below zero",
};

/** `price()`, or calldata for a view with arguments. */
function calldata(text: string): Hex {
  if (/^0x(?:[0-9a-fA-F]{2}){4,}$/.test(text)) return text as Hex;
  if (/^[A-Za-z_$][\w$]*\(\)$/.test(text)) return toHex(keccak(asciiBytes(text)).slice(0, 4));
  throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted a view such as price(), or its calldata in hex.`);
}

function tell({ call, feedIndex, findings }: AuditedCall): void {
  process.stdout.write(`${call.slice(0, 74)}, feed ${feedIndex}\n`);
  for (const { fault, outcome, isGuarded } of findings) {
    const mark = isGuarded ? "ok  " : "LACK";
    process.stdout.write(`  ${mark} ${fault.padEnd(10)}${outcome.padEnd(11)}${REMARKS[fault]}\n`);
  }
}

/** @returns the exit code */
async function audit(consumer: Hex, options: AuditOptions): Promise<number> {
  const { rpc: rpcUrl, hub, call: calls = [], from } = options;
  const audited = await auditConsumer({ rpcUrl, hub, consumer, calls, ...(from === undefined ? {} : { from }) });
  if (options.json === true) process.stdout.write(`${JSON.stringify(audited)}\n`);
  else for (const one of audited) tell(one);
  return audited.some(({ findings }) => findings.some(({ isGuarded }) => !isGuarded)) ? 1 : 0;
}

export function auditCommand(): Command {
  return new Command("audit")
    .description("call a consumer's views with bad answers in place of good ones, and list the guards that it lacks")
    .argument("<address>", "the consumer contract", hexBytes(20))
    .requiredOption("--rpc <url>", "an RPC that takes calls with changed storage", httpUrl)
    .requiredOption("--hub <address>", "the hub that it reads, directly or through readers", hexBytes(20))
    .option(
      "--call <view>",
      "a view such as price(), or its calldata; repeatable; left out: all without arguments",
      repeated(calldata),
    )
    .option("--from <address>", "who asks", hexBytes(20))
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nEnds with 1 when a guard is lacking. Nothing is sent: the chain is only asked.")
    .action(async (address: Hex, options: AuditOptions) => await ending(async () => await audit(address, options)));
}
