/** Many seeds over all cores: each worker gets a handful of seeds at a time. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ScheduleOptions } from "../sim/rounds/families.ts";
import type { Mutation } from "../sim/rounds/mutants.ts";
import type { Tally } from "../sim/rounds/tally.ts";
import { addTallies, EMPTY_TALLY } from "../sim/rounds/tally.ts";

export type SeedRange = {
  readonly from: number;
  readonly count: number;
  readonly options: ScheduleOptions;
  readonly mutation: Mutation | null;
};

/** Seeds handed out at once: few enough that the cores end together and progress is seen. */
const SEEDS_AT_ONCE = 12;

/** Plain data as the worker sent it. */
function isTally(value: unknown): value is Tally {
  return typeof value === "object" && value !== null && "families" in value && "breaches" in value;
}

export async function simulateMany(range: SeedRange, onProgress: (done: number) => void): Promise<Tally> {
  let next = range.from;
  let done = 0;
  let tally = EMPTY_TALLY;
  const end = range.from + range.count;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./simulate-worker.js", import.meta.url));
      let taken = 0;
      const hand = (): void => {
        taken = Math.min(SEEDS_AT_ONCE, end - next);
        if (taken <= 0) {
          worker.terminate().then(() => resolve(), reject);
          return;
        }
        worker.postMessage({ ...range, from: next, count: taken });
        next += taken;
      };
      worker.on("message", (value: unknown) => {
        if (isTally(value)) tally = addTallies(tally, value);
        done += taken;
        onProgress(done);
        hand();
      });
      worker.on("error", reject);
      hand();
    });
  const workers = Math.max(1, Math.min(availableParallelism(), Math.ceil(range.count / SEEDS_AT_ONCE)));
  await Promise.all(Array.from({ length: workers }, work));
  return { ...tally, breaches: [...tally.breaches].sort((a, b) => a.seed - b.seed) };
}
