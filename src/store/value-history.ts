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

/**
 * A feed's rows wait for its turn and are written together: each feed has a page of its own in the table, and a hundred pages
 * a round are a hundred times what is said in them. Higher: a process that is killed loses more points of its charts (the
 * reports they are from are on disk). Lower: more pages a round.
 */
const TURNS = 10;

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
  /** Not written yet, by feed. */
  readonly #waiting = new Map<number, ValueRow[]>();
  #turn = 0;

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

  /** Takes one round's rows, and writes all of those feeds whose turn it is: each at the latest with the tenth round. */
  save(rows: readonly ValueRow[]): void {
    for (const row of rows) {
      const waiting = this.#waiting.get(row.feedIndex);
      if (waiting === undefined) this.#waiting.set(row.feedIndex, [row]);
      else waiting.push(row);
    }
    this.#turn = (this.#turn + 1) % TURNS;
    this.#write([...this.#waiting.keys()].filter((feedIndex) => feedIndex % TURNS === this.#turn));
  }

  /** Writes what waits. */
  flush(): void {
    this.#write([...this.#waiting.keys()]);
  }

  #write(feeds: readonly number[]): void {
    const rows = feeds.flatMap((feedIndex) => this.#waiting.get(feedIndex) ?? []);
    // What the disk refuses is not kept: it would only grow until the disk is well.
    for (const feedIndex of feeds) this.#waiting.delete(feedIndex);
    if (rows.length > 0) this.#guard("saving values", () => this.#insertAll(rows));
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
    try {
      if (this.#waiting.has(feedIndex)) this.#write([feedIndex]);
    } catch {
      // A disk that takes nothing has been told of; what it holds can be read.
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
