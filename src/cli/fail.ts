/** How a command ends badly: one message on stderr, exit code 2 for what the user gave us, 1 for what went wrong. */
import { OracleError, reasonOf } from "../base/errors.ts";

const USER_FAULTS = new Set([
  "bad-config",
  "bad-argument",
  "bad-market-options",
  "bad-fault",
  "bad-csv",
  "bad-recordings",
  "cannot-read",
  "keystore-exists",
  "keystore-missing",
  "keystore-passphrase",
  "keystore-permissions",
  "not-a-member",
  "key-mismatch",
  "rpc-config",
  "not-built",
]);

export function exitCodeOf(error: unknown): number {
  return error instanceof OracleError && USER_FAULTS.has(error.code) ? 2 : 1;
}

/** Runs a command's work; its failure becomes a message and an exit code, never a stack trace. */
export async function ending(work: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
