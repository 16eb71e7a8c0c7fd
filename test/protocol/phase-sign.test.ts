import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/protocol/events.ts";
import type { Propose } from "../../src/protocol/messages.ts";
import {
  broadcasts,
  configOf,
  hashOf,
  hex20,
  hexOf,
  Member,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
  shareOf,
} from "../support/protocol.ts";

const config = configOf();
/** Member 2 leads; member 1 is under test. */
const ROUND = roundLedBy(config, 2);
const all = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));
const FIRST_SET: Propose = proposeOf(2, all);
const OTHER_SET: Propose = proposeOf(2, all, { signers: [2, 3, 4] });

function accepting(proposal = FIRST_SET): { member: Member; digest: `0x${string}` } {
  const member = new Member(config);
  member.startSlot(ROUND);
  member.hear(...all.slice(1), proposal);
  return { member, digest: member.round(ROUND).accepted[0]!.digest };
}

const aggregations = (effects: readonly Effect[]) => ofKind(effects, "aggregate");

describe("my share", () => {
  test("goes to everybody under the PROPOSE it was made for", () => {
    const { member, digest } = accepting();
    const proposalHash = hashOf(FIRST_SET);
    const effects = member.feed({ kind: "share-made", round: ROUND, proposalHash, digest, z: hexOf("z"), next: null });
    expect(broadcasts(effects, "share")).toEqual([
      { type: "share", round: ROUND, sender: 1, proposalHash, digest, z: hexOf("z"), next: null },
    ]);
  });

  test("that the vault refused is not sent", () => {
    const { member } = accepting();
    expect(
      member.feed({
        kind: "share-refused",
        round: ROUND,
        proposalHash: hashOf(FIRST_SET),
        why: "no-nonce",
        culprits: [],
      }),
    ).toEqual([]);
  });

  test("is ordered with the commitments of the versions that PROPOSE names, in the order of the signers", () => {
    const member = new Member(config);
    member.startSlot(ROUND);
    const second = observeOf(config, 3, ROUND, { commitments: [...all[0]!.commitments] });
    const named = [all[0]!, all[1]!, second, all[3]!];
    const effects = member.hear(...all.slice(1), second, proposeOf(2, named, { signers: [1, 3, 4] }));
    expect(ofKind(effects, "sign-share")[0]?.commitments).toEqual([
      { id: 1, ...all[0]!.commitments[0] },
      { id: 3, ...second.commitments[0] },
      { id: 4, ...all[3]!.commitments[0] },
    ]);
  });
});

