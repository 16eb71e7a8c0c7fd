/** How the collector's counts become what the API tells of sources and venues. */
import { describe, expect, test } from "vitest";
import { sourceRows, venueRows } from "../../src/node/view-sources.ts";
import type { SourceStatistics } from "../../src/sources/source-health.ts";
import type { VenueStatistics } from "../../src/sources/venue-desk.ts";
import { connection, NOW_MS, source, venue } from "./support/statistics.ts";

function lookAt(sources: readonly SourceStatistics[], over: Partial<VenueStatistics> = {}) {
  const venues = [venue("kraken", over)];
  return venueRows(sourceRows(sources, venues), venues, new Set(), NOW_MS)[0]!;
}

describe("a source", () => {
  test.each([
    ["ok", "ok", null],
    ["stale", "stale", "stale"],
    ["frozen", "frozen", "frozen"],
    ["never-fetched", "waiting", "never-fetched"],
    ["maintenance", "gap", "maintenance"],
    ["disconnected", "gap", "disconnected"],
  ] as const)("that says %s is %s", (state, shown, reason) => {
    const [row] = sourceRows([source("kraken:BTC-USD", { state })], [venue("kraken")]);
    expect(row).toMatchObject({ state: shown, reason, via: shown === "waiting" ? null : "stream" });
  });

  test("tells its last failure beside its state only while that is the reason", () => {
    const lastError = { reason: "timeout", detail: "after 2000 ms", atMs: NOW_MS - 5_000 } as const;
    const rows = sourceRows(
      [
        source("kraken:BTC-USD", { state: "timeout", lastError }),
        source("kraken:ETH-USD", { state: "ok", lastError }),
        source("kraken:SOL-USD", { state: "stale", lastError }),
      ],
      [venue("kraken")],
    );
    expect(rows.map(({ detail }) => detail)).toEqual(["after 2000 ms", null, null]);
    expect(rows.map((row) => row.lastError)).toEqual([lastError, lastError, lastError]);
  });

  test("carries its venue's clock, and its counts by result", () => {
    const [row] = sourceRows(
      [source("kraken:BTC-USD", { okCount: 7, gapCounts: { timeout: 2 } })],
      [venue("binance", { clockOffsetMs: 900 }), venue("kraken", { clockOffsetMs: -35 })],
    );
    expect(row).toMatchObject({ clockOffsetMs: -35, counts: { ok: 7, timeout: 2 } });
  });
});

describe("a venue", () => {
  const good = source("kraken:BTC-USD");
  const gone = source("kraken:ETH-USD", { state: "timeout" });
  const waiting = source("kraken:SOL-USD", { state: "never-fetched" });

  test("is ok while all that was asked is, and waits before anything was", () => {
    expect(lookAt([good, waiting]).state).toBe("ok");
    expect(lookAt([waiting]).state).toBe("waiting");
    expect(lookAt([]).state).toBe("waiting");
  });

  test("is down when nothing of it is usable, whatever its connections say", () => {
    expect(lookAt([gone, waiting], { connections: [connection({ state: "live" })] }).state).toBe("down");
    expect(lookAt([source("kraken:BTC-USD", { state: "frozen" })]).state).toBe("down");
  });

  test("is degraded by a missing source, a lost connection, a clock that is off, and a ban", () => {
    expect(lookAt([good, gone]).state).toBe("degraded");
    expect(lookAt([good], { connections: [connection(), connection({ state: "down" })] }).state).toBe("degraded");
    expect(lookAt([good], { connections: [connection({ state: "connecting" })] }).state).toBe("ok");
    expect(lookAt([good], { isClockOff: true }).state).toBe("degraded");
    expect(lookAt([good], { pausedUntilMs: NOW_MS + 4_000 })).toMatchObject({ state: "degraded", pausedMs: 4_000 });
  });

  test("sums its sources up: the newest quote, the middle latency, the newest error of a source or a connection", () => {
    const at = (ageMs: number, latencyMs: number | null, atMs: number) =>
      source(`kraken:A${ageMs}-USD`, {
        ageMs,
        latencyMs,
        via: ageMs > 500 ? "rest" : "stream",
        lastError: { reason: "timeout", detail: "", atMs },
      });
    const sources = [at(900, 30, 5), at(300, 20, 9), at(400, null, 7), at(600, 90, 1)];
    expect(lookAt(sources)).toMatchObject({
      sources: { total: 4, ok: 4, streamed: 2 },
      ageMs: 300,
      latencyMs: 30,
      lastError: { source: "kraken:A300-USD", atMs: 9 },
    });
    const lastError = { reason: "silent", detail: "for 20 s", atMs: 10 } as const;
    expect(lookAt(sources, { connections: [connection({ lastError })] }).lastError).toEqual({
      ...lastError,
      source: "kraken spot",
    });
    expect(lookAt([source("kraken:BTC-USD", { ageMs: null, latencyMs: null })])).toMatchObject({
      ageMs: null,
      latencyMs: null,
      lastError: null,
    });
  });

  test("tells since when a connection is open, and nothing of one that is not", () => {
    const shown = lookAt([good], {
      connections: [
        connection({ openedAtMs: 5, reconnects: 2 }),
        connection({ name: "options", state: "down", openedAtMs: 5 }),
      ],
    });
    expect(shown.connections).toEqual([
      { name: "spot", state: "live", sinceMs: 5, reconnects: 2, framesPerSec: 12.5 },
      { name: "options", state: "down", sinceMs: null, reconnects: 0, framesPerSec: 12.5 },
    ]);
  });

  test("has only its own sources, and is needed where a feed reads one of them", () => {
    const venues = [venue("okx"), venue("kraken")];
    const sources = sourceRows([good, source("okx:BTC-USDT", { state: "halted" })], venues);
    const rows = venueRows(sources, venues, new Set(["kraken:BTC-USD"]), NOW_MS);
    expect(rows.map((row) => [row.venue, row.state, row.sources.total, row.isNeeded])).toEqual([
      ["okx", "down", 1, false],
      ["kraken", "ok", 1, true],
    ]);
  });
});
