/** The built program, run as a process. */
import { spawnSync } from "node:child_process";
import { commandLine } from "../../src/devnet/paths.ts";

export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

export function tenor(...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [commandLine, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
}
