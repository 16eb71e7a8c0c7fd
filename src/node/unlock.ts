/** Opens a member's keystore with the passphrase that its operator has put into a file. */
import { readFileSync } from "node:fs";
import { OracleError, reasonOf } from "../base/errors.ts";
import { type Keystore, openKeystore } from "../keystore/keystore.ts";
import type { NodeConfig } from "./config.ts";

/** @throws OracleError `keystore-passphrase` and what `openKeystore` throws */
export async function unlock(config: Pick<NodeConfig, "keystore">): Promise<Keystore> {
  const { dir, passphraseFile } = config.keystore;
  let passphrase: string;
  try {
    passphrase = readFileSync(passphraseFile, "utf8").trim();
  } catch (error) {
    throw new OracleError(`passphrase file cannot be read: ${reasonOf(error)}`, { code: "keystore-passphrase" });
  }
  return await openKeystore({ dir, passphrase });
}
