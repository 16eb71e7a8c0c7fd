/** What goes to the socket, of two members over real TCP. */
import { Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytesOf, eventually, startCommittee } from "./committee.support.ts";

let stop: () => Promise<void> = async () => {};

afterEach(async () => {
  vi.restoreAllMocks();
  await stop();
});

/** A Noise message is the two bytes of its length and as many more. */
function isWhole(chunk: Uint8Array): boolean {
  return chunk.byteLength > 2 && ((chunk[0]! << 8) | chunk[1]!) === chunk.byteLength - 2;
}

describe("every write", () => {
  test("is one whole Noise message, short or long, by gossip or directly", { timeout: 30_000 }, async () => {
    const committee = await startCommittee(2);
    stop = committee.stop;
    const [speaker, listener] = [committee.nodes[0]!, committee.nodes[1]!];
    const written = vi.spyOn(Socket.prototype, "write");
    for (let i = 0; i < 10; i++) {
      speaker.network.publish("observe", bytesOf(`${i} ${"x".repeat(300 * i)}`));
      speaker.network.send(2, bytesOf(`${i} ${"y".repeat(300 * i)}`));
    }
    await eventually("all arrived", () => listener.texts("observe").length + listener.texts("direct").length === 20);
    const chunks = written.mock.calls.map(([chunk]) => chunk as Uint8Array);
    expect(chunks.length).toBeGreaterThanOrEqual(20);
    expect(chunks.filter((chunk) => !isWhole(chunk)).map((chunk) => chunk.byteLength)).toEqual([]);
  });
});
