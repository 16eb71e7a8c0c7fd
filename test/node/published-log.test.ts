import { describe, expect, test } from "vitest";
import { PublishedLog } from "../../src/node/published-log.ts";
import type { PushEntry } from "../../src/report/report.ts";
import { configOf, FIRST, signedOf, T0 } from "../support/protocol.ts";

const config = configOf();

function publishing(round: number, ...pushes: readonly Partial<PushEntry>[]) {
  const entries = pushes.map((push) => ({
    index: 0,
    status: "ok" as const,
    value: BigInt(round),
    confidencePpb: 0,
    ...push,
  }));
  return signedOf(config, round, { pushes: entries });
}

function logOf(...rounds: readonly number[]): PublishedLog {
  const log = new PublishedLog();
  for (const round of rounds) log.add(publishing(round, {}));
  return log;
}

const roundsSince = (log: PublishedLog, sinceMs: number, index = 0): number[] =>
  log.since(index, sinceMs).map(({ round }) => round);

describe("the log of publications", () => {
  test("keeps time, value and round of each feed by itself", () => {
    const log = new PublishedLog();
    log.add(publishing(FIRST, { index: 0, value: 5n }, { index: 1, value: -6n }));
    expect(log.since(0, 0)).toEqual([{ timeMs: T0, value: "5", round: FIRST }]);
    expect(log.since(1, 0)).toEqual([{ timeMs: T0, value: "-6", round: FIRST }]);
    expect(log.since(2, 0)).toEqual([]);
  });

  test("leaves out a feed that was published as lost: its value stands on chain unchanged", () => {
    const log = new PublishedLog();
    log.add(publishing(FIRST, { status: "missing" }, { index: 1, status: "disputed" }));
    expect([log.since(0, 0), log.since(1, 0)]).toEqual([[], []]);
  });

  test("takes no round twice and none that comes late", () => {
    const log = logOf(FIRST + 2, FIRST + 2, FIRST + 1, FIRST + 3);
    expect(roundsSince(log, 0)).toEqual([FIRST + 2, FIRST + 3]);
  });

  test("gives what is at or after a time and the one before, where a step line begins", () => {
    const log = logOf(FIRST, FIRST + 10, FIRST + 20);
    expect(roundsSince(log, T0 - 1)).toEqual([FIRST, FIRST + 10, FIRST + 20]);
    expect(roundsSince(log, T0)).toEqual([FIRST, FIRST + 10, FIRST + 20]);
    expect(roundsSince(log, T0 + 1)).toEqual([FIRST, FIRST + 10, FIRST + 20]);
    expect(roundsSince(log, T0 + 10_000)).toEqual([FIRST, FIRST + 10, FIRST + 20]);
    expect(roundsSince(log, T0 + 10_001)).toEqual([FIRST + 10, FIRST + 20]);
    expect(roundsSince(log, T0 + 99_000)).toEqual([FIRST + 20]);
  });

  test("holds a thousand of each feed, the newest", () => {
    const log = logOf(...Array.from({ length: 1_200 }, (_, i) => FIRST + i));
    const rounds = roundsSince(log, 0);
    expect([rounds.length, rounds[0], rounds.at(-1)]).toEqual([1_000, FIRST + 200, FIRST + 1_199]);
  });
});
