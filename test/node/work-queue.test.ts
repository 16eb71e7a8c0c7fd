import { describe, expect, test } from "vitest";
import { WorkQueue } from "../../src/node/work-queue.ts";
import { notebook } from "./support/members.ts";

describe("the work queue", () => {
  test("handles one item after another: what a handler pushes comes behind what is waiting, and after the handler", () => {
    const story: string[] = [];
    const queue: WorkQueue<string> = new WorkQueue<string>({
      log: notebook().log,
      handle: (item) => {
        story.push(`${item} begins`);
        if (item === "a") for (const one of ["b", "c"]) queue.push(one);
        if (item === "b") queue.push("d");
        story.push(`${item} ends`);
      },
    });
    queue.push("a");
    expect(story).toEqual(["a", "b", "c", "d"].flatMap((item) => [`${item} begins`, `${item} ends`]));
  });

  test("survives a handler that throws, and says so with the reason", () => {
    const { log, lines } = notebook();
    const handled: number[] = [];
    const queue = new WorkQueue<number>({
      log,
      handle: (item) => {
        if (item === 1) throw new Error("bug of one event");
        handled.push(item);
      },
    });
    for (const item of [1, 2]) queue.push(item);
    expect(handled).toEqual([2]);
    expect(lines.map(({ level, message, fields }) => [level, message, fields["reason"]])).toEqual([
      ["error", "event failed", "bug of one event"],
    ]);
  });

  test("stops after the item in hand: what waits is dropped, what comes later is not taken", () => {
    const handled: string[] = [];
    const queue: WorkQueue<string> = new WorkQueue<string>({
      log: notebook().log,
      handle: (item) => {
        queue.push("waiting");
        queue.stop();
        queue.push("too late");
        handled.push(item);
      },
    });
    queue.push("in hand");
    queue.push("much too late");
    expect(handled).toEqual(["in hand"]);
  });
});
