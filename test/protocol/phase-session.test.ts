/** Further signer sets of a round: who names them, when, from whom, on which pairs, and that nothing is said twice. */
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import type { Effect } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import type { Propose, Share } from "../../src/protocol/messages.ts";
import type { OracleConfig } from "../../src/protocol/state.ts";
import {
  broadcasts,
  configOf,
  hashOf,
  Member,
  notes,
  noncePair,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
  shareOf,
} from "../support/protocol.ts";

const four = configOf();
const seven = configOf({ n: 7 });
const proposals = (effects: readonly Effect[]) => broadcasts(effects, "propose");
const idsOf = (config: OracleConfig) => Array.from({ length: config.n }, (_, i) => i + 1);
const all = (config: OracleConfig, round: number) => idsOf(config).map((id) => observeOf(config, id, round));

/** A share with the pair that an honest signer of a later session brings along. */
const freshShare = (id: number, proposal: Propose, digest: Hex): Share =>
  shareOf(id, proposal, digest, { next: noncePair(`${id}/next/${proposal.attempt}`) });

type Led = { member: Member; round: number; first: Propose; digest: Hex };

/** Member 1 leads, has proposed over everybody and accepted its own PROPOSE. */
function leading(config: OracleConfig): Led {
  const member = new Member(config);
  const round = roundLedBy(config, 1);
  member.startSlot(round);
  const [first] = proposals(member.hear(...all(config, round).slice(1)));
  member.hear(first!);
  return { member, round, first: first!, digest: member.round(round).accepted[0]!.digest };
}

/** Who is named in the set and is not the leader itself. */
const others = (proposal: Propose): number[] => proposal.signers.filter((id) => id !== proposal.sender);

/** Feeds shares of all signers but the silent, and returns what that caused. */
function deliver({ member, digest }: Led, proposal: Propose, silent: readonly number[]): readonly Effect[] {
  const speaking = proposal.signers.filter((id) => !silent.includes(id));
  return member.hear(
    ...speaking.map((id) =>
      proposal.attempt === 0 ? shareOf(id, proposal, digest) : freshShare(id, proposal, digest),
    ),
  );
}

