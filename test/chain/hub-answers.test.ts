/** The hub's answers, read by hand, beside ethers' reading of the same bytes by the contract's own ABI. */
import { Interface } from "ethers";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { loadArtifact } from "../../src/chain/artifacts.ts";
import { decodeAnswers } from "../../src/chain/hub-answers.ts";

const abi = new Interface(loadArtifact("OracleHub").abi);
type Row = readonly [bigint, number, bigint | number, number, number, number];
const encode = (rows: readonly Row[]): Hex => abi.encodeFunctionResult("answers", [rows]) as Hex;

const ROWS: readonly Row[] = [
  [0n, 0, 0, 0, 0, 0],
  [9_451_226_000_000n, 250_000, 17, 1_795_962_840, 4, 1],
  [-1n, 4_294_967_295, Number.MAX_SAFE_INTEGER, 4_294_967_295, 4_294_967_295, 2],
  [2n ** 127n - 1n, 1, 1, 1, 1, 3],
  [-(2n ** 127n), 1, 1, 1, 1, 4],
];

/** @param word counted from the start @returns the data with another word there */
function replaced(data: Hex, word: number, text: string): Hex {
  const at = 2 + 64 * word;
  return `${data.slice(0, at)}${text.padStart(64, "0")}${data.slice(at + 64)}` as Hex;
}

describe("the hub's answers", () => {
  test("are what ethers reads, over every status, both ends of every field, and a hundred feeds", () => {
    for (const rows of [[], ...ROWS.map((row) => [row]), ROWS, Array.from({ length: 100 }, (_, i) => ROWS[i % 5]!)]) {
      const data = encode(rows);
      const indices = rows.map((_, i) => 3 * i + 1);
      const theirs = abi.decodeFunctionResult("answers", data)[0] as readonly Record<string, bigint>[];
      const ours = decodeAnswers(indices, data);
      expect(ours.map(({ index }) => index)).toEqual(indices);
      for (const [i, { value, confidencePpb, round, timeSec, count, status }] of ours.entries()) {
        const their = theirs[i]!;
        expect([value, confidencePpb, round, timeSec, count].map(BigInt)).toEqual(
          ["value", "confidencePpb", "round", "timeSec", "count"].map((name) => their[name]),
        );
        expect(["none", "ok", "missing", "disputed", "frozen"].indexOf(status)).toBe(Number(their["status"]));
      }
    }
  });

  const good = encode([ROWS[1]!, ROWS[2]!]);
  test.each<readonly [string, Hex, string]>([
    ["nothing", "0x", "0 words for 2 feeds, wanted 14"],
    ["half a word", good.slice(0, -2) as Hex, "13.96875 words for 2 feeds"],
    ["a feed fewer", encode([ROWS[1]!]), "8 words for 2 feeds"],
    ["a feed more", encode(ROWS.slice(0, 3)), "20 words for 2 feeds"],
    ["letters that are no digits", `${good.slice(0, -1)}g` as Hex, "NaN words"],
    ["another offset", replaced(good, 0, "40"), "14 words for 2 feeds"],
    ["another length", replaced(good, 1, "3"), "14 words for 2 feeds"],
    ["an int128 above its range", replaced(good, 2, `1${"0".repeat(32)}`), "wanted an int128"],
    ["an int128 of half a sign", replaced(good, 2, `${"f".repeat(31)}${"0".repeat(32)}`), "wanted an int128"],
    ["a uint32 above its range", replaced(good, 3, "100000000"), "wanted a uint32"],
    ["a round that no number holds", replaced(good, 4, "20000000000000"), "wanted a uint64"],
    ["an unknown status", replaced(good, 7, "5"), "feed 0 has unknown status 5"],
  ])("are refused: %s", (_name, data, reason) => {
    expect(() => decodeAnswers([0, 1], data)).toThrow(reason);
    try {
      decodeAnswers([0, 1], data);
    } catch (error) {
      expect(error).toMatchObject({ code: "hub-malformed" });
    }
  });
});
