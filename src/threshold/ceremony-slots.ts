/** A board's memory: one slot a statement, the first message in it, and a second one where a member contradicted itself. */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import type { CeremonyMessage, CeremonyMessageKind } from "./ceremony-messages.ts";
import { HASH_PREFIX_BYTES, hashPrefix } from "./ceremony-messages.ts";

/** Kinds that every member sends once; HAVE lists them in this order. */
const ONCE_KINDS = ["key", "commit", "deal", "certificate"] as const;
export type OnceKind = (typeof ONCE_KINDS)[number];

type MessageOf<K extends CeremonyMessageKind> = CeremonyMessage & { readonly kind: K };

export type Held<K extends CeremonyMessageKind = CeremonyMessageKind> = {
  readonly message: MessageOf<K>;
  readonly name: Hex;
  readonly prefix: Hex;
  readonly bytes: Uint8Array;
};

/** The order in which a newcomer needs them. */
const ORDER: readonly CeremonyMessageKind[] = ["key", "commit", "deal", "complaint", "certificate", "have"];
export const NOT_HELD: Hex = `0x${"00".repeat(HASH_PREFIX_BYTES)}`;

function slotOf(message: CeremonyMessage): string {
  return message.kind === "complaint"
    ? `complaint/${message.sender}/${message.dealer}`
    : `${message.kind}/${message.sender}`;
}

function isKind<K extends CeremonyMessageKind>(held: Held, kind: K): held is Held<K> {
  return held.message.kind === kind;
}

/** Bounded by the committee: at most two messages of each kind a member, one complaint an ordered pair. */
export class CeremonySlots {
  readonly #ids: readonly number[];
  readonly #first = new Map<string, Held>();
  readonly #second = new Map<string, Held>();

  /** @param ids the members, ascending */
  constructor(ids: readonly number[]) {
    this.#ids = ids;
  }

  /** Nothing new can come of this message: it is here, or its sender is convicted by this slot already. */
  isSpent(message: CeremonyMessage, name: Hex): boolean {
    const slot = slotOf(message);
    const first = this.#first.get(slot);
    if (first === undefined) return false;
    // One complaint about a dealer is enough; after a restart an honest accuser may have seen another deal first.
    return first.name === name || message.kind === "complaint" || this.#second.has(slot);
  }

  /** @returns whether it is the slot's first */
  put(message: CeremonyMessage, hash: Uint8Array, bytes: Uint8Array): boolean {
    const slot = slotOf(message);
    const isFirst = !this.#first.has(slot);
    const entry: Held = { message, name: toHex(hash), prefix: hashPrefix(hash), bytes: bytes.slice() };
    (isFirst ? this.#first : this.#second).set(slot, entry);
    return isFirst;
  }

  get<K extends OnceKind>(kind: K, id: number): Held<K> | null {
    const held = this.#first.get(`${kind}/${id}`);
    return held !== undefined && isKind(held, kind) ? held : null;
  }

  /** Where a HAVE lists this member's messages. */
  placesOf(id: number): readonly number[] {
    return ONCE_KINDS.map((_, kind) => kind * this.#ids.length + this.#ids.indexOf(id));
  }

  hasComplaint(accuser: number, dealer: number): boolean {
    return this.#first.has(`complaint/${accuser}/${dealer}`);
  }

  complaints(): Held<"complaint">[] {
    return [...this.#first.values()].filter((held) => isKind(held, "complaint"));
  }

  /** Everything, contradictions included. */
  all(): Held[] {
    const order = (held: Held): number => ORDER.indexOf(held.message.kind);
    return [...this.#first.values(), ...this.#second.values()].sort((a, b) => order(a) - order(b));
  }

  /** As HAVE lists them. */
  prefixes(): Hex[] {
    return ONCE_KINDS.flatMap((kind) => this.#ids.map((id) => this.get(kind, id)?.prefix ?? NOT_HELD));
  }
}
