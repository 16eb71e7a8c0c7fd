// Prints `N passed, N failed` from the output of `npm test`: vitest's and forge's own closing lines, added.
//   node scripts/ci-count.mjs LOG [FAILED STAGE]
import { existsSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const [log = "", failedStage = ""] = process.argv.slice(2);
const text = existsSync(log) ? stripVTControlCharacters(readFileSync(log, "utf8")) : "";

function amount(summary, word) {
  return Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
}

// " Test Files  2 passed (2)", below it "      Tests  1 failed | 12 passed | 3 skipped (16)"; vitest runs more than once.
const vitest = [...text.matchAll(/^ *Test Files .*\n *Tests +(.*\(\d+\))$/gm)].map((match) => match[1]);
// "Ran 12 test suites in 9.1s (20s CPU time): 85 tests passed, 0 failed, 0 skipped (85 total tests)". The last one is
// that of all contracts; earlier ones are of tests that run forge themselves.
const forge = [...text.matchAll(/^Ran \d+ test suites? in .*?: (\d+ tests? passed, .*)$/gm)].at(-1)?.[1] ?? "";
const summaries = [...vitest, forge];
const passed = summaries.reduce((sum, summary) => sum + amount(summary, "(?:tests? )?passed"), 0);
const failed = summaries.reduce((sum, summary) => sum + amount(summary, "failed"), 0);
process.stdout.write(`${passed} passed, ${failed === 0 && failedStage !== "" ? 1 : failed} failed\n`);
