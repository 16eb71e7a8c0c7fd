/**
 * Reads what the hub's `answers` returns: `Answer[]` by the contract ABI, an offset, a length, and six words a feed. The one
 * answer that grows with the number of feeds and changes with every report; ethers takes fifty times as long for it.
 */
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { FeedStatus } from "../report/report.ts";
import { statusFromCode } from "../report/report.ts";

export type HubAnswer = {
  readonly index: number;
  readonly value: bigint;
  readonly confidencePpb: number;
  /** Last round that spoke of this feed; 0 when none did. */
  readonly round: number;
  readonly timeSec: number;
  /** Consumers' dense round id. */
  readonly count: number;
  readonly status: FeedStatus | "frozen";
};

/** Of an answer that the hub's guardian or owner stopped. No report says it. */
const FROZEN_CODE = 4;
const WORD_DIGITS = 64;
const FIELDS = 6;
const HEAD_WORDS = 2;
const VALUE_BITS = 128;

/**
 * @param indices the feeds that were asked for, in their order
 * @param data the call's result
 * @throws OracleError `hub-malformed`: another length than so many feeds have, a number that its field cannot hold, an unknown status
 */
export function decodeAnswers(indices: readonly number[], data: Hex): readonly HubAnswer[] {
  const words = new Words(data);
  const wanted = HEAD_WORDS + FIELDS * indices.length;
  const isFramed = words.count === wanted && words.uint(0, 32) === 32 && words.uint(1, 32) === indices.length;
  if (!isFramed) throw malformed(`${words.count} words for ${indices.length} feeds, wanted ${wanted}`, {});
  return indices.map((index, i) => {
    const at = HEAD_WORDS + FIELDS * i;
    const code = words.uint(at + 5, 8);
    const status = code === FROZEN_CODE ? "frozen" : statusFromCode(code);
    if (status === undefined) throw malformed(`feed ${index} has unknown status ${code}`, { index, status: code });
    return {
      index,
      value: words.int(at, VALUE_BITS),
      confidencePpb: words.uint(at + 1, 32),
      round: words.uint(at + 2, 64),
      timeSec: words.uint(at + 3, 32),
      count: words.uint(at + 4, 32),
      status,
    };
  });
}

function malformed(what: string, fields: Readonly<Record<string, string | number>>): OracleError {
  return new OracleError(`hub: ${what}`, { code: "hub-malformed", ...fields });
}

/** Words of 32 bytes, big-endian. */
class Words {
  /** Broken, or NaN, where the data are not whole words: equal to no number of them. */
  readonly count: number;
  readonly #hex: string;

  constructor(data: Hex) {
    this.#hex = data.slice(2);
    this.count = /^[0-9a-f]*$/i.test(this.#hex) ? this.#hex.length / WORD_DIGITS : Number.NaN;
  }

  /** @throws OracleError `hub-malformed` above 2^bits − 1, or above what a number holds exactly */
  uint(word: number, bits: number): number {
    const text = this.#word(word);
    const value = Number(`0x${text.slice(WORD_DIGITS - bits / 4)}`);
    if (!/^0*$/.test(text.slice(0, WORD_DIGITS - bits / 4)) || !Number.isSafeInteger(value)) {
      throw malformed(`word ${word} is 0x${text}, wanted a uint${bits}`, { word });
    }
    return value;
  }

  /** @throws OracleError `hub-malformed` outside −2^(bits − 1) … 2^(bits − 1) − 1 */
  int(word: number, bits: number): bigint {
    const text = this.#word(word);
    const unsigned = BigInt(`0x${text}`);
    const value = BigInt.asIntN(bits, unsigned);
    if (BigInt.asUintN(4 * WORD_DIGITS, value) !== unsigned) {
      throw malformed(`word ${word} is 0x${text}, wanted an int${bits}`, { word });
    }
    return value;
  }

  #word(word: number): string {
    return this.#hex.slice(WORD_DIGITS * word, WORD_DIGITS * (word + 1));
  }
}
