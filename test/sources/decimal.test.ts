import fc from "fast-check";
import { expect, test } from "vitest";
import { isFiniteNumber, parseDecimal } from "../../src/sources/decimal.ts";

test.each([
  ["78493.70000", 78493.7],
  ["0", 0],
  ["-1.0", -1],
  ["3.7191e-4", 3.7191e-4],
  ["1E3", 1000],
  ["2e+2", 200],
])("%s is the number %d", (text, value) => {
  expect(parseDecimal(text)).toBe(value);
});

test.each([
  "",
  " ",
  "1 ",
  "+1",
  "01",
  "1.",
  ".5",
  "1,000",
  "1_000",
  "0x10",
  "0b1",
  "NaN",
  "Infinity",
  "-",
  "e5",
  "1e",
  "1e9999",
  "1e400",
  "null",
  "１",
  "1\n",
  "1".repeat(41),
])("%j is no number", (text) => {
  expect(parseDecimal(text)).toBeNull();
});

test("every finite double comes back from its own text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseDecimal(String(value))).toBe(value === 0 ? 0 : value);
    }),
  );
});

test("what Number() reads otherwise than JSON does is refused", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), (text) => {
      const value = parseDecimal(text);
      if (value !== null) expect(JSON.parse(text)).toBe(value);
    }),
  );
});

test("infinities, NaN and text are no finite numbers", () => {
  expect([1, 0, -0].every(isFiniteNumber)).toBe(true);
  expect([Number.NaN, Infinity, "1", null, undefined, 1n].some(isFiniteNumber)).toBe(false);
});
