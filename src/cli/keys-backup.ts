/** `tenor keys backup` and `restore`: a keystore as one file under a passphrase of its own, and back. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { Command } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import { type BackupHeader, restoreBackup } from "../keystore/backup.ts";
import { openKeystore } from "../keystore/keystore.ts";
import { RESTORED_FILE } from "../keystore/restored-marker.ts";
import { peerIdOf } from "../threshold/peer-id.ts";
import { ending } from "./fail.ts";
import { readPassphrase, withPassphrase } from "./passphrase.ts";

type BackupOptions = {
  readonly dir: string;
  readonly passphraseFile: string;
  readonly backupPassphraseFile: string;
  readonly newBackupPassphrase?: true;
  readonly out: string;
};

type RestoreOptions = {
  readonly dir: string;
  readonly passphraseFile: string;
  readonly newPassphrase?: true;
  readonly backupPassphraseFile: string;
};

const WHAT_IS_IN_IT = `In it: identity, observer key, transmitter key and every share of a group key.
Not in it: signing nonces (they exist in memory only), reservations of rounds (old ones would let the member speak twice)
and secrets of ceremonies. Make a new backup after each ceremony: an older one lacks the newer share.
`;

const ONE_MACHINE_ONLY = `Run this member on one machine only: a second one that runs with the same keys halts both.
`;

function print(file: string, { identityPublicKey, observer, transmitter, shares }: BackupHeader): void {
  const line = { file, peerId: peerIdOf(identityPublicKey), observer, transmitter, shares };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function refuseSame(passphrase: string, backupPassphrase: string): void {
  if (passphrase !== backupPassphrase) return;
  throw new OracleError("the backup's passphrase is the keystore's; wanted another one, kept in another place", {
    code: "bad-argument",
  });
}

/** On disk when it returns; a file that could not be written whole does not stay. */
function writePrivate(path: string, text: string): void {
  const descriptor = openSync(path, "wx", 0o600);
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function backup(options: BackupOptions): Promise<void> {
  const { dir, out, passphraseFile, backupPassphraseFile, newBackupPassphrase } = options;
  if (existsSync(out))
    throw new OracleError(`${out} is there already, and is never overwritten`, { code: "bad-argument", path: out });
  const passphrase = readPassphrase(passphraseFile, "tenor keys init --new-passphrase");
  const keystore = await openKeystore({ dir, passphrase });
  const file = { path: backupPassphraseFile, mayMake: newBackupPassphrase === true, flag: "--new-backup-passphrase" };
  await withPassphrase(file, async (backupPassphrase) => {
    refuseSame(passphrase, backupPassphrase);
    const { header, text } = await keystore.backup(backupPassphrase, Date.now());
    writePrivate(out, text);
    print(out, header);
  });
  process.stderr.write(WHAT_IS_IN_IT);
  process.stderr.write(ONE_MACHINE_ONLY);
}

function readBackupFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new OracleError(`the backup cannot be read: ${reasonOf(error)}`, { code: "cannot-read", path }, error);
  }
}

async function restore(path: string, options: RestoreOptions): Promise<void> {
  const { dir, passphraseFile, newPassphrase, backupPassphraseFile } = options;
  const text = readBackupFile(path);
  const backupPassphrase = readPassphrase(backupPassphraseFile, "tenor keys backup --new-backup-passphrase");
  await withPassphrase({ path: passphraseFile, mayMake: newPassphrase === true }, async (passphrase) => {
    refuseSame(passphrase, backupPassphrase);
    const given = { text, path, backupPassphrase, dir, passphrase, restoredAtMs: Date.now() };
    print(path, await restoreBackup(given));
  });
  process.stderr.write(ONE_MACHINE_ONLY);
  process.stderr.write(
    `Its first start asks the other members what it last said, because of ${dir}/${RESTORED_FILE}.\n`,
  );
}

export function backupCommand(): Command {
  return new Command("backup")
    .description("write keys and shares into one file under a passphrase of its own; never overwrites")
    .requiredOption("--dir <dir>", "the keystore")
    .requiredOption("--passphrase-file <file>", "file with the keystore's passphrase")
    .requiredOption("--backup-passphrase-file <file>", "file with the backup's passphrase, which must be another one")
    .option("--new-backup-passphrase", "make that file, when there is none, with a random passphrase")
    .requiredOption("--out <file>", "the backup")
    .action(async (options: BackupOptions) => await ending(async () => await backup(options)));
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description("make a keystore of a backup; never overwrites, and its first start goes through quarantine")
    .argument("<file>", "the backup")
    .requiredOption("--dir <dir>", "the new keystore: a folder that is not there, or is empty")
    .requiredOption("--passphrase-file <file>", "file with the new keystore's passphrase")
    .option("--new-passphrase", "make that file, when there is none, with a random passphrase")
    .requiredOption("--backup-passphrase-file <file>", "file with the backup's passphrase")
    .action(async (file: string, options: RestoreOptions) => await ending(async () => await restore(file, options)));
}
