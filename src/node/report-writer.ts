/**
 * Reports and their values on their way to the disk: written a moment after they were complete and all that wait at once, so
 * that no message waits for history, and a slow disk has at most a tenth of the node's time. [R59]
 */
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { StoredReport } from "../store/reports.ts";
import type { ValueRow } from "../store/value-history.ts";

export type ReportRows = { readonly report: StoredReport; readonly values: readonly ValueRow[] };

export type ReportWriterDoors = {
  readonly store: {
    inOneCommit(work: () => void): void;
    saveReport(round: number, digest: Hex, timeMs: number, bytes: Uint8Array): void;
    saveValues(rows: readonly ValueRow[]): void;
  };
  readonly clock: Clock;
  readonly log: Logger;
};

/** After a write, so many times as long as it took. Higher: more is lost with the process. Lower: less time to speak in. */
const REST_FACTOR = 9;
const REST_MAX_MS = 60_000;
/** What waits beyond this is written at once. */
const WAITING_MAX = 256;

export class ReportWriter {
  readonly #doors: ReportWriterDoors;
  #waiting: ReportRows[] = [];
  #timer: NodeJS.Timeout | null = null;
  #notBeforeMs = 0;

  constructor(doors: ReportWriterDoors) {
    this.#doors = doors;
  }

  add(rows: ReportRows): void {
    this.#waiting.push(rows);
    if (this.#waiting.length >= WAITING_MAX) this.#write();
    else
      this.#timer ??= setTimeout(() => this.#write(), Math.max(0, this.#notBeforeMs - this.#doors.clock.monotonicMs()));
  }

  /** Writes what waits. */
  stop(): void {
    if (this.#waiting.length > 0) this.#write();
  }

  /** A full disk costs history, not the report: it is in memory, on the wire and on its way to the chain. */
  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { clock, log, store } = this.#doors;
    const rows = this.#waiting;
    this.#waiting = [];
    const startedMs = clock.monotonicMs();
    try {
      store.inOneCommit(() => {
        for (const each of rows) this.#save(each);
      });
    } catch (error) {
      const rounds = rows.map(({ report }) => report.round);
      log.error("reports could not be stored", { rounds, reason: reasonOf(error) });
    }
    const endedMs = clock.monotonicMs();
    this.#notBeforeMs = endedMs + Math.min(REST_MAX_MS, REST_FACTOR * (endedMs - startedMs));
  }

  #save({ report: { round, digest, timeMs, bytes }, values }: ReportRows): void {
    const { log, store } = this.#doors;
    try {
      store.saveReport(round, digest, timeMs, bytes);
      store.saveValues(values);
    } catch (error) {
      // The others are none the worse for it.
      if (!(error instanceof OracleError) || error.code !== "report-conflict") throw error;
      log.error("another report is stored for this round", { round, reason: reasonOf(error) });
    }
  }
}
