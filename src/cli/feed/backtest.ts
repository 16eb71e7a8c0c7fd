/** `tenor feed backtest`: a definition over a recording, in virtual time. */
import { Command } from "commander";
import { OracleError } from "../../base/errors.ts";
import { definitionDigest } from "../../feeds/feed-id.ts";
import type { Spread } from "../../feeds/statistics.ts";
import { ending } from "../fail.ts";
import { durationMs } from "../options.ts";
import { Backtest, type BacktestResult, GAS } from "./backtest-result.ts";
import { type LoadedFeed, loadFeed } from "./definitions.ts";
import { type Tape, openTape, warm } from "./recording.ts";
import { TapeRun } from "./tape-run.ts";
import { shortNumber } from "./text-table.ts";

export type TapeFlags = {
  readonly recording: string;
  readonly step: number;
  readonly partial?: boolean;
  readonly json?: boolean;
};

async function run(loaded: LoadedFeed, tape: Tape, stepMs: number): Promise<BacktestResult> {
  const backtest = new Backtest(loaded.feed.definition);
  const tapeRun = new TapeRun(loaded);
  for await (const snapshot of warm(tape, tape.snapshots(stepMs))) backtest.add(tapeRun.step(snapshot));
  const result = backtest.result();
  if (result.steps > 0) return result;
  throw new OracleError(`the recording ${tape.dir} ends before every source has answered once: record for longer`, {
    code: "bad-argument",
    path: tape.dir,
  });
}

export function counts(words: BacktestResult["updates"]): string {
  return words.map(([word, count]) => `${word} ${count}`).join(", ") || "none";
}

export function spreadText({ mean, p50, p99, max }: Spread, unit: string): string {
  const digits = (value: number): string => String(Number(value.toPrecision(4)));
  return `mean ${digits(mean)}, p50 ${digits(p50)}, p99 ${digits(p99)}, max ${digits(max)} ${unit}`.trimEnd();
}

const count = (value: number): string => Math.round(value).toLocaleString("en-US");

function textOf({ feed: { definition } }: LoadedFeed, result: BacktestResult, tape: Tape, stepMs: number): string {
  const { steps, spanMs, withValue, missing, range, unit, benchmark, mispricing, bookU, updates } = result;
  const { alone, sharingATransaction } = result.gasPerDay;
  const rows: (readonly [string, string])[] = [
    ["tape", `${tape.dir}, ${steps} steps of ${stepMs / 1_000} s over ${(spanMs / 1_000).toFixed(0)} s`],
    ["coverage", `${((100 * withValue) / steps).toFixed(2)} % (${withValue} of ${steps} steps have a value)`],
    ["missing", counts(missing)],
    ["values", range === null ? "none" : `${shortNumber(range.low)} to ${shortNumber(range.high)} ${definition.unit}`],
    [
      "benchmark",
      benchmark === null
        ? "nothing on the tape to compare with"
        : `${benchmark.name}: ${spreadText(benchmark.deviation, unit)}`,
    ],
    ["updates", `${counts(updates)}; ${count(result.updatesPerDay)} a day`],
    [
      "gas a day",
      `${count(alone)} alone (${count(GAS.single)} each), ${count(sharingATransaction)} in transactions of others (${count(GAS.further)} each)`,
    ],
    [
      "stale",
      mispricing === null ? "nothing was published" : `published against current: ${spreadText(mispricing, unit)}`,
    ],
  ];
  if (bookU !== null) rows.push(["option book", `worst stale price over its tolerance: ${spreadText(bookU, "")}`]);
  if (tape.absent.length > 0) rows.push(["not on tape", tape.absent.join(", ")]);
  return `${definition.name}, revision ${definition.revision}\n${rows.map(([key, text]) => `  ${key.padEnd(13)}${text}\n`).join("")}`;
}

/** The options that every verb on a recording takes. */
export function onTape(command: Command): Command {
  return command
    .requiredOption("--recording <dir>", "what `tenor record` wrote")
    .option("--step <duration>", "time between two looks; each is a round", durationMs, 1_000)
    .option("--partial", "go on although the recording lacks some of the sources")
    .option("--json", "one line of JSON instead of text");
}

export function backtestCommand(): Command {
  return onTape(new Command("backtest"))
    .description("run a definition over a recording: coverage, distance from a benchmark, updates, gas, staleness")
    .argument("<file>", "feed definition, JSON")
    .action(async (file: string, { recording, step, partial, json }: TapeFlags) => {
      await ending(async () => {
        const loaded = loadFeed(file);
        const tape = await openTape(recording, loaded.feeds, partial === true);
        const result = await run(loaded, tape, step);
        if (json === true) {
          const head = { feed: loaded.feed.definition.name, digest: definitionDigest(loaded.feed) };
          const about = { recording, startMs: tape.startMs, endMs: tape.endMs, stepMs: step, absent: tape.absent };
          process.stdout.write(`${JSON.stringify({ ...head, ...about, ...result })}\n`);
        } else process.stdout.write(textOf(loaded, result, tape, step));
      });
    });
}
