/** What whole oracles accuse each other of while one lies, brought before the judge: every accusation convicts the liar. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EvidenceKind } from "../../src/evidence/evidence.ts";
import { evidenceOf } from "../../src/evidence/from-accusation.ts";
import type { PublicConfiguration } from "../../src/evidence/public-configuration.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { judge } from "../evidence/support.ts";
import { configOf, FIRST, hexOf, roundLedBy } from "../support/protocol.ts";
import { Committee, groupKey, type Mouth } from "./support/committee.ts";

const LIAR = 2;
const HONEST = [1, 3, 4];

let committee: Committee;
beforeEach(() => {
  vi.useFakeTimers();
  committee = new Committee();
});
afterEach(() => {
  committee.stop();
  vi.useRealTimers();
});

function court(): PublicConfiguration {
  const { cfg, n, f, t, slotMs, firstRound, firstRoundTimeMs, rules } = committee.config;
  return { cfg, n, f, t, feedCount: rules.length, firstRound, firstRoundTimeMs, slotMs, group: groupKey().group };
}

/** What becomes of every accusation of every honest member. */
function verdicts(): string[] {
  return HONEST.flatMap((id) =>
    committee.seat(id).accusations.map(({ accusation, envelopes }) => {
      const evidence = evidenceOf(committee.config.cfg, accusation, envelopes);
      if (evidence === null) return "no evidence";
      const verdict = verifyEvidence(evidence, court(), judge);
      return verdict.convicts ? `convicts ${evidence.accused}: ${verdict.fault}` : `dismissed: ${verdict.why}`;
    }),
  );
}

const LIES: readonly { name: string; kind: EvidenceKind; fault: string; mouth: Mouth }[] = [
  {
    name: "an observer with two faces",
    kind: "equivocated-observation",
    fault: "two-observations",
    mouth: (message) => {
      if (message.type !== "observe") return null;
      return [message, { ...message, obsTimeMs: message.obsTimeMs + 1 }].map((one) => committee.seal(one).bytes);
    },
  },
  {
    name: "a leader with two signer sets",
    kind: "equivocated-proposal",
    fault: "two-proposals-of-one-attempt",
    mouth: (message, toId) => {
      if (message.type !== "propose" || message.sender !== LIAR || message.attempt !== 0) return null;
      return [committee.seal({ ...message, signers: toId === 1 ? [1, 2, 3] : [2, 3, 4] }).bytes];
    },
  },
  {
    name: "a leader with too few signers",
    kind: "bad-proposal",
    fault: "bad-signer-set",
    mouth: (message) => {
      if (message.type !== "propose" || message.sender !== LIAR) return null;
      return [committee.seal({ ...message, signers: message.signers.slice(1) }).bytes];
    },
  },
  {
    name: "a signer of two digests",
    kind: "double-sign",
    fault: "two-digests",
    mouth: (message) => {
      if (message.type !== "share") return null;
      return [message, { ...message, digest: hexOf("another") }].map((one) => committee.seal(one).bytes);
    },
  },
  {
    name: "a signer of wrong shares",
    kind: "bad-share",
    fault: "share-does-not-fit",
    mouth: (message) => {
      if (message.type !== "share") return null;
      return [committee.seal({ ...message, z: `0x${"11".repeat(32)}` }).bytes];
    },
  },
];

describe("each lie in whole rounds convicts the liar and nobody else:", () => {
  test.each(LIES)("$name", async ({ kind, fault, mouth }) => {
    committee.mouths.set(LIAR, mouth);
    committee.start();
    // Until the liar has led once, which takes at most four rounds.
    await committee.pass((roundLedBy(configOf(), LIAR) - FIRST) * 1_000 + 2_050);
    const found = verdicts();
    expect(found).toContain(`convicts ${LIAR}: ${fault}`);
    // A leader that altered its PROPOSE has signed under the one it kept, which is then fetched: that is a second fault of its own.
    expect(found.filter((verdict) => !verdict.startsWith(`convicts ${LIAR}: `))).toEqual([]);

    const { oracle } = committee.seat(1);
    expect(oracle.state.convicted.has(LIAR)).toBe(false);
    oracle.convicted(LIAR, kind);
    await committee.pass(1);
    expect(oracle.state.convicted.has(LIAR)).toBe(true);
  });

  test("and honest rounds, with a member away for a while, bring no accusation", async () => {
    committee.mouths.set(LIAR, (message) => (message.round === FIRST + 1 ? [] : null));
    committee.start();
    await committee.pass(4_050);
    expect(verdicts()).toEqual([]);
    expect(committee.rounds(1).length).toBeGreaterThanOrEqual(3);
  });
});
