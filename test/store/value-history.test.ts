import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/store.ts";
import type { ValueRow } from "../../src/store/value-history.ts";
import { testFolder } from "./support/folder.ts";

function store(): Store {
  const opened = openStore({ path: join(testFolder(), "node.db") });
  onTestFinished(() => opened.close());
  return opened;
}

const row = (timeMs: number, feedIndex = 0): ValueRow => ({
  feedIndex,
  round: Math.floor(timeMs / 1_000),
  timeMs,
  value: (2n ** 100n + BigInt(timeMs)).toString(),
  status: "ok",
});

test("a short history comes back whole, oldest first, of its feed alone, since the time asked", () => {
  const s = store();
  s.saveValues([row(3_000), row(1_000), row(2_000), row(2_000, 1)]);
  expect(s.history(0, 2_000, 10)).toEqual([row(2_000), row(3_000)]);
  expect(s.history(0, 0, 3)).toEqual([row(1_000), row(2_000), row(3_000)]);
  expect(s.history(7, 0, 10)).toEqual([]);
});

test("saving a row again replaces it", () => {
  const s = store();
  s.saveValues([row(1_000)]);
  s.saveValues([{ ...row(1_000), value: "5", status: "disputed" }]);
  expect(s.history(0, 0, 10)).toEqual([{ ...row(1_000), value: "5", status: "disputed" }]);
});

/** Times on disk by feed, as another process sees them. */
function onDisk(path: string): Readonly<Record<string, readonly number[]>> {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare("SELECT feed_index, time_ms FROM feed_values ORDER BY time_ms").raw().all();
  db.close();
  const byFeed: Record<string, number[]> = {};
  for (const [feedIndex, timeMs] of rows as [number, number][]) (byFeed[feedIndex] ??= []).push(timeMs);
  return byFeed;
}

test("a feed's rows are written together, each at the latest with the tenth round after it, and all when it is closed", () => {
  const path = join(testFolder(), "node.db");
  const s = openStore({ path });
  onTestFinished(() => s.close());
  const feeds = Array.from({ length: 25 }, (_, feedIndex) => feedIndex);
  const timesMs = Array.from({ length: 31 }, (_, round) => 1_000 * round);
  for (const [round, timeMs] of timesMs.entries()) {
    const before = onDisk(path);
    s.saveValues(feeds.map((feedIndex) => row(timeMs, feedIndex)));
    const after = onDisk(path);
    const touched = feeds.filter((feedIndex) => after[feedIndex]?.length !== before[feedIndex]?.length);
    expect(touched.length).toBeLessThanOrEqual(3);
    for (const feedIndex of feeds) expect(after[feedIndex]?.length ?? 0).toBeGreaterThan(round - 10);
  }
  expect(s.history(4, 0, 100).map(({ timeMs }) => timeMs)).toEqual(timesMs);
  s.close();
  for (const feedIndex of feeds) expect(onDisk(path)[feedIndex]).toEqual(timesMs);
});

test("a day of slots thins to exactly the limit, evenly, first and last kept, within a frame of time", () => {
  const s = store();
  const rows = Array.from({ length: 86_400 }, (_, i) => row(i * 1_000));
  s.saveValues(rows);
  const points = s.history(0, 0, 300);
  expect(points).toHaveLength(300);
  expect(points[0]).toEqual(rows[0]);
  expect(points.at(-1)).toEqual(rows.at(-1));
  const gapsMs = points.slice(1).map((point, i) => point.timeMs - points[i]!.timeMs);
  expect(Math.max(...gapsMs) - Math.min(...gapsMs)).toBeLessThanOrEqual(1_000);
});

test("whatever the times, a thinned history is an ascending part of the full one, with both ends", () => {
  const s = store();
  let feedIndex = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 2, max: 20 }),
      (timesMs, limit) => {
        feedIndex++;
        s.saveValues(timesMs.map((timeMs) => row(timeMs, feedIndex)));
        const sorted = timesMs.toSorted((a, b) => a - b);
        const seen = s.history(feedIndex, 0, limit).map((point) => point.timeMs);
        expect(seen.length).toBeLessThanOrEqual(limit);
        expect(seen).toEqual(sorted.filter((timeMs) => seen.includes(timeMs)));
        expect(seen[0]).toBe(sorted[0]);
        expect(seen.at(-1)).toBe(sorted.at(-1));
        if (timesMs.length <= limit) expect(seen).toEqual(sorted);
      },
    ),
    { numRuns: 100 },
  );
});

test("limits outside 2 to 5000 are refused", () => {
  const s = store();
  for (const limit of [0, 1, 5_001, 2.5]) {
    expect(() => s.history(0, 0, limit)).toThrowError(expect.objectContaining({ code: "field-range" }));
  }
});