describe("shares", () => {
  test("of all named signers are added, once", () => {
    const { member, digest } = accepting();
    const shares = FIRST_SET.signers.map((id) => shareOf(id, FIRST_SET, digest));
    expect(aggregations(member.hear(...shares.slice(0, 2)))).toEqual([]);
    const [order] = aggregations(member.hear(shares[2]!));
    expect(order).toMatchObject({ round: ROUND, proposalHash: hashOf(FIRST_SET), digest });
    expect(order?.shares).toEqual(new Map(shares.map(({ sender, z }) => [sender, z])));
    expect(order?.commitments.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(member.hear(...shares)).toEqual([]);
  });

  test("that come before their PROPOSE wait for it", () => {
    const { digest } = accepting();
    const member = new Member(config);
    member.startSlot(ROUND);
    const early = FIRST_SET.signers.map((id) => shareOf(id, FIRST_SET, digest));
    expect(aggregations(member.hear(...all.slice(1), ...early))).toEqual([]);
    expect(aggregations(member.hear(FIRST_SET))).toHaveLength(1);
  });

  test("count only under the PROPOSE they name: a leader with two signer sets frames nobody", () => {
    const { member, digest } = accepting();
    // Member 3 was shown the other set and signed honestly under it.
    member.hear(shareOf(1, FIRST_SET, digest), shareOf(2, FIRST_SET, digest));
    const effects = member.hear(shareOf(3, OTHER_SET, digest));
    expect([...aggregations(effects), ...notes(effects)]).toEqual([]);
    expect(aggregations(member.hear(shareOf(3, FIRST_SET, digest)))).toHaveLength(1);
  });

  test("of a member that is not named are refused", () => {
    const { member, digest } = accepting();
    expect(refusals(member.hear(shareOf(4, FIRST_SET, digest)))).toEqual(["share: bad-signer-set"]);
    expect(member.round(ROUND).shares.size).toBe(0);
  });

  test("for another digest are refused, before the PROPOSE and after", () => {
    const { member } = accepting();
    expect(refusals(member.hear(shareOf(3, FIRST_SET, hexOf("another"))))).toEqual(["share: digest-differs"]);
    const early = new Member(config);
    early.startSlot(ROUND);
    early.hear(...all.slice(1), shareOf(2, FIRST_SET, hexOf("another")));
    early.hear(FIRST_SET);
    const { digest } = early.round(ROUND).accepted[0]!;
    expect(aggregations(early.hear(shareOf(1, FIRST_SET, digest), shareOf(3, FIRST_SET, digest)))).toEqual([]);
  });

  test("of one member under one PROPOSE are one: another is evidence, and the first one stands", () => {
    const { member, digest } = accepting();
    member.hear(shareOf(3, FIRST_SET, digest));
    const effects = member.hear(shareOf(3, FIRST_SET, digest, { z: hexOf("other") }));
    expect(notes(effects)).toEqual([{ kind: "equivocation", what: "share", from: 3, round: ROUND }]);
    const [order] = aggregations(member.hear(shareOf(1, FIRST_SET, digest), shareOf(2, FIRST_SET, digest)));
    expect(order?.shares.get(3)).toBe(shareOf(3, FIRST_SET, digest).z);
  });

  test("before any PROPOSE are one for each session of each member at most, and one member takes no room of another", () => {
    const member = new Member(config);
    member.startSlot(ROUND);
    const early = (sender: number, i: number) =>
      shareOf(sender, FIRST_SET, hexOf("d"), { proposalHash: hexOf(`p${i}`) });
    const why = Array.from({ length: 200 }, (_, i) => refusals(member.hear(early(4, i)))).flat();
    expect(why).toEqual(Array.from({ length: 197 }, () => "share: too-many-pending"));
    expect(refusals(member.hear(early(3, 0), early(3, 1)))).toEqual([]);
  });

  test("of a round that is complete are late", () => {
    const { member, digest } = accepting();
    member.feed({
      kind: "aggregated",
      round: ROUND,
      proposalHash: hashOf(FIRST_SET),
      signature: { rAddress: hex20("r"), z: hexOf("s") },
    });
    expect(member.hear(...FIRST_SET.signers.map((id) => shareOf(id, FIRST_SET, digest)))).toEqual([]);
  });
});

describe("a signature", () => {
  const signature = { rAddress: hex20("r"), z: hexOf("s") };

  test("completes the round: published here, held for parents, and nothing is added again", () => {
    const { member, digest } = accepting();
    const effects = member.feed({ kind: "aggregated", round: ROUND, proposalHash: hashOf(FIRST_SET), signature });
    const [publish] = ofKind(effects, "publish");
    expect(publish).toMatchObject({ own: false, signed: { digest, signature, report: { round: ROUND } } });
    expect(member.state.reports.get(ROUND)?.digest).toBe(digest);
    expect(member.round(ROUND).complete).toBe(true);
    expect(member.feed({ kind: "aggregated", round: ROUND, proposalHash: hashOf(FIRST_SET), signature })).toEqual([]);
  });

  test("is told to relays and late nodes by its proposer only", () => {
    const { member } = accepting();
    const other = member.feed({ kind: "aggregated", round: ROUND, proposalHash: hashOf(FIRST_SET), signature });
    expect(broadcasts(other, "report")).toEqual([]);
    const round = roundLedBy(config, 1);
    const leader = new Member(config);
    leader.startSlot(round);
    const [proposal] = broadcasts(leader.hear(...[2, 3, 4].map((id) => observeOf(config, id, round))), "propose");
    leader.hear(proposal!);
    const effects = leader.feed({ kind: "aggregated", round, proposalHash: hashOf(proposal!), signature });
    expect(ofKind(effects, "publish")[0]?.own).toBe(true);
    expect(broadcasts(effects, "report")).toMatchObject([{ round, sender: 1, signed: { signature } }]);
  });

  test("under a PROPOSE that was never accepted changes nothing", () => {
    const { member } = accepting();
    expect(member.feed({ kind: "aggregated", round: ROUND, proposalHash: hexOf("x"), signature })).toEqual([]);
    expect(member.feed({ kind: "aggregated", round: ROUND + 9, proposalHash: hashOf(FIRST_SET), signature })).toEqual(
      [],
    );
  });

  test("that comes after the report by gossip is no news", () => {
    const { member, digest } = accepting();
    const { report } = member.round(ROUND).accepted[0]!;
    member.feed({ kind: "report-verified", signed: { report, digest, signature } });
    expect(member.feed({ kind: "aggregated", round: ROUND, proposalHash: hashOf(FIRST_SET), signature })).toEqual([]);
  });
});
