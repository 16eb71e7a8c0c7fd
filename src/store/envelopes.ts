/** The newest envelope of each member, kept over restarts: peers restart too, and one of them may be asked. */
import type Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import type { Guard } from "./failures.ts";

export type EnvelopeRow = { readonly member: number; readonly round: number; readonly bytes: Uint8Array };

export class Envelopes {
  readonly #guard: Guard;
  readonly #select: Database.Statement;
  readonly #save: (cfg: Hex, rows: readonly EnvelopeRow[]) => void;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    this.#select = doors.db.prepare("SELECT bytes FROM newest_envelopes WHERE cfg = ? ORDER BY member").pluck();
    const upsert = doors.db.prepare(
      `INSERT INTO newest_envelopes (cfg, member, round, bytes) VALUES (?, ?, ?, ?)
       ON CONFLICT (cfg, member) DO UPDATE SET round = excluded.round, bytes = excluded.bytes
       WHERE excluded.round > round`,
    );
    this.#save = doors.db.transaction((cfg: Hex, rows: readonly EnvelopeRow[]) => {
      for (const { member, round, bytes } of rows) upsert.run(cfg, member, round, bytes);
    });
  }

  all(cfg: Hex): readonly Uint8Array[] {
    return this.#guard("reading envelopes", () => this.#select.all(cfg) as Buffer[]);
  }

  /** A row replaces an older one only. */
  save(cfg: Hex, rows: readonly EnvelopeRow[]): void {
    this.#guard("writing envelopes", () => this.#save(cfg, rows));
  }
}
