/** The simulator over many seeds: the protocol holds. Planted bugs are in planted.test.ts, single faults in test/sim/rounds. */
import { expect, test } from "vitest";
import { FAMILIES } from "../../src/sim/rounds/schedule.ts";
import { scheduleText } from "../../src/sim/rounds/schedule-json.ts";
import { Shrinker } from "../../src/sim/rounds/shrink.ts";
import { addTallies, EMPTY_TALLY, tallyOf } from "../../src/sim/rounds/tally.ts";
import { scheduleOf } from "../../src/sim/rounds/families.ts";

const SEEDS = 500;

test(`${SEEDS} seeds over all schedules keep S1 to S7, L1, L2 and L4, and rounds do complete`, {
  timeout: 600_000,
}, () => {
  let tally = EMPTY_TALLY;
  for (let seed = 0; seed < SEEDS; seed++) tally = addTallies(tally, tallyOf(seed, {}, null));
  const [first] = tally.breaches;
  if (first !== undefined) {
    const { schedule } = new Shrinker(scheduleOf(first.seed), first.property, null).run();
    const replay = `npm run simulate -- --seed ${first.seed}`;
    expect.fail(`${JSON.stringify(first)}; its story: ${replay}; the shortest that fails: ${scheduleText(schedule)}`);
  }
  for (const family of FAMILIES) {
    const { seeds, rounds, completed } = tally.families[family] ?? { seeds: 0, rounds: 0, completed: 0 };
    expect(seeds, family).toBeGreaterThan(30);
    // A network that never signs breaks no safety property: most rounds must complete all the same.
    expect(completed / rounds, family).toBeGreaterThan(family === "mixed" || family === "flapping" ? 0.5 : 0.7);
  }
});
