import { describe, expect, test } from "vitest";
import { WorkQueue } from "../../src/node/work-queue.ts";
import { notebook } from "./support/members.ts";

/** A promise that the test resolves. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

describe("the work queue", () => {
  test("handles one item after another, also when the first one takes long", async () => {
    const story: string[] = [];
    const slow = gate();
    const done = gate();
    const queue = new WorkQueue<string>({
      log: notebook().log,
      handle: async (item) => {
        story.push(`${item} begins`);
        if (item === "a") await slow.passed;
        story.push(`${item} ends`);
        if (item === "c") done.open();
      },
    });
    for (const item of ["a", "b", "c"]) queue.push(item);
    expect(story).toEqual(["a begins"]);
    slow.open();
    await done.passed;
    expect(story).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  test("takes what a handler pushes behind what is waiting", async () => {
    const story: number[] = [];
    const started = gate();
    const done = gate();
    const queue: WorkQueue<number> = new WorkQueue<number>({
      log: notebook().log,
      handle: async (item) => {
        await started.passed;
        story.push(item);
        if (item === 1) queue.push(10);
        if (item === 10) done.open();
      },
    });
    for (const item of [1, 2, 3]) queue.push(item);
    started.open();
    await done.passed;
    expect(story).toEqual([1, 2, 3, 10]);
  });

  test("survives a handler that throws or rejects, and says so with the reason", async () => {
    const { log, lines } = notebook();
    const handled: number[] = [];
    const done = gate();
    const queue = new WorkQueue<number>({
      log,
      handle: (item) => {
        if (item === 1) throw new Error("bug of one event");
        if (item === 2) return Promise.reject(new Error("and of another"));
        handled.push(item);
        done.open();
      },
    });
    for (const item of [1, 2, 3]) queue.push(item);
    await done.passed;
    expect(handled).toEqual([3]);
    expect(lines.map(({ level, message, fields }) => [level, message, fields["reason"]])).toEqual([
      ["error", "event failed", "bug of one event"],
      ["error", "event failed", "and of another"],
    ]);
  });

  test("stops after the item in hand: what waits is dropped, what comes later is not taken", async () => {
    const handled: string[] = [];
    const slow = gate();
    const queue = new WorkQueue<string>({
      log: notebook().log,
      handle: async (item) => {
        await slow.passed;
        handled.push(item);
      },
    });
    queue.push("in hand");
    queue.push("waiting");
    const stopped = queue.stop();
    queue.push("too late");
    slow.open();
    await stopped;
    expect(handled).toEqual(["in hand"]);
  });

  test("that never had work stops at once", async () => {
    await new WorkQueue<number>({ log: notebook().log, handle: () => undefined }).stop();
  });
});
