import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ReportRows, ReportWriter } from "../../src/node/report-writer.ts";
import { memoryStore, type Store } from "../../src/store/store.ts";
import { hexOf } from "../support/protocol.ts";
import { type Line, notebook } from "./support/members.ts";

let store: Store;
let writer: ReportWriter;
let lines: Line[];
/** How long a commit takes. */
let commitMs: number;
let commits: number;

beforeEach(() => {
  vi.useFakeTimers();
  store = memoryStore();
  commitMs = 0;
  commits = 0;
  const book = notebook();
  lines = book.lines;
  let stoodMs = 0;
  const slowly = (work: () => void): void => {
    commits += 1;
    stoodMs += commitMs;
    store.inOneCommit(work);
  };
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + stoodMs };
  const doors = {
    inOneCommit: slowly,
    saveReport: (...report: Parameters<Store["saveReport"]>) => store.saveReport(...report),
    saveValues: (rows: Parameters<Store["saveValues"]>[0]) => store.saveValues(rows),
  };
  writer = new ReportWriter({ store: doors, clock, log: book.log });
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const rows = (round: number, label = "digest"): ReportRows => ({
  report: { round, digest: hexOf(`${label} ${round}`), timeMs: round, bytes: Uint8Array.of(round) },
  values: [{ feedIndex: 0, round, timeMs: round, value: "1", status: "ok" }],
});
const held = (): number[] => [1, 2, 3, 4, 5].filter((round) => store.reportAt(round) !== undefined);

describe("reports on their way to the disk", () => {
  test("that wait are written in one commit, a moment later", async () => {
    for (const round of [1, 2, 3]) writer.add(rows(round));
    expect(held()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([held(), commits]).toEqual([[1, 2, 3], 1]);
    expect(store.history(0, 0, 10)).toHaveLength(3);
  });

  test("leave a slow disk nine times the rest that a write took, and lose nothing meanwhile", async () => {
    commitMs = 100;
    writer.add(rows(1));
    await vi.advanceTimersByTimeAsync(1);
    writer.add(rows(2));
    await vi.advanceTimersByTimeAsync(890);
    writer.add(rows(3));
    expect(held()).toEqual([1]);
    await vi.advanceTimersByTimeAsync(20);
    expect([held(), commits]).toEqual([[1, 2, 3], 2]);
  });

  test("are written when the node stops", () => {
    writer.add(rows(4));
    writer.stop();
    writer.stop();
    expect([held(), commits]).toEqual([[4], 1]);
  });

  test("of a round that holds another one are passed over, said, and cost the others nothing", () => {
    writer.add(rows(1));
    writer.stop();
    for (const each of [rows(1, "other"), rows(2)]) writer.add(each);
    writer.stop();
    expect(held()).toEqual([1, 2]);
    expect(store.reportAt(1)?.digest).toBe(hexOf("digest 1"));
    expect(lines.map(({ message }) => message)).toEqual(["another report is stored for this round"]);
  });

  test("that the disk refuses are said with their rounds, and later ones are tried again", () => {
    for (const each of [rows(1), { ...rows(2), report: { ...rows(2).report, timeMs: 0.5 } }]) writer.add(each);
    writer.stop();
    expect(lines).toMatchObject([{ message: "reports could not be stored", fields: { rounds: [1, 2] } }]);
    expect(held()).toEqual([]);
    writer.add(rows(3));
    writer.stop();
    expect(held()).toEqual([3]);
  });
});