describe("without a signature in time", () => {
  test("the leader names those who have signed and whoever was not asked yet, on the second pair", () => {
    const led = leading(seven);
    const silent = others(led.first).slice(0, 2);
    expect(proposals(deliver(led, led.first, silent))).toEqual([]);
    const [second] = proposals(led.member.fire("second-set", led.round));
    const { parent, observations } = led.first;
    expect(second).toMatchObject({ attempt: 1, parent, observations, sources: [] });
    expect(second?.signers).toEqual(idsOf(seven).filter((id) => !silent.includes(id)));
    const [order] = ofKind(led.member.hear(second!), "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest: led.digest, drawNext: true });
    const own = order?.commitments.find(({ id }) => id === 1);
    expect(own).toEqual({ id: 1, ...observeOf(seven, 1, led.round).commitments[1] });
  });

  test("nobody is named who is pending elsewhere: with fewer than t free the leader says the last set again and waits", () => {
    const led = leading(seven);
    const silent = others(led.first).slice(0, 3);
    deliver(led, led.first, silent);
    const effects = led.member.fire("second-set", led.round);
    expect(proposals(effects)).toEqual([]);
    expect(ofKind(effects, "forward")).toEqual([{ kind: "forward", round: led.round, hash: hashOf(led.first) }]);
    // One of the three was only slow: with it, t are free, and no further timer is needed.
    const [second] = proposals(led.member.hear(shareOf(silent[0]!, led.first, led.digest)));
    expect(second?.signers).toEqual(idsOf(seven).filter((id) => id === silent[0] || !silent.includes(id)));
  });

  test("a session of an earlier wait that completes late completes the round", () => {
    const led = leading(seven);
    const [silent] = others(led.first);
    deliver(led, led.first, [silent!]);
    const [second] = proposals(led.member.fire("second-set", led.round));
    led.member.hear(second!);
    const late = led.member.hear(shareOf(silent!, led.first, led.digest));
    expect(ofKind(late, "aggregate")).toMatchObject([{ proposalHash: hashOf(led.first) }]);
  });

  test("a timer of an earlier session says nothing while the newest one's wait runs", () => {
    const led = leading(seven);
    const silent = others(led.first).slice(0, 1);
    deliver(led, led.first, silent);
    const [second] = proposals(led.member.fire("second-set", led.round));
    const timers = ofKind(led.member.hear(second!), "set-timer");
    expect(timers.map(({ timer }) => timer)).toEqual(["second-set"]);
    // Another timer that is still on its way from before must not count as the second session's.
    const stale = new Member(seven);
    stale.state = { ...led.member.state };
    const round = stale.round(led.round);
    stale.state = {
      ...stale.state,
      rounds: new Map(stale.state.rounds).set(led.round, { ...round, waits: round.waits + 1 }),
    };
    expect(stale.fire("second-set", led.round)).toEqual([]);
  });

  test("where no fresh member has spoken there is nobody to name", () => {
    const member = new Member(four);
    const round = roundLedBy(four, 1);
    member.startSlot(round);
    member.hear(...all(four, round).slice(1, 3));
    const [first] = proposals(member.fire("grace", round));
    member.hear(first!);
    expect(proposals(member.fire("second-set", round))).toEqual([]);
  });

  test("a member that is neither leader nor backup names nothing", () => {
    const round = roundLedBy(four, 2);
    const { backup } = leadershipOf(four.cfg, round, 4);
    const selfId = [1, 3, 4].find((id) => id !== backup)!;
    const member = new Member(configOf({ selfId }));
    member.startSlot(round);
    member.hear(...all(four, round).filter(({ sender }) => sender !== selfId), proposeOf(2, all(four, round)));
    expect([...member.fire("backup", round), ...member.fire("second-set", round)]).toEqual([]);
  });
});

describe("further sessions", () => {
  /** Three sessions at n = 7: in each, one more member falls silent after it has signed before. */
  function third(): { led: Led; second: Propose; third: Propose } {
    const led = leading(seven);
    const [a, b] = others(led.first);
    deliver(led, led.first, [a!]);
    const [second] = proposals(led.member.fire("second-set", led.round));
    led.member.hear(second!);
    deliver(led, second!, [b!]);
    const [next] = proposals(led.member.fire("second-set", led.round));
    return { led, second: second!, third: next! };
  }

  test("use the pairs that came with the shares of the last one, by the names of those shares", () => {
    const { led, second, third: next } = third();
    expect(next.attempt).toBe(2);
    const silent = [others(led.first)[0], others(led.first)[1]];
    expect(next.signers).toEqual(idsOf(seven).filter((id) => !silent.includes(id)));
    const sourced = next.signers.filter((id) => second.signers.includes(id));
    expect(next.sources).toEqual(sourced.map((id) => ({ id, hash: hashOf(freshShare(id, second, led.digest)) })));
    // Whoever was not in the second set still has its OBSERVE's second pair.
    for (const id of next.signers.filter((other) => !second.signers.includes(other))) {
      expect(next.sources.map((source) => source.id)).not.toContain(id);
    }
    const [order] = ofKind(led.member.hear(next), "sign-share");
    for (const { id, ...pair } of order?.commitments ?? []) {
      expect(pair).toEqual(
        sourced.includes(id) ? noncePair(`${id}/next/1`) : observeOf(seven, id, led.round).commitments[1],
      );
    }
  });

  test("name no pair twice, whoever stays silent, and are f + 2 at most", () => {
    const used = new Set<string>();
    const led = leading(seven);
    let session: Propose | undefined = led.first;
    let count = 0;
    const silent: number[] = [];
    while (session !== undefined) {
      count += 1;
      for (const id of session.signers) {
        const source: string | undefined = session.sources.find((ref) => ref.id === id)?.hash;
        const name: string = `${id}/${source ?? Math.min(session.attempt, 1)}`;
        expect(used.has(name)).toBe(false);
        used.add(name);
      }
      // f members at most are silent; after that, the network loses one share more.
      const next = others(session).find((id) => !silent.includes(id));
      if (next !== undefined) silent.push(next);
      deliver(led, session, silent.slice(-1));
      if (silent.length > 2) for (const id of silent.splice(0, 1)) led.member.hear(freshShare(id, session, led.digest));
      const [again]: Propose[] = proposals(led.member.fire("second-set", led.round));
      session = again;
      if (session !== undefined) led.member.hear(session);
    }
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(4);
  });

  test("are signed under by a member that holds what they name, and wait for a share that it lacks", () => {
    const { led, second, third: next } = third();
    const named = next.signers.find((id) => id !== 1 && next.sources.some((source) => source.id === id))!;
    const member = new Member(configOf({ n: 7, selfId: named }));
    member.startSlot(led.round);
    member.hear(...all(seven, led.round).filter(({ sender }) => sender !== named), led.first, second);
    const sources = second.signers.map((id) => freshShare(id, second, led.digest));
    const missing = sources.find(({ sender }) => sender !== named && next.sources.some(({ id }) => id === sender))!;
    member.hear(...sources.filter((share) => share !== missing));
    const waiting = member.hear(next);
    expect(ofKind(waiting, "sign-share")).toEqual([]);
    expect(ofKind(waiting, "fetch-message")).toEqual([
      { kind: "fetch-message", round: led.round, hash: hashOf(missing), from: 1 },
    ]);
    const [order] = ofKind(member.hear(missing), "sign-share");
    expect(order).toMatchObject({ attempt: 2, digest: led.digest });
    expect(order?.commitments.find(({ id }) => id === named)).toEqual({ id: named, ...noncePair(`${named}/next/1`) });
  });
});

describe("a share that fails its check", () => {
  test("has its member named and left out at once, without waiting", () => {
    const led = leading(four);
    const liar = others(led.first)[0]!;
    expect(ofKind(deliver(led, led.first, []), "aggregate")).toHaveLength(1);
    const failed = {
      kind: "aggregate-failed",
      round: led.round,
      proposalHash: hashOf(led.first),
      culprits: [liar],
    } as const;
    const effects = led.member.feed(failed);
    expect(notes(effects)[0]).toEqual({ kind: "bad-shares", round: led.round, culprits: [liar] });
    expect(proposals(effects)[0]?.signers).toEqual(idsOf(four).filter((id) => id !== liar));
  });

  test("does not make a leader say two sets when its timer's set is on its way", () => {
    const led = leading(seven);
    const [silent, liar] = others(led.first);
    deliver(led, led.first, [silent!]);
    const byTimer = proposals(led.member.fire("second-set", led.round));
    const failed = {
      kind: "aggregate-failed",
      round: led.round,
      proposalHash: hashOf(led.first),
      culprits: [liar!],
    } as const;
    const byFailure = proposals(led.member.feed(failed));
    expect([byTimer.length, byFailure.length]).toEqual([1, 0]);
    // Back at the leader, its set has a culprit in it: another one follows when its own wait is over.
    led.member.hear(byTimer[0]!);
    deliver(led, byTimer[0]!, [liar!]);
    const [third] = proposals(led.member.fire("second-set", led.round));
    expect(third?.signers).not.toContain(liar);
  });

  test("is noted by a node that is not the proposer, which proposes nothing", () => {
    const round = roundLedBy(four, 2);
    const member = new Member(four);
    member.startSlot(round);
    const first = proposeOf(2, all(four, round));
    member.hear(...all(four, round).slice(1), first);
    const effects = member.feed({ kind: "aggregate-failed", round, proposalHash: hashOf(first), culprits: [3] });
    expect(effects).toEqual([{ kind: "note", note: { kind: "bad-shares", round, culprits: [3] } }]);
  });

  test("for another digest has its member left out likewise", () => {
    const led = leading(four);
    const liar = others(led.first)[0]!;
    const effects = led.member.hear(...deliverable(led, liar));
    expect(refusals(effects)).toEqual(["share: digest-differs"]);
    expect(proposals(effects)[0]?.signers).toEqual(idsOf(four).filter((id) => id !== liar));
  });

  function deliverable(led: Led, liar: number): Share[] {
    return led.first.signers.map((id) => shareOf(id, led.first, id === liar ? hashOf(led.first) : led.digest));
  }
});

describe("a commitment that is no point", () => {
  test("makes its session void: nobody is pending in it, and the next one is named at once without its member", () => {
    const led = leading(four);
    const liar = others(led.first)[0]!;
    const refused = { round: led.round, proposalHash: hashOf(led.first), why: "bad-commitment" } as const;
    const effects = led.member.feed({ kind: "share-refused", ...refused, culprits: [liar] });
    const [second] = proposals(effects);
    expect(second).toMatchObject({ attempt: 1, signers: idsOf(four).filter((id) => id !== liar) });
  });

  test("that the vault refused for another reason changes nothing", () => {
    const led = leading(four);
    const refused = { round: led.round, proposalHash: hashOf(led.first), why: "no-nonce" } as const;
    expect(led.member.feed({ kind: "share-refused", ...refused, culprits: [] })).toEqual([]);
  });
});

describe("the backup", () => {
  /** Member 1 backs up; the leader's PROPOSE was accepted, names the leader itself, and then the leader is silent. */
  function backing(): Led & { leader: number } {
    const config = four;
    const round = roundLedBy(config, 1, "backup");
    const { leader } = leadershipOf(config.cfg, round, config.n);
    const member = new Member(config);
    member.startSlot(round);
    const listed = all(config, round);
    const third = idsOf(config).find((id) => id !== leader && id !== 1)!;
    const first = proposeOf(leader, listed, { signers: [1, leader, third].sort((a, b) => a - b) });
    member.hear(...listed.slice(1), first);
    return { member, round, first, leader, digest: member.round(round).accepted[0]!.digest };
  }

  test("names no set before its time, however long the leader is silent", () => {
    const led = backing();
    deliver(led, led.first, [led.leader]);
    expect(led.member.fire("second-set", led.round)).toEqual([]);
  });

  test("takes over when its time comes: it passes on what it accepted and names a set without the silent leader", () => {
    const led = backing();
    deliver(led, led.first, [led.leader]);
    led.member.fire("second-set", led.round);
    const effects = led.member.fire("backup", led.round);
    expect(ofKind(effects, "forward")).toEqual([{ kind: "forward", round: led.round, hash: hashOf(led.first) }]);
    const [rescue] = proposals(effects);
    const { parent, observations } = led.first;
    expect(rescue).toMatchObject({ sender: 1, attempt: 1, parent, observations });
    expect(rescue?.signers).toEqual(idsOf(four).filter((id) => id !== led.leader));
    const [order] = ofKind(led.member.hear(rescue!), "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest: led.digest });
  });

  test("whose set comes is believed after its time, for the same report, by members that accepted the leader's", () => {
    const led = backing();
    deliver(led, led.first, [led.leader]);
    led.member.fire("second-set", led.round);
    const [rescue] = proposals(led.member.fire("backup", led.round));
    const selfId = led.first.signers.find((id) => id !== led.leader && id !== 1)!;
    const member = new Member(configOf({ selfId }));
    member.startSlot(led.round);
    member.hear(...all(four, led.round).filter(({ sender }) => sender !== selfId), led.first);
    expect(ofKind(member.hear(rescue!), "sign-share")).toEqual([]);
    const [order] = ofKind(member.fire("backup", led.round), "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest: led.digest });
    const other = proposeOf(1, all(four, led.round).slice(0, 3), { attempt: 2 });
    expect(refusals(member.hear(other))).toEqual(["propose: other-material"]);
  });

  test("goes on where the leader's sessions ended, with the pairs that came in them", () => {
    const round = roundLedBy(seven, 1, "backup");
    const { leader } = leadershipOf(seven.cfg, round, 7);
    const [a, b, c, d, e] = idsOf(seven).filter((id) => id !== leader && id !== 1);
    const sorted = (...ids: (number | undefined)[]) => ids.flatMap((id) => id ?? []).sort((x, y) => x - y);
    const first = proposeOf(leader, all(seven, round), { signers: sorted(leader, 1, a, b, c) });
    const second: Propose = { ...first, attempt: 1, signers: sorted(leader, 1, a, b, d) };
    const member = new Member(seven);
    member.startSlot(round);
    member.hear(...all(seven, round).slice(1), first);
    const led: Led = { member, round, first, digest: member.round(round).accepted[0]!.digest };
    deliver(led, first, [c!]);
    member.hear(second);
    deliver(led, second, [leader]);
    member.fire("second-set", round);
    member.fire("second-set", round);
    const [rescue] = proposals(member.fire("backup", round));
    expect(rescue).toMatchObject({ sender: 1, attempt: 2, signers: sorted(1, a, b, d, e) });
    expect(rescue?.sources.map(({ id }) => id)).toEqual(sorted(1, a, b, d));
  });

  test("that has said a PROPOSE of its own names no set over the leader's material: two things said are evidence", () => {
    const round = roundLedBy(four, 1, "backup");
    const { leader } = leadershipOf(four.cfg, round, 4);
    const member = new Member(four);
    member.startSlot(round);
    const listed = all(four, round);
    member.hear(...listed.slice(1, 3));
    const [own] = proposals(member.fire("backup", round));
    expect(own).toBeDefined();
    // The leader's comes between: it is accepted first, over four observations where the backup's has three.
    member.hear(
      listed[3]!,
      proposeOf(leader, listed, { signers: [1, leader, leader === 2 ? 3 : 2].sort((a, b) => a - b) }),
    );
    expect(refusals(member.hear(own!))).toEqual(["propose: other-material"]);
    expect([...proposals(member.fire("second-set", round)), ...proposals(member.fire("second-set", round))]).toEqual(
      [],
    );
    const { accepted } = member.round(round);
    const failed = { kind: "aggregate-failed", round, proposalHash: accepted[0]!.hash, culprits: [leader] } as const;
    expect(proposals(member.feed(failed))).toEqual([]);
  });
});

describe("a further PROPOSE", () => {
  const round = roundLedBy(four, 2);
  const first = proposeOf(2, all(four, round));
  const accepting = (): Member => {
    const member = new Member(four);
    member.startSlot(round);
    member.hear(...all(four, round).slice(1), first);
    return member;
  };

  test("is signed under on the second pair, for the same digest", () => {
    const member = accepting();
    const [order] = ofKind(member.hear({ ...first, attempt: 1, signers: [1, 2, 4] }), "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest: member.round(round).accepted[0]!.digest });
    expect(order?.commitments.map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  test("over other material is refused, so that one digest a round is all that is ever signed", () => {
    const member = accepting();
    const other = proposeOf(2, all(four, round).slice(0, 3), { attempt: 1 });
    expect(refusals(member.hear(other))).toEqual(["propose: other-material"]);
    expect(member.round(round).accepted).toHaveLength(1);
  });

  test("of an attempt that was accepted is refused and not signed under", () => {
    const member = accepting();
    member.hear({ ...first, attempt: 1, signers: [1, 2, 4] });
    const again = member.hear({ ...first, attempt: 1, signers: [1, 3, 4] });
    expect(refusals(again)).toEqual(["propose: already-accepted"]);
    expect(ofKind(again, "sign-share")).toEqual([]);
  });

  test("that names a pair of mine which an earlier one has named gets no share of mine", () => {
    const member = accepting();
    member.hear({ ...first, attempt: 1, signers: [1, 2, 4] });
    const stale = member.hear({ ...first, attempt: 2, signers: [1, 2, 3] });
    expect(notes(stale).map(({ kind }) => kind)).toEqual(["accepted"]);
    expect(ofKind(stale, "sign-share")).toEqual([]);
  });

  test("that overtook the first is signed under, and each pair signs once", () => {
    const member = new Member(four);
    member.startSlot(round);
    member.hear(...all(four, round).slice(1));
    const second: Propose = { ...first, attempt: 1, signers: [1, 2, 4] };
    const orders = ofKind([...member.hear(second), ...member.hear(first), ...member.hear(second)], "sign-share");
    expect(orders.map(({ attempt }) => attempt)).toEqual([1, 0]);
  });
});
