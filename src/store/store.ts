/** One node's database: opened, checked, migrated, and closed in one place. */
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { EnvelopeRow } from "./envelopes.ts";
import { Envelopes } from "./envelopes.ts";
import { EvidenceTable } from "./evidence.ts";
import type { Guard } from "./failures.ts";
import { guardFor } from "./failures.ts";
import { KeyValues } from "./key-values.ts";
import type { LockHolder, StoreLock } from "./lock.ts";
import { takeLock } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { protocolTables } from "./migrations/0001-protocol.ts";
import { outboxTables } from "./migrations/0002-outbox.ts";
import { evidenceTables } from "./migrations/0003-evidence.ts";
import { envelopeTables } from "./migrations/0004-envelopes.ts";
import { OutboxTable } from "./outbox.ts";
import type { PruneCounts, PruneOptions } from "./prune.ts";
import { Pruner } from "./prune.ts";
import type { StoredReport } from "./reports.ts";
import { SignedReports } from "./reports.ts";
import { Reservations } from "./reservations.ts";
import type { ValueRow } from "./value-history.ts";
import { ValueHistory } from "./value-history.ts";

const MIGRATIONS = [protocolTables, outboxTables, evidenceTables, envelopeTables] as const;

export type StoreOptions = {
  /** The database file; its folder is made when absent. Beside it lie `-wal`, `-shm`, `.lock` and `.guard`. */
  readonly path: string;
};

/**
 * Opens or creates a node's database.
 * @throws OracleError `store-locked` (a live process holds it), `store-corrupt`, `store-foreign`, `store-newer`,
 *   `store-altered`, `store-cannot-open`, `store-read-only`, `store-not-durable`
 */
export function openStore(options: StoreOptions): Store {
  const { path } = options;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new OracleError(`cannot make the folder of database ${path}`, { code: "store-cannot-open", path }, error);
  }
  const lock = takeLock(path);
  const faults = new Faults();
  const guard = guardFor(path, (failure) => faults.tell(failure));
  let db: Database.Database | undefined;
  try {
    db = guard("opening", () => new Database(path, { timeout: 2_000 }));
    const opened = db;
    guard("checking", () => {
      checkIntegrity(opened, path);
      makeDurable(opened, path);
    });
    guard("migrating", () => migrate(opened, path, MIGRATIONS));
    syncFolder(path);
    return new Store({ path, isVolatile: false }, { db: opened, guard, faults, lock });
  } catch (error) {
    db?.close();
    lock.release();
    throw error;
  }
}

/**
 * A store of the same shape that forgets everything with its process, for a node whose disk takes nothing: it can serve
 * and follow. It reserves no round. [R33]
 */
export function memoryStore(): Store {
  const faults = new Faults();
  const guard = guardFor("in memory");
  const db = new Database(":memory:");
  migrate(db, "in memory", MIGRATIONS);
  const lock: StoreLock = {
    holder: { pid: process.pid, startedAt: "now" },
    tookOver: undefined,
    release: () => undefined,
  };
  return new Store({ path: "in memory", isVolatile: true }, { db, guard, faults, lock });
}

function checkIntegrity(db: Database.Database, path: string): void {
  const seen = db.pragma("quick_check(1)", { simple: true });
  if (seen === "ok") return;
  throw new OracleError(`database ${path} is damaged (${String(seen)}); keep the file aside and restore a backup`, {
    code: "store-corrupt",
    path,
    seen,
  });
}

function makeDurable(db: Database.Database, path: string): void {
  const journal = db.pragma("journal_mode = WAL", { simple: true });
  db.pragma("synchronous = FULL");
  const synchronous = db.pragma("synchronous", { simple: true });
  if (journal !== "wal" || synchronous !== 2) {
    throw new OracleError(
      `database ${path} must run with WAL and synchronous FULL, the file system gives ${String(journal)} and ${String(synchronous)}`,
      { code: "store-not-durable", path, journal, synchronous },
    );
  }
}

/** A new file is only there after a power cut when its folder was synced too. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** What the disk refused first, for whoever looks, now or later. */
class Faults {
  #first: OracleError | null = null;
  readonly #listeners = new Set<(failure: OracleError) => void>();

