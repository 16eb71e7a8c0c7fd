/** Who is named as a signer: by what this node has seen of each member's shares, and never more than an order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countTurn, rankSigners, scoreOf } from "../../src/protocol/delivery.ts";
import { DELIVERY_ROUNDS } from "../../src/protocol/limits.ts";
import { type Delivery, latestReport } from "../../src/protocol/state.ts";
import type { Propose } from "../../src/protocol/messages.ts";
import {
  broadcasts,
  configOf,
  hashOf,
  Member,
  observeOf,
  proposeOf,
  roundLedBy,
  shareOf,
} from "../support/protocol.ts";

const config = configOf();
const others = (round: number) => [2, 3, 4].map((id) => observeOf(config, id, round));

describe("turns to sign", () => {
  test("are counted over the last 256 rounds, and an older one is forgotten", () => {
    let held: Delivery | undefined = countTurn(undefined, 1_000, "missed");
    expect(scoreOf(held, 1_000)).toEqual({ missed: 1, turns: 1, missedLast: true });
    held = countTurn(held, 1_001, "delivered");
    expect(scoreOf(held, 1_001)).toEqual({ missed: 1, turns: 2, missedLast: false });
    expect(scoreOf(held, 1_000 + DELIVERY_ROUNDS - 1).missed).toBe(1);
    expect(scoreOf(held, 1_000 + DELIVERY_ROUNDS)).toEqual({ missed: 0, turns: 1, missedLast: false });
    expect(scoreOf(held, 1_000 + 10 * DELIVERY_ROUNDS)).toEqual({ missed: 0, turns: 0, missedLast: false });
  });

  test("take as much memory after a million rounds as after 256, in any order of rounds", () => {
    const turn = fc.record({ round: fc.nat({ max: 5_000 }), outcome: fc.constantFrom("delivered", "missed") });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 60 }), (turns) => {
        let held: Delivery | undefined;
        for (const { round, outcome } of turns) held = countTurn(held, round, outcome);
        const newest = Math.max(...turns.map(({ round }) => round));
        const live = turns.filter(({ round }) => round > newest - DELIVERY_ROUNDS);
        const wanted = new Set(live.map(({ round }) => round)).size;
        const missed = new Set(live.flatMap(({ round, outcome }) => (outcome === "missed" ? [round] : []))).size;
        const score = scoreOf(held, newest);
        expect([score.turns, score.missed]).toEqual([wanted, missed]);
        expect(held!.delivered >> BigInt(DELIVERY_ROUNDS)).toBe(0n);
      }),
    );
  });
});

describe("signers are ranked", () => {
  const state = (delivery: Readonly<Record<number, Delivery>>, convicted: readonly number[] = []) => ({
    ...new Member(config).state,
    delivery: new Map(Object.entries(delivery).map(([id, held]) => [Number(id), held] as const)),
    convicted: new Set(convicted),
  });
  const turns = (...outcomes: readonly ("delivered" | "missed")[]): Delivery =>
    outcomes.reduce<Delivery | undefined>((held, outcome, i) => countTurn(held, 1_000 + i, outcome), undefined)!;

  test("this node first, then by turns that rotate with the round", () => {
    expect(rankSigners(state({}), [1, 2, 3, 4], 1_000)).toEqual([1, 2, 3, 4]);
    expect(rankSigners(state({}), [1, 2, 3, 4], 1_002)).toEqual([1, 3, 4, 2]);
  });

  test("who missed its last turn after who did not, however well it did before", () => {
    const good = Array.from({ length: 50 }, () => "delivered" as const);
    const delivery = { 2: turns(...good, "missed"), 3: turns("missed", "missed", "delivered"), 4: turns("delivered") };
    expect(rankSigners(state(delivery), [1, 2, 3, 4], 1_052)).toEqual([1, 4, 3, 2]);
  });

  test("by the share of turns missed where the last turn does not decide", () => {
    const delivery = {
      2: turns("missed", "missed", "delivered"),
      3: turns("missed", "delivered"),
      4: turns("missed", "delivered", "delivered"),
    };
    expect(rankSigners(state(delivery), [1, 2, 3, 4], 1_004)).toEqual([1, 4, 3, 2]);
  });

  test("convicted members last, so that they are named only where t others are missing", () => {
    expect(rankSigners(state({ 3: turns("missed") }, [2]), [1, 2, 3, 4], 1_000)).toEqual([1, 4, 3, 2]);
  });

  test("and all of them: suspicion leaves nobody out", () => {
    const anyDelivery = fc.record({
      round: fc.constant(1_000),
      delivered: fc.bigInt(0n, 255n),
      missed: fc.bigInt(0n, 255n),
    });
    fc.assert(
      fc.property(fc.array(anyDelivery, { maxLength: 4 }), fc.subarray([1, 2, 3, 4]), (held, ids) => {
        const ranked = rankSigners(state(Object.fromEntries(held.map((each, i) => [i + 1, each]))), ids, 1_003);
        expect([...ranked].sort((a, b) => a - b)).toEqual(ids);
      }),
    );
  });
});

describe("a member that is silent as a signer", () => {
  /** Through the slots before: whoever skips some is ahead of its peers and idle. */
  function walk(member: Member, until: number): void {
    for (let round = Math.max(1_000, member.state.currentRound + 1); round < until; round++) {
      member.startSlot(round);
      member.hear(...others(round));
    }
  }

  /** Member 1 leads `round`; of the signers `silent` says nothing. Returns what was proposed first. */
  function lead(member: Member, round: number, silent: number, taken: boolean): Propose {
    walk(member, round);
    member.startSlot(round);
    const [first] = broadcasts(member.hear(...others(round)), "propose");
    member.hear(first!);
    const { digest } = member.round(round).accepted[0]!;
    if (taken) for (const from of first!.signers) member.feed({ kind: "acknowledged", from, hash: hashOf(first!) });
    member.hear(...first!.signers.filter((id) => id !== silent).map((id) => shareOf(id, first!, digest)));
    const [second] = broadcasts(member.fire("second-set", round), "propose");
    if (second === undefined) return first!;
    member.hear(second);
    member.feed({
      kind: "aggregated",
      round,
      proposalHash: hashOf(second),
      signature: { rAddress: `0x${"00".repeat(20)}`, z: digest },
    });
    return first!;
  }

  const ledRounds = (count: number): number[] => {
    const rounds: number[] = [];
    for (let from = roundLedBy(config, 1); rounds.length < count; from = roundLedBy(config, 1, "leader", from + 1)) {
      rounds.push(from);
    }
    return rounds;
  };

  test("costs the wait once: this leader does not name it again while it has t others", () => {
    const member = new Member(config);
    const named = ledRounds(12).filter((round) => lead(member, round, 3, true).signers.includes(3));
    expect(named).toHaveLength(1);
  });

  test("is no suspect where its PROPOSE was never acknowledged: a withholding network makes none", () => {
    const member = new Member(config);
    const named = ledRounds(12).filter((round) => lead(member, round, 3, false).signers.includes(3));
    expect(named.length).toBeGreaterThan(4);
    walk(member, ledRounds(13).at(-1)!);
    expect(member.state.delivery.get(3)?.missed ?? 0n).toBe(0n);
  });

  test("is named again once it was seen to sign for another leader", () => {
    const member = new Member(config);
    const [first, ...later] = ledRounds(12);
    lead(member, first!, 3, true);
    const round = roundLedBy(config, 2, "leader", first! + 1);
    walk(member, round);
    member.startSlot(round);
    const held = latestReport(member.state)!;
    const parent = { round: held.report.round, digest: held.digest };
    const proposal = proposeOf(2, [observeOf(config, 1, round), ...others(round)], { parent });
    member.hear(...others(round), proposal);
    member.hear(shareOf(3, proposal, member.round(round).accepted[0]!.digest));
    const named = later
      .filter((next) => next > round)
      .filter((next) => lead(member, next, 0, true).signers.includes(3));
    expect(named.length).toBeGreaterThan(0);
  });

  test("whose share was wrong has missed its turn at every node that saw it, whoever proposed", () => {
    const member = new Member(config);
    const round = roundLedBy(config, 2);
    walk(member, round);
    member.startSlot(round);
    const proposal = proposeOf(2, [observeOf(config, 1, round), ...others(round)]);
    member.hear(...others(round), proposal);
    const { digest } = member.round(round).accepted[0]!;
    member.hear(...proposal.signers.map((id) => shareOf(id, proposal, digest)));
    member.feed({ kind: "aggregate-failed", round, proposalHash: hashOf(proposal), culprits: [3] });
    walk(member, round + 4);
    expect(scoreOf(member.state.delivery.get(3), round)).toEqual({ missed: 1, turns: 1, missedLast: true });
    expect(scoreOf(member.state.delivery.get(2), round)).toEqual({ missed: 0, turns: 1, missedLast: false });
  });
});
