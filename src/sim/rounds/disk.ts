/**
 * A simulated disk: what is durable, what is only written, and how it fails. Reservations are synced before they count;
 * reports are not, and a power cut may lose them.
 */
import type { SignedReport } from "../../report/report.ts";

type Content = {
  /** Highest round reserved. */
  readonly reserved: number;
  readonly latest: SignedReport | null;
};

const EMPTY: Content = { reserved: 0, latest: null };

export class SimDisk {
  /** Set: the write of this number and all behind it fail. */
  failsAtWrite: number | null = null;
  /** There is nothing here although this key has acted before. */
  isLost = false;
  #durable: Content = EMPTY;
  #written: Content = EMPTY;
  #writes = 0;

  get reserved(): number {
    return this.#written.reserved;
  }

  get latest(): SignedReport | null {
    return this.#written.latest;
  }

  /** @returns whether it is durable */
  reserve(upTo: number): boolean {
    if (!this.#mayWrite()) return false;
    this.#written = { ...this.#written, reserved: Math.max(this.#written.reserved, upTo) };
    this.#durable = this.#written;
    this.isLost = false;
    return true;
  }

  keep(signed: SignedReport): void {
    if (this.#mayWrite()) this.#written = { ...this.#written, latest: signed };
  }

  /** What had not been synced is gone. A write that was under way is not there, or all of it is: the log has sums. */
  cutPower(): void {
    this.#written = this.#durable;
  }

  copy(): SimDisk {
    const other = new SimDisk();
    other.#durable = this.#durable;
    other.#written = this.#durable;
    return other;
  }

  /** Deleted, or replaced by an earlier copy. */
  lose(backup: SimDisk | null): void {
    this.#durable = backup === null ? EMPTY : backup.#durable;
    this.#written = this.#durable;
    this.failsAtWrite = null;
    this.isLost = backup === null;
  }

  #mayWrite(): boolean {
    this.#writes += 1;
    return this.failsAtWrite === null || this.#writes < this.failsAtWrite;
  }
}
