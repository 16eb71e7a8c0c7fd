import { describe, expect, test } from "vitest";
import { evidenceOf } from "../../src/evidence/from-accusation.ts";
import type { Accusation } from "../../src/protocol/accusation.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { hashOf, hexOf } from "../support/protocol.ts";
import { commitmentsOf, config, drawPair, envelope, goodShare, observe, scene, verdictOn } from "./support.ts";

const { round, observes, proposal, digest } = scene();
const honest = goodShare(2, proposal, digest, commitmentsOf(proposal, observes));

function verdict(accusation: Accusation, messages: readonly Message[]): string | null {
  const evidence = evidenceOf(
    config.cfg,
    accusation,
    messages.map((message) => envelope(message)),
  );
  return evidence === null ? null : verdictOn(evidence);
}

describe("an accusation and its envelopes become evidence", () => {
  test("in whatever order and company they come", () => {
    const twin = observe(2, round, {}, 1);
    const messages = [hashOf(twin), hashOf(observes[1]!)] as const;
    const accusation: Accusation = { kind: "equivocated-observation", accused: 2, round, messages };
    expect(verdict(accusation, [observes[3]!, observes[1]!, twin])).toBe("convicts: two-observations");
    expect(verdict(accusation, [twin, observes[1]!])).toBe("convicts: two-observations");
  });

  test("of a share, with what the PROPOSE says holds the commitments", () => {
    const second = { ...proposal, attempt: 1 };
    const source = goodShare(1, second, digest, commitmentsOf(second, observes), { next: drawPair("1/next") });
    const third = { ...proposal, attempt: 2, sources: [{ id: 1, hash: hashOf(source) }] };
    const share = { ...honest, proposalHash: hashOf(third) };
    const accusation: Accusation = {
      kind: "bad-share",
      accused: 2,
      round,
      share: hashOf(share),
      proposal: hashOf(third),
      observations: [hashOf(observes[1]!), hashOf(observes[2]!)],
      sources: [hashOf(source)],
    };
    const messages = [share, third, observes[1]!, observes[2]!, source];
    expect(verdict(accusation, messages)).toBe("convicts: share-does-not-fit");
    for (const left of messages) {
      expect(
        verdict(
          accusation,
          messages.filter((message) => message !== left),
        ),
      ).toBeNull();
    }
  });

  test("of a PROPOSE, with the one message that shows it", () => {
    const late = observe(3, round, { obsTimeMs: observes[2]!.obsTimeMs + 5_000 });
    const observations = proposal.observations.map((ref) => (ref.id === 3 ? { id: 3, hash: hashOf(late) } : ref));
    const listing = { ...proposal, observations };
    const accusation: Accusation = {
      kind: "bad-proposal",
      accused: 1,
      round,
      proposal: hashOf(listing),
      observations: [hashOf(late)],
      why: "obs-time-off-slot",
    };
    expect(verdict(accusation, [listing, late])).toBe("convicts: obs-time-off-slot");
    expect(verdict(accusation, [listing])).toBeNull();
  });

  test("unless an envelope is missing or is none", () => {
    const messages = [hexOf("gone"), hashOf(honest)] as const;
    expect(evidenceOf(config.cfg, { kind: "double-sign", accused: 2, round, messages }, [envelope(honest)])).toBeNull();
    expect(
      evidenceOf(config.cfg, { kind: "double-sign", accused: 2, round, messages }, [new Uint8Array(9)]),
    ).toBeNull();
  });
});
