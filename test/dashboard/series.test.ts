import { describe, expect, test } from "vitest";
import { FeedSeries, toColumns } from "../../src/dashboard/series.ts";

const ok = (timeMs: number, value: string) => ({ timeMs, value, status: "ok" as const });

describe("chart columns", () => {
  test("rounds and publications share one time axis; a publication holds until the newest point", () => {
    expect(
      toColumns(
        {
          points: [ok(1_000, "10"), ok(2_000, "11"), ok(3_000, "12")],
          published: [{ timeMs: 1_500, value: "10.5", round: 1 }],
        },
        0,
        1_000,
      ),
    ).toEqual({
      timesSec: [1, 1.5, 2, 3],
      agreed: [10, undefined, 11, 12],
      published: [undefined, 10.5, undefined, 10.5],
    });
  });

  test("a round without an agreed value breaks the line, even if a last value is kept", () => {
    const points = [ok(1_000, "10"), { timeMs: 2_000, value: "10", status: "disputed" as const }, ok(3_000, "12")];
    expect(toColumns({ points, published: [] }, 0, 1_000).agreed).toEqual([10, null, 12]);
  });

  test("a pause of more than five slots breaks the line, five slots do not", () => {
    const paused = toColumns({ points: [ok(0, "1"), ok(5_001, "2")], published: [] }, 0, 1_000);
    expect(paused.agreed).toEqual([1, null, 2]);
    expect(toColumns({ points: [ok(0, "1"), ok(5_000, "2")], published: [] }, 0, 1_000).agreed).toEqual([1, 2]);
  });

  test("a publication before the window starts the step line at its left edge", () => {
    const columns = toColumns(
      { points: [ok(500, "9"), ok(6_000, "10")], published: [{ timeMs: 100, value: "9.5", round: 1 }] },
      5_000,
      1_000,
    );
    expect(columns).toEqual({ timesSec: [5, 6], agreed: [undefined, 10], published: [9.5, 9.5] });
  });

  test("nothing gives empty columns", () =>
    expect(toColumns({ points: [], published: [] }, 0, 1_000)).toEqual({ timesSec: [], agreed: [], published: [] }));
});

describe("a series that grows", () => {
  test("takes each time once and forgets what has left the window, but keeps the publication that still holds", () => {
    const series = new FeedSeries();
    expect(series.isEmpty).toBe(true);
    series.append(1_000, "1", "ok");
    series.append(1_000, "1", "ok");
    series.append(2_000, "2", "ok");
    series.append(1_500, "late", "ok");
    series.appendPublished({ timeMs: 900, value: "0.9", round: 1 });
    series.appendPublished({ timeMs: 1_000, value: "1", round: 2 });
    series.forgetBefore(1_800);
    expect(series.isEmpty).toBe(false);
    expect(series.columns(1_800, 1_000)).toEqual({ timesSec: [1.8, 2], agreed: [undefined, 2], published: [1, 1] });
  });
});
