import { describe, expect, test } from "vitest";
import { PeerLedger } from "../../src/network/peer-ledger.ts";
import { defaultLimits } from "../../src/network/peer-policy.ts";
import { TokenBucket } from "../../src/network/token-bucket.ts";

describe("TokenBucket", () => {
  test("gives its burst at once and then its rate", () => {
    const bucket = new TokenBucket(10, 3, 0);
    let taken = 0;
    while (bucket.take(1, 0)) taken++;
    expect(taken).toBe(30);
    expect(bucket.take(1, 99)).toBe(false);
    expect(bucket.take(1, 100)).toBe(true);
    expect(bucket.take(1, 100)).toBe(false);
    expect(bucket.take(30, 1_000_000)).toBe(true);
    expect(bucket.take(1, 1_000_000)).toBe(false);
  });

  test("takes all or nothing, and a clock that steps back gives nothing", () => {
    const bucket = new TokenBucket(10, 1, 1_000);
    expect(bucket.take(11, 1_000)).toBe(false);
    expect(bucket.take(10, 1_000)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.take(1, 1_000)).toBe(false);
    expect(bucket.take(1, 1_100)).toBe(true);
  });
});

describe("PeerLedger", () => {
  test("an oversized message excludes at once, and each further cut lasts twice as long up to the cap", () => {
    const ledger = new PeerLedger({ ...defaultLimits, coolDownMs: 1_000, coolDownMaxMs: 3_000 }, 0);
    const durations: number[] = [];
    let nowMs = 0;
    for (let i = 0; i < 4; i++) {
      expect(ledger.penalise("oversized", nowMs)).toBe(true);
      durations.push(ledger.excludedForMs(nowMs));
      nowMs += 10_000;
      expect(ledger.isExcluded(nowMs)).toBe(false);
    }
    expect(durations).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  test("the tenth rejection in one instant cuts, the eleventh while excluded does not cut again", () => {
    const ledger = new PeerLedger(defaultLimits, 0);
    const cuts = Array.from({ length: 11 }, () => ledger.penalise("rejected", 0));
    expect(cuts.indexOf(true)).toBe(9);
    expect(cuts.filter(Boolean)).toHaveLength(1);
    expect(ledger.rejected).toBe(11);
  });

  test("score comes back with time and never above zero; a slow trickle of rejections is forgiven", () => {
    const ledger = new PeerLedger(defaultLimits, 0);
    ledger.penalise("malformed", 0);
    expect(ledger.score(0)).toBe(-25);
    expect(ledger.score(10_000)).toBe(-15);
    expect(ledger.score(1_000_000)).toBe(0);
    for (let i = 1; i <= 100; i++) expect(ledger.penalise("rejected", 1_000_000 + i * 11_000)).toBe(false);
  });

  test("the classes of frames have rates of their own, and bytes another", () => {
    const ledger = new PeerLedger({ ...defaultLimits, burstSec: 1, directFramesPerSec: 2, bytesPerSec: 100 }, 0);
    expect([1, 2, 3].map(() => ledger.admitFrame("direct", 0))).toEqual([true, true, false]);
    expect(ledger.admitFrame("gossip", 0)).toBe(true);
    expect([60, 60].map((bytes) => ledger.admitBytes(bytes, 0))).toEqual([true, false]);
    expect(ledger).toMatchObject({ messagesIn: 4, bytesIn: 120 });
  });
});

test("what says nothing new has a rate of its own, and at once as much as two full queues", () => {
  const ledger = new PeerLedger({ ...defaultLimits, directFramesPerSec: 8, queueMessagesMax: 5 }, 0);
  const admitted = (nowMs: number) =>
    Array.from({ length: 40 }, () => ledger.admitIgnored(nowMs)).filter(Boolean).length;
  expect([admitted(0), admitted(1_000), admitted(60_000)]).toEqual([10, 2, 10]);
});

test("after this process stood still, what peers said meanwhile is no flood, once", () => {
  const limits = { ...defaultLimits, wireFramesPerSec: 100, burstSec: 3 };
  const ledger = new PeerLedger(limits, 0);
  expect(ledger.admitWire(300, 0, 0)).toBe(0);
  ledger.excuse(10_000);
  expect(ledger.admitWire(1_000, 0, 0)).toBe(0);
  expect(ledger.admitWire(1, 0, 0)).toBe(1);
  expect(ledger.admitWire(301, 0, 60_000)).toBe(1);
});
