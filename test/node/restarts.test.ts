/** Databases that were lost or restored, keys that live twice: what the machine and its watchers make of them together. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Accusation } from "../../src/protocol/accusation.ts";
import type { Note } from "../../src/protocol/events.ts";
import { House, type Life, saidTwice } from "./support/lives.ts";

const SLOT_MS = 8_000;
/** One reservation at this slot length. */
const SPAN = 2;

let house: House;

beforeEach(() => {
  vi.useFakeTimers();
  house = new House(SLOT_MS);
  for (const id of [2, 3, 4]) house.lasting(id);
});
afterEach(async () => {
  await house.stop();
  vi.useRealTimers();
});

const observed = (life: Life): number[] =>
  house.said.flatMap(({ from, life: number, message }) =>
    from === life.id && number === life.number && message.type === "observe" ? [message.round] : [],
  );
const accusations = (): (Note | Accusation)[] =>
  house.lives.flatMap(({ notes, accusations: proven }) => [
    ...notes.filter(({ kind }) => kind === "equivocation" || kind === "bad-shares"),
    ...proven,
  ]);
const doubles = (life: Life): number[] =>
  life.notes.flatMap((note) => (note.kind === "duplicate-instance" ? [note.from] : []));

async function grown(slots: number): Promise<Life> {
  const first = house.mortal(1);
  house.start();
  await house.pass(slots * SLOT_MS + SLOT_MS / 2);
  return first;
}

describe("a member whose database is gone", () => {
  test("learns from its peers what it said, waits one reservation above that, and says nothing twice", async () => {
    const first = await grown(4);
    const last = observed(first).at(-1)!;
    await house.bury(first);
    const second = house.mortal(1, house.newFolder());
    second.start();
    await house.pass(8 * SLOT_MS);
    expect(second.oracle.state.floorRound).toBe(last + SPAN);
    // Slots so long make a reservation shorter than the three in which it only listens.
    expect(observed(second)[0]).toBe(last + 4);
    expect(saidTwice(house, 1)).toEqual([]);
    expect(accusations()).toEqual([]);
    expect(second.lines.filter(({ level }) => level === "error")).toMatchObject([
      { message: "the database knows less than this member has said: quarantine" },
    ]);
  });

  test("says nothing, however long, while fewer than n−1−f peers answer; and says why", async () => {
    const first = await grown(2);
    await house.bury(first);
    for (const id of [3, 4]) await house.stopOne(house.lives.find((life) => life.id === id)!);
    const second = house.mortal(1, house.newFolder());
    second.start();
    await house.pass(20 * SLOT_MS);
    expect(observed(second)).toEqual([]);
    expect(second.safety.reasons()).toEqual([
      "the database was lost or is an old copy: 1 more peers must say what this member said last",
    ]);
    house.lasting(3).start();
    await house.pass(5 * SLOT_MS);
    expect(second.safety.reasons()).toEqual([]);
    expect(observed(second).length).toBeGreaterThan(0);
    expect(saidTwice(house, 1)).toEqual([]);
  });

  test("is not new: a member that never spoke asks as well, but waits only to listen", async () => {
    await house.pass(0);
    house.start();
    await house.pass(3 * SLOT_MS + SLOT_MS / 2);
    const newcomer = house.mortal(1);
    newcomer.start();
    await house.pass(4 * SLOT_MS);
    expect(observed(newcomer)).toEqual([house.config.firstRound + 7]);
  });
});

describe("a member whose database was restored from an old copy", () => {
  test("is told by one honest peer that it has said more, and treats it as lost", async () => {
    const first = await grown(1);
    const copy = house.image(1);
    // So far that the copy's reservation is used up, and then a little: the copy knows nothing of it.
    await house.pass(4 * SLOT_MS);
    const last = observed(first).at(-1)!;
    await house.bury(first);
    const second = house.mortal(1, copy);
    expect(second.reservedRound).toBeLessThan(last);
    second.start();
    await house.pass(8 * SLOT_MS);
    expect(observed(second)[0]).toBe(last + 4);
    expect(saidTwice(house, 1)).toEqual([]);
    expect(accusations()).toEqual([]);
  });

  test("and that no peer answers waits until whatever it may have reserved is behind", async () => {
    const first = await grown(1);
    const copy = house.image(1);
    await house.pass(4 * SLOT_MS);
    const last = observed(first).at(-1)!;
    await house.bury(first);
    for (const id of [2, 3, 4]) await house.stopOne(house.lives.find((life) => life.id === id)!);
    const second = house.mortal(1, copy);
    second.start();
    await house.pass(6 * SLOT_MS);
    expect(observed(second)[0]).toBeGreaterThan(last + SPAN);
  });
});

