/** What a member holds against others: each fault with the messages that prove it, once, and nothing against the honest. */
import { describe, expect, test } from "vitest";
import type { Accusation } from "../../src/protocol/accusation.ts";
import { messagesOf } from "../../src/protocol/accusation.ts";
import type { Effect } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import type { Propose } from "../../src/protocol/messages.ts";
import {
  configOf,
  hashOf,
  hexOf,
  incarnationOf,
  Member,
  noncePair,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
  shareOf,
  signedOf,
} from "../support/protocol.ts";

const config = configOf();
/** Member 2 leads; member 1 is under test. */
const ROUND = roundLedBy(config, 2);
const all = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));
const FIRST_SET = proposeOf(2, all);
const OTHER_SET: Propose = { ...FIRST_SET, signers: [2, 3, 4] };

const accusations = (effects: readonly Effect[]): Accusation[] =>
  ofKind(effects, "accuse").map(({ accusation }) => accusation);

function watching(): Member {
  const member = new Member(config);
  member.startSlot(ROUND);
  member.hear(...all.slice(1));
  return member;
}

function accepting(): { member: Member; digest: `0x${string}` } {
  const member = watching();
  member.hear(FIRST_SET);
  return { member, digest: member.round(ROUND).accepted[0]!.digest };
}

describe("two OBSERVEs", () => {
  const versions = [1, 2, 3].map((i) => observeOf(config, 3, ROUND, { incarnation: incarnationOf(i) }));

  test("of one member in one round are accused by their names, once", () => {
    const member = watching();
    expect(accusations(member.hear(...versions))).toEqual([
      {
        kind: "equivocated-observation",
        accused: 3,
        round: ROUND,
        messages: [hashOf(all[2]!), hashOf(versions[0]!)],
      },
    ]);
  });

  test("are accused when the second is one that nobody counts, and when the round is complete", () => {
    const early = observeOf(config, 3, ROUND, { obsTimeMs: 0 });
    expect(accusations(watching().hear(early)).map(({ kind }) => kind)).toEqual(["equivocated-observation"]);
    const member = watching();
    member.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    expect(accusations(member.hear(versions[0]!))).toHaveLength(1);
  });

  test("under this node's own key are no accusation: nobody testifies against itself", () => {
    expect(accusations(watching().hear(observeOf(config, 1, ROUND, { incarnation: incarnationOf(9) })))).toEqual([]);
  });

  test("of two rounds are none", () => {
    expect(accusations(watching().hear(observeOf(config, 3, ROUND + 1)))).toEqual([]);
  });
});

describe("two PROPOSEs", () => {
  const said = (first: Propose, second: Propose) => [
    { kind: "equivocated-proposal", accused: 2, round: ROUND, messages: [hashOf(first), hashOf(second)] },
  ];

  test("of one attempt are accused, though only the signers differ", () => {
    const { member } = accepting();
    const effects = member.hear(OTHER_SET);
    expect(accusations(effects)).toEqual(said(FIRST_SET, OTHER_SET));
    expect(notes(effects)).toContainEqual({ kind: "equivocation", what: "propose", from: 2, round: ROUND });
    expect(refusals(effects)).toEqual(["propose: already-accepted"]);
  });

  test("over two materials are accused, whatever their attempts", () => {
    const { member } = accepting();
    const other = proposeOf(2, all.slice(0, 3), { attempt: 1 });
    expect(accusations(member.hear(other))).toEqual(said(FIRST_SET, other));
  });

  test("are accused while the first one waits", () => {
    const member = new Member(config);
    member.startSlot(ROUND);
    expect(accusations(member.hear(FIRST_SET))).toEqual([]);
    expect(accusations(member.hear(OTHER_SET))).toEqual(said(FIRST_SET, OTHER_SET));
  });

  test("are accused when the second comes after the round is complete, until the round is closed", () => {
    const { member } = accepting();
    member.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    expect(accusations(member.hear(OTHER_SET))).toEqual(said(FIRST_SET, OTHER_SET));
    const closed = accepting().member;
    for (let round = ROUND + 1; round <= ROUND + 3; round++) {
      closed.startSlot(round);
      closed.hear(...[2, 3, 4].map((id) => observeOf(config, id, round)));
    }
    expect(refusals(closed.hear(OTHER_SET))).toEqual(["propose: round-closed"]);
  });

  test("of two attempts over one material are what a leader says whose signers are silent", () => {
    const { member } = accepting();
    expect(accusations(member.hear({ ...FIRST_SET, attempt: 1, signers: [2, 3, 4] }))).toEqual([]);
  });

  test("of leader and backup are two opinions: neither is accused, whatever they name", () => {
    const { backup } = leadershipOf(config.cfg, ROUND, 4);
    const selfId = [1, 3, 4].find((id) => id !== backup)!;
    const member = new Member(configOf({ selfId }));
    member.startSlot(ROUND);
    member.hear(...all.filter(({ sender }) => sender !== selfId), FIRST_SET);
    member.fire("backup", ROUND);
    const effects = member.hear(proposeOf(backup, all.slice(0, 3)), proposeOf(backup, all.slice(0, 3), { attempt: 1 }));
    expect(accusations(effects)).toEqual([]);
  });
});

