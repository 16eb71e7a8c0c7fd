/** Seeded dice for simulations: the same seed tells the same story on every machine. Not for secrets. */
import type { Rng } from "../base/ports.ts";

export type SeededRng = Rng & { nextUint32(): number };

/** splitmix32's finaliser (Steele, Lea & Flood 2014, 32-bit constants of the "lowbias" search): a bijection of 32 bits. */
function finalise(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** A stream of 32-bit words from one word: it fills the larger generator's state and nothing else. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return finalise(state);
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** xoshiro128** 1.1 (Blackman & Vigna, 2018). At least one word must not be zero. */
export function xoshiro128starstar(word0: number, word1: number, word2: number, word3: number): SeededRng {
  let s0 = word0 | 0;
  let s1 = word1 | 0;
  let s2 = word2 | 0;
  let s3 = word3 | 0;
  const nextUint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return result;
  };
  return { nextUint32, next: () => nextUint32() / 0x1_0000_0000 };
}

/** @param seed a safe integer; all of its bits count */
export function seededRng(seed: number): SeededRng {
  const word = splitmix32(hashWords(seed));
  return xoshiro128starstar(word(), word(), word(), word());
}

/** One 32-bit word that depends on every bit of every argument: dice that can be thrown in any order. */
export function hashWords(...words: readonly number[]): number {
  let state = 0x2545f491;
  for (const word of words) {
    state = finalise((state ^ word) + 0x9e3779b9);
    state = finalise((state ^ Math.floor(word / 0x1_0000_0000)) + 0x85ebca6b);
  }
  return state;
}

/** A name as a word for `hashWords` (FNV-1a over UTF-16 code units). */
export function hashName(name: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

/** Uniform in [0, 1). */
export function hashUniform(...words: readonly number[]): number {
  return hashWords(...words) / 0x1_0000_0000;
}
