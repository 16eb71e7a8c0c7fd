/** Numbered migrations with checksums: a database is exactly what this version of the code made of it, or it is refused. */
import { createHash } from "node:crypto";
import Database from "better-sqlite3";
import { OracleError } from "../base/errors.ts";

export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

/** "TENR": a file of another program is refused before anything is written to it. */
const APPLICATION_ID = 0x54454e52;

const LEDGER = `CREATE TABLE schema_migrations (
  version INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at_sec INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT`;

type Applied = { readonly version: number; readonly name: string; readonly checksum: string };

function migrationChecksum(migration: Migration): string {
  return createHash("sha256").update(`${migration.version}\n${migration.name}\n${migration.sql}`).digest("hex");
}

/**
 * Brings the database to the last migration; every step is one transaction.
 * @param migrations numbered 1, 2, 3 … without gaps
 * @returns how many were applied now
 * @throws OracleError `store-foreign`, `store-newer`, `store-altered`
 */
export function migrate(db: Database.Database, path: string, migrations: readonly Migration[]): number {
  const applied = appliedMigrations(db, path);
  checkApplied(applied, path, migrations);
  const missing = migrations.slice(applied.length);
  for (const migration of missing) {
    db.transaction(() => {
      if (migration.version === 1) {
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.exec(LEDGER);
      }
      db.exec(migration.sql);
      db.prepare("INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)").run(
        migration.version,
        migration.name,
        migrationChecksum(migration),
      );
    }).immediate();
  }
  checkSchema(db, path, migrations);
  return missing.length;
}

function appliedMigrations(db: Database.Database, path: string): readonly Applied[] {
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() as number;
  if (tables === 0) return [];
  const applicationId = db.pragma("application_id", { simple: true });
  if (applicationId !== APPLICATION_ID) {
    throw new OracleError(`${path} is a database of another program (application id ${String(applicationId)})`, {
      code: "store-foreign",
      path,
      applicationId,
      wanted: APPLICATION_ID,
    });
  }
  return db.prepare("SELECT version, name, checksum FROM schema_migrations ORDER BY version").all() as Applied[];
}

function checkApplied(applied: readonly Applied[], path: string, migrations: readonly Migration[]): void {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > migrations.length) {
    throw new OracleError(
      `${path} has schema version ${newest}, this program knows up to ${migrations.length}: start the newer program, or restore a backup`,
      { code: "store-newer", path, seen: newest, wanted: migrations.length },
    );
  }
  for (const [i, row] of applied.entries()) {
    const wanted = migrations[i]!;
    if (row.version !== wanted.version || row.checksum !== migrationChecksum(wanted)) {
      throw new OracleError(`${path}: migration ${row.version} (${row.name}) is not the one this program carries`, {
        code: "store-altered",
        path,
        version: row.version,
        seen: row.checksum,
        wanted: migrationChecksum(wanted),
      });
    }
  }
}

/** Somebody's hand-made ALTER TABLE leaves the ledger intact, so the tables themselves are compared as well. */
function checkSchema(db: Database.Database, path: string, migrations: readonly Migration[]): void {
  const reference = new Database(":memory:");
  try {
    reference.exec(LEDGER);
    for (const migration of migrations) reference.exec(migration.sql);
    const wanted = schemaOf(reference);
    const seen = schemaOf(db);
    for (const name of new Set([...wanted.keys(), ...seen.keys()])) {
      if (wanted.get(name) !== seen.get(name)) {
        throw new OracleError(`${path}: ${name} was altered outside the migrations`, {
          code: "store-altered",
          path,
          object: name,
          seen: seen.get(name) ?? "absent",
          wanted: wanted.get(name) ?? "absent",
        });
      }
    }
  } finally {
    reference.close();
  }
}

function schemaOf(db: Database.Database): Map<string, string> {
  const rows = db
    .prepare("SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'")
    .all() as { name: string; sql: string }[];
  return new Map(rows.map((row) => [row.name, row.sql]));
}