describe("a share under a PROPOSE that this node was not shown", () => {
  test("convicts nobody; its signer is asked for the PROPOSE, once, and that convicts the leader", () => {
    const { member, digest } = accepting();
    const foreign = shareOf(3, OTHER_SET, digest);
    const effects = member.hear(foreign, shareOf(3, { ...OTHER_SET, attempt: 2 }, digest));
    expect(accusations(effects)).toEqual([]);
    expect(ofKind(effects, "fetch-message")).toEqual([
      { kind: "fetch-message", round: ROUND, hash: hashOf(OTHER_SET), from: 3 },
    ]);
    expect(accusations(member.hear(OTHER_SET)).map(({ kind, accused }) => [kind, accused])).toEqual([
      ["equivocated-proposal", 2],
    ]);
  });

  test("is asked about after the round is complete too, and when it came before my PROPOSE did", () => {
    const { member, digest } = accepting();
    member.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    expect(ofKind(member.hear(shareOf(3, OTHER_SET, digest)), "fetch-message")).toHaveLength(1);
    const early = watching();
    expect(early.hear(shareOf(3, OTHER_SET, digest))).toEqual([]);
    expect(ofKind(early.hear(FIRST_SET), "fetch-message").map(({ from }) => from)).toEqual([3]);
  });

  test("lets a member from whom the leader kept its PROPOSE ask for it when the backup's time comes", () => {
    const { digest } = accepting();
    const member = watching();
    expect(member.hear(shareOf(2, FIRST_SET, digest), shareOf(3, FIRST_SET, digest))).toEqual([]);
    const asked = ofKind(member.fire("backup", ROUND), "fetch-message");
    expect(asked.map(({ hash, from }) => [hash, from])).toEqual([
      [hashOf(FIRST_SET), 2],
      [hashOf(FIRST_SET), 3],
    ]);
    expect(ofKind(member.hear(FIRST_SET), "sign-share")).toHaveLength(1);
  });
});

describe("two SHAREs", () => {
  test("of one member in one round for two digests are accused, under whatever PROPOSEs", () => {
    const { member, digest } = accepting();
    const one = shareOf(3, FIRST_SET, digest);
    const two = shareOf(3, OTHER_SET, hexOf("another"));
    expect(accusations(member.hear(one, two, two))).toEqual([
      { kind: "double-sign", accused: 3, round: ROUND, messages: [hashOf(one), hashOf(two)] },
    ]);
  });

  test("for one digest under two PROPOSEs are what an honest signer of two sessions says", () => {
    const { member, digest } = accepting();
    const second = { ...FIRST_SET, attempt: 1 };
    const shares = [shareOf(3, FIRST_SET, digest), shareOf(3, second, digest), shareOf(3, OTHER_SET, digest)];
    expect(accusations(member.hear(second, ...shares))).toEqual([]);
  });
});

