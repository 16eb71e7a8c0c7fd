/** Who leads a slot: L(r) = perm(H(cfg, floor(r/n)))[r mod n], the backup is the next one. No elections. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import { keccak } from "../report/hash.ts";

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

/** One span's order serves n rounds and every message in them; a few are kept because configurations and spans overlap. */
const ORDERS_KEPT = 16;
const orders = new Map<string, readonly number[]>();

function orderOf(cfg: Hex, span: number, n: number): readonly number[] {
  const key = `${cfg}/${span}/${n}`;
  const held = orders.get(key);
  if (held !== undefined) return held;
  const order = permutation(keccak(new ByteWriter().ascii("TENOR/LEADER/1").hex(cfg, 32).uint(span, 8).done()), n);
  if (orders.size >= ORDERS_KEPT) orders.delete(orders.keys().next().value!);
  orders.set(key, order);
  return order;
}

export type Leadership = { readonly leader: number; readonly backup: number };

export function leadershipOf(cfg: Hex, round: number, n: number): Leadership {
  const span = Math.floor(round / n);
  const order = orderOf(cfg, span, n);
  return { leader: order[round % n]!, backup: order[(round + 1) % n]! };
}
