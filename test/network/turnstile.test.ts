import { expect, test } from "vitest";
import { Turnstile } from "../../src/network/turnstile.ts";

const never = new AbortController().signal;

test("lets its number through, queues its number, and turns the rest away", async () => {
  const turnstile = new Turnstile(2, 1);
  expect(await turnstile.enter(never)).toBe(true);
  expect(await turnstile.enter(never)).toBe(true);
  const third = turnstile.enter(never);
  expect(await turnstile.enter(never)).toBe(false);
  turnstile.leave();
  expect(await third).toBe(true);
});

test("serves in order, and one who gives up leaves the line", async () => {
  const turnstile = new Turnstile(1, 3);
  await turnstile.enter(never);
  const order: string[] = [];
  const impatient = new AbortController();
  const a = turnstile.enter(never).then((entered) => order.push(`a ${entered}`));
  const b = turnstile.enter(impatient.signal).then((entered) => order.push(`b ${entered}`));
  const c = turnstile.enter(never).then((entered) => order.push(`c ${entered}`));
  impatient.abort();
  await b;
  turnstile.leave();
  await a;
  turnstile.leave();
  await c;
  expect(order).toEqual(["b false", "a true", "c true"]);
  expect(await turnstile.enter(AbortSignal.abort())).toBe(false);
});

test("after everybody has left, as many as at first may enter", async () => {
  const turnstile = new Turnstile(2, 5);
  const all = await Promise.all(
    Array.from({ length: 7 }, async () => {
      const entered = await turnstile.enter(never);
      await Promise.resolve();
      turnstile.leave();
      return entered;
    }),
  );
  expect(all).toEqual(Array.from({ length: 7 }, () => true));
  expect(await turnstile.enter(never)).toBe(true);
  expect(await turnstile.enter(never)).toBe(true);
});
