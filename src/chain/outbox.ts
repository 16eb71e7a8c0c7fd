/** The nonces of one account on one chain that are not settled yet, mirrored in the database row by row. */
import type { Hex } from "../base/bytes.ts";
import type { OutboxRows, TransactionChange, TransactionRow } from "./outbox-rows.ts";

/** Every transaction ever signed for a nonce, by attempt. Any of them may still be mined, so all are watched. */
export class NonceSlot {
  readonly nonce: number;
  #attempts: readonly TransactionRow[];

  constructor(nonce: number, attempts: readonly TransactionRow[]) {
    this.nonce = nonce;
    this.#attempts = attempts;
  }

  get attempts(): readonly TransactionRow[] {
    return this.#attempts;
  }

  /** The one that stands: mined, or the last one sent or to be sent. */
  get current(): TransactionRow {
    const open = this.#attempts.find((row) => row.status === "signed" || row.status === "broadcast");
    return this.mined ?? open ?? this.#attempts.at(-1)!;
  }

  get mined(): TransactionRow | undefined {
    return this.#attempts.find((row) => row.status === "mined");
  }

  get nextAttempt(): number {
    return this.#attempts.at(-1)!.attempt + 1;
  }

  replace(attempts: readonly TransactionRow[]): void {
    this.#attempts = attempts;
  }
}

export type Change = { readonly hash: Hex; readonly change: TransactionChange };

export class Outbox {
  readonly #rows: OutboxRows;
  readonly #slots = new Map<number, NonceSlot>();

  /** Takes up what an earlier process left. */
  constructor(options: { readonly chainId: number; readonly account: Hex }, doors: { readonly rows: OutboxRows }) {
    this.#rows = doors.rows;
    for (const row of this.#rows.openTransactions(options.chainId, options.account)) {
      // Such rows stand beside an open one only where the chain gave out a settled nonce again.
      if (row.status !== "final" && row.status !== "dropped") this.#take(row);
    }
  }

  /** Ascending by nonce. */
  slots(): readonly NonceSlot[] {
    return [...this.#slots.values()].toSorted((a, b) => a.nonce - b.nonce);
  }

  /**
   * The nonce for a new transaction: the lowest that the chain has not used and no row holds. It is taken by inserting
   * the row, and given back by nothing: a gap left by a lost row is filled before the row of nonces grows.
   */
  freeNonce(chainCount: number): number {
    let nonce = chainCount;
    while (this.#slots.has(nonce)) nonce++;
    return nonce;
  }

  /** Nonces below an open one that nothing would fill: the chain waits for them. */
  gaps(chainCount: number): readonly number[] {
    const highest = Math.max(-1, ...this.#slots.keys());
    const gaps: number[] = [];
    for (let nonce = chainCount; nonce < highest; nonce++) if (!this.#slots.has(nonce)) gaps.push(nonce);
    return gaps;
  }

  /** Writes the row, and makes it the standing one of its nonce. On disk when this returns. */
  insert(row: TransactionRow): NonceSlot {
    this.#rows.insertTransaction(row);
    const slot = this.#slots.get(row.nonce);
    slot?.replace(
      slot.attempts.map((old) =>
        old.status === "signed" || old.status === "broadcast" ? { ...old, status: "replaced" } : old,
      ),
    );
    return this.#take(row);
  }

  /** Writes changes of one nonce's rows; a nonce with nothing open left is settled and no longer watched. */
  change(slot: NonceSlot, changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#rows.updateTransactions(changes);
    slot.replace(
      slot.attempts.map((row) => {
        const found = changes.filter(({ hash }) => hash === row.hash);
        return found.reduce<TransactionRow>((changed, { change }) => ({ ...changed, ...change }), row);
      }),
    );
    const open = slot.attempts.some(
      ({ status }) => status === "signed" || status === "broadcast" || status === "mined",
    );
    if (!open) this.#slots.delete(slot.nonce);
  }

  #take(row: TransactionRow): NonceSlot {
    const slot = this.#slots.get(row.nonce);
    if (slot === undefined) {
      const fresh = new NonceSlot(row.nonce, [row]);
      this.#slots.set(row.nonce, fresh);
      return fresh;
    }
    slot.replace([...slot.attempts, row]);
    return slot;
  }
}
