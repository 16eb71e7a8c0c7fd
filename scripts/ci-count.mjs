// Prints `N passed, N failed` from the output of `npm test`: vitest's and forge's own closing lines, added.
//   node scripts/ci-count.mjs LOG [FAILED STAGE]
import { existsSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const [log = "", failedStage = ""] = process.argv.slice(2);
const text = existsSync(log) ? stripVTControlCharacters(readFileSync(log, "utf8")) : "";

/** Last match: vitest and forge each close with one summary, and a test's own output may look like one. */
function last(pattern) {
  return [...text.matchAll(pattern)].at(-1)?.[1] ?? "";
}

function amount(summary, word) {
  return Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
}

// "      Tests  1 failed | 12 passed | 3 skipped (16)"
const vitest = last(/^ *Tests +(.*\(\d+\))$/gm);
// "Ran 12 test suites in 9.1s (20s CPU time): 85 tests passed, 0 failed, 0 skipped (85 total tests)"
const forge = last(/^Ran \d+ test suites? in .*?: (\d+ tests? passed, .*)$/gm);
const passed = amount(vitest, "passed") + amount(forge, "tests? passed");
const failed = amount(vitest, "failed") + amount(forge, "failed");
process.stdout.write(`${passed} passed, ${failed === 0 && failedStage !== "" ? 1 : failed} failed\n`);
