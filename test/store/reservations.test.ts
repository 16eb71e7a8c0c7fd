import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { Child } from "./support/child.ts";
import { testFolder } from "./support/folder.ts";

const KEY = `0x${"ab".repeat(32)}` as const;
const OTHER_KEY = `0x${"01".repeat(32)}` as const;
const RESERVING = new URL("./support/reserving-child.ts", import.meta.url);

test("a reservation belongs to its group key, and there is none at first", () => {
  const store = openStore({ path: join(testFolder(), "node.db") });
  onTestFinished(() => store.close());
  store.reserve(KEY, 40);
  expect(store.reservedUpTo(KEY)).toBe(40);
  expect(store.reservedUpTo(KEY.toUpperCase().replace("0X", "0x") as `0x${string}`)).toBe(40);
  expect(store.reservedUpTo(OTHER_KEY)).toBe(-1);
});

test("a lower reservation is refused, the same again is not", () => {
  const store = openStore({ path: join(testFolder(), "node.db") });
  onTestFinished(() => store.close());
  store.reserve(KEY, 40);
  store.reserve(KEY, 40);
  expect(() => store.reserve(KEY, 39)).toThrowError(expect.objectContaining({ code: "reservation-lower" }));
  expect(() => store.reserve(KEY, -1)).toThrowError(expect.objectContaining({ code: "field-range" }));
  expect(() => store.reserve(KEY, 1.5)).toThrowError(expect.objectContaining({ code: "field-range" }));
  expect(store.reservedUpTo(KEY)).toBe(40);
});

test("kill -9 right after reserve returns loses nothing, three times in a row", async () => {
  const path = join(testFolder(), "node.db");
  let highest = -1;
  for (let life = 0; life < 3; life++) {
    const child = new Child(RESERVING, [path, KEY]);
    onTestFinished(() => child.kill());
    for (let i = 0; i <= life; i++) highest = Number(await child.line());
    await child.kill();
    const store = openStore({ path });
    expect(store.reservedUpTo(KEY)).toBeGreaterThanOrEqual(highest);
    store.close();
  }
});
