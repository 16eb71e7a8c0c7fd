/** Nothing is pretended: without gossip no round completes, and under a leader that alters one value nobody honest signs. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hex } from "../../../src/base/bytes.ts";
import { sealEnvelope, splitEnvelope } from "../../../src/node/envelope.ts";
import type { PeerPort } from "../../../src/node/ports.ts";
import { decodeRequest } from "../../../src/node/requests.ts";
import type { Observed } from "../../../src/feeds/observed.ts";
import { decodeMessage } from "../../../src/protocol/encoding.ts";
import { leadershipOf } from "../../../src/protocol/leader.ts";
import type { Message, Observe, Propose } from "../../../src/protocol/messages.ts";
import { Committee, type Member } from "../committee-support.ts";
import { eventually } from "../support.ts";

const SLOT_MS = 1_000;
/** Less than the deviation and the agreement rule, more than a member differs from the next: it moves the median. */
const ALTERATION = 40_000_000n;
const LIAR = 4;
const LIES_WANTED = 3;

let committee: Committee;
let isGossipOn = true;
let isLying = false;
const forgeries = new Map<number, Forgery>();
/** Every share that a member sent to any other, by the PROPOSE it names. */
const sharesSent: { readonly from: number; readonly round: number; readonly proposalHash: Hex }[] = [];

type Forgery = {
  readonly observe: Uint8Array;
  readonly observeHash: Hex;
  readonly propose: Uint8Array;
  readonly proposeHash: Hex;
};

/** In 8 decimals: each member sees a bitcoin a few cents dearer than the one before. */
function observe(id: number): readonly bigint[] {
  return [9_500_000_000_000n + BigInt(id) * 5_000_000n, 330_000_000_000n + BigInt(id) * 1_000_000n];
}

/** With members 1 to 4 the answer is sorted[2], with three of them sorted[1]: what members 2 or 3 say. */
const HONEST_ANSWERS: readonly bigint[] = [observe(2)[0]!, observe(3)[0]!];

function read(bytes: Uint8Array): Message {
  return decodeMessage(splitEnvelope(bytes)!.encoded);
}

/** As the leader could do it: one value of another member's OBSERVE changed, under its own signature since it has no other. */
function forge(liar: Member, honest: Propose): Forgery {
  const victim = honest.observations.find(({ id }) => id !== LIAR)!;
  const held = liar.oracle!.state.rounds.get(honest.round)!.versions.get(victim.hash)!;
  const raised = (value: Observed): Observed => (typeof value === "bigint" ? value + ALTERATION : value);
  const altered: Observe = { ...held, values: held.values.map((value, i) => (i === 0 ? raised(value) : value)) };
  const sign = (bytes: Uint8Array): Uint8Array => liar.keystore.signEnvelope(bytes);
  const observed = sealEnvelope(committee.cfg, altered, sign);
  const observations = honest.observations.map((one) => (one === victim ? { ...one, hash: observed.hash } : one));
  const proposed = sealEnvelope(committee.cfg, { ...honest, observations }, sign);
  return { observe: observed.bytes, observeHash: observed.hash, propose: proposed.bytes, proposeHash: proposed.hash };
}

function lying(liar: Member, port: PeerPort): PeerPort {
  liar.answerFirst = (bytes) => {
    const request = decodeRequest(bytes);
    if (request?.kind !== "message") return null;
    return [...forgeries.values()].find(({ observeHash }) => observeHash === request.hash)?.observe ?? null;
  };
  return {
    ...port,
    send: (toId, bytes, tag) => {
      const message = read(bytes);
      if (!isLying || message.type !== "propose" || message.sender !== LIAR) return port.send(toId, bytes, tag);
      const forgery = forgeries.get(message.round) ?? forge(liar, message);
      forgeries.set(message.round, forgery);
      port.send(toId, forgery.observe, tag);
      port.send(toId, forgery.propose, tag);
    },
  };
}

function bend(member: Member, port: PeerPort): PeerPort {
  const watched: PeerPort = {
    ...port,
    publish: (topic, bytes) => {
      if (isGossipOn) port.publish(topic, bytes);
    },
    send: (toId, bytes, tag) => {
      const message = read(bytes);
      if (message.type === "share" && message.sender === member.id) {
        sharesSent.push({ from: member.id, round: message.round, proposalHash: message.proposalHash });
      }
      port.send(toId, bytes, tag);
    },
  };
  return member.id === LIAR ? lying(member, watched) : watched;
}

