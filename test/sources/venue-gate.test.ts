import { describe, expect, test } from "vitest";
import { gap } from "../../src/sources/gap.ts";
import { VenueGate } from "../../src/sources/venue-gate.ts";

const noJitter = { rng: { next: () => 0 } };
const TICKER = { bucket: "public", cost: 1 };

describe("the venue gate", () => {
  test("pages of history wait for each other and never for, or before, a tick", () => {
    const gate = new VenueGate("coinbase", noJitter);
    const pages = Array.from({ length: 30 }, () => gate.reserveHistoryMs(0));
    expect(pages.slice(0, 3)).toEqual([0, 500, 1_000]);
    expect(pages.at(-1)).toBe(14_500);
    expect(gate.reserveMs([TICKER], 0)).toBe(0);
  });

  test("a ban holds for exactly the time the venue asked for, for every source", () => {
    const gate = new VenueGate("binance", noJitter);
    gate.noteGap(gap("banned", "HTTP 418", 120_000), 1_000);
    expect(gate.pause(1_000)).toEqual({ leftMs: 120_000, cause: gap("banned", "HTTP 418", 120_000) });
    expect(gate.pause(120_999)?.leftMs).toBe(1);
    expect(gate.pause(121_000)).toBeNull();
  });

  test("jitter only lengthens a pause", () => {
    const gate = new VenueGate("binance", { rng: { next: () => 0.999 } });
    gate.noteGap(gap("rate-limited", "HTTP 429", 7_000), 0);
    expect(gate.pause(0)!.leftMs).toBeGreaterThanOrEqual(7_000);
  });

  test("without Retry-After the pause doubles up to its limit, and an answer starts it anew", () => {
    const gate = new VenueGate("kraken", noJitter);
    let nowMs = 0;
    const refused = (): number => {
      gate.noteGap(gap("rate-limited", "EGeneral:Too many requests"), nowMs);
      const { leftMs } = gate.pause(nowMs)!;
      nowMs += leftMs;
      return leftMs;
    };
    expect([refused(), refused(), refused(), refused(), refused()]).toEqual([5_000, 10_000, 20_000, 30_000, 30_000]);
    gate.noteAnswered();
    expect(refused()).toBe(5_000);
  });

  test("answers to requests sent before the pause do not escalate it, nor does a shorter one cut it", () => {
    const gate = new VenueGate("kraken", noJitter);
    gate.noteGap(gap("rate-limited", "a", 9_000), 0);
    gate.noteGap(gap("rate-limited", "b"), 10);
    gate.noteGap(gap("rate-limited", "c", 1_000), 20);
    expect(gate.pause(20)?.leftMs).toBe(8_980);
  });

  test("a 503 with Retry-After pauses, other failures do not", () => {
    const gate = new VenueGate("kraken", noJitter);
    gate.noteGap(gap("timeout", "x"), 0);
    gate.noteGap(gap("server-error", "HTTP 500"), 0);
    expect(gate.pause(0)).toBeNull();
    gate.noteGap(gap("server-error", "HTTP 503", 30_000), 0);
    expect(gate.pause(0)?.leftMs).toBe(30_000);
  });

  test("a location refusal is not asked again for minutes", () => {
    const gate = new VenueGate("binance", noJitter);
    gate.noteGap(gap("geo-blocked", "HTTP 451"), 0);
    expect(gate.pause(0)?.leftMs).toBe(600_000);
  });

  test("each request pays its cost from its own bucket, and an unknown name from the public one", () => {
    const gate = new VenueGate("binance", noJitter);
    const chain = { bucket: "options", cost: 60 };
    expect(gate.reserveMs([chain], 0)).toBe(0);
    // 40 left of 100, 20 a second.
    expect(gate.reserveMs([chain], 0)).toBe(1_000);
    expect(gate.reserveMs([{ bucket: "spot", cost: 2 }], 0)).toBe(0);
    expect(gate.budgets(0)).toEqual([
      { bucket: "spot", credits: 98, of: 100, share: 0.98 },
      { bucket: "options", credits: 0, of: 100, share: 0 },
      { bucket: "futures", credits: 100, of: 100, share: 1 },
    ]);
    const okx = new VenueGate("okx", noJitter);
    okx.reserveMs([{ bucket: "no-such-endpoint", cost: 4 }], 0);
    expect(okx.budgets(0)[0]).toMatchObject({ bucket: "public", credits: 6 });
  });

  test("requests that are sent together wait for the slowest of their buckets", () => {
    const gate = new VenueGate("binance", noJitter);
    const both = [
      { bucket: "options", cost: 100 },
      { bucket: "spot", cost: 2 },
    ];
    expect([gate.reserveMs(both, 0), gate.reserveMs(both, 0)]).toEqual([0, 5_000]);
  });

  test("Binance's count of the minute and Bybit's rest correct the bucket, nonsense does not", () => {
    const binance = new VenueGate("binance", noJitter);
    const left = (gate: VenueGate) => gate.budgets(0)[0]!.credits;
    binance.noteHeaders("spot", { "x-mbx-used-weight-1m": "12" }, 0);
    expect(left(binance)).toBe(100);
    binance.noteHeaders("spot", { "x-mbx-used-weight-1m": "soon" }, 0);
    expect(left(binance)).toBe(100);
    // Others on this IP have used 5 900 of 6 000: half of the rest is ours.
    binance.noteHeaders("spot", { "x-mbx-used-weight-1m": "5900" }, 0);
    expect(left(binance)).toBe(50);
    binance.noteHeaders("spot", { "x-mbx-used-weight-1m": "9999" }, 0);
    expect(left(binance)).toBe(0);
    const bybit = new VenueGate("bybit", noJitter);
    bybit.noteHeaders("public", { "x-bapi-limit-status": "20" }, 0);
    expect(left(bybit)).toBe(8);
  });

  test("connections have a budget of their own", () => {
    const gate = new VenueGate("bitfinex", noJitter);
    const waits = Array.from({ length: 6 }, () => gate.reserveConnectMs(0));
    expect(waits).toEqual([0, 0, 0, 0, 7_500, 15_000]);
  });
});
