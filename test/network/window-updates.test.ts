/** Flow control costs nothing while there is room, and never stops what is longer than the room. */
import { afterEach, describe, expect, test } from "vitest";
import { bytesOf, eventually, startCommittee } from "./committee.support.ts";

let stop: () => Promise<void> = async () => {};

afterEach(async () => await stop());

describe("window updates", () => {
  test("are not sent for every small message: who only listens writes next to nothing", {
    timeout: 30_000,
  }, async () => {
    const committee = await startCommittee(2);
    stop = committee.stop;
    const [speaker, listener] = [committee.nodes[0]!, committee.nodes[1]!];
    const before = listener.view(1).bytesOut;
    for (let i = 0; i < 100; i++) {
      speaker.network.publish("observe", bytesOf(`${i} ${"x".repeat(400)}`));
      await eventually("it arrived", () => listener.texts("observe").length === i + 1);
    }
    // An update is 30 bytes on the wire, so one for each message would be 3 000. A ping or a heartbeat may fall in between.
    expect(listener.view(1).bytesOut - before).toBeLessThan(1_500);
  });

  test("come in time: messages of several windows arrive whole and in order", { timeout: 30_000 }, async () => {
    const committee = await startCommittee(2, { bytesPerSec: 64 * 1024 * 1024, queueBytesMax: 64 * 1024 * 1024 });
    stop = committee.stop;
    const [speaker, listener] = [committee.nodes[0]!, committee.nodes[1]!];
    const texts = Array.from({ length: 20 }, (_, i) => `${i}${"y".repeat(200 * 1024)}`);
    for (const text of texts) speaker.network.send(2, bytesOf(text));
    await listener.until((received) => received.length === texts.length);
    expect(listener.texts("direct").map((text) => text.length)).toEqual(texts.map((text) => text.length));
    expect(listener.texts("direct").map((text) => text.slice(0, 2))).toEqual(texts.map((text) => text.slice(0, 2)));
  });
});
