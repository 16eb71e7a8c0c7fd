/** What the hub's word means for a node, without any node: which configurations it runs and from which round to which. */
import { describe, expect, test } from "vitest";
import type { HubConfiguration } from "../../src/chain/hub-client.ts";
import { floorRoundOf } from "../../src/node/handover.ts";
import { hasBegun, isOver, termsOf } from "../../src/node/terms.ts";
import { initialState, type OracleState } from "../../src/protocol/state.ts";
import { configOf, T0 } from "../support/protocol.ts";
import { candidateOf, hubOf } from "./support/candidates.ts";

const OLD = candidateOf(1);
const NEXT = candidateOf(2);
const old = hubOf(OLD, 1);
const next = hubOf(NEXT, 10);

describe("terms", () => {
  test("are none before the hub is configured, and none for a file without a share", () => {
    expect(termsOf({ newest: undefined, previous: undefined }, [OLD])).toEqual([]);
    expect(termsOf({ newest: old, previous: undefined }, [{ ...OLD, shares: [] }])).toEqual([]);
  });

  test("of a first configuration have no end and follow nothing", () => {
    const [term] = termsOf({ newest: old, previous: undefined }, [OLD, NEXT]);
    expect(term).toMatchObject({ configuration: old, endRound: null, before: null });
  });

  test("of two configurations meet at the newest one's first round", () => {
    const terms = termsOf({ newest: next, previous: old }, [NEXT, OLD]);
    expect(
      terms.map(({ configuration, endRound, before }) => [configuration.configCount, endRound, before?.cfg]),
    ).toEqual([
      [1, 10, undefined],
      [2, null, old.cfg],
    ]);
  });

  test("of a member that leaves end with the newest's first round, whatever the newest is", () => {
    const terms = termsOf({ newest: { ...next, cfg: old.cfg }, previous: old }, [OLD]);
    expect(terms.map(({ endRound }) => endRound)).toEqual([10]);
  });

  test("need every field of the configuration: count, slot length, key, first round, its time and the digest", () => {
    const changes: Partial<HubConfiguration>[] = [
      { configCount: 3 },
      { slotMs: 2_000 },
      { groupKeyX: hubOf(OLD, 1).groupKeyX },
      { firstRound: 11 },
      { firstRoundTimeMs: next.firstRoundTimeMs + 1 },
      { cfg: old.cfg },
    ];
    for (const change of changes)
      expect(termsOf({ newest: { ...next, ...change }, previous: undefined }, [NEXT])).toEqual([]);
  });

  test("begin with their first slot and are over three slots after their last", () => {
    const [ended, begun] = termsOf({ newest: next, previous: old }, [OLD, NEXT]);
    const startMs = next.firstRoundTimeMs;
    expect([hasBegun(begun!, startMs - 1), hasBegun(begun!, startMs)]).toEqual([false, true]);
    expect([isOver(ended!, startMs + 2_999), isOver(ended!, startMs + 3_000)]).toEqual([false, true]);
    expect(isOver(begun!, startMs + 1e9)).toBe(false);
  });
});

describe("the round from which a configuration may act", () => {
  const [, term] = termsOf({ newest: next, previous: old }, [OLD, NEXT]);
  const reserved = (rounds: Readonly<Record<string, number>>) => ({ reservedUpTo: (key: string) => rounds[key] ?? -1 });
  const beside = (currentRound: number, floorRound = -1): OracleState => ({
    ...initialState({ ...configOf(), cfg: old.cfg }, floorRound, null),
    currentRound,
  });

  test("lies above what earlier lives reserved under its key", () => {
    expect(floorRoundOf(term!, [], reserved({ [next.groupKeyX]: 25 }))).toBe(25);
    expect(floorRoundOf(term!, [], reserved({}))).toBe(-1);
  });

  test("lies above what an earlier life reserved under the key before, of which nobody knows what it used", () => {
    expect(floorRoundOf(term!, [], reserved({ [old.groupKeyX]: 17 }))).toBe(17);
  });

  test("needs no pause for what this very life reserved ahead under the key before", () => {
    expect(floorRoundOf(term!, [beside(9)], reserved({ [old.groupKeyX]: 24 }))).toBe(9);
  });

  test("lies above the rounds in which this life acted too long under the key before", () => {
    expect(floorRoundOf(term!, [beside(12)], reserved({ [old.groupKeyX]: 24 }))).toBe(12);
  });

  test("of a refresh: the reservation of this life counts not, that of earlier lives does", () => {
    const sameKey = { ...term!, before: { ...old, groupKeyX: next.groupKeyX } };
    expect(floorRoundOf(sameKey, [beside(9)], reserved({ [next.groupKeyX]: 24 }))).toBe(9);
    expect(floorRoundOf(sameKey, [beside(9, 14)], reserved({ [next.groupKeyX]: 24 }))).toBe(14);
    expect(floorRoundOf(sameKey, [], reserved({ [next.groupKeyX]: 24 }))).toBe(24);
  });
});

test("a term's times are the hub's", () => {
  expect(next.firstRoundTimeMs).toBe(T0 + 9_000);
});
