/** `tenor evidence`: what convicts a member, for operators and auditors. Judging needs files and nothing else. */
import { existsSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import type { Hex } from "../../base/bytes.ts";
import { OracleError } from "../../base/errors.ts";
import { encodeEvidence } from "../../evidence/codec.ts";
import { nameOf } from "../../evidence/evidence.ts";
import { evidenceJson } from "../../evidence/json-form.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { ending } from "../fail.ts";
import { hexBytes, httpUrl } from "../public-values.ts";
import { readCourt, readEvidenceFile } from "./files.ts";
import type { Where } from "./held.ts";
import { askGroup, findHeld, listHeld } from "./held.ts";
import { DISMISSAL_WORDS, FAULT_WORDS, seenText } from "./words.ts";

type VerifyFlags = { readonly network: string; readonly group: string; readonly json?: boolean };

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** 0 convicts, 1 does not; what cannot be read has ended with 2 before. */
function verify(path: string, { network, group, json }: VerifyFlags): number {
  const evidence = readEvidenceFile(path);
  const { facts, configuration, judge } = readCourt(network, group);
  const verdict = verifyEvidence(evidence, configuration, judge);
  const { kind, accused, round, cfg } = evidence;
  const name = nameOf(evidence);
  const code = verdict.convicts ? 0 : 1;
  if (json === true) {
    say([JSON.stringify({ name, kind, accused, round, cfg, ...verdict })]);
    return code;
  }
  const peerId = facts.members.find(({ id }) => id === accused)?.peerId ?? "no member";
  say([
    `${kind}, ${name}`,
    `accused: member ${accused} of ${facts.name}, ${peerId}`,
    `round ${round}, configuration ${cfg}`,
    `these files: configuration ${configuration.cfg}`,
    `${evidence.envelopes.length} envelopes, of which ${verdict.seen.length} were opened:`,
    ...verdict.seen.map((seen, i) => seenText(seen, i + 1)),
    verdict.convicts
      ? `convicts member ${accused}: it ${FAULT_WORDS[verdict.fault]}`
      : `convicts nobody: ${DISMISSAL_WORDS[verdict.why]}`,
  ]);
  return code;
}

async function list(where: Where): Promise<void> {
  const rows = await listHeld(where);
  say(
    rows.length === 0
      ? ["no evidence against any member"]
      : rows.map(
          ({ name, kind, accused, round, firstSeenMs }) =>
            `${new Date(firstSeenMs).toISOString()}  member ${accused}  round ${round}  ${kind}  ${name}`,
        ),
  );
}

function write(path: string, content: string | Uint8Array): void {
  if (existsSync(path)) {
    throw new OracleError(`${path} is there already, and is never overwritten`, { code: "bad-argument", path });
  }
  writeFileSync(path, content, { flag: "wx" });
}

async function exportOne(name: Hex, flags: Where & { readonly out: string; readonly binary?: boolean }): Promise<void> {
  const evidence = await findHeld(flags, name);
  const { out, binary } = flags;
  write(out, binary === true ? encodeEvidence(evidence) : `${JSON.stringify(evidenceJson(evidence), null, 2)}\n`);
  const { kind, accused, round } = evidence;
  say([JSON.stringify({ file: out, name, kind, accused, round })]);
}

async function exportGroup({ node, out }: { readonly node: string; readonly out: string }): Promise<void> {
  const file = await askGroup(node);
  write(out, `${JSON.stringify(file, null, 2)}\n`);
  say([
    JSON.stringify({ file: out, members: file.ceremonies.at(-1)?.transcript.length ?? 0, firstRound: file.firstRound }),
  ]);
}

export function evidenceCommand(): Command {
  const evidence = new Command("evidence").description("what convicts a member: judge it, list it, export it");
  evidence
    .command("verify")
    .description("judge one piece offline; ends with 0 when it convicts, 1 when not, 2 when a file cannot be read")
    .argument("<file>", "evidence, as JSON or as bytes")
    .requiredOption("--network <file>", "the network file")
    .requiredOption("--group <file>", "the group file, as tenor evidence group writes it")
    .option("--json", "the verdict as one line of JSON")
    .action(async (file: string, flags: VerifyFlags) => await ending(async () => verify(file, flags)));
  const from = (command: Command): Command =>
    command
      .option("--node <url>", "ask a running node", httpUrl)
      .option("--data <folder>", "read a node's data folder, running or not");
  from(evidence.command("list").description("what a node holds, newest first")).action(
    async (where: Where) => await ending(async () => await list(where)),
  );
  from(
    evidence
      .command("export")
      .description("write one piece to a file that everybody can judge; never overwrites")
      .argument("<name>", "as list tells it", hexBytes(32))
      .requiredOption("--out <file>", "the file to write")
      .option("--binary", "as bytes instead of JSON"),
  ).action(
    async (name: Hex, flags: Where & { readonly out: string; readonly binary?: boolean }) =>
      await ending(async () => await exportOne(name, flags)),
  );
  evidence
    .command("group")
    .description("write the public half of the group key, by which evidence is judged; never overwrites")
    .requiredOption("--node <url>", "a running member", httpUrl)
    .requiredOption("--out <file>", "the file to write")
    .action(
      async (flags: { readonly node: string; readonly out: string }) =>
        await ending(async () => await exportGroup(flags)),
    );
  return evidence;
}
