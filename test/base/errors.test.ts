import { describe, expect, test } from "vitest";
import { OracleError, reasonOf, unreachable } from "../../src/base/errors.ts";

describe("errors", () => {
  test("an OracleError carries words, a code, its fields and the cause", () => {
    const cause = new Error("socket closed");
    const error = new OracleError("kraken: no answer", { code: "no-answer", source: "kraken" }, cause);
    expect(error).toBeInstanceOf(Error);
    expect({ name: error.name, message: error.message, code: error.code }).toEqual({
      name: "OracleError",
      message: "kraken: no answer",
      code: "no-answer",
    });
    expect(error.fields).toEqual({ code: "no-answer", source: "kraken" });
    expect(error.cause).toBe(cause);
  });

  test("a reason is the message of an error and the text of anything else", () => {
    expect(reasonOf(new OracleError("too old", { code: "stale" }))).toBe("too old");
    expect(reasonOf("plain")).toBe("plain");
    expect(reasonOf(undefined)).toBe("undefined");
    expect(reasonOf(new Event("close"))).toBe('event "close"');
    expect(reasonOf(Object.assign(new Event("close"), { error: new Error("reset") }))).toBe("reset");
  });

  test("a case that cannot be is a bug with the value in its message", () => {
    const impossible = { kind: "new" } as never;
    expect(() => unreachable(impossible)).toThrow(/unreachable case: \{"kind":"new"\}/);
  });
});
