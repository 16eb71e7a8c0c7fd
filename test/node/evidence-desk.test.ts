import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeEvidence } from "../../src/evidence/codec.ts";
import type { Evidence } from "../../src/evidence/evidence.ts";
import { EVIDENCE_KINDS } from "../../src/evidence/evidence.ts";
import { EvidenceDesk } from "../../src/node/evidence-desk.ts";
import type { Accusation } from "../../src/protocol/accusation.ts";
import { openStore } from "../../src/store/store.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import {
  config,
  envelope,
  evidence,
  inOrder,
  judge,
  observe,
  oneOfEach,
  publicConfiguration,
  scene,
} from "../evidence/support.ts";
import { testFolder } from "../store/support/folder.ts";
import { hashOf, hexOf } from "../support/protocol.ts";
import { HandClock, notebook } from "./support/members.ts";

const { round, observes } = scene();
const pieces = oneOfEach();

/** Member 3's desk, with a real store. */
function desk(over: { readonly path?: string; readonly selfId?: number } = {}) {
  const path = over.path ?? join(testFolder(), "tenor.sqlite");
  const store = openStore({ path });
  onTestFinished(() => store.close());
  const { log, lines } = notebook();
  const clock = new HandClock(1_700_000_000_000);
  const published: Uint8Array[] = [];
  const convicted: string[] = [];
  const metrics = new Metrics();
  let changes = 0;
  const made = new EvidenceDesk(
    { selfId: over.selfId ?? 3, configuration: publicConfiguration() },
    {
      judge,
      rows: store.evidence,
      publish: (bytes) => void published.push(bytes),
      convict: (member, kind) => void convicted.push(`${member}: ${kind}`),
      currentRound: () => round,
      onChange: () => void changes++,
      clock,
      log,
      metrics,
    },
  );
  return { desk: made, path, store, lines, clock, published, convicted, metrics, changes: () => changes };
}

function twoFaces(member: number, at = round): Evidence {
  return evidence("equivocated-observation", member, inOrder(observe(member, at), observe(member, at, {}, 1)));
}

function accusationOf(member: number): Accusation {
  const messages = [hashOf(observe(member, round)), hashOf(observe(member, round, {}, 1))] as const;
  return { kind: "equivocated-observation", accused: member, round, messages };
}

const envelopesOf = (member: number) =>
  [observe(member, round), observe(member, round, {}, 1)].map((one) => envelope(one));

describe("what the machine accuses", () => {
  test("is judged, stored, told and gossiped once", async () => {
    const { desk: made, store, published, convicted, lines, metrics, changes } = desk();
    made.accused(accusationOf(2), envelopesOf(2));
    made.accused(accusationOf(2), envelopesOf(2));
    expect(published).toEqual([encodeEvidence(twoFaces(2))]);
    expect(store.evidence.list(10)).toMatchObject([{ accused: 2, kind: "equivocated-observation", round }]);
    expect(convicted).toEqual(["2: equivocated-observation"]);
    expect(changes()).toBe(1);
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([
      { message: "evidence convicts a member", fields: { accused: 2, kind: "equivocated-observation", round } },
    ]);
    expect(await metrics.text()).toMatch(/^tenor_evidence_total\{kind="equivocated-observation"\} 1$/m);
  });

  test("but does not convict goes no further", () => {
    const { desk: made, store, published, convicted, lines } = desk();
    const once = [hashOf(observes[1]!), hashOf(observes[1]!)] as const;
    made.accused({ kind: "equivocated-observation", accused: 2, round, messages: once }, [envelope(observes[1]!)]);
    made.accused(accusationOf(2), envelopesOf(2).slice(1));
    expect([published, convicted, store.evidence.list(10)]).toEqual([[], [], []]);
    expect(lines.map(({ message }) => message)).toEqual([
      "an accusation convicts nobody and is dropped",
      "an accusation has lost its envelopes",
    ]);
  });

  test("of this very node is passed on like any other, and wakes the operator", async () => {
    const { desk: made, published, metrics, lines } = desk({ selfId: 2 });
    expect(made.convictsSelf).toBe(false);
    expect(await metrics.text()).toMatch(/^tenor_evidence_against_self_flags 0$/m);
    made.accused(accusationOf(2), envelopesOf(2));
    expect(made.convictsSelf).toBe(true);
    expect(published).toHaveLength(1);
    expect(await metrics.text()).toMatch(/^tenor_evidence_against_self_flags 1$/m);
    expect(lines.at(-1)).toMatchObject({ level: "error", fields: { nodeId: 2 } });
  });
});

