/**
 * A keystore as one file, for the day on which its machine is gone: the three long-lived keys and every share, under a
 * passphrase of its own. Left out on purpose: signing nonces, which exist in memory only; reservations of rounds, because
 * old ones would let the member speak twice; seeds of ceremonies, because they open old transcripts.
 *
 *   secret part   identity 96 | (header length u32 | header as JSON | scalar 32)…
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { canonicalJson } from "../base/canonical-json.ts";
import { asciiBytes, ByteReader, ByteWriter, type Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { SCALAR_BYTES } from "../threshold/curve.ts";
import { markActed } from "./acted-file.ts";
import type { IdentitySecrets } from "./identity-file.ts";
import { IDENTITY_BYTES, identityBytes, identitySecretsOf, publicIdentityOf, writeIdentity } from "./identity-file.ts";
import type { PublicIdentity } from "./identity-file.ts";
import { markRestored } from "./restored-marker.ts";
import { newMasterKey, openMasterKey, seal, unseal } from "./sealed/cipher.ts";
import type { FileDoors } from "./sealed/files.ts";
import { makeDirectory, realFiles, syncDirectory } from "./sealed/files.ts";
import { parseJsonObject, parseSealed } from "./sealed/parse.ts";
import { secretOf } from "./sealed/secrets.ts";
import { readShareHeader, shareHeaderJson, writeShare } from "./share-file.ts";
import { SigningShare } from "./signing-share.ts";

/** What a backup says without its passphrase. */
export type BackupHeader = PublicIdentity & {
  readonly madeAtMs: number;
  readonly shares: readonly { readonly transcriptHash: Hex; readonly groupKeyX: Hex; readonly memberId: number }[];
};

export type Backup = { readonly header: BackupHeader; readonly text: string };

function headerOf(secrets: IdentitySecrets, shares: readonly SigningShare[], madeAtMs: number): BackupHeader {
  const listed = shares.map(({ transcriptHash, memberId, group }) => ({
    transcriptHash,
    groupKeyX: group.groupKeyX,
    memberId,
  }));
  return { ...publicIdentityOf(secrets), madeAtMs, shares: listed };
}

type BackupCase = {
  readonly secrets: IdentitySecrets;
  /** Opened for this; destroyed when it is done. */
  readonly shares: readonly SigningShare[];
  readonly passphrase: string | Uint8Array;
  readonly madeAtMs: number;
};

export async function sealBackup({ secrets, shares, passphrase, madeAtMs }: BackupCase): Promise<Backup> {
  const header = headerOf(secrets, shares, madeAtMs);
  const identity = identityBytes(secrets);
  const writer = new ByteWriter().raw(identity, IDENTITY_BYTES);
  for (const share of shares) {
    const text = asciiBytes(canonicalJson(shareHeaderJson(share.header)));
    writer.uint(text.length, 4).raw(text).raw(secretOf(share), SCALAR_BYTES);
  }
  const bytes = writer.done();
  identity.fill(0);
  for (const share of shares) share.destroy();
  try {
    const file = seal(await newMasterKey(passphrase), "backup", { ...header, shares: [...header.shares] }, bytes);
    return { header, text: `${JSON.stringify(file, null, 2)}\n` };
  } finally {
    bytes.fill(0);
  }
}

export type RestoreOptions = {
  /** The backup's text, and what it is called in messages. */
  readonly text: string;
  readonly path: string;
  readonly backupPassphrase: string | Uint8Array;
  /** The new keystore: a folder that is not there, or is empty. */
  readonly dir: string;
  readonly passphrase: string | Uint8Array;
  readonly restoredAtMs: number;
};

/**
 * Makes a keystore of a backup, whole or not at all: it is written beside its place and moved there. It bears the marker
 * that sends its first start through quarantine.
 * @throws OracleError `keystore-exists`; `keystore-passphrase`, `keystore-corrupt` of the backup
 */
export async function restoreBackup(options: RestoreOptions, doors: FileDoors = realFiles): Promise<BackupHeader> {
  const { text, path, dir } = options;
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new OracleError(`${dir}: there is something already, and it is never overwritten`, {
      code: "keystore-exists",
      path: dir,
    });
  }
  const file = parseSealed(text, "backup", path);
  const bytes = unseal(await openMasterKey(options.backupPassphrase, file.kdf, path), file, path);
  const staging = `${dir}.restoring-${randomBytes(4).toString("hex")}`;
  try {
    const { secrets, shares } = readBackup(bytes, path);
    const madeAtMs = file.public.madeAtMs;
    if (typeof madeAtMs !== "number") throw damaged(path, "its time");
    const master = await newMasterKey(options.passphrase);
    makeDirectory(staging);
    writeIdentity(staging, secrets, master, doors, true);
    for (const share of shares) {
      writeShare(staging, share, master, doors);
      // Whether it had spoken when the backup was made or only after: a database that is missing here is a lost one.
      markActed(staging, share.group.groupKeyX, doors);
    }
    markRestored(staging, { backupMadeAtMs: madeAtMs, restoredAtMs: options.restoredAtMs }, doors);
    doors.rename(staging, dir);
    syncDirectory(dirname(resolve(dir)));
    for (const share of shares) share.destroy();
    return headerOf(secrets, shares, madeAtMs);
  } finally {
    bytes.fill(0);
    rmSync(staging, { recursive: true, force: true });
  }
}

function damaged(path: string, what: string): OracleError {
  return new OracleError(`${path}: ${what} is damaged`, { code: "keystore-corrupt", path });
}

/** Sealed bytes are as `sealBackup` wrote them, or its seal would not hold; what does not fit is a version's fault. */
function readBackup(
  bytes: Uint8Array,
  path: string,
): { readonly secrets: IdentitySecrets; readonly shares: readonly SigningShare[] } {
  const reader = new ByteReader(bytes);
  const secrets = identitySecretsOf(reader.raw(IDENTITY_BYTES));
  const shares: SigningShare[] = [];
  while (reader.remaining() > 0) {
    const fields = parseJsonObject(Buffer.from(reader.raw(reader.uint(4))).toString("ascii"));
    if (fields === null) throw damaged(path, "a share's header");
    const header = readShareHeader(fields, path);
    shares.push(new SigningShare(header, reader.raw(SCALAR_BYTES)));
  }
  return { secrets, shares };
}
