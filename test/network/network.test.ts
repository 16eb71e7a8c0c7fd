import { afterEach, describe, expect, test } from "vitest";
import {
  allReady,
  bytesOf,
  eventually,
  type Identity,
  newIdentity,
  startCommittee,
  startLineOfThree,
  TestNode,
} from "./committee.support.ts";
import { GOSSIP_HEARTBEAT_MS } from "../../src/network/peer-policy.ts";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function committee(count: number, limits = {}): Promise<{ nodes: TestNode[]; identities: Identity[] }> {
  const started = await startCommittee(count, limits);
  running.push(started);
  return started;
}

describe("gossip", () => {
  test("a message of each of four members reaches each other member exactly once", async () => {
    const { nodes } = await committee(4);
    for (const node of nodes) node.network.publish("observe", bytesOf(`observation of ${node.id}`));
    await Promise.all(nodes.map((node) => node.until((received) => received.length >= 3)));
    // A direct message after it on every line: whatever gossip still forwards has had its time.
    for (const node of nodes)
      for (const other of nodes) if (other !== node) node.network.send(other.id, bytesOf("last"));
    await Promise.all(nodes.map((node) => node.until((all) => all.filter((m) => m.channel === "direct").length === 3)));
    for (const node of nodes) {
      const wanted = nodes.filter((other) => other !== node).map((other) => `observation of ${other.id}`);
      expect(node.texts("observe").sort()).toEqual(wanted);
    }
  });

  test("messages go out at once, from the first on, without waiting for a heartbeat", async () => {
    const { nodes } = await committee(4);
    const tookMs: number[] = [];
    for (let i = 1; i <= 11; i++) {
      const sentAt = performance.now();
      nodes[0]!.network.publish("report", bytesOf(`report ${i}`));
      await Promise.all(nodes.slice(1).map((node) => node.until((all) => all.length === i)));
      tookMs.push(performance.now() - sentAt);
    }
    // A heartbeat's wait would be half a heartbeat on average; the median tolerates a busy machine.
    tookMs.sort((a, b) => a - b);
    expect(tookMs[5]).toBeLessThan(GOSSIP_HEARTBEAT_MS / 4);
  });

  test("a message is judged before it is forwarded: what the only neighbour rejects goes no further", async () => {
    const [left, middle, right] = await startLineOfThree(running);
    middle.judge = (_, text) => (text === "bad" ? "reject" : text === "late" ? "ignore" : "accept");
    for (const text of ["bad", "late", "good"]) left.network.publish("observe", bytesOf(text));
    await right.until((all) => all.length >= 1);
    expect(right.received).toEqual([{ channel: "observe", text: "good", fromId: 2 }]);
    expect(middle.view(1).score).toBeLessThan(0);
    expect(right.view(2).score).toBe(0);
  });

  test("among members whose lines hold nobody passes anything on", async () => {
    const { nodes } = await committee(4);
    const text = "x".repeat(20_000);
    const sentBefore = nodes.map((node) => node.network.traffic().bytesOut);
    nodes[0]!.network.publish("observe", bytesOf(text));
    await Promise.all(nodes.slice(1).map((node) => node.until((all) => all.length === 1)));
    // What would be passed on goes out before this on the same lines.
    for (const node of nodes)
      for (const other of nodes) if (other !== node) node.network.send(other.id, bytesOf("last"));
    await Promise.all(nodes.map((node) => node.until((all) => all.filter((m) => m.channel === "direct").length === 3)));
    const sent = nodes.map((node, i) => node.network.traffic().bytesOut - sentBefore[i]!);
    expect(sent[0]).toBeGreaterThan(3 * text.length);
    for (const bytes of sent.slice(1)) expect(bytes).toBeLessThan(text.length / 2);
  });

  test("for a member that nobody has heard of lately nothing is passed on; when it is heard, it is", async () => {
    const [left, middle, right] = await startLineOfThree(running);
    left.isHeard = () => false;
    left.network.publish("observe", bytesOf("unheard"));
    await middle.until((all) => all.length === 1);
    left.isHeard = () => true;
    left.network.publish("observe", bytesOf("heard"));
    await right.until((all) => all.length === 1);
    expect(right.texts("observe")).toEqual(["heard"]);
    expect(middle.texts("observe")).toEqual(["unheard", "heard"]);
  });

  test("the same bytes on the other topic are another message", async () => {
    const { nodes } = await committee(2);
    nodes[0]!.network.publish("report", bytesOf("twin"));
    nodes[0]!.network.publish("observe", bytesOf("twin"));
    await nodes[1]!.until((all) => all.length === 2);
    expect(nodes[1]!.received.map(({ channel }) => channel).toSorted()).toEqual(["observe", "report"]);
  });

  test("publishing without any peer is counted and does not throw", async () => {
    const identities = [newIdentity(), newIdentity()];
    const alone = await TestNode.start({ id: 1, identities });
    running.push(alone.network);
    alone.network.publish("observe", bytesOf("hello?"));
    await eventually("the failure is counted", () => alone.network.faults().publishFailed === 1);
  });
});

