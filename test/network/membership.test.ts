/** A committee that changes while it runs: who is let in speaks on every line, who is dismissed on none. */
import { afterEach, describe, expect, test } from "vitest";
import { bytesOf, eventually, newIdentity, TestNode } from "./committee.support.ts";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(id: number, identities: Parameters<typeof TestNode.start>[0]["identities"]): Promise<TestNode> {
  const node = await TestNode.start({ id, identities });
  running.push(node.network);
  return node;
}

describe("a peer that is let in later", () => {
  test("gossips, sends and is answered like a member of the first hour, under the next free number", async () => {
    const [a, b, c] = [newIdentity(), newIdentity(), newIdentity()];
    const left = await start(1, [a, b]);
    const right = await start(2, [a, b]);
    left.network.setAddresses(2, right.network.addresses());
    // The newcomer knows the other two by the ids of its own configuration.
    const newcomer = await start(3, [a, b, c]);
    for (const [id, node] of [
      [1, left],
      [2, right],
    ] as const) {
      newcomer.network.setAddresses(id, node.network.addresses());
      expect(node.network.membership.admit(c.peerId, newcomer.network.addresses())).toBe(3);
      expect(node.network.membership.admit(c.peerId, newcomer.network.addresses())).toBe(3);
    }
    await eventually("the two hear it", () => [left, right].every((node) => node.network.isReady(3)), 10_000);
    await eventually("it hears them", () => newcomer.network.isReady(1) && newcomer.network.isReady(2), 10_000);
    right.answer = (text) => `${text}!`;
    left.network.publish("report", bytesOf("a report"));
    left.network.send(3, bytesOf("a proposal"));
    await newcomer.until((received) => received.length >= 2);
    expect([...newcomer.texts("report"), ...newcomer.texts("direct")]).toEqual(["a report", "a proposal"]);
    expect(newcomer.received.map(({ fromId }) => fromId)).toEqual([1, 1]);
    newcomer.network.publish("observe", bytesOf("an observation"));
    await right.until((received) => received.some(({ channel }) => channel === "observe"));
    expect(right.received.find(({ channel }) => channel === "observe")?.fromId).toBe(3);
    const answer = await newcomer.network.request(2, bytesOf("who"), 5_000);
    expect(answer === null ? null : new TextDecoder().decode(answer)).toBe("who!");
  });
});

describe("a member that is dismissed", () => {
  test("loses its connection, is refused when it comes back, and disturbs nobody else", async () => {
    const [a, b, c] = [newIdentity(), newIdentity(), newIdentity()];
    const nodes = [await start(1, [a, b, c]), await start(2, [a, b, c]), await start(3, [a, b, c])];
    for (const node of nodes) {
      for (const other of nodes) if (other !== node) node.network.setAddresses(other.id, other.network.addresses());
    }
    await eventually(
      "all lines are up",
      () => nodes.every((node) => [1, 2, 3].every((id) => id === node.id || node.network.isReady(id))),
      10_000,
    );
    const [first, second] = nodes as [TestNode, TestNode, TestNode];
    first.network.membership.dismiss(3);
    first.network.membership.dismiss(3);
    await eventually("it was refused", () => first.network.faults().refused["not-a-member"] > 0, 10_000);
    expect(first.network.peers().map(({ id }) => id)).toEqual([2]);
    expect(() => first.network.send(3, bytesOf("too late"))).toThrow(expect.objectContaining({ code: "bad-member" }));
    first.network.publish("report", bytesOf("to the rest"));
    await second.until((received) => received.some(({ text }) => text === "to the rest"));
  });
});
