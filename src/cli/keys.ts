import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { OracleError } from "../base/errors.ts";
import { createKeystore, type Keystore, openKeystore } from "../keystore/keystore.ts";
import { ending } from "./fail.ts";

type KeysFlags = { readonly dir: string; readonly passphraseFile: string; readonly newPassphrase?: boolean };

const PASSPHRASE_BYTES = 24;

function passphraseOf({ passphraseFile, newPassphrase }: KeysFlags): string {
  if (newPassphrase === true && !existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, `${randomBytes(PASSPHRASE_BYTES).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  if (!existsSync(passphraseFile)) {
    throw new OracleError(`${passphraseFile} does not exist; write a passphrase there or add --new-passphrase`, {
      code: "keystore-passphrase",
    });
  }
  return readFileSync(passphraseFile, "utf8").trim();
}

function print(keystore: Keystore): void {
  const { observer, transmitter } = keystore.publicIdentity();
  process.stdout.write(`${JSON.stringify({ peerId: keystore.peerId(), observer, transmitter })}\n`);
}

export function keysCommand(): Command {
  const shared = (command: Command): Command =>
    command
      .requiredOption("--dir <folder>", "the keystore's folder")
      .requiredOption("--passphrase-file <file>", "file whose first line is the passphrase");
  return new Command("keys")
    .description("make and show a node's keys; only public parts are printed")
    .addCommand(
      shared(new Command("init"))
        .description("make identity, observer and transmitter keys; never overwrites")
        .option("--new-passphrase", "write a random passphrase where the file does not exist")
        .action(async (flags: KeysFlags) => {
          await ending(async () => print(await createKeystore({ dir: flags.dir, passphrase: passphraseOf(flags) })));
        }),
    )
    .addCommand(
      shared(new Command("show")).description("print the public keys").action(async (flags: KeysFlags) => {
        await ending(async () => print(await openKeystore({ dir: flags.dir, passphrase: passphraseOf(flags) })));
      }),
    );
}
