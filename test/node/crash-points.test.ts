/** The power goes at every boundary between a reservation and a report, life after life, over one story of many rounds. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { House, type Life, saidTwice } from "./support/lives.ts";

/** Two rounds a reservation: a life that follows a death need not idle long. */
const SLOT_MS = 8_000;
const CALLS = [
  "disk",
  "mark",
  "reserve",
  "observe",
  "draw",
  "seal",
  "publish",
  "sign",
  "send",
  "aggregate",
  "published",
  "forget",
] as const;
/** The first time in a life, and once more in the middle of things. */
const PASSAGES = process.env["TENOR_FULL"] === "1" ? [1, 2, 3, 5] : [1, 2];
const CUTS = PASSAGES.flatMap((passage) =>
  CALLS.flatMap((call) => [`before ${call}`, `after ${call}`].map((boundary) => ({ boundary, passage }))),
);

let house: House;

beforeEach(() => {
  vi.useFakeTimers();
  house = new House(SLOT_MS);
});
afterEach(async () => {
  await house.stop();
  vi.useRealTimers();
});

describe(`${CUTS.length} lives of one member, each ended by a power cut at another boundary`, () => {
  test("say nothing twice: no second OBSERVE, SHARE or PROPOSE of a round, no nonce pair used again", {
    timeout: 300_000,
  }, async () => {
    for (const id of [2, 3, 4]) house.lasting(id);
    let life: Life = house.mortal(1);
    life.cut = CUTS[0]!;
    house.start();
    for (const [i, cut] of CUTS.entries()) {
      // Listening, one reservation, and as many rounds as it takes until this boundary is passed so often.
      for (let waited = 0; !life.dead; waited += 1) {
        if (waited > 4 * 30) {
          const twice = saidTwice(house, 1).join();
          throw new Error(`no life came to ${cut.boundary} ${cut.passage} times; said twice: ${twice}`);
        }
        await house.pass(SLOT_MS / 4);
        life.clockOffsetMs = 0;
      }
      await house.bury(life);
      await house.pass(50);
      life = house.mortal(1);
      // Every second life finds the clock set back by a second, for two: it comes to the slot it died in once more.
      life.clockOffsetMs = i % 2 === 1 ? -1_000 : 0;
      life.cut = CUTS[i + 1] ?? null;
      life.start();
    }
    await house.pass(8 * SLOT_MS);

    expect(saidTwice(house, 1)).toEqual([]);
    const accused = house.lives.flatMap(({ notes }) =>
      notes.filter((note) => note.kind === "equivocation" || note.kind === "duplicate-instance"),
    );
    expect(accused).toEqual([]);
    // It does speak, in the end as in between: whoever says nothing says nothing twice.
    expect(house.uses.filter(({ id }) => id === 1).length).toBeGreaterThan(CUTS.length / 4);
    expect(house.said.some(({ from, life: number }) => from === 1 && number === life.number)).toBe(true);
    // And the others never stood still for long.
    const rounds = new Set(house.completed.filter(({ id }) => id === 2).map(({ round }) => round));
    const span = Math.max(...rounds) - Math.min(...rounds) + 1;
    expect(rounds.size / span).toBeGreaterThan(0.6);
  });
});
