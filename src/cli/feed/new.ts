/** `tenor feed new`: a complete, valid definition to start from. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { OracleError, reasonOf } from "../../base/errors.ts";
import { shippedFeeds } from "../../devnet/paths.ts";
import type { FeedDefinition } from "../../feeds/definition.ts";
import { NAME_FORMS, draftDefinition, readDraftName } from "../../feeds/draft-definition.ts";
import { describeProblem, parseDefinition } from "../../feeds/parse-definition.ts";
import { refsOf } from "../../feeds/definition.ts";
import { systemClock } from "../../node/clock.ts";
import { ending } from "../fail.ts";

type NewFlags = { readonly kind?: string; readonly out: string };

function shipped(): readonly FeedDefinition[] {
  return shippedFeeds().flatMap((file) => {
    const parsed = parseDefinition(readFileSync(file, "utf8"), file);
    return parsed.ok ? [parsed.definition] : [];
  });
}

function refuse(message: string): never {
  throw new OracleError(message, { code: "bad-argument" });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new OracleError(`cannot write ${file}: ${reasonOf(error)}`, { code: "bad-argument", path: file }, error);
  }
}

function create(given: string, { kind, out }: NewFlags): void {
  const name = kind === undefined || given.includes(".") ? given : `${given}.${kind}`;
  const wanted = readDraftName(name) ?? refuse(`${JSON.stringify(name)} is no name of a feed; wanted ${NAME_FORMS}`);
  if (kind !== undefined && !name.endsWith(`.${kind}`) && kind !== wanted.kind) {
    refuse(`--kind ${kind} contradicts the name ${name}`);
  }
  const file = join(out, `${name}.json`);
  if (existsSync(file)) refuse(`${file} is there already: nothing was written`);
  const today = new Date(systemClock.nowMs()).toISOString().slice(0, 10);
  const draft =
    draftDefinition(wanted, shipped(), today) ??
    refuse(`no definition of kind ${wanted.kind} is shipped to start from`);
  const text = `${JSON.stringify(draft.definition, null, 2)}\n`;
  const parsed = parseDefinition(text, file);
  if (!parsed.ok) {
    refuse(`${name} cannot be made from ${draft.template}:\n${parsed.problems.map(describeProblem).join("\n")}`);
  }
  mkdirSync(out, { recursive: true });
  write(file, text);
  const missing = refsOf(parsed.definition).filter((ref) => !existsSync(join(out, `${ref}.json`)));
  const lines = [
    `${file}: written, after ${draft.template}`,
    "edit:",
    ...draft.edits.map(({ path, why }) => `  ${path}: ${why}`),
    "then:",
    ...missing.map((ref) => `  tenor feed new ${ref} --out ${out}    (it refers to this feed)`),
    `  tenor feed validate ${file}`,
    `  tenor feed explain ${file}`,
    `  tenor feed preview ${file} --live`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

export function newCommand(): Command {
  return new Command("new")
    .description("write a valid definition to start from, after the nearest one that is shipped; never overwrites")
    .argument("<name>", "the feed's name, such as SOL-USD.spot-index or BTC-USD.iv-atm-60d")
    .option("--kind <kind>", "with a symbol alone as name: spot-index, iv-atm-60d, …")
    .option("--out <dir>", "folder of the file", "feeds")
    .addHelpText("after", `\nNames: ${NAME_FORMS}`)
    .action(async (name: string, flags: NewFlags) => {
      await ending(async () => create(name, flags));
    });
}