describe("a share that failed its check", () => {
  test("is accused with the PROPOSE it names and the OBSERVEs whose pairs judge it", () => {
    const { member, digest } = accepting();
    member.hear(...FIRST_SET.signers.map((id) => shareOf(id, FIRST_SET, digest)));
    const failed = { kind: "aggregate-failed", round: ROUND, proposalHash: hashOf(FIRST_SET), culprits: [3] } as const;
    const [accusation, ...more] = accusations([...member.feed(failed), ...member.feed(failed)]);
    expect(more).toEqual([]);
    expect(accusation).toEqual({
      kind: "bad-share",
      accused: 3,
      round: ROUND,
      share: hashOf(shareOf(3, FIRST_SET, digest)),
      proposal: hashOf(FIRST_SET),
      observations: all.slice(0, 3).map((message) => hashOf(message)),
      sources: [],
    });
    expect(messagesOf(accusation!)).toHaveLength(5);
  });

  test("in a later session is accused with the SHAREs whose fresh pairs judge it", () => {
    const { member, digest } = accepting();
    const second: Propose = { ...FIRST_SET, attempt: 1, signers: [1, 2, 3] };
    const fresh = [2, 3].map((id) => shareOf(id, second, digest, { next: noncePair(`${id}/next`) }));
    const sources = fresh.map((share) => ({ id: share.sender, hash: hashOf(share) }));
    const third: Propose = { ...FIRST_SET, attempt: 2, signers: [2, 3, 4], sources };
    member.hear(second, ...fresh, third, ...[2, 3, 4].map((id) => shareOf(id, third, digest)));
    const failed = { kind: "aggregate-failed", round: ROUND, proposalHash: hashOf(third), culprits: [4] } as const;
    expect(accusations(member.feed(failed))).toMatchObject([
      { kind: "bad-share", accused: 4, observations: [hashOf(all[3]!)], sources: sources.map(({ hash }) => hash) },
    ]);
  });
});

