import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  depthOfText,
  isCappedAskVol,
  levelsOfText,
  priceOfText,
  sideOfText,
  timeOfText,
  volOfText,
} from "../../src/sources/text-fields.ts";

const NO_NUMBERS = ["x", " 1", "0x10", "NaN", "Infinity", "1e400", ".5", "1,5", 7, true, [], {}];

describe("one member of a row", () => {
  test("a side is a price, null where it says no quote, undefined where it says nonsense", () => {
    for (const [value, side] of [
      ["0.0245", 0.0245],
      ["2.45e-2", 0.0245],
      ["78499.9", 78499.9],
      ["", null],
      ["0", null],
      ["0.0000", null],
      ["-0", null],
      [null, null],
      ["-1.0", undefined],
      ["-0.00000001", undefined],
      ["1e-320", undefined],
      [undefined, undefined],
    ] as const) {
      expect(sideOfText(value)).toBe(side);
    }
    for (const value of NO_NUMBERS) expect(sideOfText(value)).toBeUndefined();
  });

  test("a price that a row needs is positive and plausible, or null", () => {
    expect(priceOfText("78610.75")).toBe(78610.75);
    for (const value of ["", "0", "-1", "1e12", null, undefined, ...NO_NUMBERS]) expect(priceOfText(value)).toBeNull();
  });

  test("a vol lies between 1 % and 1000 %, or is null", () => {
    expect(volOfText("0.4686517873")).toBe(0.4686517873);
    expect(volOfText("3.7207056835937498")).toBe(3.7207056835937498);
    for (const value of ["", "0", "0.01", "10", "47.2", "-1.0", "-0.00000001", "0.0000006", null, ...NO_NUMBERS]) {
      expect(volOfText(value)).toBeNull();
    }
  });

  test("the vol of an ask is at its cap from 500 % on", () => {
    expect(["5", "5.0", "5.01"].map(isCappedAskVol)).toEqual([true, true, true]);
    expect(["4.99", "0", "", null, 5, "x"].map(isCappedAskVol)).toEqual([false, false, false, false, false, false]);
  });

  test("a time is thirteen digits of this century", () => {
    expect(timeOfText("1701388800085")).toBe(1_701_388_800_085);
    for (const value of [
      "1701388800",
      "1701388800085000",
      "9999999999999",
      "",
      "0",
      1_701_388_800_085,
      null,
      "1.7e12",
    ]) {
      expect(timeOfText(value)).toBeNull();
    }
  });

  test("levels are read whole or not at all", () => {
    expect(
      levelsOfText([
        ["1.5", "2", "0", "9"],
        ["1.4", "0"],
      ]),
    ).toEqual([
      [1.5, 2],
      [1.4, 0],
    ]);
    for (const value of [
      null,
      {},
      "x",
      [["1"]],
      [[1, 2]],
      [["1", "-1"]],
      [["0", "1"]],
      [["1", "1"], null],
      [["-1", "1"]],
    ]) {
      expect(levelsOfText(value)).toBeNull();
    }
  });

  test("a book whose sides lie more than 2 % apart has no depth", () => {
    expect(depthOfText([["99", "1"]], [["99.5", "1"]])).toMatchObject({ kind: "depth", bid: 99, ask: 99.5 });
    expect(depthOfText([["0.011", "1"]], [["0.0155", "1"]])).toMatchObject({ kind: "gap", reason: "out-of-range" });
    expect(depthOfText([], [["1", "1"]])).toMatchObject({ kind: "gap", reason: "empty-book" });
    expect(depthOfText("x", [])).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });
});

test("of any value a reader makes a sound number or none", () => {
  const value = fc.oneof(fc.double().map(String), fc.jsonValue({ maxDepth: 1 }), fc.string());
  fc.assert(
    fc.property(value, (seen) => {
      for (const number of [sideOfText(seen), priceOfText(seen), volOfText(seen), timeOfText(seen)]) {
        if (number === null || number === undefined) continue;
        expect(number > 0 && Number.isFinite(number) && Number(seen) === number).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