const hasAll = (round: number): boolean => committee.members.every(({ completed }) => completed.has(round));

/** Waits until all four hold the reports of `count` further rounds; returns them. */
async function roundsComplete(count: number): Promise<readonly number[]> {
  const from = committee.currentRound + 1;
  const done = (): number[] =>
    Array.from({ length: Math.max(0, committee.currentRound - from + 1) }, (_, i) => from + i).filter(hasAll);
  return await eventually(`${count} rounds at all members`, (count + 10) * SLOT_MS, () =>
    done().length >= count ? done() : null,
  );
}

beforeAll(async () => {
  committee = await Committee.start(4, SLOT_MS);
  committee.startCeremony();
  await committee.awaitKey();
  committee.stopCeremony();
  committee.activate(observe, bend);
}, 90_000);

afterAll(async () => {
  await committee.stop();
}, 30_000);

describe("four members over real hosts, on a key they made", () => {
  test("complete rounds while observations are gossiped, with the answer their observations give", {
    timeout: 60_000,
  }, async () => {
    await roundsComplete(5);
    for (const { report } of committee.members.flatMap(({ reports }) => reports)) {
      expect(HONEST_ANSWERS).toContain(report.leaves[0]!.value);
    }
  });

  test("complete none in five slots without gossip, and complete them again when it is back", {
    timeout: 60_000,
  }, async () => {
    isGossipOn = false;
    // What was gossiped before may still complete its own round.
    const silentFrom = committee.currentRound + 1;
    await committee.awaitSlotAfter(silentFrom + 5);
    const late = committee.members.flatMap(({ completed }) => [...completed].filter((round) => round > silentFrom));
    expect(late).toEqual([]);
    const shares = sharesSent.filter(({ round }) => round > silentFrom);
    expect(shares).toEqual([]);

    isGossipOn = true;
    const resumed = await roundsComplete(3);
    expect(resumed.length).toBeGreaterThanOrEqual(3);
  });

  test("give no share under a leader that alters one value of another's observation, and go on without its slots", {
    timeout: 90_000,
  }, async () => {
    const honest = committee.members.filter(({ id }) => id !== LIAR);
    const leaderOf = (round: number): number => leadershipOf(committee.cfg, round, 4).leader;
    // While it tells the truth its slots are as good as any.
    const truthful = [...committee.member(1).completed].filter((round) => leaderOf(round) === LIAR);
    expect(truthful.length).toBeGreaterThan(0);
    const before = new Map(honest.map(({ id, refused }) => [id, refused.length]));

    isLying = true;
    const from = committee.currentRound + 1;
    await eventually(`${LIES_WANTED} altered proposals`, 30_000, () => (forgeries.size >= LIES_WANTED ? true : null));
    const lastLie = Math.max(...forgeries.keys());
    await committee.awaitSlotAfter(lastLie + 1);

    // Every honest member was sent the altered OBSERVE, and refused it for its signature.
    for (const { id, refused } of honest) {
      const seen = refused.slice(before.get(id));
      expect(
        seen.filter(({ why, fromId }) => why === "bad-signature" && fromId === LIAR).length,
      ).toBeGreaterThanOrEqual(LIES_WANTED);
      expect(seen.filter(({ fromId }) => fromId !== LIAR)).toEqual([]);
    }
    const forged = new Set([...forgeries.values()].map(({ proposeHash }) => proposeHash));
    expect(sharesSent.filter(({ proposalHash }) => forged.has(proposalHash))).toEqual([]);
    // A backup that saw through it may have made a report of its own; then it is an honest one, as the values below show.

    const others = Array.from({ length: lastLie - from + 1 }, (_, i) => from + i).filter(
      (round) => !forgeries.has(round),
    );
    expect(others.length).toBeGreaterThan(4);
    const missed = others.filter((round) => !honest.every(({ completed }) => completed.has(round)));
    // One or two for a machine that had something else to do.
    expect(missed.length).toBeLessThanOrEqual(2);
    for (const { report } of honest.flatMap(({ reports }) => reports)) {
      expect(HONEST_ANSWERS).toContain(report.leaves[0]!.value);
    }
    // Shares were used up only for digests that became reports, but for the rounds missed and the one under way.
    const digests = new Set(honest.flatMap(({ reports }) => reports.map(({ digest }) => digest)));
    const astray = new Set(
      honest.flatMap(({ used }) => used.map(({ digest }) => digest).filter((digest) => !digests.has(digest))),
    );
    expect(astray.size).toBeLessThanOrEqual(missed.length + 1);
  });
});
