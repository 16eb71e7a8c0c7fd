import { describe, expect, test } from "vitest";
import { Household, type Housemate } from "../../src/node/household.ts";
import type { RecoveryVerdict } from "../../src/protocol/recovery.ts";
import { hexOf } from "../support/protocol.ts";

const KEY = hexOf("key");
const OTHER_KEY = hexOf("other key");
const FINE: RecoveryVerdict = { kind: "resume", lost: false, floorRound: 7 };

function at(keystore = { clearRestored: () => undefined }) {
  const house = new Household({ keystore });
  const halted: string[] = [];
  const mate = (name: string, over: Partial<Housemate> = {}): Housemate => ({
    groupKeyX: KEY,
    verdict: () => FINE,
    hasReserved: () => true,
    halt: () => void halted.push(name),
    ...over,
  });
  return { house, mate, halted };
}

describe("the configurations of one process", () => {
  test("under one key: the later one looks to the earlier one while that runs, never the other way round", () => {
    const { house, mate } = at();
    const [one, two, foreign] = [mate("one"), mate("two"), mate("foreign", { groupKeyX: OTHER_KEY })];
    for (const each of [one, foreign, two]) house.enter(each);
    expect([one, foreign, two].map((each) => house.before(each))).toEqual([null, null, FINE]);
    house.leave(one);
    expect(house.before(two)).toBeNull();
  });

  test("all halt when one of them meets a twin, whatever their keys, and so does one that begins later", () => {
    const { house, mate, halted } = at();
    const one = mate("one");
    house.enter(one);
    house.enter(mate("two", { groupKeyX: OTHER_KEY }));
    house.twinFound(one);
    house.twinFound(one);
    house.enter(mate("three"));
    expect(halted).toEqual(["two", "three"]);
  });

  test("forget the backup that their keys came from when each of them has reserved rounds, not before", () => {
    let cleared = 0;
    const { house, mate } = at({ clearRestored: () => void (cleared += 1) });
    let isLateOneDone = false;
    house.enter(mate("one"));
    house.enter(mate("two", { hasReserved: () => isLateOneDone }));
    house.reserved();
    expect(cleared).toBe(0);
    isLateOneDone = true;
    house.reserved();
    expect(cleared).toBe(1);
  });
});
