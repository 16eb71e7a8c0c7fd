/** A feed's slot on the hub, and how it would look if something were wrong: the layout is drawn in contracts/src/libraries/FeedSlot.sol. */

export type Fault = {
  readonly name: "stale" | "missing" | "disputed" | "frozen" | "uncertain" | "zero" | "negative";
  /** The number itself is bad, and not only what stands beside it. */
  readonly changesValue: boolean;
  /** @param nowSec unix seconds */
  readonly spoil: (word: bigint, nowSec: bigint) => bigint;
};

type Field = { readonly at: bigint; readonly bits: bigint };
const VALUE: Field = { at: 128n, bits: 128n };
const CONFIDENCE: Field = { at: 96n, bits: 32n };
const TIME: Field = { at: 30n, bits: 32n };
const COUNT: Field = { at: 4n, bits: 26n };
const STATUS: Field = { at: 2n, bits: 2n };
const ERA: Field = { at: 0n, bits: 2n };

const PAIRS_FROM = 2n ** 15n;
const MISSING = 2n;
const DISPUTED = 3n;
const FROZEN = 3n;
/** Longer than any heartbeat. */
const STALE_SEC = 30n * 86_400n;
/** A hundred percent. */
const UNCERTAIN_PPB = 1_000_000_000n;

const maskOf = ({ bits }: Field): bigint => (1n << bits) - 1n;
const read = (word: bigint, field: Field): bigint => (word >> field.at) & maskOf(field);
const write = (word: bigint, field: Field, value: bigint): bigint =>
  (word & ~(maskOf(field) << field.at)) | ((value & maskOf(field)) << field.at);

/**
 * Whose slot a place in the hub's storage is: a feed's slot stands at index * 256 + 1, where a good entry of it says.
 * @returns null for other storage, and for pairs, whose slots have another layout
 */
export function feedIndexAt(key: bigint): number | null {
  const index = key >> 8n;
  return (key & 0xffn) === 1n && index < PAIRS_FROM ? Number(index) : null;
}

/** Whether the feed ever had a value: before, nothing of it can be spoilt. */
export function hasValue(word: bigint): boolean {
  return read(word, COUNT) > 0n;
}

export const FAULTS: readonly Fault[] = [
  { name: "stale", changesValue: false, spoil: (word, nowSec) => write(word, TIME, nowSec - STALE_SEC) },
  { name: "missing", changesValue: false, spoil: (word) => write(word, STATUS, MISSING) },
  { name: "disputed", changesValue: false, spoil: (word) => write(word, STATUS, DISPUTED) },
  { name: "frozen", changesValue: false, spoil: (word) => write(word, ERA, FROZEN) },
  { name: "uncertain", changesValue: false, spoil: (word) => write(word, CONFIDENCE, UNCERTAIN_PPB) },
  { name: "zero", changesValue: true, spoil: (word) => write(word, VALUE, 0n) },
  { name: "negative", changesValue: true, spoil: (word) => write(word, VALUE, -read(word, VALUE)) },
];
