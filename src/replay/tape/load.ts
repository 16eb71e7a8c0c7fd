/** Tapes from disk. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { OracleError, reasonOf } from "../../base/errors.ts";
import { parseTapeChain, type RecordedChain } from "./chain-csv.ts";
import { type MinuteTape, parseTapeMinutes } from "./minutes.ts";

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new OracleError(`cannot read ${path}: ${reasonOf(error)}`, { code: "cannot-read", path }, error);
  }
}

/** @throws OracleError `cannot-read`, `bad-csv` */
export function loadTapeMinutes(path: string): MinuteTape {
  return parseTapeMinutes(readText(path), basename(path));
}

/** @throws OracleError `cannot-read`, `bad-csv` */
export function loadTapeChain(path: string): RecordedChain {
  return parseTapeChain(readText(path), basename(path));
}

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
