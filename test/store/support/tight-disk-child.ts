/** Runs on a mount of one megabyte that is its own: fills it, reads it again, and then makes it read-only. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OracleError } from "../../../src/base/errors.ts";
import { openStoreAnyway } from "../../../src/store/open-anyway.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: tight-disk-child <folder>");
const KEY = `0x${"ab".repeat(32)}` as const;
const path = join(folder, "tenor.sqlite");
const say = (fields: object): void => void process.stdout.write(`${JSON.stringify(fields)}\n`);

function codeOf(work: () => void): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof OracleError ? error.code : String(error);
  }
}

const first = openStoreAnyway({ path });
const faults: string[] = [];
first.store.onFault((failure) => faults.push(failure.code));
let reserved = 0;
let reports = 0;
let code = "none";
while (code === "none") {
  code = codeOf(() => {
    first.store.reserve(KEY, reserved + 16);
    reserved += 16;
    const digest = `0x${reserved.toString(16).padStart(64, "0")}` as const;
    first.store.saveReport(reserved, digest, reserved, new Uint8Array(20_000));
    reports += 1;
  });
}
say({ step: "full", code, faults, reserved, held: first.store.reservedUpTo(KEY), reports });
codeOf(() => first.store.close());

// Nothing left for the smallest file.
codeOf(() => writeFileSync(join(folder, "ballast"), new Uint8Array(1_048_576)));
const again = openStoreAnyway({ path });
say({
  step: "again",
  trouble: again.trouble !== null || codeOf(() => again.store.reserve(KEY, 1_000_000)),
  isVolatile: again.store.isVolatile,
});
codeOf(() => again.store.close());

execFileSync("rm", ["-f", join(folder, "ballast")]);
execFileSync("mount", ["-o", "remount,ro", folder]);
const sealed = openStoreAnyway({ path });
say({
  step: "read-only",
  trouble: sealed.trouble,
  isVolatile: sealed.store.isVolatile,
  refusal: codeOf(() => sealed.store.reserve(KEY, 1_000_000)),
});
codeOf(() => sealed.store.close());

execFileSync("mount", ["-o", "remount,rw", folder]);
const cured = openStoreAnyway({ path });
say({ step: "cured", trouble: cured.trouble, held: cured.store.reservedUpTo(KEY), there: existsSync(path) });
codeOf(() => cured.store.close());
