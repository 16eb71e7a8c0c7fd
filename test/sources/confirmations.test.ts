import { describe, expect, test } from "vitest";
import { Confirmations } from "../../src/sources/confirmations.ts";

describe("confirmations", () => {
  test("are waited for ten seconds, each by its own clock, and told as overdue once", () => {
    const confirmations = new Confirmations();
    confirmations.sent(["a", "b"], 0);
    confirmations.sent(["c"], 5_000);
    confirmations.settle("b");
    expect(confirmations.waiting()).toEqual(["a", "c"]);
    expect(confirmations.overdue(10_000)).toEqual([]);
    expect(confirmations.overdue(10_001)).toEqual(["a"]);
    expect(confirmations.overdue(10_002)).toEqual([]);
    expect(confirmations.waiting()).toEqual(["c"]);
  });

  test("of what was never sent change nothing", () => {
    const confirmations = new Confirmations();
    confirmations.settle("a");
    expect(confirmations.overdue(1e9)).toEqual([]);
  });
});
