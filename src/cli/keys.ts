/** `tenor keys`: an operator's three long-lived keys, made on the operator's own machine. Only public parts are printed. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import { type PublicIdentity, readPublicIdentity } from "../keystore/identity-file.ts";
import { createKeystore } from "../keystore/keystore.ts";
import { peerIdOf } from "../threshold/peer-id.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";
import { repeated } from "./public-values.ts";

/** 192 bits: nobody guesses it, and nobody has to type it. */
const PASSPHRASE_BYTES = 24;

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

function readPassphrase(path: string): string {
  let passphrase: string;
  try {
    passphrase = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new OracleError(
      `passphrase file cannot be read: ${reasonOf(error)}; write one, or let --new-passphrase make it`,
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
  const made = newPassphrase === true && !existsSync(passphraseFile);
  if (made) {
    mkdirSync(dirname(passphraseFile), { recursive: true, mode: 0o700 });
    writeFileSync(passphraseFile, `${randomBytes(PASSPHRASE_BYTES).toString("base64url")}\n`, {
      mode: 0o600,
      flag: "wx",
    });
  }
  const passphrase = readPassphrase(passphraseFile);
  try {
    print((await createKeystore({ dir, passphrase })).publicIdentity(), options);
  } catch (error) {
    if (made) rmSync(passphraseFile, { force: true });
    throw error;
  }
}

export function keysCommand(): Command {
  const keys = new Command("keys").description("make and show a node's keys");
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
  return keys;
}
