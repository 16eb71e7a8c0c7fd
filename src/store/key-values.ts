/** Small facts that survive a restart: one text per key. */
import type Database from "better-sqlite3";
import type { Guard } from "./failures.ts";

export class KeyValues {
  readonly #guard: Guard;
  readonly #select: Database.Statement;
  readonly #upsert: Database.Statement;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#guard = doors.guard;
    this.#select = doors.db.prepare("SELECT value FROM key_values WHERE key = ?").pluck();
    this.#upsert = doors.db.prepare(
      "INSERT INTO key_values (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
  }

  get(key: string): string | undefined {
    return this.#guard("reading a key", () => this.#select.get(key) as string | undefined);
  }

  put(key: string, value: string): void {
    this.#guard("writing a key", () => this.#upsert.run(key, value));
  }
}
