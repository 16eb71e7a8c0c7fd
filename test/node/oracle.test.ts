/** The machine in the world: whole oracles with real envelopes, nonces and shares over a wire in memory. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ByteReader } from "../../src/base/bytes.ts";
import { encodeRequest } from "../../src/node/requests.ts";
import { decodeSignedReport } from "../../src/protocol/report-bytes.ts";
import { reportDigest } from "../../src/report/codec.ts";

import { FIRST, hexOf, observeOf, T0 } from "../support/protocol.ts";
import { Committee, groupKey } from "./support/committee.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

let committee: Committee;

beforeEach(() => {
  vi.useFakeTimers();
  committee = new Committee();
});
afterEach(() => {
  committee.stop();
  vi.useRealTimers();
});

const IDS = [1, 2, 3, 4];
const after = (slots: number): number => slots * 1_000 + 100 + 900;
const firsts = (count: number): number[] => Array.from({ length: count }, (_, i) => FIRST + i);

describe("four oracles", () => {
  test("sign every slot, the same report at everybody, under one signature that verifies", async () => {
    committee.start();
    await committee.pass(after(3));
    const { group } = groupKey();
    for (const id of IDS) {
      expect(committee.rounds(id)).toEqual(firsts(4));
      for (const [i, { report, digest, signature }] of committee.seat(id).published.entries()) {
        expect(digest).toBe(committee.seat(1).published[i]!.digest);
        expect(reportDigest(committee.config.networkId, report)).toBe(digest);
        expect(nobleCurve.verifyGroupSignature(group.groupKeyX, digest, signature)).toBe(true);
      }
      expect(committee.seat(id).lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
    }
  });

  test("write their reservation down before the first word of a round goes out", async () => {
    committee.start();
    await committee.pass(101);
    expect(committee.wire).toEqual([]);
    expect(IDS.map((id) => committee.seat(id).reservations)).toEqual(IDS.map(() => [FIRST + 15]));
  });

  test("leave no timer behind when they are stopped", async () => {
    committee.start();
    await committee.pass(after(1));
    committee.stop();
    await committee.pass(10);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a disk that refuses the reservation", () => {
  test("silences its node at once and for good; the node follows, and the other three sign on", async () => {
    committee.seat(2).diskRefuses = true;
    committee.start();
    await committee.pass(after(5));
    expect(committee.wire.filter(({ from, message }) => from === 2 && message.type !== "report")).toEqual([]);
    expect(committee.seat(2).oracle.state.disk).toBe("failed");
    expect(committee.seat(2).lines).toMatchObject([
      { level: "error", message: "effect failed", fields: { effect: "reserve-rounds" } },
    ]);
    // Slots that it leads wait for the backup, and complete all the same.
    for (const id of [1, 2, 3, 4]) expect(committee.rounds(id)).toEqual(firsts(6));
  });
});

describe("rounds reserved by an earlier life", () => {
  test("are watched: the node says nothing in them and speaks in the first one above", async () => {
    committee.stop();
    committee = new Committee({ 3: FIRST + 2 });
    committee.start();
    await committee.pass(after(4));
    const spoke = new Set(committee.said("observe", 3).map(({ round }) => round));
    expect([...spoke].sort((a, b) => a - b)).toEqual([FIRST + 3, FIRST + 4]);
    expect(committee.rounds(3)).toEqual(firsts(5));
  });
});

describe("a clock an hour ahead", () => {
  test("costs its node nothing but the time it is wrong: no reservation, and back in place when it is set right", async () => {
    committee.start();
    await committee.pass(after(1));
    const before = [...committee.seat(4).reservations];
    committee.seat(4).clockOffsetMs = 3_600_000;
    await committee.pass(8_000);
    expect(committee.seat(4).reservations).toEqual(before);
    expect(committee.seat(4).notes.some((note) => note.kind === "idle" && note.why === "ahead-of-peers")).toBe(true);
    committee.seat(4).clockOffsetMs = 0;
    const spokeBefore = committee.said("observe", 4).length;
    await committee.pass(3_000);
    expect(committee.said("observe", 4).length).toBeGreaterThan(spokeBefore);
    for (const id of [1, 2, 3]) expect(committee.rounds(id).length).toBeGreaterThanOrEqual(11);
  });

  test("however long, leaves the node's vault as it was: no nonces are drawn for rounds to come", async () => {
    committee.start();
    await committee.pass(after(1));
    committee.seat(4).clockOffsetMs = 3_600_000;
    await committee.pass(12_000);
    expect(committee.vaults[3]!.rounds().length).toBeLessThanOrEqual(4);
    expect(committee.seat(4).lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("what peers may ask for", () => {
  test("is an envelope by its hash and a report by its digest, and nothing else", async () => {
    committee.start();
    await committee.pass(after(0));
    const { oracle, published } = committee.seat(1);
    const held = published[0]!;
    const { hash } = oracle.state.rounds.get(FIRST)!.observations.get(2)!;
    const envelope = oracle.answer(encodeRequest({ kind: "message", hash }));
    expect(committee.seal(oracle.state.rounds.get(FIRST)!.observations.get(2)!.message).bytes).toEqual(envelope);
    const report = oracle.answer(encodeRequest({ kind: "report", round: FIRST, digest: held.digest }));
    expect(decodeSignedReport(new ByteReader(report!))).toEqual(held);
    expect(oracle.answer(encodeRequest({ kind: "report", round: FIRST, digest: hexOf("x") }))).toBeNull();
    expect(oracle.answer(encodeRequest({ kind: "message", hash: hexOf("x") }))).toBeNull();
    expect(oracle.answer(new Uint8Array(7))).toBeNull();
  });
});

describe("a report with a signature that is none", () => {
  test("is refused at the window, whatever its envelope says, and is no parent", async () => {
    committee.start();
    await committee.pass(after(0));
    const { oracle, published, lines } = committee.seat(1);
    const genuine = published[0]!;
    const leaves = genuine.report.leaves.map((leaf) => ({ ...leaf, value: leaf.value + 1n }));
    const report = { ...genuine.report, round: FIRST + 1, leaves };
    const forgeries = [
      { ...genuine, report, digest: reportDigest(committee.config.networkId, report) },
      { ...genuine, report },
      { ...genuine, signature: { ...genuine.signature, z: hexOf("z") }, digest: hexOf("d") },
    ];
    for (const signed of forgeries) {
      const { bytes } = committee.seal({ type: "report", round: signed.report.round, sender: 2, signed });
      expect(oracle.receive("report", bytes, 2)).toBe("accept");
    }
    await committee.pass(20);
    expect(committee.rounds(1)).toEqual([FIRST]);
    expect(lines.filter(({ message }) => message === "report with a wrong signature refused")).toHaveLength(3);
  });
});

test("a message of a closed round is ignored on the wire, and its sender is heard all the same", async () => {
  committee.start(T0 + 3_600_000 - 100);
  await committee.pass(200);
  const { oracle } = committee.seat(1);
  const late = committee.seal(observeOf(committee.config, 2, FIRST));
  const before = oracle.state.heard.get(2)?.round;
  expect(oracle.receive("observe", late.bytes, 2)).toBe("ignore");
  await committee.pass(1);
  expect(oracle.state.heard.get(2)?.round).toBe(before);
  expect(before).toBe(FIRST + 3_600);
  expect(committee.seat(1).notes).toContainEqual({
    kind: "refused",
    what: "observe",
    from: 2,
    round: FIRST,
    why: "round-closed",
  });
});
