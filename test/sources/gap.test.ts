import fc from "fast-check";
import { expect, test } from "vitest";
import { gap, printable, saidOf } from "../../src/sources/gap.ts";

test("whatever a venue says is at most 80 printable characters without markup", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 300 }), (codes) => {
      const text = String.fromCharCode(...codes);
      expect(printable(text)).toMatch(/^[\x20-\x7e]{0,80}$/);
      expect(printable(text)).not.toMatch(/[<>&"'`]/);
    }),
  );
});

test("a long detail ends in dots, a short one is kept", () => {
  expect(gap("venue-error", "x".repeat(81)).detail).toBe(`${"x".repeat(77)}...`);
  expect(gap("venue-error", "EQuery:Unknown asset pair").detail).toBe("EQuery:Unknown asset pair");
});

test("a waiting time stands in the gap only where the venue gave one", () => {
  expect(gap("timeout", "x")).toEqual({ kind: "gap", reason: "timeout", detail: "x" });
  expect(gap("banned", "x", 0)).toEqual({ kind: "gap", reason: "banned", detail: "x", retryAfterMs: 0 });
});

test("what a member says can be told whatever it is, an object with a toString of its own too", () => {
  expect([saidOf("50011"), saidOf(-1121), saidOf(undefined), saidOf(null)]).toEqual([
    "50011",
    "-1121",
    "undefined",
    "null",
  ]);
  expect(saidOf(JSON.parse('{"toString":1,"valueOf":2}'))).toBe("an object");
  fc.assert(fc.property(fc.jsonValue(), (value) => typeof saidOf(value) === "string"));
});
