/** Reserves rounds one after the other for ever, printing each as soon as `reserve` has returned. */
import { openStore } from "../../../src/store/store.ts";

const [path, groupKeyX] = process.argv.slice(2);
if (path === undefined || groupKeyX === undefined) throw new Error("usage: reserving-child <path> <groupKeyX>");
const store = openStore({ path });
let round = store.reservedUpTo(groupKeyX as `0x${string}`);
const reserveNext = (): void => {
  round += 16;
  store.reserve(groupKeyX as `0x${string}`, round);
  process.stdout.write(`${round}\n`);
  setImmediate(reserveNext);
};
reserveNext();
