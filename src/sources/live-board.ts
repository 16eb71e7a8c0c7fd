/**
 * A board that two hands write: REST lists it whole, a stream names the rows that changed. Rows are kept by instrument, and
 * the array that readers get is built only when they ask after something changed: of a chain of 900 rows thousands of
 * updates come between two readings.
 */
import { isLate } from "./order.ts";
import type { RowsUpdate } from "./stream-adapter.ts";

/** As in `board.ts`: ten times the largest chain seen is no chain. */
const ROWS_MAX = 10_000;

type Row = { readonly instrument: string; readonly expiryMs: number | null };
type Entry<R> = { row: R; stampMs: number | null; receivedAtMs: number };

export type Listing<R> = {
  readonly rows: readonly R[];
  /** When the request left: what the stream said later is newer. */
  readonly sentAtMs: number;
  /** The venue's time of the answer; null where it gives none. */
  readonly stampMs: number | null;
  readonly receivedAtMs: number;
};

export class LiveBoard<R extends Row> {
  readonly #same: (a: R, b: R) => boolean;
  readonly #entries = new Map<string, Entry<R>>();
  #built: readonly R[] = [];
  #isBuilt = true;
  #nextExpiryMs = Number.POSITIVE_INFINITY;
  #older = 0;
  #overfull = 0;
  /** When the stream said so, until the next listing: one that was asked for before knows nothing of it. */
  readonly #goneMs = new Map<string, number>();

  constructor(same: (a: R, b: R) => boolean) {
    this.#same = same;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Rows left out because they were older than the ones held, or more than a board can have. */
  get dropped(): number {
    return this.#older + this.#overfull;
  }

  /** @returns whether any number changed */
  update({ rows, gone, timeMs, receivedAtMs }: Omit<RowsUpdate<R>, "source" | "refused">): boolean {
    let changed = false;
    for (const row of rows) {
      const entry = this.#entries.get(row.instrument);
      if (entry === undefined) {
        if (this.#add(row, timeMs, receivedAtMs)) changed = true;
      } else if (isLate(timeMs, receivedAtMs, entry)) {
        this.#older += 1;
      } else if (this.#put(entry, row, timeMs, receivedAtMs)) {
        changed = true;
      }
    }
    for (const instrument of gone) {
      this.#goneMs.set(instrument, receivedAtMs);
      if (!this.#entries.delete(instrument)) continue;
      this.#isBuilt = false;
      changed = true;
    }
    return changed;
  }

  /**
   * Takes the whole listing, except where the stream has said something newer; rows that are not listed go, unless the
   * stream brought them after the request left. @returns whether any number changed
   */
  relist({ rows, sentAtMs, stampMs, receivedAtMs }: Listing<R>): boolean {
    let changed = false;
    const listed = new Set<string>();
    for (const row of rows) {
      listed.add(row.instrument);
      const entry = this.#entries.get(row.instrument);
      if (entry === undefined) {
        if ((this.#goneMs.get(row.instrument) ?? 0) > sentAtMs) continue;
        if (this.#add(row, stampMs, receivedAtMs)) changed = true;
      } else if (entry.receivedAtMs <= sentAtMs && !isLate(stampMs, receivedAtMs, entry)) {
        if (this.#put(entry, row, stampMs, receivedAtMs)) changed = true;
      }
    }
    for (const [instrument, { receivedAtMs: spokenAtMs }] of this.#entries) {
      if (listed.has(instrument) || spokenAtMs > sentAtMs) continue;
      this.#entries.delete(instrument);
      this.#isBuilt = false;
      changed = true;
    }
    this.#goneMs.clear();
    return changed;
  }

  /** Drops rows that nobody has spoken of since. */
  forgetBefore(atMs: number): void {
    for (const [instrument, entry] of this.#entries) {
      if (entry.receivedAtMs >= atMs) continue;
      this.#entries.delete(instrument);
      this.#isBuilt = false;
    }
  }

  /** The rows that have not expired by then; the same array until something changes. */
  rowsAt(timeMs: number): readonly R[] {
    if (this.#isBuilt && timeMs < this.#nextExpiryMs) return this.#built;
    const rows: R[] = [];
    this.#nextExpiryMs = Number.POSITIVE_INFINITY;
    for (const [instrument, { row }] of this.#entries) {
      if (row.expiryMs !== null && row.expiryMs <= timeMs) {
        this.#entries.delete(instrument);
        continue;
      }
      if (row.expiryMs !== null && row.expiryMs < this.#nextExpiryMs) this.#nextExpiryMs = row.expiryMs;
      rows.push(row);
    }
    this.#built = rows;
    this.#isBuilt = true;
    return rows;
  }

  #add(row: R, stampMs: number | null, receivedAtMs: number): boolean {
    if (this.#entries.size >= ROWS_MAX) {
      this.#overfull += 1;
      return false;
    }
    this.#entries.set(row.instrument, { row, stampMs, receivedAtMs });
    this.#isBuilt = false;
    return true;
  }

  #put(entry: Entry<R>, row: R, stampMs: number | null, receivedAtMs: number): boolean {
    const changed = !this.#same(entry.row, row);
    if (changed) this.#isBuilt = false;
    entry.row = row;
    entry.stampMs = stampMs;
    entry.receivedAtMs = receivedAtMs;
    return changed;
  }
}
