/**
 * A database that cannot serve must not keep a node from relaying: a damaged one is set aside and begun anew, and where
 * none can be written the node keeps what it needs in memory and says nothing of its own. [R33] [R56]
 */
import { existsSync, renameSync } from "node:fs";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Store, StoreOptions } from "./store.ts";
import { memoryStore, openStore } from "./store.ts";

export type OpenedStore = {
  readonly store: Store;
  /** Why nothing can be written; null when all is well. */
  readonly trouble: string | null;
  /** Where the damaged database lies now; null when there was none. */
  readonly setAside: string | null;
};

const UNWRITABLE: ReadonlySet<string> = new Set([
  "store-full",
  "store-io",
  "store-read-only",
  "store-cannot-open",
  "store-not-durable",
]);

/** @throws OracleError for what an operator did and must undo: `store-locked`, `store-foreign`, `store-newer`, `store-altered` */
export function openStoreAnyway(options: StoreOptions): OpenedStore {
  try {
    return { store: openStore(options), trouble: null, setAside: null };
  } catch (error) {
    if (!(error instanceof OracleError)) throw error;
    if (UNWRITABLE.has(error.code)) return inMemory(error);
    if (error.code !== "store-corrupt") throw error;
    return afterSettingAside(options, error);
  }
}

function inMemory(error: unknown): OpenedStore {
  return { store: memoryStore(), trouble: reasonOf(error), setAside: null };
}

function afterSettingAside(options: StoreOptions, damage: OracleError): OpenedStore {
  try {
    const aside = freeName(options.path);
    for (const ending of ["-wal", "-shm", ""]) {
      if (existsSync(`${options.path}${ending}`)) renameSync(`${options.path}${ending}`, `${aside}${ending}`);
    }
    return { store: openStore(options), trouble: null, setAside: aside };
  } catch (error) {
    return inMemory(error instanceof OracleError ? error : damage);
  }
}

/** `tenor.sqlite.damaged-1`, or the next number that is free. */
function freeName(path: string): string {
  for (let i = 1; ; i++) if (!existsSync(`${path}.damaged-${i}`)) return `${path}.damaged-${i}`;
}