  tell(failure: OracleError): void {
    if (this.#first !== null) return;
    this.#first = failure;
    for (const listener of this.#listeners) listener(failure);
  }

  listen(listener: (failure: OracleError) => void): () => void {
    this.#listeners.add(listener);
    if (this.#first !== null) listener(this.#first);
    return () => void this.#listeners.delete(listener);
  }
}

export class Store {
  readonly path: string;
  /** In memory only: nothing survives, nothing can be reserved. */
  readonly isVolatile: boolean;
  /** The dead process whose lock was taken over when this store was opened: it did not close its database. */
  readonly tookOver: LockHolder | undefined;
  /** Fits `OutboxRows` of the room `chain`. */
  readonly outbox: OutboxTable;
  readonly keyValue: KeyValues;
  readonly evidence: EvidenceTable;
  readonly #db: Database.Database;
  readonly #guard: Guard;
  readonly #faults: Faults;
  readonly #envelopes: Envelopes;
  readonly #lock: StoreLock;
  readonly #reservations: Reservations;
  readonly #reports: SignedReports;
  readonly #values: ValueHistory;
  readonly #pruner: Pruner;

  constructor(
    options: StoreOptions & { readonly isVolatile: boolean },
    doors: {
      readonly db: Database.Database;
      readonly guard: Guard;
      readonly faults: Faults;
      readonly lock: StoreLock;
    },
  ) {
    this.path = options.path;
    this.isVolatile = options.isVolatile;
    this.#faults = doors.faults;
    this.#envelopes = new Envelopes(doors);
    this.#db = doors.db;
    this.#guard = doors.guard;
    this.#lock = doors.lock;
    this.tookOver = doors.lock.tookOver;
    this.outbox = new OutboxTable(doors);
    this.keyValue = new KeyValues(doors);
    this.evidence = new EvidenceTable(doors);
    this.#reservations = new Reservations(doors);
    this.#reports = new SignedReports(doors);
    this.#values = new ValueHistory(doors);
    this.#pruner = new Pruner(doors);
  }

  /** See {@link Reservations.reservedUpTo}: −1 when nothing is reserved under this key. */
  reservedUpTo(groupKeyX: Hex): number {
    return this.#reservations.reservedUpTo(groupKeyX);
  }

  /** See {@link Reservations.reserve}: on disk when it returns. */
  reserve(groupKeyX: Hex, upToRound: number): void {
    if (this.isVolatile) {
      throw new OracleError("a store in memory reserves nothing", { code: "store-volatile", upToRound });
    }
    this.#reservations.reserve(groupKeyX, upToRound);
  }

  /**
   * Tells of the first failure of the disk itself, also when it was before.
   * @returns ends the telling
   */
  onFault(listener: (failure: OracleError) => void): () => void {
    return this.#faults.listen(listener);
  }

  /** See {@link Envelopes.save}. */
  saveEnvelopes(cfg: Hex, rows: readonly EnvelopeRow[]): void {
    this.#envelopes.save(cfg, rows);
  }

  envelopes(cfg: Hex): readonly Uint8Array[] {
    return this.#envelopes.all(cfg);
  }

  /** See {@link SignedReports.save}. */
  saveReport(round: number, digest: Hex, timeMs: number, bytes: Uint8Array): void {
    this.#reports.save(round, digest, timeMs, bytes);
  }

  /** What `work` saves, in one commit: all of it or, when it throws, nothing. */
  inOneCommit(work: () => void): void {
    this.#guard("saving", () => this.#db.transaction(work)());
  }

  latestReport(): StoredReport | undefined {
    return this.#reports.latest();
  }

  reportAt(round: number): StoredReport | undefined {
    return this.#reports.at(round);
  }

  reportByDigest(digest: Hex): StoredReport | undefined {
    return this.#reports.byDigest(digest);
  }

  /** See {@link ValueHistory.save}: in the history at once, on disk at the latest with the tenth round. */
  saveValues(rows: readonly ValueRow[]): void {
    this.#values.save(rows);
  }

  /** See {@link ValueHistory.since}: oldest first, thinned evenly to the limit. */
  history(feedIndex: number, sinceMs: number, limit: number): readonly ValueRow[] {
    return this.#values.since(feedIndex, sinceMs, limit);
  }

  /** See {@link Pruner}: call again while `more` is true. */
  prune(options: PruneOptions): PruneCounts {
    return this.#pruner.prune(options);
  }

  /** Writes what waits, moves the write-ahead log into the database file and lets the next process in. Closing twice is harmless. */
  close(): void {
    if (!this.#db.open) return;
    try {
      this.#values.flush();
      if (!this.isVolatile) this.#guard("closing", () => this.#db.pragma("wal_checkpoint(TRUNCATE)"));
    } finally {
      this.#db.close();
      this.#lock.release();
    }
  }
}
