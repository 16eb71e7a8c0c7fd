/** Rows of the specification's table of faults, area "config": old and new never mix, and no gap is longer than two slots. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { HubConfiguration } from "../../src/chain/hub-client.ts";
import { sealEnvelope } from "../../src/node/envelope.ts";
import type { NetworkFacts } from "../../src/node/network-file.ts";
import type { Observe } from "../../src/protocol/messages.ts";
import { incarnationOf, observeOf, T0 } from "../support/protocol.ts";
import { People, World } from "./support/rotating.ts";

let people: People;
let world: World;

beforeAll(async () => {
  people = await People.of(7);
}, 120_000);
afterAll(() => people.end());
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(T0 - 1_500);
  world = new World(people);
});
afterEach(async () => {
  await world.end();
  vi.useRealTimers();
});

const FOUR = [0, 1, 2, 3];

/** People 0 to 3 sign from round 1 on. */
async function first(): Promise<{ facts: NetworkFacts; onHub: HubConfiguration }> {
  const facts = world.configuration(1, FOUR);
  const onHub = world.onHub(facts, 1);
  for (const who of FOUR) world.join(who, facts);
  await world.hear({ newest: onHub });
  return { facts, onHub };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function longestGap(rounds: readonly number[]): number {
  return Math.max(0, ...rounds.slice(1).map((round, i) => round - rounds[i]! - 1));
}

function expectNothingMixed(old: HubConfiguration, next: HubConfiguration): void {
  expect(world.mixed()).toEqual([]);
  expect(Math.max(...world.spokenUnder(old))).toBe(next.firstRound - 1);
  expect(Math.min(...world.spokenUnder(next))).toBe(next.firstRound);
}

describe("a rotation", { timeout: 60_000 }, () => {
  test("member removed and added: every round has its report, by the key whose round it is", async () => {
    const old = await first();
    await world.until(3);
    // Person 1 leaves, person 4 takes the id.
    const next = world.configuration(2, [0, 4, 2, 3]);
    for (const who of [0, 2, 3]) world.operator(who).configurations.propose(next);
    world.join(4, next);
    const onHub = world.onHub(next, 8);
    await world.hear({ newest: onHub, previous: old.onHub });
    await world.until(14, 500);
    expect(world.roundsOf(0)).toEqual(range(1, 14));
    // The newcomer heard reports before its first round, from those proposers to whom it has a line, and built on them.
    const heard = world.roundsOf(4).filter((round) => round < 8);
    expect(heard.length).toBeGreaterThan(0);
    expect(world.roundsOf(4)).toEqual([...heard, ...range(8, 14)]);
    expect(world.roundsOf(1)).toEqual(range(1, 7));
    expectNothingMixed(old.onHub, onHub);
    const tags = new Set(
      world.operator(0).offered.map(({ round, payload }) => `${round < 8} ${payload.slice(12, 20)}`),
    );
    expect(tags.size).toBe(2);
    expect(world.operator(4).offered.every(({ round }) => round >= 8)).toBe(true);
  });

  test("member removed: it says so once its rounds are closed, keeps nobody's line, and is heard by nobody", async () => {
    const old = await first();
    const next = world.configuration(2, [0, 4, 2, 3]);
    for (const who of [0, 2, 3]) world.operator(who).configurations.propose(next);
    world.join(4, next);
    const said = { newest: world.onHub(next, 4), previous: old.onHub };
    await world.hear(said);
    await world.until(8);
    await world.hear(said);
    const { configurations, lines, peers } = world.operator(1);
    expect(configurations.current()).toBeNull();
    expect(configurations.waitingFor()).toMatch(/configuration 1 ended before round 4/);
    expect(lines.filter(({ message }) => message === "this node signs nothing")).toHaveLength(1);
    expect(peers.size).toBe(0);
    expect([...world.operator(0).peers.values()]).not.toContain(people.keystores[1]!.peerId());
    expect(world.operator(0).peers.size).toBe(3);
  });

  test("f changed, from 4 to 7 members: each round is signed by the threshold of its own committee", async () => {
    const old = await first();
    const next = world.configuration(2, [0, 1, 2, 3, 4, 5, 6]);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    for (const who of [4, 5, 6]) world.join(who, next);
    const onHub = world.onHub(next, 5);
    await world.hear({ newest: onHub, previous: old.onHub });
    await world.until(10, 500);
    expect(world.roundsOf(0)).toEqual(range(1, 10));
    expectNothingMixed(old.onHub, onHub);
    const signers = (round: number): number =>
      new Set(world.said.filter((one) => one.type === "share" && one.round === round).map(({ who }) => who)).size;
    expect([signers(4), signers(6)]).toEqual([3, 5]);
    expect(world.operator(5).configurations.facts()).toMatchObject({ n: 7, f: 2, t: 5 });
  });

  test("mid-round: who hears of it only after its first round joins it late, and never signs a round twice", async () => {
    const old = await first();
    const next = world.configuration(2, [0, 4, 2, 3]);
    for (const who of [0, 2, 3]) world.operator(who).configurations.propose(next);
    world.join(4, next);
    const onHub = world.onHub(next, 6);
    const said = { newest: onHub, previous: old.onHub };
    await world.until(4);
    await world.hear(said, [0, 1, 2, 4]);
    // Person 3's RPCs were away: it goes on with the old key in the middle of round 7.
    await world.until(7, 300);
    await world.hear(said, [3]);
    await world.until(12, 500);
    expect(world.mixed()).toEqual([]);
    expect(longestGap(world.roundsOf(0))).toBeLessThanOrEqual(2);
    expect(world.roundsOf(0).at(-1)).toBe(12);
    expect(world.said.some(({ who, cfg, type }) => who === 3 && cfg === onHub.cfg && type === "share")).toBe(true);
    // Alone with the old key it completed nothing: what it holds is what the others signed.
    for (const round of world.roundsOf(3)) {
      expect(world.operator(3).store.reportAt(round)?.digest).toBe(world.operator(0).store.reportAt(round)?.digest);
    }
  });

  test("two pending: the one that the hub holds is taken, the other speaks in no round", async () => {
    const old = await first();
    const one = world.configuration(2, [0, 4, 2, 3]);
    const other = world.configuration(3, [0, 1, 2, 5]);
    for (const who of FOUR) for (const facts of [one, other]) world.operator(who).configurations.propose(facts);
    world.join(4, one);
    world.join(5, other);
    const replaced = world.onHub(one, 9);
    await world.hear({ newest: replaced, previous: old.onHub });
    await world.until(4);
    // The owner takes it back for another one, from another round.
    const taken = world.onHub(other, 7);
    await world.hear({ newest: taken, previous: old.onHub });
    await world.until(12, 500);
    expect(world.roundsOf(0)).toEqual(range(1, 12));
    expect(world.spokenUnder(replaced)).toEqual([]);
    expectNothingMixed(old.onHub, taken);
  });

  test("taken back after it has begun and failed: the old key goes on, and no round is signed for both", async () => {
    const old = await first();
    const broken = world.configuration(2, [0, 4, 5, 6]);
    for (const who of FOUR) world.operator(who).configurations.propose(broken);
    await world.until(3);
    // Of the next members three never come up: nothing is signed from round 5 on.
    const failed = { newest: world.onHub(broken, 5), previous: old.onHub };
    await world.hear(failed);
    await world.until(9);
    await world.hear(failed);
    expect(world.roundsOf(0)).toEqual(range(1, 4));
    const next = world.configuration(3, [0, 1, 2, 3]);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    const onHub = world.onHub(next, 40);
    await world.hear({ newest: onHub, previous: old.onHub });
    await world.until(36, 500);
    expect(world.mixed()).toEqual([]);
    // A machine that comes back stays silent for what it had reserved, as after a restart.
    const resumed = world.roundsOf(1).find((round) => round > 4)!;
    expect(resumed).toBeLessThanOrEqual(9 + 16);
    expect(world.roundsOf(1)).toEqual([...range(1, 4), ...range(resumed, 36)]);
  });

  test("refresh: the same key in other shares, without a pause for what was reserved ahead", async () => {
    const old = await first();
    const next = world.configuration(2, FOUR, old.facts);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    await world.until(2);
    const onHub = world.onHub(next, 6);
    expect(onHub.groupKeyX).toBe(old.onHub.groupKeyX);
    await world.hear({ newest: onHub, previous: old.onHub });
    await world.until(10, 500);
    expect(world.roundsOf(0)).toEqual(range(1, 10));
    expectNothingMixed(old.onHub, onHub);
  });
});

describe("a refresh and what an earlier life said", { timeout: 120_000 }, () => {
  /** Rounds in which somebody spoke under a configuration. */
  const spoken = (who: number, { cfg }: HubConfiguration): readonly number[] =>
    world.said.filter((one) => one.who === who && one.cfg === cfg && one.type !== "report").map(({ round }) => round);

  test("of an old copy of the database the old configuration's peers tell, and both configurations keep silent", async () => {
    const old = await first();
    await world.until(2, 500);
    const restore = world.copyOfDatabase(3);
    // Until the copy's reservation is used up: it knows nothing of the rounds since.
    await world.until(24, 500);
    const last = Math.max(...spoken(3, old.onHub));
    await world.leave(3);
    restore();
    const next = world.configuration(2, FOUR, old.facts);
    world.join(3, old.facts);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    const onHub = world.onHub(next, 30);
    await world.hear({ newest: onHub, previous: old.onHub });
    // The new configuration's peers have heard nothing of it, and the copy's reservation is long over.
    await world.until(last + 16, 900);
    expect(spoken(3, old.onHub).every((round) => round <= last)).toBe(true);
    expect(spoken(3, onHub)).toEqual([]);
    await world.until(last + 20, 500);
    expect(Math.min(...spoken(3, onHub))).toBeGreaterThan(last + 16);
    expectNothingMixed(old.onHub, onHub);
  });

  test("another process with this member's key silences it in every configuration that it runs or begins", async () => {
    const old = await first();
    await world.until(3, 500);
    const { configurations, keystore } = world.operator(0);
    const incarnation = incarnationOf(77);
    const twin: Observe = { ...observeOf(configurations.current()!.oracle.state.config, 1, 4), incarnation };
    const { bytes } = sealEnvelope(old.onHub.cfg, twin, (hash) => keystore.signEnvelope(hash));
    configurations.receive("observe", bytes, [...world.operator(0).peers.keys()][0]!);
    const next = world.configuration(2, FOUR);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    const onHub = world.onHub(next, 6);
    await world.until(4);
    await world.hear({ newest: onHub, previous: old.onHub });
    await world.until(12, 500);
    expect(spoken(0, onHub)).toEqual([]);
    expect(spoken(1, onHub)).toContain(12);
    expect(configurations.current()!.safety.reasons().join()).toMatch(/another process speaks under this member's key/);
  });
});

describe("a configuration that is not the members' own", { timeout: 60_000 }, () => {
  test("wrong digest: nobody signs under it, the old key ends with its rounds, and each node says why", async () => {
    const old = await first();
    const next = world.configuration(2, FOUR);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    const wrong = { ...world.onHub(next, 5), cfg: old.onHub.cfg.replace(/^0x..../, "0xbad0") as typeof old.onHub.cfg };
    const said = { newest: wrong, previous: old.onHub };
    await world.hear(said);
    await world.until(9);
    await world.hear(said);
    expect(world.roundsOf(0)).toEqual(range(1, 4));
    expect(Math.max(...world.said.map(({ round }) => round))).toBe(4);
    expect(world.operator(0).configurations.waitingFor()).toMatch(/ended before round 5/);
  });

  test("group key mismatch: another key under the right digest is no configuration of this node", async () => {
    const old = await first();
    const next = world.configuration(2, FOUR);
    for (const who of FOUR) world.operator(who).configurations.propose(next);
    await world.hear({ newest: { ...world.onHub(next, 4), groupKeyX: old.onHub.groupKeyX }, previous: old.onHub });
    await world.until(8);
    expect(Math.max(...world.said.map(({ round }) => round))).toBe(3);
  });

  test("a file of another network, hub, feeds or an older count is refused by name, and what runs goes on", async () => {
    const old = await first();
    const { configurations, lines } = world.operator(0);
    const next = world.configuration(2, [0, 4, 2, 3]);
    const refused = (over: Partial<NetworkFacts>): string => {
      configurations.propose({ ...next, ...over });
      return String(lines.at(-1)?.fields["why"]);
    };
    expect(refused({ networkId: old.onHub.cfg })).toMatch(/its networkId is/);
    expect(refused({ hub: `0x${"11".repeat(20)}` })).toMatch(/its hub is/);
    expect(refused({ feedSetRoot: old.onHub.cfg })).toMatch(/its feeds differ/);
    expect(refused({ configCount: 1 })).toMatch(/its configCount is 1, wanted more than 1/);
    const foreign = next.members.map((one) => ({ ...one, transmitter: next.members[1]!.transmitter }));
    expect(refused({ members: foreign })).toMatch(/its transmitter of this member is not the keystore's/);
    await world.until(3, 500);
    expect(world.roundsOf(0)).toEqual(range(1, 3));
  });
});