describe("direct streams", () => {
  test("messages arrive in the order they were sent, whatever their size", async () => {
    const { nodes } = await committee(2);
    const [one, two] = nodes as [TestNode, TestNode];
    const sent = Array.from({ length: 60 }, (_, i) => `${i}:${"x".repeat(i % 7 === 0 ? 50_000 : i)}`);
    for (const text of sent) one.network.send(2, bytesOf(text));
    await two.until((all) => all.length === sent.length);
    expect(two.texts("direct")).toEqual(sent);
  });

  test("messages for a peer that is away wait for it; a full queue has lost its oldest", async () => {
    const identities = [newIdentity(), newIdentity()];
    const one = await TestNode.start({ id: 1, identities, limits: { queueMessagesMax: 5 } });
    running.push(one.network);
    for (let i = 0; i < 12; i++) one.network.send(2, bytesOf(`m${i}`));
    expect(one.view(2).queueDropped).toBe(7);
    const two = await TestNode.start({ id: 2, identities });
    running.push(two.network);
    one.network.setAddresses(2, [two.address]);
    await two.until((all) => all.length === 5);
    expect(two.texts("direct")).toEqual(["m7", "m8", "m9", "m10", "m11"]);
  });

  test("an empty or oversized message is the caller's bug and throws", async () => {
    const { nodes } = await committee(2, { frameBytesMax: 1000 });
    expect(() => nodes[0]!.network.send(2, new Uint8Array(1001))).toThrow("1 to 1000 bytes, saw 1001");
    expect(() => nodes[0]!.network.publish("observe", new Uint8Array(0))).toThrow("saw 0");
    expect(() => nodes[0]!.network.send(9, bytesOf("x"))).toThrow("no other member has id 9");
  });
});

describe("questions", () => {
  test("an answer, nothing to give, a thrown answer and a late answer are told apart as bytes and null", async () => {
    const { nodes } = await committee(2);
    const [one, two] = nodes as [TestNode, TestNode];
    let release: (() => void) | undefined;
    two.answer = async (text, fromId) => {
      if (text === "throw") throw new Error("no");
      if (text === "slow") await new Promise<void>((resolve) => (release = resolve));
      return text === "nothing" ? null : `${text} for ${fromId}`;
    };
    const ask = async (text: string, timeoutMs = 5_000): Promise<string | null> => {
      const answer = await one.network.request(2, bytesOf(text), timeoutMs);
      return answer === null ? null : new TextDecoder().decode(answer);
    };
    expect(await ask("price")).toBe("price for 1");
    expect(await ask("nothing")).toBeNull();
    expect(await ask("throw")).toBeNull();
    const askedAt = performance.now();
    expect(await ask("slow", 100)).toBeNull();
    expect(performance.now() - askedAt).toBeLessThan(2_000);
    release?.();
    expect(await ask("again")).toBe("again for 1");
  });

  test("more questions than may be open at once are all answered, in turn", async () => {
    const { nodes } = await committee(2, { requestsInFlightMax: 3 });
    const [one, two] = nodes as [TestNode, TestNode];
    let open = 0;
    let openMost = 0;
    two.answer = async (text) => {
      openMost = Math.max(openMost, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return text;
    };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => one.network.request(2, bytesOf(`q${i}`), 10_000)),
    );
    expect(answers.map((answer) => new TextDecoder().decode(answer ?? undefined))).toEqual(
      Array.from({ length: 20 }, (_, i) => `q${i}`),
    );
    expect(openMost).toBeLessThanOrEqual(3);
  });

  test("a question to a member that is away is null", async () => {
    const identities = [newIdentity(), newIdentity()];
    const one = await TestNode.start({ id: 1, identities });
    running.push(one.network);
    expect(await one.network.request(2, bytesOf("anybody?"), 1_000)).toBeNull();
  });
});

describe("lines", () => {
  test("a member that is stopped and started again on its port is back by itself, and all channels work", async () => {
    const { nodes, identities } = await committee(4);
    for (const id of [4, 1]) {
      const old = nodes[id - 1]!;
      const others = nodes.filter((node) => node !== old);
      const listen = old.address.replace(/\/p2p\/.*$/, "");
      await old.network.stop();
      const addresses = new Map(others.map((node) => [node.id, node.address]));
      const back = await TestNode.start({ id, identities, listen, addresses });
      nodes[id - 1] = back;
      running.push(back.network);
      const tookMs = await eventually(`member ${id} is back`, () =>
        others.every((other) => other.network.isReady(id) && back.network.isReady(other.id)),
      );
      // 0.2 to 1.1 s on an idle machine: the lower id redials at most a second apart, the higher after its fallback.
      expect(tookMs).toBeLessThan(4_000);
      back.network.publish("observe", bytesOf(`back ${id}`));
      for (const other of others) back.network.send(other.id, bytesOf(`direct ${id}`));
      for (const other of others) other.network.send(id, bytesOf(`welcome ${other.id}`));
      others[0]!.network.publish("report", bytesOf(`news for ${id}`));
      await Promise.all(
        others.map((other) =>
          other.until((all) => [`back ${id}`, `direct ${id}`].every((text) => all.some((m) => m.text === text))),
        ),
      );
      await back.until((all) => all.length >= 4);
      expect(back.received.map(({ text }) => text).sort()).toEqual(
        [`news for ${id}`, ...others.map((other) => `welcome ${other.id}`)].sort(),
      );
    }
  });

  test("members that all know each other and start at once settle on one connection a pair", async () => {
    const { nodes } = await committee(4);
    const identities = nodes.map(({ identity }) => identity);
    const addresses = new Map(nodes.map((node) => [node.id, node.address.replace(/\/p2p\/.*$/, "")]));
    await Promise.all(nodes.map((node) => node.network.stop()));
    const again = await Promise.all(
      nodes.map(({ id }) => TestNode.start({ id, identities, addresses, listen: addresses.get(id)! })),
    );
    for (const node of again) running.push(node.network);
    await allReady(again);
    for (const node of again) node.network.publish("observe", bytesOf(`from ${node.id}`));
    await Promise.all(again.map((node) => node.until((all) => all.length === 3)));
  });
});