describe("a member whose keys came out of a backup", () => {
  test("is in quarantine although its database knows of nothing missing, until its new life has reserved a round", async () => {
    const first = await grown(4);
    const last = observed(first).at(-1)!;
    await house.bury(first);
    house.markRestored(1);
    const second = house.mortal(1);
    second.start();
    await house.pass(2 * SLOT_MS);
    expect(second.safety.reasons()).toEqual([
      "the database was lost or is an old copy: 0 more peers must say what this member said last",
    ]);
    expect(house.isRestored(1)).toBe(true);
    await house.pass(6 * SLOT_MS);
    expect(observed(second)[0]).toBeGreaterThan(last + SPAN);
    expect(house.isRestored(1)).toBe(false);
    expect(saidTwice(house, 1)).toEqual([]);
  });
});

describe("a second process with a copy of the key and of the disk", () => {
  test("never speaks beside the first: it finds the living one's words, halts and zeroes its nonces", async () => {
    const first = await grown(3);
    const twin = house.mortal(1, house.image(1));
    twin.start();
    await house.pass(8 * SLOT_MS);
    expect(observed(twin)).toEqual([]);
    expect(twin.safety.reasons()).toEqual([
      "another process speaks under this member's key: stop one of the two, then restart this one",
    ]);
    expect(twin.vault.rounds()).toEqual([]);
    expect(doubles(twin)).toEqual([1]);
    expect(observed(first).length).toBeGreaterThan(9);
    expect(saidTwice(house, 1)).toEqual([]);
    expect(accusations()).toEqual([]);
  });

  test("never speaks either when its peers are slow to answer and what it has reserved ends just then", async () => {
    await house.stop();
    const slotMs = 250;
    house = new House(slotMs);
    for (const id of [2, 3, 4]) house.lasting(id);
    house.mortal(1);
    house.start();
    // Of the sixteen slots that were reserved at first four are left.
    await house.pass(100 + 12 * slotMs);
    const twin = house.mortal(1, house.image(1));
    // The first answers come at once and know of nothing yet; the next ones are three slots old when they come.
    house.answerMs = (nth) => (nth === 0 ? 0 : 3 * slotMs);
    twin.start();
    await house.pass(16 * slotMs);
    expect(observed(twin)).toEqual([]);
    expect(doubles(twin)).toEqual([1]);
    expect(accusations()).toEqual([]);
  });

  test("that begins in the same instant stops both within the watch, and every peer raises it", async () => {
    const first = await grown(3);
    const copy = house.image(1);
    await house.bury(first);
    const one = house.mortal(1);
    const other = house.mortal(1, copy);
    one.start();
    other.start();
    await house.pass(12 * SLOT_MS);
    for (const life of [one, other]) {
      expect([...life.oracle.state.holds]).toContain("duplicate-instance");
      expect(life.vault.rounds()).toEqual([]);
    }
    const lastSaid = Math.max(...observed(one), ...observed(other));
    expect(lastSaid).toBeLessThan(one.oracle.state.currentRound - 4);
    for (const peer of house.lives.filter(({ id }) => id !== 1)) {
      expect(doubles(peer)).toContain(1);
      // Nobody can tell a twin from a liar: two OBSERVEs of one round convict the key, and nothing else does.
      const proven = peer.accusations.map(({ accused, kind }) => `${kind} of ${accused}`);
      expect(new Set(proven)).toEqual(new Set(["equivocated-observation of 1"]));
    }
  });
});

describe("a clock that is wrong", () => {
  test("by more than half a slot, or two seconds, silences its node until it is right, and only that node", async () => {
    const first = await grown(3);
    const far = house.lives.find(({ id }) => id === 2)!;
    far.clockOffsetMs = 2_500;
    await house.pass(SLOT_MS);
    const before = observed(far).length;
    await house.pass(4 * SLOT_MS);
    expect(observed(far).length).toBe(before);
    expect(far.safety.reasons()).toEqual(["the clock is too far from its peers'"]);
    expect(first.safety.reasons()).toEqual([]);
    far.clockOffsetMs = 0;
    await house.pass(2 * SLOT_MS);
    expect(far.safety.reasons()).toEqual([]);
    expect(observed(far).length).toBeGreaterThan(before);
    const rounds = new Set(house.completed.filter(({ id }) => id === 3).map(({ round }) => round));
    expect(rounds.size).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ["a step of an hour back", -3_600_000],
    ["a step of three seconds back", -3_000],
    ["a leap second", -1_000],
    ["a minute's sleep of the machine's clock", 60_000],
    ["an hour ahead", 3_600_000],
  ])("by %s and then set right: no round is spoken in twice, none goes back, and it goes on", async (_what, stepMs) => {
    await grown(3);
    const far = house.lives.find(({ id }) => id === 2)!;
    far.clockOffsetMs = stepMs;
    await house.pass(3 * SLOT_MS);
    far.clockOffsetMs = 0;
    await house.pass(3 * SLOT_MS);
    const rounds = observed(far);
    expect(rounds).toEqual([...new Set(rounds)].sort((a, b) => a - b));
    expect(rounds.at(-1)).toBeGreaterThanOrEqual(house.config.firstRound + 8);
    expect(saidTwice(house, 2)).toEqual([]);
    expect(accusations()).toEqual([]);
  });
});
