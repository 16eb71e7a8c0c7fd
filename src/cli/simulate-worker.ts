/** One of the simulator's hands: takes ranges of seeds, gives back what it counted. */
import { parentPort } from "node:worker_threads";
import { addTallies, EMPTY_TALLY, tallyOf } from "../sim/rounds/tally.ts";
import type { SeedRange } from "./simulate-pool.ts";

parentPort?.on("message", ({ from, count, options, mutation }: SeedRange) => {
  let tally = EMPTY_TALLY;
  for (let seed = from; seed < from + count; seed++) tally = addTallies(tally, tallyOf(seed, options, mutation));
  parentPort?.postMessage(tally);
});
