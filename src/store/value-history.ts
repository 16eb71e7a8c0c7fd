/** Values by feed and time, for charts. */
import type Database from "better-sqlite3";
import { OracleError } from "../base/errors.ts";
import type { FeedStatus } from "../report/report.ts";
import type { Guard } from "./failures.ts";

export type ValueRow = {
  readonly feedIndex: number;
  readonly round: number;
  readonly timeMs: number;
  /** Integer in the feed's decimals, as text: int128 does not fit a JavaScript number. */
  readonly value: string;
  readonly status: FeedStatus;
};

/** More points than a screen has pixels help nobody, and each costs a seek on the event loop's thread. */
const HISTORY_LIMIT_MAX = 5_000;

type Row = {
  readonly feed_index: number;
  readonly time_ms: number;
  readonly round: number;
  readonly value: string;
  readonly status: FeedStatus;
};

export class ValueHistory {
  readonly #guard: Guard;
  readonly #insertAll: (rows: readonly ValueRow[]) => void;
  readonly #firstRows: Database.Statement;
  readonly #lastTime: Database.Statement;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    const { db } = doors;
    const insert = db.prepare(
      "INSERT OR REPLACE INTO feed_values (feed_index, time_ms, round, value, status) VALUES (?, ?, ?, ?, ?)",
    );
    this.#insertAll = db.transaction((rows: readonly ValueRow[]) => {
      for (const row of rows) insert.run(row.feedIndex, row.timeMs, row.round, row.value, row.status);
    });
    this.#firstRows = db.prepare(
      "SELECT * FROM feed_values WHERE feed_index = ? AND time_ms >= ? ORDER BY time_ms LIMIT ?",
    );
    this.#lastTime = db.prepare("SELECT max(time_ms) FROM feed_values WHERE feed_index = ?").pluck();
  }

  save(rows: readonly ValueRow[]): void {
    this.#guard("saving values", () => this.#insertAll(rows));
  }

  /**
   * Rows since a time, oldest first. When there are more than `limit`, those nearest after `limit` evenly spaced times
   * are kept, the first and the last row always among them: limit seeks in the index, however long the history is.
   * @param limit 2 … 5000
   */
  since(feedIndex: number, sinceMs: number, limit: number): readonly ValueRow[] {
    if (!Number.isInteger(limit) || limit < 2 || limit > HISTORY_LIMIT_MAX) {
      throw new OracleError(`history limit must be 2 to ${HISTORY_LIMIT_MAX}, saw ${limit}`, {
        code: "field-range",
        limit,
        max: HISTORY_LIMIT_MAX,
      });
    }
    return this.#guard("reading the history", () => {
      const head = this.#firstRows.all(feedIndex, sinceMs, limit + 1) as Row[];
      if (head.length <= limit) return head.map(fromRow);
      const firstMs = head[0]!.time_ms;
      const lastMs = this.#lastTime.get(feedIndex) as number;
      const kept: ValueRow[] = [];
      for (let i = 0; i < limit; i++) {
        const wantedMs = firstMs + Math.floor((i * (lastMs - firstMs)) / (limit - 1));
        const row = this.#firstRows.get(feedIndex, wantedMs, 1) as Row;
        if (kept.at(-1)?.timeMs !== row.time_ms) kept.push(fromRow(row));
      }
      return kept;
    });
  }
}

function fromRow(row: Row): ValueRow {
  return { feedIndex: row.feed_index, round: row.round, timeMs: row.time_ms, value: row.value, status: row.status };
}
