/** Which tapes a directory holds: for whoever is given a folder and not a file. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { OracleError, reasonOf } from "../base/errors.ts";

export type TapeFiles = { readonly minutes: readonly string[]; readonly chains: readonly string[] };

/** The tapes in a directory and the ones below it, by name: `btc_1m_*.csv` and `chain_<time>Z.csv`, sorted. */
export function findTapeFiles(dir: string): TapeFiles {
  let names: readonly string[];
  try {
    names = readdirSync(dir, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new OracleError(
      `cannot read the directory ${dir}: ${reasonOf(error)}`,
      { code: "cannot-read", path: dir },
      error,
    );
  }
  const matching = (pattern: RegExp): readonly string[] =>
    names
      .filter((name) => pattern.test(basename(name)))
      .sort()
      .map((name) => join(dir, name));
  return { minutes: matching(/^btc_1m_.*\.csv$/), chains: matching(/^chain_\d{8}T\d{6}Z\.csv$/) };
}