describe("what a peer brings", () => {
  test("of every kind is taken, and passed on once", () => {
    const { desk: made, convicted, published } = desk();
    for (const kind of EVIDENCE_KINDS) {
      expect(made.receive(encodeEvidence(pieces[kind]), 4)).toBe("accept");
      expect(made.receive(encodeEvidence(pieces[kind]), 1)).toBe("ignore");
    }
    expect(convicted).toHaveLength(5);
    // Forwarding is gossip's: nothing is published anew.
    expect(published).toEqual([]);
  });

  test("by other envelopes of a known fault is no news", () => {
    const { desk: made, store } = desk();
    expect(made.receive(encodeEvidence(twoFaces(2)), 4)).toBe("accept");
    const third = evidence("equivocated-observation", 2, inOrder(observe(2, round), observe(2, round, {}, 2)));
    expect(made.receive(encodeEvidence(third), 4)).toBe("ignore");
    expect(store.evidence.list(10)).toHaveLength(1);
  });

  test("and convicts nobody costs the peer score, and keeps true evidence of the same name possible", () => {
    const { desk: made, convicted } = desk();
    const framed = evidence(
      "equivocated-observation",
      2,
      inOrder(observe(2, round), { ...observe(2, round), sender: 1 }),
    );
    expect(made.receive(encodeEvidence(framed), 4)).toBe("reject");
    expect(made.receive(Uint8Array.of(1, 2, 3), 4)).toBe("reject");
    expect(made.receive(encodeEvidence({ ...twoFaces(2), accused: 9 }), 4)).toBe("reject");
    expect(convicted).toEqual([]);
    expect(made.receive(encodeEvidence(twoFaces(2)), 4)).toBe("accept");
  });

  test("of another configuration or of rounds to come costs nothing", () => {
    const { desk: made } = desk();
    expect(made.receive(encodeEvidence({ ...twoFaces(2), cfg: hexOf("next cfg") }), 4)).toBe("ignore");
    expect(made.receive(encodeEvidence(twoFaces(2, round + 100)), 4)).toBe("ignore");
  });

  test("in a flood is judged at a bounded rate for each peer, and others are heard", () => {
    const { desk: made, clock } = desk();
    const framed = { ...twoFaces(2), accused: 1 };
    const answers = Array.from({ length: 60 }, () => made.receive(encodeEvidence(framed), 4));
    const judged = answers.filter((answer) => answer === "reject").length;
    expect(judged).toBe(8);
    expect(made.receive(encodeEvidence(twoFaces(2)), 4)).toBe("ignore");
    expect(made.receive(encodeEvidence(twoFaces(2)), 1)).toBe("accept");
    clock.pass(1_000);
    expect(made.receive(encodeEvidence(framed), 4)).toBe("reject");
  });

  test("against one member is stored up to its room, without touching the judge above it", () => {
    const { desk: made, store, clock } = desk();
    const peers = [1, 2, 4];
    const answers = Array.from({ length: 40 }, (_, i) =>
      made.receive(encodeEvidence(twoFaces(2, round - i)), peers[i % 3]!),
    );
    expect(answers.filter((answer) => answer === "accept")).toHaveLength(16);
    expect(answers.filter((answer) => answer === "reject")).toEqual([]);
    expect(store.evidence.list(100)).toHaveLength(16);
    clock.pass(1_000);
    expect(made.receive(encodeEvidence(twoFaces(1)), 4)).toBe("accept");
  });

  test("as garbage costs microseconds", () => {
    const { desk: made } = desk();
    const bytes = encodeEvidence(pieces["bad-share"]);
    const known = bytes.slice();
    made.receive(known, 4);
    const samples = [Uint8Array.from({ length: 4_000 }, (_, i) => i % 251), known, bytes.slice(0, 100)];
    const startMs = performance.now();
    for (let i = 0; i < 3_000; i++) made.receive(samples[i % 3]!, 1);
    // Some 30 µs each on a laptop; a judgement would be 5 000.
    expect((performance.now() - startMs) / 3_000).toBeLessThan(1);
  });
});

describe("after a restart", () => {
  test("the machine is told of every member that was convicted, and what is known is no news", () => {
    const first = desk();
    first.desk.receive(encodeEvidence(pieces["double-sign"]), 4);
    first.desk.receive(encodeEvidence(pieces["bad-proposal"]), 4);
    first.store.close();
    const second = desk({ path: first.path, selfId: 2 });
    expect(second.convicted).toEqual([]);
    second.desk.remember();
    expect(second.convicted).toEqual(["1: bad-proposal", "2: double-sign"]);
    expect(second.desk.convictsSelf).toBe(true);
    expect(second.desk.receive(encodeEvidence(pieces["double-sign"]), 4)).toBe("ignore");
    expect(config.n).toBe(4);
  });

  test("a disk that refuses does not keep a liar from being named", () => {
    const { desk: made, store, convicted, lines } = desk();
    store.close();
    expect(made.receive(encodeEvidence(twoFaces(2)), 4)).toBe("accept");
    expect(convicted).toEqual(["2: equivocated-observation"]);
    expect(lines.map(({ message }) => message)).toContain("evidence could not be stored");
  });
});
