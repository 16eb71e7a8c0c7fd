/** Memory under hostile traffic: whatever members say, what is kept is bounded by the configuration. */
import { describe, expect, test } from "vitest";
import {
  OBSERVATION_VERSIONS_MAX,
  REPORTS_KEPT,
  ROUNDS_KEPT_BELOW,
  ROUNDS_OPEN_ABOVE,
  sessionsMax,
} from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/messages.ts";
import type { RoundState } from "../../src/protocol/state.ts";
import { seededRng } from "../../src/sim/random.ts";
import {
  configOf,
  FIRST,
  hexOf,
  incarnationOf,
  Member,
  observeOf,
  ofKind,
  proposeOf,
  shareOf,
  signedOf,
} from "../support/protocol.ts";

const config = configOf();
const EVENTS = 10_000;

const SESSIONS = sessionsMax(config.f);
/** Proposals of both proposers that may wait, each naming one version of each member. */
const VERSIONS_MAX = config.n * (OBSERVATION_VERSIONS_MAX + 2 * SESSIONS);

function expectBounded(round: RoundState): void {
  expect(round.observations.size).toBeLessThanOrEqual(config.n);
  expect(round.versions.size).toBeLessThanOrEqual(VERSIONS_MAX);
  expect(round.pending.length).toBeLessThanOrEqual(2 * SESSIONS);
  expect(round.accepted.length).toBeLessThanOrEqual(2 * SESSIONS);
  const shares = [...round.shares.values()].reduce((sum, box) => sum + box.size, 0);
  expect(shares).toBeLessThanOrEqual(config.n * 3 * SESSIONS);
  expect(round.culprits.size).toBeLessThanOrEqual(config.n);
}

describe(`${EVENTS} hostile messages`, () => {
  test("from three members of four, of every kind and for any round, leave the memory bounded", {
    timeout: 60_000,
  }, () => {
    const rng = seededRng(99);
    const below = (limit: number): number => Math.floor(rng.next() * limit);
    const member = new Member(config);
    let now = FIRST;
    member.startSlot(now);

    const anyRound = (): number => (rng.next() < 0.8 ? now - 2 + below(4) : below(2 * FIRST));
    const anyMessage = (): Message => {
      const sender = 2 + below(3);
      const round = anyRound();
      const mutant = observeOf(config, sender, round, { incarnation: incarnationOf(below(1_000_000)) });
      switch (below(5)) {
        case 0:
          return mutant;
        case 1: {
          const listed = [1, 2, 3, 4].map((id) =>
            observeOf(config, id, round, rng.next() < 0.5 ? {} : { incarnation: incarnationOf(below(50)) }),
          );
          const parent = rng.next() < 0.5 ? null : { round: below(now), digest: hexOf(`${below(1_000)}`) };
          return proposeOf(sender, listed, { attempt: rng.next() < 0.5 ? 0 : 1, parent });
        }
        case 2:
          return shareOf(sender, proposeOf(2, [mutant]), hexOf("d"), { proposalHash: hexOf(`${below(1_000_000)}`) });
        case 3: {
          const signed = { ...signedOf(config, below(2 * FIRST)), digest: hexOf(`${below(1_000_000)}`) };
          return { type: "report", round: signed.report.round, sender, signed };
        }
        default:
          return shareOf(
            sender,
            proposeOf(
              2,
              [1, 2, 3, 4].map((id) => observeOf(config, id, round)),
            ),
            hexOf("d"),
          );
      }
    };

    let effectsMax = 0;
    for (let i = 0; i < EVENTS; i++) {
      if (i % 500 === 499) {
        now += 1;
        member.startSlot(now);
      }
      const effects = member.hear(anyMessage());
      effectsMax = Math.max(effectsMax, effects.length);
      // A liar's report never verifies; an honest one now and then does.
      if (i % 97 === 0) member.feed({ kind: "report-verified", signed: signedOf(config, now - 1) });
      expect(ofKind(effects, "sign-share").length).toBeLessThanOrEqual(1);
    }
    expect(member.state.rounds.size).toBeLessThanOrEqual(ROUNDS_KEPT_BELOW + 1 + ROUNDS_OPEN_ABOVE);
    expect(member.state.reports.size).toBeLessThanOrEqual(REPORTS_KEPT);
    expect(member.state.heard.size).toBeLessThanOrEqual(config.n);
    for (const round of member.state.rounds.values()) expectBounded(round);
    // One message causes a handful of orders: n fetches and a parent, some notes; never a growing number.
    expect(effectsMax).toBeLessThanOrEqual(2 * config.n + 4);
  });

  test("of one round at its caps: versions, waiting PROPOSEs and early shares stop growing", {
    timeout: 60_000,
  }, () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    for (let i = 0; i < 1_000; i++) {
      member.hear(observeOf(config, 3, FIRST, { incarnation: incarnationOf(i) }));
      for (const sender of [1, 2, 3, 4]) {
        member.hear(
          proposeOf(
            sender,
            [1, 2, 4].map((id) => observeOf(config, id, FIRST, { incarnation: incarnationOf(i + 1) })),
          ),
        );
      }
      member.hear(shareOf(3, proposeOf(3, [observeOf(config, 3, FIRST)]), hexOf("d"), { proposalHash: hexOf(`${i}`) }));
    }
    const round = member.round(FIRST);
    expectBounded(round);
    expect([...round.versions.values()].filter(({ sender }) => sender === 3)).toHaveLength(OBSERVATION_VERSIONS_MAX);
    expect(round.shares.size).toBe(SESSIONS);
  });

  test("over many slots, what is closed is forgotten", () => {
    const member = new Member(config);
    for (let round = FIRST; round < FIRST + 300; round++) {
      member.startSlot(round);
      member.hear(...[2, 3, 4].map((id) => observeOf(config, id, round)), observeOf(config, 2, round + 1));
      expect(member.state.rounds.size).toBeLessThanOrEqual(ROUNDS_KEPT_BELOW + 1 + ROUNDS_OPEN_ABOVE);
    }
    expect([...member.state.rounds.keys()].sort((a, b) => a - b)).toEqual([
      FIRST + 297,
      FIRST + 298,
      FIRST + 299,
      FIRST + 300,
    ]);
  });
});
