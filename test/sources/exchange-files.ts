/** Recorded replies of the venues, where the shared data lies beside the repository. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const filesRoot = `${process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url))}/exchanges`;

export const filesAbsent = !existsSync(filesRoot);
/** Stands in the names of tests that need them. */
export const whereFiles = filesAbsent ? " [skipped: shared data is absent]" : "";

export const loadFile = (file: string): string => readFileSync(`${filesRoot}/${file}`, "utf8");
export const loadLines = (file: string): string[] => loadFile(file).trim().split("\n");
