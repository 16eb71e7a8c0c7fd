/** Tapes from disk. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
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
