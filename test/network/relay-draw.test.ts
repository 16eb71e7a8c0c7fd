import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { passesOn, RELAYS_OF_A_MESSAGE } from "../../src/network/relay-draw.ts";

const namesOf = (n: number): string[] => Array.from({ length: n }, (_, i) => `peer-${String(i).padStart(2, "0")}`);
const idOf = (i: number): Uint8Array => createHash("sha256").update(`message ${i}`).digest();

/** Who passes a message on that everybody had from its author. */
function relaysOf(messageId: Uint8Array, peers: readonly string[], source: string): string[] {
  return peers.filter((self) => self !== source && passesOn({ messageId, peers, self, source }));
}

describe("who passes a message on", () => {
  test.each([4, 5, 7, 16, 31])("of %i members exactly three do, never the author, whoever it is", (n) => {
    const peers = namesOf(n);
    for (let i = 0; i < 50; i++) {
      for (const source of peers) expect(relaysOf(idOf(i), peers, source)).toHaveLength(RELAYS_OF_A_MESSAGE);
    }
  });

  test("of two members the other one does, which reaches nobody", () => {
    expect(relaysOf(idOf(0), namesOf(2), "peer-00")).toEqual(["peer-01"]);
  });

  test("they change from message to message, and everybody's turn comes about as often", () => {
    const peers = namesOf(7);
    const turns = new Map(peers.map((name) => [name, 0]));
    for (let i = 0; i < 3_000; i++) {
      for (const name of relaysOf(idOf(i), peers, peers[i % 7]!)) turns.set(name, turns.get(name)! + 1);
    }
    const fair = (3_000 * RELAYS_OF_A_MESSAGE) / 7;
    for (const count of turns.values()) expect(Math.abs(count - fair)).toBeLessThan(0.15 * fair);
  });

  test("a message's id alone decides: a liar that is a relay now is none for most others", () => {
    const peers = namesOf(16);
    const asked = Array.from({ length: 160 }, (_, i) => relaysOf(idOf(i), peers, "peer-00").includes("peer-05"));
    expect(asked.filter(Boolean).length).toBeLessThan(60);
    expect(asked.filter(Boolean).length).toBeGreaterThan(4);
  });
});
