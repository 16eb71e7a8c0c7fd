import { describe, expect, test } from "vitest";
import { statusCode, statusFromCode } from "../../src/report/report.ts";

describe("feed status", () => {
  test("codes and names are each other's inverse, and other codes have no name", () => {
    for (const name of ["none", "ok", "missing", "disputed"] as const)
      expect(statusFromCode(statusCode(name))).toBe(name);
    expect([4, 255, -1].map(statusFromCode)).toEqual([undefined, undefined, undefined]);
  });
});
