/** Evidence against members: each fault once, and of each member only so much that nobody fills the disk or hides others. */
import Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import type { Guard } from "./failures.ts";
import { guardFor } from "./failures.ts";

export type EvidenceRow = {
  /** Of the fault, not of the bytes. */
  readonly name: Hex;
  readonly cfg: Hex;
  readonly kind: string;
  readonly accused: number;
  readonly round: number;
  /** Unix ms. */
  readonly firstSeenMs: number;
};

export type StoredEvidence = EvidenceRow & { readonly bytes: Uint8Array };

/** `full`: this member has as much against it as is kept. */
export type EvidenceSaved = "stored" | "known" | "full";

/** Pieces against one member in one configuration. Lower: a history of faults is cut short. Higher: a liar fills disks. */
export const EVIDENCE_PER_ACCUSED_MAX = 64;
/** … of them first seen within one hour. Lower: an outbreak is told in part. Higher: one hour takes the room of all others. */
export const EVIDENCE_PER_ACCUSED_HOUR_MAX = 16;
/** Bytes against one member. Lower: a few wide bad shares fill it. Higher: n times this on every disk. */
export const EVIDENCE_PER_ACCUSED_BYTES_MAX = 4 * 1024 * 1024;

const HOUR_MS = 3_600_000;
const COLUMNS = "name, cfg, kind, accused, round, first_seen_ms AS firstSeenMs";

type Counts = { readonly pieces: number; readonly bytes: number; readonly recent: number };

/** Where a reader of a stopped or running node's file looks as well. */
class EvidenceReads {
  readonly #list: Database.Statement;
  readonly #one: Database.Statement;
  readonly #guard: Guard;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    this.#list = doors.db.prepare(`SELECT ${COLUMNS} FROM evidence ORDER BY first_seen_ms DESC, name LIMIT ?`);
    this.#one = doors.db.prepare(`SELECT ${COLUMNS}, bytes FROM evidence WHERE name = ?`);
  }

  /** Newest first. */
  list(limit: number): readonly EvidenceRow[] {
    return this.#guard("reading evidence", () => this.#list.all(limit) as EvidenceRow[]);
  }

  find(name: Hex): StoredEvidence | undefined {
    const row = this.#guard("reading evidence", () => this.#one.get(name) as StoredEvidence | undefined);
    return row === undefined ? undefined : { ...row, bytes: new Uint8Array(row.bytes) };
  }
}

export class EvidenceTable extends EvidenceReads {
  readonly #save: (row: StoredEvidence) => EvidenceSaved;
  readonly #room: (cfg: Hex, accused: number, bytes: number, nowMs: number) => boolean;
  readonly #convicted: Database.Statement;
  readonly #guard: Guard;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    super(doors);
    this.#guard = doors.guard;
    const { db } = doors;
    const known = db.prepare("SELECT 1 FROM evidence WHERE name = ?").pluck();
    const count = db.prepare(
      `SELECT count(*) AS pieces, coalesce(sum(length(bytes)), 0) AS bytes,
              coalesce(sum(first_seen_ms > @sinceMs), 0) AS recent
       FROM evidence WHERE cfg = @cfg AND accused = @accused`,
    );
    const insert = db.prepare(
      `INSERT INTO evidence (name, cfg, kind, accused, round, first_seen_ms, bytes)
       VALUES (@name, @cfg, @kind, @accused, @round, @firstSeenMs, @bytes)`,
    );
    this.#convicted = db.prepare("SELECT DISTINCT accused, kind FROM evidence WHERE cfg = ? ORDER BY accused, kind");
    this.#room = (cfg, accused, bytes, nowMs) => {
      const held = count.get({ cfg, accused, sinceMs: nowMs - HOUR_MS }) as Counts;
      return (
        held.pieces < EVIDENCE_PER_ACCUSED_MAX &&
        held.recent < EVIDENCE_PER_ACCUSED_HOUR_MAX &&
        held.bytes + bytes <= EVIDENCE_PER_ACCUSED_BYTES_MAX
      );
    };
    this.#save = db.transaction((row: StoredEvidence): EvidenceSaved => {
      if (known.get(row.name) !== undefined) return "known";
      if (!this.#room(row.cfg, row.accused, row.bytes.length, row.firstSeenMs)) return "full";
      insert.run(row);
      return "stored";
    });
  }

  /** On disk when it returns `stored`. What is known stays as it was: the first proof of a fault is as good as any. */
  save(row: StoredEvidence): EvidenceSaved {
    return this.#guard("saving evidence", () => this.#save(row));
  }

  /** Whether `save` would take one more piece against this member now: asked before a judge is troubled. */
  hasRoom(cfg: Hex, accused: number, bytes: number, nowMs: number): boolean {
    return this.#guard("counting evidence", () => this.#room(cfg, accused, bytes, nowMs));
  }

  /** Who has something against it in this configuration, and of which kinds. */
  convicted(cfg: Hex): readonly { readonly accused: number; readonly kind: string }[] {
    return this.#guard(
      "reading convictions",
      () => this.#convicted.all(cfg) as { readonly accused: number; readonly kind: string }[],
    );
  }
}

/**
 * Looks into a node's database without its lock, also while the node runs; nothing is written.
 * @throws OracleError `store-cannot-open`, `store-corrupt`, `store-failed` (a database from before there was evidence)
 */
export function readEvidence<T>(path: string, read: (evidence: EvidenceReads) => T): T {
  const guard = guardFor(path);
  const db = guard("opening", () => new Database(path, { readonly: true, fileMustExist: true }));
  try {
    return guard("reading evidence", () => read(new EvidenceReads({ db, guard })));
  } finally {
    db.close();
  }
}
