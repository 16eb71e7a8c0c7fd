/**
 * A ceremony as a file: `ceremony-<ceremonyId>.json`, whose secret part is seed 32 | (length u32 | message)…
 * When the key is in use the seed goes, as who steals an identity later must not find what opens the old transcript; the
 * messages stay, so that this member's certificate can still reach one that was away.
 */
import { join } from "node:path";
import type { Hex } from "../base/bytes.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { MasterKey } from "./sealed/cipher.ts";
import { seal, unseal } from "./sealed/cipher.ts";
import type { FileDoors } from "./sealed/files.ts";
import { eraseFile, readPrivate, replaceFile } from "./sealed/files.ts";
import { parseSealed } from "./sealed/parse.ts";

export const SEED_BYTES = 32;

export type CeremonyRecord = {
  /** Null when it was erased. */
  readonly seed: Uint8Array | null;
  readonly messages: readonly Uint8Array[];
};

function pathOf(dir: string, ceremonyId: Hex): string {
  return join(dir, `ceremony-${ceremonyId.slice(2)}.json`);
}

export function writeCeremony(
  dir: string,
  ceremonyId: Hex,
  record: CeremonyRecord,
  master: MasterKey,
  doors: FileDoors,
): void {
  const writer = new ByteWriter();
  if (record.seed !== null) writer.raw(record.seed, SEED_BYTES);
  for (const message of record.messages) writer.uint(message.length, 4).raw(message);
  const secret = writer.done();
  const file = seal(master, "ceremony", { ceremonyId, isErased: record.seed === null }, secret);
  secret.fill(0);
  replaceFile(pathOf(dir, ceremonyId), `${JSON.stringify(file, null, 2)}\n`, false, doors);
}

/** Null when this ceremony was never begun here. @throws OracleError `keystore-corrupt`, `keystore-permissions` */
export function readCeremony(dir: string, ceremonyId: Hex, master: MasterKey): CeremonyRecord | null {
  const path = pathOf(dir, ceremonyId);
  const text = readPrivate(path);
  if (text === null) return null;
  const file = parseSealed(text, "ceremony", path);
  if (file.public.ceremonyId !== ceremonyId) {
    throw new OracleError(`${path}: holds another ceremony`, { code: "keystore-corrupt", path });
  }
  const reader = new ByteReader(unseal(master, file, path));
  const seed = file.public.isErased === true ? null : reader.raw(SEED_BYTES);
  const messages: Uint8Array[] = [];
  while (reader.remaining() > 0) messages.push(reader.raw(reader.uint(4)));
  return { seed, messages };
}

/** Overwrites the seed and keeps the messages. Nothing happens where there is no such ceremony. */
export function eraseCeremonySeed(dir: string, ceremonyId: Hex, master: MasterKey, doors: FileDoors): void {
  const record = readCeremony(dir, ceremonyId, master);
  if (record === null || record.seed === null) return;
  record.seed.fill(0);
  eraseFile(pathOf(dir, ceremonyId));
  writeCeremony(dir, ceremonyId, { seed: null, messages: record.messages }, master, doors);
}
