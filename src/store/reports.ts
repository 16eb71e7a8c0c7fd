/** Signed reports by round and by digest; their bytes are opaque here. */
import type Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Guard } from "./failures.ts";

export type StoredReport = {
  readonly round: number;
  readonly digest: Hex;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
};

type Row = { readonly round: number; readonly digest: string; readonly time_ms: number; readonly bytes: Buffer };

export class SignedReports {
  readonly #guard: Guard;
  readonly #insert: Database.Statement;
  readonly #latest: Database.Statement;
  readonly #byRound: Database.Statement;
  readonly #byDigest: Database.Statement;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    const { db } = doors;
    this.#insert = db.prepare("INSERT INTO reports (round, digest, time_ms, bytes) VALUES (?, ?, ?, ?)");
    this.#latest = db.prepare("SELECT * FROM reports ORDER BY round DESC LIMIT 1");
    this.#byRound = db.prepare("SELECT * FROM reports WHERE round = ?");
    this.#byDigest = db.prepare("SELECT * FROM reports WHERE digest = ?");
  }

  /**
   * Saving the same report twice is harmless.
   * @throws OracleError `report-conflict` when another digest is stored for the round: at most one can be signed
   */
  save(round: number, digest: Hex, timeMs: number, bytes: Uint8Array): void {
    const stored = this.at(round);
    if (stored !== undefined) {
      if (stored.digest === digest.toLowerCase()) return;
      throw new OracleError(`round ${round} already holds report ${stored.digest}, refused ${digest}`, {
        code: "report-conflict",
        round,
        stored: stored.digest,
        seen: digest,
      });
    }
    this.#guard("saving a report", () => this.#insert.run(round, digest.toLowerCase(), timeMs, bytes));
  }

  latest(): StoredReport | undefined {
    return this.#guard("reading the latest report", () => fromRow(this.#latest.get() as Row | undefined));
  }

  at(round: number): StoredReport | undefined {
    return this.#guard("reading a report", () => fromRow(this.#byRound.get(round) as Row | undefined));
  }

  byDigest(digest: Hex): StoredReport | undefined {
    return this.#guard("reading a report", () => fromRow(this.#byDigest.get(digest.toLowerCase()) as Row | undefined));
  }
}

function fromRow(row: Row | undefined): StoredReport | undefined {
  if (row === undefined) return undefined;
  return { round: row.round, digest: row.digest as Hex, timeMs: row.time_ms, bytes: new Uint8Array(row.bytes) };
}
