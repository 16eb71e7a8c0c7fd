import type { Connection } from "@libp2p/interface";
import { describe, expect, test } from "vitest";
import type { Member } from "../../src/network/committee.ts";
import { type Doubt, doubtAfter } from "../../src/network/doubt.ts";
import { isAnyLineBroken } from "../../src/network/line-doubts.ts";

const NOW_MS = 1_000_000;
const NOBODY: ReadonlySet<Member> = new Set();

/** A member with what the question is about. */
function member(id: number, state: { connected?: boolean; doubt?: Doubt | null } = {}): Member {
  const connection = state.connected === false ? null : ({} as Connection);
  return { id, connection, doubt: state.doubt ?? null } as Member;
}

function isBroken(members: readonly Member[], missed = NOBODY, isHeard: (id: number) => boolean = () => true): boolean {
  return isAnyLineBroken(
    { committee: { others: () => members.values() }, isHeard, clock: { monotonicMs: () => NOW_MS } },
    (one) => !missed.has(one),
  );
}

describe("a line is doubted", () => {
  test("not while everybody is connected and acknowledges", () => {
    expect(isBroken([member(2), member(3), member(4)])).toBe(false);
    expect(isBroken([])).toBe(false);
  });

  test("when it is not there", () => {
    expect(isBroken([member(2), member(3, { connected: false })])).toBe(true);
  });

  test("when what is published does not leave for its other end", () => {
    const deaf = member(3);
    expect(isBroken([member(2), deaf], new Set([deaf]))).toBe(true);
  });

  test("when the acknowledgement of a message has taken three times as long as it should, for five seconds", () => {
    const at = (ms: number) => member(2, { doubt: doubtAfter(null, 100, NOW_MS + ms) });
    expect(isBroken([at(-199)])).toBe(false);
    expect(isBroken([at(-200)])).toBe(true);
    expect(isBroken([at(-5_199)])).toBe(true);
    expect(isBroken([at(-5_200)])).toBe(false);
  });

  test("from the first of several such messages, and for five seconds after the last", () => {
    const first = doubtAfter(null, 100, 0);
    expect(doubtAfter(first, 1_000, 150)).toEqual({ fromMs: 200, untilMs: 5_200 });
    expect(doubtAfter(first, 1_000, 3_000)).toEqual({ fromMs: 200, untilMs: 8_000 });
    // What was doubted long ago says nothing now.
    expect(doubtAfter(first, 1_000, 5_200)).toEqual({ fromMs: 7_200, untilMs: 12_200 });
  });

  test("never for a member that is not heard of: it has crashed", () => {
    const down = member(3, { connected: false });
    expect(isBroken([member(2), down], NOBODY, (id) => id !== 3)).toBe(false);
    expect(
      isBroken([down, member(4, { doubt: { fromMs: NOW_MS, untilMs: NOW_MS + 1 } })], NOBODY, (id) => id !== 3),
    ).toBe(true);
  });
});
