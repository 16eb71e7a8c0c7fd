import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toRules } from "../../src/feeds/feed-id.ts";
import { SettlementSampler } from "../../src/node/settlement-sampler.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { shippedFeeds } from "../feeds/support/definitions.ts";
import { notebook } from "./support/members.ts";

const NAME = "BTC-USD.settlement";
const feeds = shippedFeeds().filter(({ definition: { name } }) => [NAME, "BTC-USD.spot-index"].includes(name));
const rules = toRules(feeds);
const EXPIRY = Date.UTC(2026, 10, 24, 8);
const OPENS = EXPIRY - 1_800_000;

function sampler(memory = new Map<string, string>()) {
  const { log, lines } = notebook();
  const metrics = new Metrics();
  const seen: { price: number | null; asked: number; closed: unknown[] } = { price: 100, asked: 0, closed: [] };
  const watching = new SettlementSampler(
    { feeds, rules },
    {
      spot: () => {
        seen.asked += 1;
        return seen.price;
      },
      memory: { get: (key) => memory.get(key), put: (key, value) => void memory.set(key, value) },
      closed: (name, { expiryMs, priceTime, coveredMs }) => seen.closed.push([name, expiryMs, priceTime / coveredMs]),
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      log,
      metrics,
    },
  );
  return { watching, seen, memory, metrics, lines };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const untilMs = (timeMs: number): void => void vi.advanceTimersByTime(timeMs - Date.now());

describe("a settlement window, as one node sees it", () => {
  test("is looked at every second while it runs, and not at all before", () => {
    vi.setSystemTime(OPENS - 10_500);
    const { watching, seen } = sampler();
    watching.start();
    untilMs(OPENS - 1);
    expect(seen.asked).toBe(0);
    untilMs(EXPIRY + 5_000);
    expect(seen.asked).toBe(1_800);
    watching.stop();
  });

  test("is told when it is over, and once more by each life that finds it over", () => {
    vi.setSystemTime(OPENS - 500);
    const { watching, seen, memory } = sampler();
    watching.start();
    untilMs(EXPIRY - 1);
    expect(seen.closed).toEqual([]);
    untilMs(EXPIRY + 10_000);
    expect(seen.closed).toEqual([[NAME, EXPIRY, 100]]);
    watching.stop();
    const next = sampler(memory);
    next.watching.start();
    expect(next.seen.closed).toEqual([[NAME, EXPIRY, 100]]);
    next.watching.stop();
  });

  test("gives the mean of its samples when it is over, whenever it is asked", () => {
    vi.setSystemTime(OPENS - 500);
    const { watching, seen } = sampler();
    watching.start();
    untilMs(OPENS + 900_000);
    seen.price = 200;
    untilMs(EXPIRY + 2_000);
    const over = watching.window(NAME, EXPIRY + 1_000)!;
    expect(over).toMatchObject({ expiryMs: EXPIRY, elapsedMs: 1_800_000 });
    expect(over.coveredMs).toBe(1_799_500);
    expect(over.mean).toBeGreaterThan(149.9);
    expect(over.mean).toBeLessThan(150.1);
    untilMs(EXPIRY + 23 * 3_600_000);
    expect(watching.window(NAME, EXPIRY + 23 * 3_600_000)).toEqual(over);
    watching.stop();
  });

  test("that a node missed by half says so", () => {
    vi.setSystemTime(OPENS + 900_000);
    const { watching } = sampler();
    watching.start();
    untilMs(EXPIRY + 2_000);
    const { coveredMs, elapsedMs, mean } = watching.window(NAME, EXPIRY + 1_000)!;
    expect(elapsedMs).toBe(1_800_000);
    expect(coveredMs).toBe(899_000);
    expect(mean).toBe(100);
    watching.stop();
  });

  test("survives a restart: what was seen before it still counts, and only the time away is a hole", () => {
    vi.setSystemTime(OPENS - 500);
    const first = sampler();
    first.watching.start();
    untilMs(OPENS + 600_000);
    first.watching.stop();
    untilMs(OPENS + 700_000);
    const second = sampler(first.memory);
    second.watching.start();
    untilMs(EXPIRY + 2_000);
    const { coveredMs } = second.watching.window(NAME, EXPIRY + 1_000)!;
    // 100 s away, of which the last sample still spoke for up to five.
    expect(coveredMs).toBeGreaterThan(1_800_000 - 102_000);
    expect(coveredMs).toBeLessThan(1_800_000 - 94_000);
    second.watching.stop();
  });

  test("does not start from what nobody can read", () => {
    vi.setSystemTime(OPENS + 1_000);
    const memory = new Map([[`settlement-window:${NAME}`, '{"expiryMs":"soon"}']]);
    const { watching, lines } = sampler(memory);
    expect(watching.window(NAME, OPENS + 2_000)).toEqual({
      expiryMs: EXPIRY,
      mean: null,
      coveredMs: 0,
      elapsedMs: 2_000,
    });
    expect(lines.map(({ message }) => message)).toEqual(["kept settlement window is unreadable"]);
  });

  test("holds no price where the spot index is missing", async () => {
    vi.setSystemTime(OPENS - 500);
    const { watching, seen, metrics } = sampler();
    seen.price = null;
    watching.start();
    untilMs(EXPIRY + 2_000);
    expect(watching.window(NAME, EXPIRY + 1_000)).toMatchObject({ mean: null, coveredMs: 0 });
    watching.stop();
    expect(await metrics.text()).toContain(`tenor_settlement_samples_total{feed="${NAME}",result="no-price"} 1800`);
  });

  test("is nothing that another kind of feed has", () => {
    vi.setSystemTime(OPENS);
    expect(sampler().watching.window("BTC-USD.spot-index", OPENS)).toBeNull();
  });
});
