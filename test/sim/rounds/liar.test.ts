import { describe, expect, test } from "vitest";
import type { Message, Observe, Propose, Share } from "../../../src/protocol/messages.ts";
import { speakAs } from "../../../src/sim/rounds/liar.ts";
import type { LiarKind } from "../../../src/sim/rounds/plan.ts";
import { LIAR_KINDS, planFor } from "../../../src/sim/rounds/plan.ts";
import { SimNode } from "../../../src/sim/rounds/node.ts";
import { seededRng } from "../../../src/sim/random.ts";
import { settlementSeen, surfaceSeen } from "../../support/derivatives.ts";
import { configOf, hashOf, hexOf, Member, observeOf, proposeOf, roundLedBy, shareOf } from "../../support/protocol.ts";

const config = configOf();
const ROUND = roundLedBy(config, 1);
const all = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));
const doors = { hashOf: (message: Message) => hashOf(message), otherIds: [2, 3, 4] };

/** The liar is the honest machine, here the leader of the round with everything it heard. */
function liarState() {
  const member = new Member(config);
  member.startSlot(ROUND);
  member.hear(...all.slice(1));
  return member.state;
}

const says = (kind: LiarKind, message: Message) => speakAs(kind, liarState(), message, doors);
const observe: Observe = all[0]!;
const propose: Propose = proposeOf(1, all);
const share: Share = shareOf(1, propose, hexOf("d"));

