/** One dishonest member among four whole oracles: what it says never becomes a signature that it should not. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { messagesOf } from "../../src/protocol/accusation.ts";
import { decodeMessage, SIGNATURE_BYTES } from "../../src/protocol/encoding.ts";
import { encodeRequest } from "../../src/node/requests.ts";
import { equalBytes } from "../../src/base/bytes.ts";
import type { Message, Observe, Propose } from "../../src/protocol/messages.ts";
import { configOf, FIRST, hashOf, roundLedBy } from "../support/protocol.ts";
import { Committee } from "./support/committee.ts";

let committee: Committee;

beforeEach(() => {
  vi.useFakeTimers();
  committee = new Committee();
});
afterEach(() => {
  committee.stop();
  vi.useRealTimers();
});

const LIAR = 2;
const HONEST = [1, 3, 4];
const untilEndOf = (round: number): number => (round - FIRST) * 1_000 + 1_050;
const nameOf = (message: Message): Hex => hashOf(message, committee.config.cfg);

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
      // The backup, that knows its own words, may bring the round to an end without the leader.
      const values = committee.seat(id).published.filter(({ report }) => report.round === round);
      for (const { report } of values) for (const leaf of report.leaves) expect(leaf.value).toBeGreaterThan(1_000_000n);
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

/** Members accused by the honest, and whether each accusation comes with the very messages it names. */
function accused(): { kind: string; accused: number }[] {
  return HONEST.flatMap((id) =>
    committee.seat(id).accusations.map(({ accusation, envelopes }) => {
      const names = envelopes.map((bytes) => nameOf(decodeMessage(bytes.subarray(0, -SIGNATURE_BYTES))));
      expect(names).toEqual(messagesOf(accusation));
      return { kind: accusation.kind, accused: accusation.accused };
    }),
  );
}

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
    expect(accused()).toHaveLength(3 * 8);
    expect(new Set(accused().map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ kind: "equivocated-observation", accused: LIAR })]),
    );
  });
});

describe("an observer whose nonce commitments are no points", () => {
  test("costs no round: whoever should sign beside it names it, and another set follows at once", async () => {
    committee.mouths.set(LIAR, (message) => {
      if (message.type !== "observe") return null;
      const nothing = { hiding: `0x02${"ff".repeat(32)}`, binding: `0x05${"00".repeat(32)}` } as const;
      return [committee.seal({ ...message, commitments: [nothing, nothing] }).bytes];
    });
    committee.start();
    await committee.pass(untilEndOf(FIRST + 11));
    for (const id of HONEST) {
      for (let round = FIRST; round < FIRST + 12; round++) {
        if (roundLedBy(committee.config, LIAR, "leader", round) === round) continue;
        expect(committee.rounds(id)).toContain(round);
      }
    }
    expect(accused().filter((each) => each.accused !== LIAR)).toEqual([]);
  });
});

describe("a leader that is silent after its PROPOSE", () => {
  test("leaves the round to its backup, which names a set without it for the same report", async () => {
    const round = roundLedBy(committee.config, LIAR);
    committee.mouths.set(LIAR, (message) => {
      const isFirst = message.type === "observe" || (message.type === "propose" && message.attempt === 0);
      return message.round !== round || isFirst ? null : [];
    });
    committee.start();
    await committee.pass(untilEndOf(round));
    for (const id of HONEST) expect(committee.rounds(id)).toContain(round);
    const rescue = HONEST.flatMap((id) => committee.said("propose", id)).filter(
      (said) => said.round === round && said.sender !== LIAR,
    );
    expect(rescue.length).toBeGreaterThan(0);
    expect(rescue.every(({ attempt, signers }) => attempt === 1 && !signers.includes(LIAR))).toBe(true);
    expect(accused()).toEqual([]);
  });
});

describe("a signer that says nothing", () => {
  test("costs each leader the wait once; after that it is named last, and nobody accuses it", async () => {
    committee.mouths.set(LIAR, (message) => (message.type === "share" ? [] : null));
    committee.start();
    await committee.pass(untilEndOf(FIRST + 23));
    for (const id of HONEST) {
      const named = committee
        .said("propose", id)
        .filter(({ attempt, signers }) => attempt === 0 && signers.includes(LIAR));
      expect(new Set(named.map(({ round }) => round)).size).toBeLessThanOrEqual(1);
    }
    expect(accused()).toEqual([]);
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
    expect(new Set(accused().map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ kind: "bad-share", accused: LIAR })]),
    );
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
    const kinds = accused().map((each) => JSON.stringify(each));
    expect(new Set(kinds)).toEqual(new Set([JSON.stringify({ kind: "equivocated-proposal", accused: LIAR })]));
    expect(HONEST.every((id) => committee.seat(id).accusations.length > 0)).toBe(true);
  });
});
