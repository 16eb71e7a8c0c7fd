/** Draws from a seed's dice. */
import type { Rng } from "../../base/ports.ts";

export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[Math.floor(rng.next() * items.length)]!;
}

export function chance(rng: Rng, probability: number): boolean {
  return rng.next() < probability;
}

/** 0 … limit − 1 */
export function wholeBelow(rng: Rng, limit: number): number {
  return Math.floor(rng.next() * limit);
}

export function between(rng: Rng, low: number, high: number): number {
  return low + rng.next() * (high - low);
}

/** So many distinct members, ascending. */
export function membersOf(rng: Rng, n: number, count: number): number[] {
  const left = Array.from({ length: n }, (_, i) => i + 1);
  const drawn = Array.from({ length: Math.min(count, n) }, () => left.splice(wholeBelow(rng, left.length), 1)[0]!);
  return drawn.sort((a, b) => a - b);
}
