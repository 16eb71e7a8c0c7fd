import type { Connection } from "@libp2p/interface";
import { describe, expect, test } from "vitest";
import type { Member } from "../../src/network/committee.ts";
import { isAnyLineBroken } from "../../src/network/line-doubts.ts";

const NOW_MS = 1_000_000;
const NOBODY: ReadonlySet<Member> = new Set();

/** A member with what the question is about. */
function member(id: number, state: { connected?: boolean; overdueAtMs?: number | null } = {}): Member {
  const connection = state.connected === false ? null : ({} as Connection);
  return { id, connection, overdueAtMs: state.overdueAtMs ?? null } as Member;
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

  test("for five seconds after a message that was not acknowledged, and not for longer", () => {
    expect(isBroken([member(2, { overdueAtMs: NOW_MS })])).toBe(true);
    expect(isBroken([member(2, { overdueAtMs: NOW_MS - 4_999 })])).toBe(true);
    expect(isBroken([member(2, { overdueAtMs: NOW_MS - 5_000 })])).toBe(false);
  });

  test("never for a member that is not heard of: it has crashed", () => {
    const down = member(3, { connected: false });
    expect(isBroken([member(2), down], NOBODY, (id) => id !== 3)).toBe(false);
    expect(isBroken([down, member(4, { overdueAtMs: NOW_MS })], NOBODY, (id) => id !== 3)).toBe(true);
  });
});
