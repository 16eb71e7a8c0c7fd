/** `tenor feed diff`: two versions of a definition on the same tape. */
import { Command } from "commander";
import { OracleError } from "../../base/errors.ts";
import { type DefinitionChange, definitionChanges } from "../../feeds/definition-changes.ts";
import { definitionDigest } from "../../feeds/feed-id.ts";
import { type Spread, spreadOf } from "../../feeds/statistics.ts";
import { comparisonOf, difference } from "../../feeds/comparison.ts";
import { ending } from "../fail.ts";
import { Backtest, type BacktestResult } from "./backtest-result.ts";
import { type TapeFlags, counts, onTape, spreadText } from "./backtest.ts";
import { type LoadedFeed, loadFeed } from "./definitions.ts";
import { openTape, warm } from "./recording.ts";
import { TapeRun } from "./tape-run.ts";

type Difference = {
  readonly steps: number;
  readonly unit: string;
  /** Of the steps in which both have a value. */
  readonly spread: Spread | null;
  readonly onlyOld: number;
  readonly onlyNew: number;
  readonly old: BacktestResult;
  readonly new: BacktestResult;
};

async function compare(older: LoadedFeed, newer: LoadedFeed, flags: TapeFlags): Promise<Difference> {
  const tape = await openTape(flags.recording, [...older.feeds, ...newer.feeds], flags.partial === true);
  const comparison = comparisonOf(newer.feed.definition.kind);
  const sides = [older, newer].map((loaded) => ({
    run: new TapeRun(loaded),
    backtest: new Backtest(loaded.feed.definition),
  }));
  const apart: number[] = [];
  let [steps, onlyOld, onlyNew] = [0, 0, 0];
  for await (const snapshot of warm(tape, tape.snapshots(flags.step))) {
    steps += 1;
    const [was, is] = sides.map(({ run, backtest }) => {
      const step = run.step(snapshot);
      backtest.add(step);
      return step.evaluation.kind === "value" ? step.value : null;
    }) as [number | null, number | null];
    if (was !== null && is !== null) apart.push(difference(comparison, was, is));
    else if (was !== null) onlyOld += 1;
    else if (is !== null) onlyNew += 1;
  }
  if (steps === 0) {
    throw new OracleError(`the recording ${tape.dir} ends before every source has answered once: record for longer`, {
      code: "bad-argument",
      path: tape.dir,
    });
  }
  const [old, now] = sides.map(({ backtest }) => backtest.result()) as [BacktestResult, BacktestResult];
  return { steps, unit: comparison.unit, spread: spreadOf(apart), onlyOld, onlyNew, old, new: now };
}

function changeText({ path, before, after }: DefinitionChange): string {
  return `    ${path}: ${before ?? "absent"} → ${after ?? "absent"}\n`;
}

function textOf(older: LoadedFeed, newer: LoadedFeed, found: Difference): string {
  const changes = definitionChanges(older.feed.definition, newer.feed.definition);
  const normative = changes.filter(({ isNormative }) => isNormative);
  const prose = changes.length - normative.length;
  const [was, is] = [older, newer].map(({ feed }) => definitionDigest(feed));
  const digests = was === is ? `the same, ${was}: nodes do not do anything else` : `${was} → ${is}`;
  const values = found.spread === null ? "no step in which both have a value" : spreadText(found.spread, found.unit);
  return [
    `${older.file} → ${newer.file}\n`,
    `  digest       ${digests}\n`,
    `  normative    ${normative.length} fields changed${normative.length === 0 ? "" : ":"}\n${normative.map(changeText).join("")}`,
    `  prose        ${prose} fields changed\n`,
    `  difference   ${values}\n`,
    `  one alone    ${found.onlyOld} of ${found.steps} steps only the old one has a value, ${found.onlyNew} only the new one\n`,
    `  updates      ${counts(found.old.updates)} → ${counts(found.new.updates)}\n`,
    `  gas a day    ${found.old.gasPerDay.alone} → ${found.new.gasPerDay.alone}\n`,
  ].join("");
}

export function diffCommand(): Command {
  return onTape(new Command("diff"))
    .description("run two versions of a definition over the same recording and say how they differ")
    .argument("<old>", "feed definition, JSON")
    .argument("<new>", "feed definition, JSON")
    .action(async (oldFile: string, newFile: string, flags: TapeFlags) => {
      await ending(async () => {
        const [older, newer] = [loadFeed(oldFile), loadFeed(newFile)];
        const [a, b] = [older.feed.definition, newer.feed.definition];
        if (a.unit !== b.unit || a.kind !== b.kind) {
          throw new OracleError(
            `${a.name} is a ${a.kind} in ${a.unit}, ${b.name} a ${b.kind} in ${b.unit}: not comparable`,
            {
              code: "bad-argument",
            },
          );
        }
        const found = await compare(older, newer, flags);
        if (flags.json === true) {
          const changes = definitionChanges(a, b);
          const digests = { old: definitionDigest(older.feed), new: definitionDigest(newer.feed) };
          process.stdout.write(`${JSON.stringify({ files: [oldFile, newFile], digests, changes, ...found })}\n`);
        } else process.stdout.write(textOf(older, newer, found));
      });
    });
}
