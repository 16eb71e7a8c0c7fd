import type { Connection } from "@libp2p/interface";
import { expect, test } from "vitest";
import type { Member } from "../../src/network/committee.ts";
import type { Doubt } from "../../src/network/doubt.ts";
import { Publisher } from "../../src/network/publisher.ts";
import type { Topic } from "../../src/network/topics.ts";

const NOW_MS = 1_000_000;
const MESSAGE = Uint8Array.of(1, 2, 3);

type Peer = {
  readonly connected?: boolean;
  readonly takes?: boolean;
  readonly doubt?: Doubt;
  readonly heard?: boolean;
};

/** @returns what left and which way, for one message of the topic in a committee with these other members */
function published(topic: Topic, peers: readonly Peer[]): readonly string[] {
  const left: string[] = [];
  const members = peers.map(({ connected = true, doubt = null }, i) => {
    return { id: i + 2, connection: connected ? ({} as Connection) : null, doubt } as Member;
  });
  const takes = ({ id }: Member): boolean => peers[id - 2]!.connected !== false && (peers[id - 2]!.takes ?? true);
  new Publisher({
    committee: { others: () => members.values() },
    isHeard: (id) => peers[id - 2]!.heard ?? true,
    clock: { monotonicMs: () => NOW_MS },
    gossip: { publish: (named) => void left.push(`gossip ${named}`) },
    observations: {
      takes,
      publish: () => {
        const taking = members.filter(takes);
        left.push(...taking.map(({ id }) => `line ${id}`));
        return taking.length;
      },
    },
  }).publish(topic, MESSAGE);
  return left;
}

test("an observation leaves over the members' own lines while all of them hold", () => {
  expect(published("observe", [{}, {}, {}])).toEqual(["line 2", "line 3", "line 4"]);
});

test("by gossip alone while a line to a member that is heard of is doubted", () => {
  expect(published("observe", [{}, { connected: false }, {}])).toEqual(["gossip observe"]);
  expect(published("observe", [{}, { takes: false }, {}])).toEqual(["gossip observe"]);
  expect(published("observe", [{}, {}, { doubt: { fromMs: NOW_MS - 100, untilMs: NOW_MS + 100 } }])).toEqual([
    "gossip observe",
  ]);
});

test("a member that nobody hears of doubts nothing and is sent nothing", () => {
  expect(published("observe", [{}, { connected: false, heard: false }, {}])).toEqual(["line 2", "line 4"]);
});

test("an observation that no line takes is gossip's to count", () => {
  expect(published("observe", [{ connected: false, heard: false }])).toEqual(["gossip observe"]);
  expect(published("observe", [])).toEqual(["gossip observe"]);
});

test("everything else is gossiped, and gossip judges its lines itself", () => {
  for (const topic of ["report", "relay", "evidence"] as const) {
    expect(published(topic, [{}, {}, {}])).toEqual([`gossip ${topic}`]);
  }
});