describe("a PROPOSE that no honest member says", () => {
  test.each<readonly [string, Propose, string]>([
    ["too few observations", proposeOf(2, all.slice(0, 2), { signers: [1, 2] }), "too-few-observations"],
    ["a list out of order", proposeOf(2, [all[1]!, all[0]!, all[2]!]), "bad-observation-list"],
    ["a signer who is not listed", proposeOf(2, all.slice(0, 3), { signers: [1, 2, 4] }), "bad-signer-set"],
    ["a parent above it", proposeOf(2, all, { parent: { round: ROUND, digest: hexOf("p") } }), "parent-not-below"],
    ["more attempts than sessions", proposeOf(2, all, { attempt: 3 }), "attempt-out-of-range"],
    ["a source before session 2", proposeOf(2, all, { sources: [{ id: 1, hash: hexOf("s") }] }), "bad-sources"],
    [
      "a source of one who does not sign",
      proposeOf(2, all, { attempt: 2, sources: [{ id: 4, hash: hexOf("s") }] }),
      "bad-sources",
    ],
    ["a sender who neither leads nor backs up", proposeOf(9, all), "not-the-leader"],
  ])("with %s is accused, by itself alone", (_name, proposal, why) => {
    expect(accusations(watching().hear(proposal, proposal))).toEqual([
      {
        kind: "bad-proposal",
        accused: proposal.sender,
        round: ROUND,
        proposal: hashOf(proposal),
        observations: [],
        why,
      },
    ]);
  });

  test.each<readonly [string, ReturnType<typeof observeOf>, string]>([
    [
      "another member's OBSERVE",
      observeOf(config, 3, ROUND, { incarnation: incarnationOf(5) }),
      "bad-observation-list",
    ],
    ["an OBSERVE of another round", observeOf(config, 4, ROUND - 1), "bad-observation-list"],
    ["an OBSERVE off its slot", observeOf(config, 4, ROUND, { obsTimeMs: 5 }), "obs-time-off-slot"],
    ["an OBSERVE of other feeds", observeOf(config, 4, ROUND, { values: [1n] }), "wrong-feed-count"],
  ])("that lists %s is accused once that is fetched, and waits no more", (_name, named, why) => {
    const member = watching();
    const refs = [...proposeOf(2, all.slice(0, 3)).observations, { id: 4, hash: hashOf(named) }];
    const proposal = proposeOf(2, all, { observations: refs });
    const fetched = ofKind(member.hear(proposal), "fetch-message");
    expect(fetched.map(({ hash }) => hash)).toEqual([hashOf(named)]);
    const effects = member.hear(named);
    expect(accusations(effects)).toContainEqual({
      kind: "bad-proposal",
      accused: 2,
      round: ROUND,
      proposal: hashOf(proposal),
      observations: [hashOf(named)],
      why,
    });
    expect(member.round(ROUND).pending).toEqual([]);
  });

  test("that names as a source what is no SHARE of that signer with a fresh pair is accused with it", () => {
    const { digest } = accepting();
    const stale = shareOf(3, FIRST_SET, digest);
    const foreign = shareOf(2, FIRST_SET, digest, { next: noncePair("x") });
    for (const named of [stale, foreign, all[2]!]) {
      const member = watching();
      const proposal = proposeOf(2, all, { attempt: 2, signers: [2, 3, 4], sources: [{ id: 3, hash: hashOf(named) }] });
      expect(accusations([...member.hear(proposal), ...member.hear(named)])).toMatchObject([
        { kind: "bad-proposal", accused: 2, observations: [hashOf(named)], why: "bad-sources" },
      ]);
    }
  });

  test("has ordered its last fetch: what its sender says next does not wait", () => {
    const member = watching();
    const refs = proposeOf(2, all.slice(0, 3)).observations;
    const naming = (hash: `0x${string}`, attempt: number) =>
      proposeOf(2, all, { attempt, observations: [...refs, { id: 4, hash }] });
    const early = observeOf(config, 4, ROUND, { obsTimeMs: 5 });
    member.hear(naming(hashOf(early), 0), early);
    const next = member.hear(naming(hexOf("nobody has this"), 1));
    expect(ofKind(next, "fetch-message")).toEqual([]);
    expect(refusals(next)).toEqual(["propose: too-many-pending"]);
  });
});

describe("nobody is accused of what this node lacks or thinks", () => {
  test.each<readonly [string, Propose]>([
    ["a parent that is unknown here", proposeOf(2, all, { parent: { round: ROUND - 1, digest: hexOf("p") } })],
    [
      "an OBSERVE that nobody has",
      proposeOf(2, all, { observations: [...FIRST_SET.observations.slice(0, 3), { id: 4, hash: hexOf("x") }] }),
    ],
    [
      "another OBSERVE of mine than I know",
      proposeOf(2, [observeOf(config, 1, ROUND, { incarnation: incarnationOf(7) }), ...all.slice(1)]),
    ],
  ])("a PROPOSE with %s", (_name, proposal) => {
    expect(accusations(watching().hear(proposal))).toEqual([]);
  });

  test("a parent that this node holds otherwise, or a report that the PROPOSE passes over", () => {
    const member = watching();
    member.feed({ kind: "report-verified", signed: signedOf(config, ROUND - 1) });
    const other = proposeOf(2, all, { parent: { round: ROUND - 1, digest: hexOf("another") } });
    const effects = member.hear(other);
    expect(refusals(effects)).toEqual(["propose: parent-digest-differs"]);
    expect(accusations(effects)).toEqual([]);
  });

  test("a backup that speaks before this node's timer", () => {
    const round = roundLedBy(config, 2, "backup");
    const member = new Member(config);
    member.startSlot(round);
    const listed = [1, 2, 3, 4].map((id) => observeOf(config, id, round));
    expect(accusations(member.hear(...listed.slice(1), proposeOf(2, listed)))).toEqual([]);
  });
});

test("a conviction is remembered", () => {
  const member = watching();
  member.feed({ kind: "convicted", member: 3, fault: "double-sign" });
  member.feed({ kind: "convicted", member: 3, fault: "bad-share" });
  expect([...member.state.convicted]).toEqual([3]);
});
