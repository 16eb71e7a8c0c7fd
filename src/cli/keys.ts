/** `tenor keys`: an operator's keys, made on the operator's own machine. Only public parts are printed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { OracleError } from "../base/errors.ts";
import { type PublicIdentity, readPublicIdentity } from "../keystore/identity-file.ts";
import { createKeystore } from "../keystore/keystore.ts";
import { peerIdOf } from "../threshold/peer-id.ts";
import { ending } from "./fail.ts";
import { backupCommand, restoreCommand } from "./keys-backup.ts";
import { ceremonyCommand } from "./keys-ceremony.ts";
import { refreshCommand, rotateCommand } from "./keys-next.ts";
import { verifyShareCommand } from "./keys-share.ts";
import { wholeNumber } from "./options.ts";
import { withPassphrase } from "./passphrase.ts";
import { repeated } from "./public-values.ts";

type MemberOptions = { readonly member?: number; readonly address?: readonly string[] };

type InitOptions = MemberOptions & {
  readonly dir: string;
  readonly passphraseFile: string;
  readonly newPassphrase?: true;
};

/** One line of JSON. With --member it is the entry that `tenor network create --member` takes. */
function print(identity: PublicIdentity, { member, address }: MemberOptions): void {
  const { identityPublicKey, observer, transmitter } = identity;
  const keys = { peerId: peerIdOf(identityPublicKey), observer, transmitter };
  const entry = member === undefined ? keys : { id: member, ...keys, addresses: address ?? [] };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

async function init(options: InitOptions): Promise<void> {
  const { dir, passphraseFile, newPassphrase } = options;
  // Before a passphrase file is made for keys that are refused.
  const keystore = join(dir, "keystore.json");
  if (existsSync(keystore)) {
    throw new OracleError(`${keystore}: there is a keystore already, and it is never overwritten`, {
      code: "keystore-exists",
      path: keystore,
    });
  }
  await withPassphrase({ path: passphraseFile, mayMake: newPassphrase === true }, async (passphrase) => {
    print((await createKeystore({ dir, passphrase })).publicIdentity(), options);
  });
}

export function keysCommand(): Command {
  const keys = new Command("keys").description("a node's keys: make, show, check, save, bring back, renew");
  const forMember = (command: Command): Command =>
    command
      .option("--member <id>", "print the entry for a network file, with this id", wholeNumber(1, 127))
      .option(
        "--address <multiaddr>",
        "where the other members find this one, with --member; repeatable",
        repeated(String),
      );
  forMember(
    keys
      .command("init")
      .description("make the three keys of a node; prints the public parts, never overwrites")
      .requiredOption("--dir <dir>", "the keystore, made with mode 0700")
      .requiredOption("--passphrase-file <file>", "file of mode 0600 with the passphrase")
      .option("--new-passphrase", "make the passphrase file, when there is none, with a random passphrase"),
  ).action(async (options: InitOptions) => await ending(async () => await init(options)));
  forMember(
    keys
      .command("show")
      .description("print the public parts; needs no passphrase")
      .requiredOption("--dir <dir>", "the keystore"),
  ).action(
    async (options: MemberOptions & { readonly dir: string }) =>
      await ending(async () => print(readPublicIdentity(options.dir), options)),
  );
  const more = [ceremonyCommand, refreshCommand, rotateCommand, verifyShareCommand, backupCommand, restoreCommand];
  for (const command of more) keys.addCommand(command());
  return keys;
}
