/** Passphrases come from files: a command line is seen by every user of a machine, and ends up in a shell's history. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { OracleError, reasonOf } from "../base/errors.ts";

/** 192 bits: nobody guesses it, and nobody has to type it. */
const PASSPHRASE_BYTES = 24;

/** @throws OracleError `keystore-passphrase` when the file cannot be read or is empty. @param flag the option that makes it */
export function readPassphrase(path: string, flag = "--new-passphrase"): string {
  let passphrase: string;
  try {
    passphrase = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new OracleError(
      `passphrase file cannot be read: ${reasonOf(error)}; write one, or let ${flag} make it`,
      { code: "keystore-passphrase", path },
      error,
    );
  }
  if (passphrase !== "") return passphrase;
  throw new OracleError(`${path} holds no passphrase, wanted at least one character`, {
    code: "keystore-passphrase",
    path,
  });
}

/**
 * Works with the passphrase of a file, which is made first when it may be and is not there; it goes again when the work
 * fails, because then nothing is sealed with it.
 */
export async function withPassphrase<T>(
  options: { readonly path: string; readonly mayMake: boolean; readonly flag?: string },
  work: (passphrase: string) => Promise<T>,
): Promise<T> {
  const { path, mayMake, flag } = options;
  const made = mayMake && !existsSync(path);
  if (made) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const text = `${randomBytes(PASSPHRASE_BYTES).toString("base64url")}\n`;
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  }
  try {
    return await work(readPassphrase(path, flag));
  } catch (error) {
    if (made) rmSync(path, { force: true });
    throw error;
  }
}
