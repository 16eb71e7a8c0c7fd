/** Retention: rows older than a time go, in bounded batches, because one giant DELETE starves everything else. */
import type Database from "better-sqlite3";
import type { Guard } from "./failures.ts";

export type PruneOptions = {
  readonly beforeMs: number;
  /** Rows removed per table and call; default 5 000, about 20 ms. */
  readonly maxRows?: number;
};

export type PruneCounts = {
  readonly reports: number;
  readonly values: number;
  readonly transactions: number;
  /** True when a table gave a full batch: call again. */
  readonly more: boolean;
};

const MAX_ROWS = 5_000;

/** The latest report and every transaction whose fate is open stay, however old they are. */
export class Pruner {
  readonly #guard: Guard;
  readonly #run: (beforeMs: number, maxRows: number) => PruneCounts;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    const { db } = doors;
    const reports = db.prepare(
      `DELETE FROM reports WHERE round IN (
         SELECT round FROM reports WHERE time_ms < ? AND round < (SELECT max(round) FROM reports) LIMIT ?)`,
    );
    const values = db.prepare(
      `DELETE FROM feed_values WHERE (feed_index, time_ms) IN (
         SELECT feed_index, time_ms FROM feed_values WHERE time_ms < ? LIMIT ?)`,
    );
    const transactions = db.prepare(
      `DELETE FROM transactions WHERE hash IN (
         SELECT hash FROM transactions AS t
         WHERE signed_at_ms < ? AND status IN ('final', 'replaced', 'dropped') AND NOT EXISTS (
           SELECT 1 FROM transactions AS open
           WHERE open.chain_id = t.chain_id AND open.account = t.account AND open.nonce = t.nonce
             AND open.status IN ('signed', 'broadcast', 'mined'))
         LIMIT ?)`,
    );
    this.#run = db.transaction((beforeMs: number, maxRows: number): PruneCounts => {
      const counts = {
        reports: reports.run(beforeMs, maxRows).changes,
        values: values.run(beforeMs, maxRows).changes,
        transactions: transactions.run(beforeMs, maxRows).changes,
      };
      return { ...counts, more: Object.values(counts).includes(maxRows) };
    });
  }

  prune(options: PruneOptions): PruneCounts {
    return this.#guard("pruning", () => this.#run(options.beforeMs, options.maxRows ?? MAX_ROWS));
  }
}
