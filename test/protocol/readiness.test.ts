/** When a leader need not wait for more: nothing that its parent agreed on would be suppressed. */
import { describe, expect, test } from "vitest";
import type { Observed } from "../../src/feeds/observed.ts";
import type { FeedRule } from "../../src/feeds/rule.ts";
import { buildReport } from "../../src/protocol/build-report.ts";
import type { Observe } from "../../src/protocol/messages.ts";
import { gridOf } from "../../src/protocol/next-leaf.ts";
import { nothingSuppressed } from "../../src/protocol/readiness.ts";
import type { Report } from "../../src/report/report.ts";
import { settlementRule, settlementSeen, surfaceRule, surfaceSeen } from "../support/derivatives.ts";
import { configOf, feedRule, FIRST, observeOf, T0 } from "../support/protocol.ts";

const config = configOf();
const slotAt = (round: number) => ({ round, timeMs: T0 + (round - FIRST) * 1_000 });
const saying = (round: number, ...values: readonly Observed[]): Observe[] =>
  values.map((value, i) => observeOf(config, i + 1, round, { values: [value] }));

function report(rule: FeedRule, parent: Report | null, round: number, ...values: readonly Observed[]): Report {
  return buildReport([rule], parent, saying(round, ...values), 3, slotAt(round));
}

function ready(rule: FeedRule, parent: Report | null, round: number, ...values: readonly Observed[]): boolean {
  return nothingSuppressed([rule], parent, saying(round, ...values), 3, slotAt(round));
}

test("a number is awaited until it would be agreed on, unless the parent had none", () => {
  const rule = feedRule(0);
  const parent = report(rule, null, FIRST, 5n, 5n, 5n);
  for (const before of [null, parent]) {
    expect(ready(rule, before, FIRST + 1, 5n, 5n)).toBe(false);
    expect(ready(rule, before, FIRST + 1, 5n, 5n, surfaceSeen())).toBe(false);
    expect(ready(rule, before, FIRST + 1, 5n, 5n, 5n)).toBe(true);
  }
  expect(ready(rule, report(rule, null, FIRST, 5n), FIRST + 1)).toBe(true);
});

describe("a surface", () => {
  const rule = surfaceRule(0, { book: null });
  const parent = report(rule, null, FIRST, surfaceSeen(), surfaceSeen(), surfaceSeen());

  test("is awaited in its own rounds, until a quorum stands on the grid of the parent", () => {
    const [leaf] = parent.leaves;
    const onGrid = surfaceSeen({ grid: gridOf(leaf) });
    expect(ready(rule, parent, FIRST + 10, onGrid, onGrid)).toBe(false);
    expect(ready(rule, parent, FIRST + 10, onGrid, onGrid, surfaceSeen())).toBe(false);
    expect(ready(rule, parent, FIRST + 10, onGrid, onGrid, onGrid)).toBe(true);
  });

  test("is not awaited in any other round", () => {
    expect(ready(rule, parent, FIRST + 9)).toBe(true);
  });
});

describe("a settlement", () => {
  const rule = settlementRule(0);
  const expiryMs = T0 + 40_000;
  const whole = settlementSeen(expiryMs, 1_000n);
  const running = settlementSeen(expiryMs, 500n, { variable: 500n });

  test("is awaited while it is averaged and when it is to be agreed on, and not once it is", () => {
    const averaged = report(rule, null, FIRST + 35, running, running, running);
    expect(ready(rule, averaged, FIRST + 36, running, running)).toBe(false);
    expect(ready(rule, averaged, FIRST + 36, running, running, running)).toBe(true);
    expect(ready(rule, averaged, FIRST + 40, running, running, running)).toBe(false);
    expect(ready(rule, averaged, FIRST + 40, whole, whole, whole)).toBe(true);
    const agreed = report(rule, averaged, FIRST + 40, whole, whole, whole);
    expect(ready(rule, agreed, FIRST + 41)).toBe(true);
  });

  test("that is pending holds nobody up", () => {
    const averaged = report(rule, null, FIRST + 35, running, running, running);
    const pending = report(rule, averaged, FIRST + 40, whole);
    expect(ready(rule, pending, FIRST + 41)).toBe(true);
  });
});
