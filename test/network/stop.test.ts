/** In a file of its own, because it counts what keeps this process alive. */
import { expect, test } from "vitest";
import { bytesOf, eventually, startCommittee } from "./committee.support.ts";

function countResources(): { sockets: number; timers: number } {
  const all = process.getActiveResourcesInfo();
  return {
    sockets: all.filter((name) => name.startsWith("TCP")).length,
    timers: all.filter((name) => name === "Timeout").length,
  };
}

test("stop is quick, whatever is open, and leaves no socket and no timer", async () => {
  const before = countResources();
  const { nodes } = await startCommittee(4);
  nodes[0]!.network.publish("observe", bytesOf("busy"));
  nodes[1]!.network.send(3, bytesOf("busy"));
  nodes[3]!.answer = () => new Promise(() => undefined);
  const question = nodes[2]!.network.request(4, bytesOf("never answered"), 60_000);
  expect(countResources().sockets).toBeGreaterThan(before.sockets);
  const startedAt = performance.now();
  await Promise.all(nodes.map((node) => node.network.stop()));
  // 0.3 s for one host; here four share a thread.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(await question).toBeNull();
  // What libp2p itself leaves is one address timer of a second and gossipsub's last heartbeat.
  const tookMs = await eventually("everything is gone", () => {
    const now = countResources();
    return now.sockets <= before.sockets && now.timers <= before.timers;
  });
  expect(tookMs).toBeLessThan(3_000);
});

test("a stopped network takes messages without a sound and answers nobody", async () => {
  const { nodes } = await startCommittee(2);
  const [one, two] = nodes;
  await one!.network.stop();
  await one!.network.stop();
  one!.network.publish("observe", bytesOf("late"));
  one!.network.send(2, bytesOf("late"));
  expect(await one!.network.request(2, bytesOf("late"), 1_000)).toBeNull();
  expect(two!.received).toEqual([]);
  await two!.network.stop();
});
