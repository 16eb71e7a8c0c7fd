/** Who leads a slot: L(r) = perm(H(cfg, floor(r/n)))[r mod n], the backup is the next one. No elections. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import { keccak } from "../base/keccak.ts";

/** Fisher–Yates over 1..n, fed by keccak(seed | counter); the modulo bias of 2^48 mod k is below 2^-40. */
function permutation(seed: Uint8Array, n: number): number[] {
  const ids = Array.from({ length: n }, (_, i) => i + 1);
  for (let i = n - 1; i > 0; i--) {
    const draw = keccak(new ByteWriter().raw(seed).uint(i, 2).done());
    let value = 0;
    for (const byte of draw.subarray(0, 6)) value = value * 256 + byte;
    const j = value % (i + 1);
    [ids[i], ids[j]] = [ids[j]!, ids[i]!];
  }
  return ids;
}

export type Leadership = { readonly leader: number; readonly backup: number };

/**
 * Orders of the last spans asked for. They are asked for with every message, and an order of 16 costs 16 hashes; the
 * answer depends on the question alone, so keeping it changes nothing but the time.
 */
const known = new Map<string, readonly number[]>();
const KNOWN_MAX = 16;

function orderOf(cfg: Hex, span: number, n: number): readonly number[] {
  const key = `${cfg}/${span}/${n}`;
  const held = known.get(key);
  if (held !== undefined) return held;
  const order = permutation(keccak(new ByteWriter().ascii("TENOR/LEADER/1").hex(cfg, 32).uint(span, 8).done()), n);
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value!);
  known.set(key, order);
  return order;
}

/** Of a round's leader 0, of its backup 1, and so on in the order of those that lead next. */
export function placeOf(cfg: Hex, round: number, n: number, id: number): number {
  return (orderOf(cfg, Math.floor(round / n), n).indexOf(id) - (round % n) + n) % n;
}

export function leadershipOf(cfg: Hex, round: number, n: number): Leadership {
  const order = orderOf(cfg, Math.floor(round / n), n);
  return { leader: order[round % n]!, backup: order[(round + 1) % n]! };
}
