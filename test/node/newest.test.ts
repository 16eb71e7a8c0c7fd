import { expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { NewestEnvelopes } from "../../src/node/newest.ts";

type Type = "observe" | "propose" | "share" | "report";

/** What is given of member 2 after it said these, each in bytes that name it. */
function after(...said: readonly (readonly [Type, number])[]): readonly number[] {
  const newest = new NewestEnvelopes();
  for (const [i, [type, round]] of said.entries()) {
    newest.take({ sender: 2, round, type }, `0x${"00".repeat(31)}0${i}` as Hex, Uint8Array.of(i));
  }
  const given = [newest.of(2), newest.of(2)].map((bytes) => bytes?.[0] ?? -1);
  return [...new Set(given)].sort((a, b) => a - b);
}

test("the word of the highest round is given, and of one round the OBSERVE", () => {
  expect(after(["observe", 5], ["share", 4])).toEqual([0]);
  expect(after(["share", 5], ["observe", 5], ["share", 5])).toEqual([1]);
  expect(after(["observe", 5], ["propose", 6])).toEqual([1]);
});

test("two OBSERVEs of one round are given in turn, no third", () => {
  expect(after(["observe", 5], ["observe", 5], ["observe", 5])).toEqual([0, 1]);
});

test("a REPORT is no word of whoever passes it on: a node whose disk failed says it in rounds that it never reserved", () => {
  expect(after(["observe", 5], ["report", 9])).toEqual([0]);
  expect(after(["report", 9])).toEqual([-1]);
});
