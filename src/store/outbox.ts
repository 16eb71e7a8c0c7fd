/** Rows of the transaction outbox. The room `chain` declares the interface that this class fits. */
import type Database from "better-sqlite3";
import type { Hex } from "../base/bytes.ts";
import type { Guard } from "./failures.ts";
import type { StoredPublication, StoredPush, StoredTransaction, StoredTransactionChange } from "./outbox-types.ts";

type SqlValue = string | number | null;
type Change = { readonly hash: Hex; readonly change: StoredTransactionChange };
type TransactionRecord = Omit<StoredTransaction, "pushes" | "reverted"> & {
  readonly pushes: string;
  readonly reverted: number;
};
type PublicationRecord = {
  readonly round: number;
  readonly report_time_ms: number;
  readonly payload: string;
  readonly pushes: string;
};

const COLUMNS = [
  ["hash", "hash"],
  ["chainId", "chain_id"],
  ["account", "account"],
  ["nonce", "nonce"],
  ["attempt", "attempt"],
  ["hub", "hub"],
  ["round", "round"],
  ["pushes", "pushes"],
  ["raw", "raw"],
  ["maxFeeWei", "max_fee_wei"],
  ["tipWei", "tip_wei"],
  ["gasLimit", "gas_limit"],
  ["stage", "stage"],
  ["status", "status"],
  ["signedAtMs", "signed_at_ms"],
  ["sentAtMs", "sent_at_ms"],
  ["minedAtMs", "mined_at_ms"],
  ["blockNumber", "block_number"],
  ["blockHash", "block_hash"],
  ["gasUsed", "gas_used"],
  ["feeWei", "fee_wei"],
  ["reverted", "reverted"],
  ["error", "error"],
] as const satisfies readonly (readonly [keyof StoredTransaction, string])[];

const COLUMN_OF = new Map<string, string>(COLUMNS);
const SELECT = `SELECT ${COLUMNS.map(([field, column]) => `${column} AS ${field}`).join(", ")} FROM transactions`;
const OPEN = "('signed', 'broadcast', 'mined')";

export class OutboxTable {
  readonly #db: Database.Database;
  readonly #guard: Guard;
  readonly #insert: (row: StoredTransaction) => void;
  readonly #update: (changes: readonly Change[]) => void;
  readonly #remove: (chainId: number, hub: Hex, rounds: readonly number[]) => void;

  constructor(doors: { readonly db: Database.Database; readonly guard: Guard }) {
    this.#db = doors.db;
    this.#guard = doors.guard;
    const { db } = doors;
    const supersede = db.prepare(
      `UPDATE transactions SET status = 'replaced'
       WHERE chain_id = ? AND account = ? AND nonce = ? AND status IN ('signed', 'broadcast')`,
    );
    const insert = db.prepare(
      // The same bytes again (a test chain started anew gives out the same nonces) are the same row, open once more.
      `INSERT OR REPLACE INTO transactions (${COLUMNS.map(([, column]) => column).join(", ")})
       VALUES (${COLUMNS.map(([field]) => `@${field}`).join(", ")})`,
    );
    this.#insert = db.transaction((row: StoredTransaction) => {
      supersede.run(row.chainId, row.account, row.nonce);
      insert.run({ ...row, pushes: JSON.stringify(row.pushes), reverted: row.reverted ? 1 : 0 });
    });
    this.#update = db.transaction((changes: readonly Change[]) => {
      for (const { hash, change } of changes) this.#updateOne(hash, change);
    });
    const remove = db.prepare("DELETE FROM publications WHERE chain_id = ? AND hub = ? AND round = ?");
    this.#remove = db.transaction((chainId: number, hub: Hex, rounds: readonly number[]) => {
      for (const round of rounds) remove.run(chainId, hub, round);
    });
  }

  savePublication(chainId: number, hub: Hex, publication: StoredPublication): void {
    const { round, reportTimeMs, payload, pushes } = publication;
    this.#guard("saving a publication", () =>
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO publications (chain_id, hub, round, report_time_ms, payload, pushes)
           VALUES (?, ?, ?, ?, ?, ?)`,
        )
        .run(chainId, hub, round, reportTimeMs, payload, JSON.stringify(pushes)),
    );
  }

  removePublications(chainId: number, hub: Hex, rounds: readonly number[]): void {
    this.#guard("removing publications", () => this.#remove(chainId, hub, rounds));
  }

  publications(chainId: number, hub: Hex): readonly StoredPublication[] {
    return this.#guard("reading publications", () => {
      const rows = this.#db
        .prepare("SELECT * FROM publications WHERE chain_id = ? AND hub = ? ORDER BY round")
        .all(chainId, hub) as PublicationRecord[];
      return rows.map((row) => ({
        round: row.round,
        reportTimeMs: row.report_time_ms,
        payload: row.payload as Hex,
        pushes: JSON.parse(row.pushes) as StoredPush[],
      }));
    });
  }

  insertTransaction(row: StoredTransaction): void {
    this.#guard("writing a transaction", () => this.#insert(row));
  }

  updateTransactions(changes: readonly Change[]): void {
    this.#guard("updating transactions", () => this.#update(changes));
  }

  openTransactions(chainId: number, account: Hex): readonly StoredTransaction[] {
    return this.#guard("reading open transactions", () =>
      this.#read(
        `${SELECT} WHERE chain_id = @chainId AND account = @account AND nonce IN (
           SELECT nonce FROM transactions WHERE chain_id = @chainId AND account = @account AND status IN ${OPEN})
         ORDER BY nonce, signed_at_ms, attempt`,
        { chainId, account },
      ),
    );
  }

  recentTransactions(chainId: number, account: Hex, limit: number): readonly StoredTransaction[] {
    return this.#guard("reading recent transactions", () =>
      this.#read(
        `${SELECT} WHERE chain_id = @chainId AND account = @account ORDER BY signed_at_ms DESC, nonce DESC, attempt DESC LIMIT @limit`,
        { chainId, account, limit },
      ),
    );
  }

  #read(sql: string, values: Readonly<Record<string, SqlValue>>): readonly StoredTransaction[] {
    return (this.#db.prepare(sql).all(values) as TransactionRecord[]).map((record) => ({
      ...record,
      pushes: JSON.parse(record.pushes) as StoredPush[],
      reverted: record.reverted === 1,
    }));
  }

  #updateOne(hash: Hex, change: StoredTransactionChange): void {
    const entries = Object.entries(change).filter(([, value]) => value !== undefined);
    if (entries.length === 0) return;
    const values: Record<string, SqlValue> = { hash };
    for (const [field, value] of entries) values[field] = typeof value === "boolean" ? Number(value) : value;
    const sets = entries.map(([field]) => `${COLUMN_OF.get(field)} = @${field}`).join(", ");
    this.#db.prepare(`UPDATE transactions SET ${sets} WHERE hash = @hash`).run(values);
  }
}
