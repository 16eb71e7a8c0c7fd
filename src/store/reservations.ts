/** Round reservations: written ahead, synced to disk before anything is sent for a round (restart safety). */
import type Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Guard } from "./failures.ts";

export class Reservations {
  readonly #guard: Guard;
  readonly #select: Database.Statement;
  readonly #upsert: Database.Statement;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    this.#select = doors.db.prepare("SELECT up_to_round FROM reservations WHERE group_key_x = ?").pluck();
    this.#upsert = doors.db.prepare(
      `INSERT INTO reservations (group_key_x, up_to_round) VALUES (?, ?)
       ON CONFLICT (group_key_x) DO UPDATE SET up_to_round = excluded.up_to_round
       WHERE excluded.up_to_round > up_to_round`,
    );
  }

  /** The highest round reserved under a group key, −1 when none: after a restart act only in rounds above it. */
  reservedUpTo(groupKeyX: Hex): number {
    return this.#guard("reading the reservation", () => {
      return (this.#select.get(groupKeyX.toLowerCase()) as number | undefined) ?? -1;
    });
  }

  /**
   * Reserves every round up to and including `upToRound`. When this returns, the reservation is on disk (WAL, FULL).
   * @throws OracleError `reservation-lower`, `field-range`, or a store failure: then nothing may be sent
   */
  reserve(groupKeyX: Hex, upToRound: number): void {
    if (!Number.isSafeInteger(upToRound) || upToRound < 0) {
      throw new OracleError(`a reservation needs a round number, saw ${upToRound}`, { code: "field-range", upToRound });
    }
    const reserved = this.reservedUpTo(groupKeyX);
    if (upToRound < reserved) {
      throw new OracleError(`rounds up to ${reserved} are reserved already, ${upToRound} is lower`, {
        code: "reservation-lower",
        groupKeyX,
        seen: upToRound,
        reserved,
      });
    }
    this.#guard("writing the reservation", () => this.#upsert.run(groupKeyX.toLowerCase(), upToRound));
  }
}
