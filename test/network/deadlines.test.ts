import { expect, test } from "vitest";
import { Deadlines } from "../../src/network/deadlines.ts";

const forever = (): Promise<never> => new Promise(() => undefined);

test("an operation that ends in time gives its value, a late one its timeout", async () => {
  const deadlines = new Deadlines();
  expect(await deadlines.within(10_000, () => Promise.resolve(7))).toBe(7);
  await expect(deadlines.within(5, forever)).rejects.toThrow("took more than 5 ms");
  await expect(deadlines.within(10_000, () => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
});

test("stop ends what is open and everything begun later, without starting it", async () => {
  const deadlines = new Deadlines();
  const open = deadlines.within(60_000, forever);
  deadlines.stop();
  await expect(open).rejects.toThrow("stopping");
  let started = false;
  await expect(
    deadlines.within(60_000, () => {
      started = true;
      return 1;
    }),
  ).rejects.toThrow("stopping");
  expect(started).toBe(false);
});

test("no timer stays behind", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const deadlines = new Deadlines();
  await deadlines.within(60_000, () => 1);
  const { end } = deadlines.begin(60_000);
  end();
  void deadlines.within(60_000, forever).catch(() => undefined);
  deadlines.stop();
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(timers()).toBe(before);
});