describe("a liar", () => {
  test("of no kind says what the machine says", () => {
    for (const message of [observe, propose, share]) expect(says("none", message)).toEqual([{ message }]);
  });

  test("that is silent says nothing, one that does not sign only holds its share back", () => {
    expect([observe, propose, share].flatMap((message) => says("silent", message))).toEqual([]);
    expect(says("silent-signer", share)).toEqual([]);
    expect(says("silent-signer", observe)).toEqual([{ message: observe }]);
  });

  test("of values sends extremes or nothing", () => {
    expect(says("extreme-values", observe)).toMatchObject([{ message: { values: [10n ** 30n, 10n ** 30n] } }]);
    expect(says("missing-values", observe)).toMatchObject([{ message: { values: [null, null] } }]);
  });

  test("of surfaces changes nothing else: another grid, bent curves, an expiry of its own, by turns", () => {
    const seen = surfaceSeen();
    const faces = [0, 1, 2].map((turn) => {
      const round = 3 * 400 + turn;
      const [spoken] = says("bent-surface", observeOf(config, 1, round, { values: [5n, seen] }));
      if (spoken?.message.type !== "observe") throw new Error("an OBSERVE was expected");
      expect(spoken.message.values[0]).toBe(5n);
      const [, bent] = spoken.message.values;
      if (bent === null || typeof bent !== "object" || bent.type !== "surface")
        throw new Error("a surface was expected");
      expect(bent).not.toEqual(seen);
      return [
        bent.gridRound !== seen.gridRound,
        bent.slices.length,
        bent.slices[0]?.expiryMs === seen.slices[0]?.expiryMs,
      ];
    });
    expect(faces).toEqual([
      [true, 3, true],
      [false, 3, true],
      [false, 1, false],
    ]);
  });

  test("of settlements changes nothing else: another expiry, a forged coverage, none, by turns", () => {
    const seen = settlementSeen(60_000, 1_000n, { coveragePpm: 400_000 });
    const faces = [0, 1, 2].map((turn) => {
      const [spoken] = says("forged-settlement", observeOf(config, 1, 3 * 400 + turn, { values: [5n, seen] }));
      return spoken?.message.type === "observe" ? spoken.message.values : [];
    });
    expect(faces).toEqual([
      [5n, { ...seen, expiryMs: 70_000, coveragePpm: 1_000_000 }],
      [5n, { ...seen, fixed: 1_008n, coveragePpm: 1_000_000 }],
      [5n, { ...seen, coveragePpm: 0 }],
    ]);
  });

  test("of two faces shows each peer one of two OBSERVEs", () => {
    const spoken = says("two-observations", observe);
    expect(new Set(spoken.map(({ message }) => hashOf(message))).size).toBe(2);
    expect(spoken.flatMap(({ to }) => to ?? []).sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  test("of many faces begins with another version at each peer, and sends more than anyone keeps", () => {
    const spoken = says("many-observations", observe);
    const firsts = [2, 3, 4].map((id) => hashOf(spoken.find(({ to }) => to?.includes(id))!.message));
    expect(new Set(firsts).size).toBe(3);
    for (const id of [2, 3, 4]) expect(spoken.filter(({ to }) => to?.includes(id)).length).toBeGreaterThan(4);
  });

  test("that leads shows two groups two PROPOSEs, each with its own share beside it", () => {
    const spoken = says("two-proposals", propose);
    const proposals = spoken.filter(({ message }) => message.type === "propose");
    const shares = spoken.flatMap(({ message }) => (message.type === "share" ? [message] : []));
    expect(new Set(proposals.map(({ message }) => hashOf(message))).size).toBeGreaterThan(1);
    expect(shares.map(({ proposalHash }) => proposalHash)).toEqual(proposals.map(({ message }) => hashOf(message)));
    expect(new Set(shares.map(({ digest }) => digest)).size).toBeGreaterThan(1);
  });

  test("that leads names an OBSERVE nobody sent, or shows its PROPOSE to half", () => {
    const [altered] = says("altered-proposal", propose);
    if (altered?.message.type !== "propose") throw new Error("a PROPOSE was expected");
    expect(all.map((message) => hashOf(message))).not.toContain(altered.message.observations[0]!.hash);
    expect(altered.message.observations.slice(1)).toEqual(propose.observations.slice(1));
    expect(says("proposal-to-half", propose)).toEqual([{ message: propose, to: [1, 2] }]);
  });

  test("with a bad share signs something else", () => {
    const [bad] = says("bad-share", share);
    if (bad?.message.type !== "share") throw new Error("a SHARE was expected");
    expect(bad.message.z).not.toBe(share.z);
    expect({ ...bad.message, z: share.z }).toEqual(share);
  });
});

describe("a plan", () => {
  const plans = Array.from({ length: 2_000 }, (_, seed) =>
    planFor(seed, seededRng(seed), { n: 4, slots: 24, slotMs: 1_000 }),
  );

  test("reaches every kind of liar, and calm, crashes and partitions among the seeds", () => {
    expect(new Set(plans.map(({ liarKind }) => liarKind))).toEqual(new Set(LIAR_KINDS));
    expect(plans.filter(({ partition }) => partition !== null).length).toBeGreaterThan(100);
    expect(plans.filter(({ crashes }) => crashes.length > 1).length).toBeGreaterThan(100);
    expect(plans.filter(({ lossRate, crashes }) => lossRate === 0 && crashes.length === 0).length).toBeGreaterThan(100);
  });

  test("never has more than one liar, names only members, and crashes only the honest", () => {
    for (const { liar, liarKind, crashes, partition, lossRate } of plans) {
      expect(liar === null).toBe(liarKind === "none");
      for (const { node } of crashes) expect(node >= 1 && node <= 4 && node !== liar).toBe(true);
      for (const id of partition?.side ?? []) expect(id >= 1 && id <= 4).toBe(true);
      expect(lossRate).toBeLessThan(0.2);
    }
  });
});

describe("a simulated member", () => {
  const digest = hexOf("d");
  const order = {
    kind: "sign-share",
    round: ROUND,
    attempt: 0,
    proposalHash: hexOf("p"),
    digest,
    commitments: [],
    drawNext: false,
  } as const;

  test("signs with a nonce pair once: take is remove", () => {
    const node = new SimNode(1, 0, config);
    node.draw(ROUND);
    expect(node.sign(order)).not.toBeNull();
    expect(node.sign(order)).toBeNull();
    expect(node.sign({ ...order, attempt: 1 })).not.toBeNull();
  });

  test("loses its nonces in a crash and keeps its reservation, unless the disk forgets", () => {
    const node = new SimNode(1, 0, config);
    node.draw(ROUND);
    node.diskReserved = ROUND + 15;
    const before = node.incarnation();
    node.restart(true, 0);
    expect(node.state.floorRound).toBe(ROUND + 15);
    expect(node.sign(order)).toBeNull();
    expect(node.incarnation()).not.toBe(before);
    node.restart(false, 0);
    expect(node.state.floorRound).toBe(0);
  });

  test("draws other nonces in each life, round and attempt", () => {
    const node = new SimNode(1, 0, config);
    const drawn = [...node.draw(ROUND), ...node.draw(ROUND + 1)];
    node.restart(true, 0);
    drawn.push(...node.draw(ROUND));
    expect(new Set(drawn.map(({ hiding }) => hiding)).size).toBe(6);
  });
});
