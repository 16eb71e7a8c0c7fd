/** A share as a file: `share-<transcriptHash>.json`, and the generation before it as `.previous`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "../base/bytes.ts";
import type { Json } from "../base/canonical-json.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import { parseHex } from "../threshold/curve.ts";
import type { GroupPublic } from "../threshold/group.ts";
import { isConsistentGroup } from "../threshold/group.ts";
import type { MasterKey, SealedFile } from "./sealed/cipher.ts";
import { seal, unseal } from "./sealed/cipher.ts";
import type { FileDoors } from "./sealed/files.ts";
import { eraseFile, generationsOf, previousOf, readPrivate, replaceFile } from "./sealed/files.ts";
import { parseSealed } from "./sealed/parse.ts";
import { secretOf } from "./sealed/secrets.ts";
import type { ShareHeader } from "./signing-share.ts";
import { SigningShare } from "./signing-share.ts";

const SHARE_FILE = /^share-([0-9a-f]{64})\.json$/;

function pathOf(dir: string, transcriptHash: Hex): string {
  return join(dir, `share-${transcriptHash.slice(2).toLowerCase()}.json`);
}

/** What stays readable of a share. */
export function shareHeaderJson(header: ShareHeader): { readonly [key: string]: Json } {
  const { n, t, groupKeyX, commitments, verifyingShares } = header.group;
  const { ceremonyId, transcriptHash, memberId, configCount } = header;
  const group = { n, t, groupKeyX, commitments, verifyingShares };
  return { ceremonyId, transcriptHash, memberId, ...(configCount === undefined ? {} : { configCount }), group };
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHash(value: Json | undefined): value is Hex {
  return parseHex(value, 32) !== null;
}

/** A group as the header holds it; every field is checked by `isConsistentGroup`, whatever it is. */
function readGroup(value: Json | undefined): GroupPublic | null {
  if (!isObject(value)) return null;
  const group = value as Partial<GroupPublic>;
  const { n, t, groupKeyX, commitments, verifyingShares } = group;
  if (n === undefined || t === undefined || groupKeyX === undefined) return null;
  if (commitments === undefined || verifyingShares === undefined) return null;
  const whole: GroupPublic = { n, t, groupKeyX, commitments, verifyingShares };
  return isConsistentGroup(whole) ? whole : null;
}

/** @throws OracleError `keystore-corrupt` */
export function readShareHeader(fields: SealedFile["public"], path: string): ShareHeader {
  const { ceremonyId, transcriptHash, memberId, configCount } = fields;
  const group = readGroup(fields.group);
  const isWhole =
    isHash(ceremonyId) && isHash(transcriptHash) && typeof memberId === "number" && Number.isInteger(memberId);
  if (!isWhole || group === null || memberId < 1 || memberId > group.n) {
    throw new OracleError(`${path}: the header describes no share`, { code: "keystore-corrupt", path });
  }
  return { ceremonyId, transcriptHash, memberId, ...(typeof configCount === "number" ? { configCount } : {}), group };
}

export function writeShare(dir: string, share: SigningShare, master: MasterKey, doors: FileDoors): void {
  const file = seal(master, "share", shareHeaderJson(share.header), secretOf(share));
  replaceFile(pathOf(dir, share.transcriptHash), `${JSON.stringify(file, null, 2)}\n`, true, doors);
}

function readGeneration(path: string, transcriptHash: Hex, master: MasterKey): SigningShare | null {
  const text = readPrivate(path);
  if (text === null) return null;
  const file = parseSealed(text, "share", path);
  const header = readShareHeader(file.public, path);
  if (header.transcriptHash !== transcriptHash) {
    throw new OracleError(`${path}: holds the share of another ceremony`, {
      code: "keystore-corrupt",
      path,
      seen: header.transcriptHash,
      wanted: transcriptHash,
    });
  }
  return new SigningShare(header, unseal(master, file, path));
}

/**
 * The newest generation that opens.
 * @throws OracleError `share-missing`; `keystore-corrupt` or `keystore-permissions` when none of the generations opens
 */
export function readShare(dir: string, transcriptHash: Hex, master: MasterKey): SigningShare {
  const path = pathOf(dir, transcriptHash);
  const failures: string[] = [];
  for (const generation of [path, previousOf(path)]) {
    try {
      const share = readGeneration(generation, transcriptHash, master);
      if (share !== null) return share;
    } catch (error) {
      if (!(error instanceof OracleError) || error.code === "keystore-permissions") throw error;
      failures.push(reasonOf(error));
    }
  }
  if (failures.length > 0) {
    throw new OracleError(failures.join("; "), { code: "keystore-corrupt", path, generations: failures.length });
  }
  throw new OracleError(`${path}: there is no share for this ceremony`, {
    code: "share-missing",
    path,
    transcriptHash,
  });
}

/** Every generation, and what a crash may have left of one. @returns whether there was anything */
export function eraseShare(dir: string, transcriptHash: Hex): boolean {
  const path = pathOf(dir, transcriptHash);
  const there = generationsOf(path).filter((file) => existsSync(file));
  for (const file of there) eraseFile(file);
  return there.length > 0;
}

/** Of which ceremonies there are share files, whether they open or not. */
export function shareFiles(dir: string): readonly Hex[] {
  const hashes = readdirSync(dir).map((name) => SHARE_FILE.exec(name)?.[1]);
  return hashes.filter((hash) => hash !== undefined).map((hash): Hex => `0x${hash}`);
}

/** What shares a directory holds, without a passphrase. Files that are no shares or damaged are left out. */
export function listShareHeaders(dir: string): ShareHeader[] {
  if (!existsSync(dir)) return [];
  const headers: ShareHeader[] = [];
  for (const name of readdirSync(dir).sort()) {
    if (!SHARE_FILE.test(name)) continue;
    const path = join(dir, name);
    try {
      headers.push(readShareHeader(parseSealed(readPrivate(path) ?? "", "share", path).public, path));
    } catch (error) {
      if (!(error instanceof OracleError)) throw error;
    }
  }
  return headers;
}
