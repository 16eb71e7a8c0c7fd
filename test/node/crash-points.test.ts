/** The power goes at every boundary between a reservation and a report, life after life, over one story of many rounds. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { House, type Life, saidTwice } from "./support/lives.ts";

/** Two rounds a reservation: a life that follows a death need not idle long. */
const SLOT_MS = 8_000;
const LIVES = process.env["TENOR_FULL"] === "1" ? 120 : 48;

let house: House;

beforeEach(() => {
  vi.useFakeTimers();
  house = new House(SLOT_MS);
});
afterEach(async () => {
  await house.stop();
  vi.useRealTimers();
});

describe(`${LIVES} lives of one member, each ended by a power cut one boundary later than the last`, () => {
  test("say nothing twice: no second OBSERVE, SHARE or PROPOSE of a round, no nonce pair used again", {
    timeout: 240_000,
  }, async () => {
    for (const id of [2, 3, 4]) house.lasting(id);
    let life: Life = house.mortal(1);
    life.cutAtCall = 1;
    house.start();
    const cuts = new Map<string, number>();
    for (let k = 1; k <= LIVES; k++) {
      for (let waited = 0; !life.dead; waited += 1) {
        // Answers, one reservation, and then as many rounds as the boundaries take.
        if (waited > 4 * 14) throw new Error(`life ${k} did not come to its ${k}-th boundary`);
        await house.pass(SLOT_MS / 4);
      }
      cuts.set(life.cutAt, (cuts.get(life.cutAt) ?? 0) + 1);
      await house.bury(life);
      await house.pass(50);
      life = house.mortal(1);
      // Every second life finds the clock set back by a second: it comes to the slot it died in once more.
      life.clockOffsetMs = k % 2 === 1 ? -1_000 : 0;
      life.cutAtCall = k + 1;
      life.start();
    }
    life.cutAtCall = null;
    await house.pass(4 * SLOT_MS);

    expect(saidTwice(house, 1)).toEqual([]);
    const accused = house.lives.flatMap(({ notes }) =>
      notes.filter((note) => note.kind === "equivocation" || note.kind === "duplicate-instance"),
    );
    expect(accused).toEqual([]);
    // The cuts fell where they should, on both sides of everything that matters.
    for (const what of ["disk", "mark", "reserve", "observe", "draw", "seal", "publish", "sign", "send", "aggregate"]) {
      expect([...cuts.keys()], what).toContain(`before ${what}`);
      expect([...cuts.keys()], what).toContain(`after ${what}`);
    }
    // It does speak: whoever says nothing says nothing twice.
    expect(house.uses.filter(({ id }) => id === 1).length).toBeGreaterThan(LIVES / 4);
    const speaks = house.said.filter(({ from, life: number }) => from === 1 && number === life.number);
    expect(speaks.length).toBeGreaterThan(0);
    // And the others never stood still for long.
    const rounds = new Set(house.completed.filter(({ id }) => id === 2).map(({ round }) => round));
    const span = Math.max(...rounds) - Math.min(...rounds) + 1;
    expect(rounds.size / span).toBeGreaterThan(0.6);
  });
});
