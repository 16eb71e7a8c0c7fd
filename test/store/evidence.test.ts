import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import type { StoredEvidence } from "../../src/store/evidence.ts";
import {
  EVIDENCE_PER_ACCUSED_BYTES_MAX,
  EVIDENCE_PER_ACCUSED_HOUR_MAX,
  EVIDENCE_PER_ACCUSED_MAX,
  readEvidence,
} from "../../src/store/evidence.ts";
import { openStore } from "../../src/store/store.ts";
import { testFolder } from "./support/folder.ts";

const CFG: Hex = `0x${"cf".repeat(32)}`;
const HOUR_MS = 3_600_000;

function row(number: number, over: Partial<StoredEvidence> = {}): StoredEvidence {
  return {
    name: `0x${number.toString(16).padStart(64, "0")}`,
    cfg: CFG,
    kind: "double-sign",
    accused: 2,
    round: number,
    firstSeenMs: number,
    bytes: Uint8Array.of(number % 256),
    ...over,
  };
}

function store() {
  const path = join(testFolder(), "tenor.sqlite");
  const opened = openStore({ path });
  onTestFinished(() => opened.close());
  return { path, opened, evidence: opened.evidence };
}

describe("stored evidence", () => {
  test("is there after a restart, newest first, and once for each fault", () => {
    const { path, opened, evidence } = store();
    expect(evidence.save(row(1))).toBe("stored");
    expect(evidence.save(row(2, { accused: 3, kind: "bad-share" }))).toBe("stored");
    expect(evidence.save(row(1, { bytes: Uint8Array.of(99) }))).toBe("known");
    opened.close();
    const again = openStore({ path });
    onTestFinished(() => again.close());
    expect(again.evidence.list(10).map(({ round }) => round)).toEqual([2, 1]);
    expect(again.evidence.find(row(1).name)).toEqual(row(1));
    expect(again.evidence.find(row(9).name)).toBeUndefined();
    expect(again.evidence.convicted(CFG)).toEqual([
      { accused: 2, kind: "double-sign" },
      { accused: 3, kind: "bad-share" },
    ]);
    expect(again.evidence.convicted(`0x${"00".repeat(32)}`)).toEqual([]);
  });

  test("against one member fills its own room and nobody else's", () => {
    const { evidence } = store();
    for (let i = 0; i < 2 * EVIDENCE_PER_ACCUSED_MAX; i++) evidence.save(row(i, { firstSeenMs: i * HOUR_MS }));
    expect(evidence.list(1_000)).toHaveLength(EVIDENCE_PER_ACCUSED_MAX);
    expect(evidence.save(row(999, { firstSeenMs: 999 * HOUR_MS }))).toBe("full");
    expect(evidence.save(row(999, { firstSeenMs: 999 * HOUR_MS, accused: 3 }))).toBe("stored");
    expect(evidence.save(row(1_000, { firstSeenMs: 999 * HOUR_MS, cfg: `0x${"dd".repeat(32)}` }))).toBe("stored");
  });

  test("of one hour leaves room for the next", () => {
    const { evidence } = store();
    for (let i = 0; i < 40; i++) evidence.save(row(i, { firstSeenMs: 1_000 + i }));
    expect(evidence.list(1_000)).toHaveLength(EVIDENCE_PER_ACCUSED_HOUR_MAX);
    expect(evidence.hasRoom(CFG, 2, 1, 1_040)).toBe(false);
    expect(evidence.hasRoom(CFG, 3, 1, 1_040)).toBe(true);
    expect(evidence.save(row(50, { firstSeenMs: 2_000 + HOUR_MS }))).toBe("stored");
  });

  test("is bounded in bytes", () => {
    const { evidence } = store();
    const half = new Uint8Array(EVIDENCE_PER_ACCUSED_BYTES_MAX / 2);
    expect(evidence.save(row(1, { bytes: half }))).toBe("stored");
    expect(evidence.save(row(2, { bytes: half }))).toBe("stored");
    expect(evidence.save(row(3))).toBe("full");
  });

  test("is read from beside a running node, without its lock", () => {
    const { path, evidence } = store();
    evidence.save(row(1));
    expect(readEvidence(path, (rows) => rows.list(10))).toMatchObject([{ round: 1, accused: 2 }]);
    expect(readEvidence(path, (rows) => rows.find(row(1).name)?.bytes)).toEqual(Uint8Array.of(1));
    expect(() => readEvidence(`${path}.gone`, (rows) => rows.list(1))).toThrow("cannot be opened");
  });
});
