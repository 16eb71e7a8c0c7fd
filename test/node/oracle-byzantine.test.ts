/** One dishonest member among four whole oracles: what it says never becomes a signature that it should not. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { encodeRequest } from "../../src/node/requests.ts";
import { equalBytes } from "../../src/base/bytes.ts";
import type { Observe, Propose } from "../../src/protocol/messages.ts";
import { configOf, FIRST, hashOf, roundLedBy } from "../support/protocol.ts";
import { Committee } from "./support/committee.ts";

let committee: Committee;

beforeEach(() => {
  vi.useFakeTimers();
  committee = new Committee();
});
afterEach(async () => {
  await committee.stop();
  vi.useRealTimers();
});

const LIAR = 2;
const HONEST = [1, 3, 4];
const untilEndOf = (round: number): number => (round - FIRST) * 1_000 + 1_050;
const nameOf = (message: Propose | Observe): Hex => hashOf(message, committee.config.cfg);

describe("a leader that alters one value", () => {
  const round = roundLedBy(configOf(), LIAR);

  /** Member 4's OBSERVE with another price, sealed by the only key the liar has: its own. */
  function altering(): { forged: () => Observe | null; proposals: () => readonly Propose[] } {
    let forged: Observe | null = null;
    const proposals: Propose[] = [];
    committee.mouths.set(LIAR, (message) => {
      if (message.type !== "propose" || message.round !== round) return null;
      const original = committee.seat(LIAR).oracle.state.rounds.get(round)!.observations.get(4)!.message;
      forged = { ...original, values: [900_000n, 2_000_004n] };
      const altered = nameOf(forged);
      const proposal: Propose = {
        ...message,
        observations: message.observations.map((ref) => (ref.id === 4 ? { id: 4, hash: altered } : ref)),
        signers: [1, 2, 3],
      };
      proposals.push(proposal);
      return [committee.seal(proposal).bytes];
    });
    committee.liesTo.set(LIAR, (bytes) => {
      if (forged === null || !equalBytes(bytes, encodeRequest({ kind: "message", hash: nameOf(forged) })))
        return undefined;
      return committee.seal(forged, LIAR).bytes;
    });
    return { forged: () => forged, proposals: () => proposals };
  }

  test("gets no honest share for it, though it serves the forged observation to those who fetch", async () => {
    const { forged, proposals } = altering();
    committee.start();
    await committee.pass(untilEndOf(round));
    expect(forged()).not.toBeNull();
    const hashes = new Set(proposals().map(nameOf));
    for (const id of HONEST) {
      expect(committee.said("share", id).filter(({ proposalHash }) => hashes.has(proposalHash))).toEqual([]);
      expect(committee.rounds(id)).not.toContain(round);
    }
    // Members 1 and 3 fetched it and saw whose signature it bears; member 4 knows its own words.
    for (const id of [1, 3]) expect(committee.seat(id).refused).toContainEqual({ why: "bad-signature", fromId: LIAR });
    const notes4 = committee.seat(4).notes.flatMap((note) => (note.kind === "refused" ? [note.why] : []));
    expect(notes4).toContain("not-my-observation");
  });

  test("spoils its own slot only: the next leader's completes everywhere", async () => {
    altering();
    committee.start();
    await committee.pass(untilEndOf(round + 2));
    for (const id of HONEST) expect(committee.rounds(id)).toEqual(expect.arrayContaining([round + 1, round + 2]));
  });
});

describe("an observer that says many things", () => {
  test("kills no round: the version the leader names is found among those that were passed over", async () => {
    committee.mouths.set(LIAR, (message, toId) => {
      if (message.type !== "observe") return null;
      const versions = [0, 1, 2, 3, 4, 5].map(
        (later) => committee.seal({ ...message, obsTimeMs: message.obsTimeMs + later }).bytes,
      );
      // Another one first at everybody, and more than anyone keeps.
      return [...versions.slice(toId), ...versions.slice(0, toId)];
    });
    committee.start();
    await committee.pass(untilEndOf(FIRST + 7));
    for (const id of HONEST) {
      expect(committee.rounds(id)).toEqual(Array.from({ length: 8 }, (_, i) => FIRST + i));
      const kinds = committee.seat(id).notes.flatMap((note) => (note.kind === "equivocation" ? [note.from] : []));
      expect(new Set(kinds)).toEqual(new Set([LIAR]));
    }
  });
});

describe("a signer whose share is wrong", () => {
  test("is named, and a second signer set completes the round without it", async () => {
    committee.mouths.set(LIAR, (message) => {
      if (message.type !== "share") return null;
      return [committee.seal({ ...message, z: `0x${"11".repeat(32)}` }).bytes];
    });
    committee.start();
    await committee.pass(untilEndOf(FIRST + 7));
    for (const id of HONEST) {
      // The slots that the liar leads with itself as a signer are its own to spoil; all others complete.
      const missing = Array.from({ length: 8 }, (_, i) => FIRST + i).filter(
        (round) => !committee.rounds(id).includes(round),
      );
      for (const round of missing) expect(roundLedBy(committee.config, LIAR, "leader", round)).toBe(round);
      const blamed = committee.seat(id).notes.flatMap((note) => (note.kind === "bad-shares" ? note.culprits : []));
      expect(new Set(blamed)).toEqual(new Set([LIAR]));
    }
    const second = HONEST.flatMap((id) => committee.said("propose", id)).filter(({ attempt }) => attempt === 1);
    expect(second.length).toBeGreaterThan(0);
    expect(second.every(({ signers }) => !signers.includes(LIAR))).toBe(true);
  });
});

describe("a leader that shows two signer sets", () => {
  test("frames nobody: no honest member is blamed for a share under the other PROPOSE", async () => {
    committee.mouths.set(LIAR, (message, toId) => {
      if (message.type !== "propose" || message.attempt !== 0) return null;
      const signers = toId === 1 ? [1, 2, 3] : [2, 3, 4];
      return [committee.seal({ ...message, signers }).bytes];
    });
    committee.start();
    await committee.pass(untilEndOf(FIRST + 7));
    for (const id of HONEST) {
      const blamed = committee.seat(id).notes.flatMap((note) => {
        if (note.kind === "bad-shares") return note.culprits;
        return note.kind === "equivocation" ? [note.from] : [];
      });
      expect(blamed.filter((culprit) => culprit !== LIAR)).toEqual([]);
      expect(committee.seat(id).notes.filter(({ kind }) => kind === "two-digests")).toEqual([]);
      expect(committee.rounds(id).length).toBeGreaterThanOrEqual(6);
    }
  });
});
