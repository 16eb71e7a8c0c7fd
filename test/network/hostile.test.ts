/** Peers that break the rules, on raw libp2p: nothing of the room's own sending side restrains them. */
import { multiaddr } from "@multiformats/multiaddr";
import { afterEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/network/framing.ts";
import { bytesOf, eventually, newIdentity } from "./committee.support.ts";
import { closed, endAll, honestTrafficGoesOn, rawPeer, withMember3 } from "./hostile.support.ts";

afterEach(endAll);

describe("a stranger", () => {
  test("is refused after the handshake, counted by reason, and never opens a stream", async () => {
    const { one, two } = await withMember3();
    const stranger = await rawPeer(newIdentity());
    const attempt = stranger.dialProtocol(multiaddr(one.address), "/tenor/test/direct/2");
    await expect(attempt).rejects.toThrow();
    expect(one.network.faults().refused).toMatchObject({ "not-a-member": 1, "cooling-down": 0 });
    await honestTrafficGoesOn(one, two);
  });
});

describe("a member that misbehaves", () => {
  test("with an oversized length prefix is cut off before a byte of its message, and stays out", async () => {
    const { one, two, hostile, line } = await withMember3();
    const stream = await line.newStream("/tenor/test/direct/2");
    stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    await closed(line);
    expect(one.view(3).offences.oversized).toBe(1);
    expect(one.view(3).score).toBeLessThan(-99);
    await expect(hostile.dialProtocol(multiaddr(one.address), "/tenor/test/direct/2")).rejects.toThrow();
    expect(one.network.faults().refused["cooling-down"]).toBe(1);
    await honestTrafficGoesOn(one, two);
  });

  test("with an oversized gossip frame is cut off as well", async () => {
    const { one, two, line } = await withMember3();
    const stream = await line.newStream("/meshsub/1.2.0");
    stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f));
    await closed(line);
    expect(one.view(3).offences.oversized).toBe(1);
    await honestTrafficGoesOn(one, two);
  });

  test("with empty frames loses score for malformed messages until it is cut off", async () => {
    const { one, line } = await withMember3({ scoreRecoveryPerSec: 0 });
    for (let i = 1; i <= 4; i++) {
      expect(line.status).toBe("open");
      const stream = await line.newStream("/tenor/test/direct/2");
      stream.send(new Uint8Array(4));
      await eventually("the offence is booked", () => one.view(3).offences.malformed === i);
    }
    await closed(line);
    expect(one.view(3).excludedForMs).toBeGreaterThan(0);
  });

  test("with rejected messages is cut off, while honest traffic goes on, and is let in after its time", async () => {
    const { one, two, hostile, line } = await withMember3({ coolDownMs: 400, scoreRecoveryPerSec: 50 });
    one.judge = (_, text) => (text.startsWith("lie") ? "reject" : "accept");
    const stream = await line.newStream("/tenor/test/direct/2");
    stream.send(encodeFrame(bytesOf("truth")));
    for (let i = 0; i < 9; i++) stream.send(encodeFrame(bytesOf(`lie ${i}`)));
    await eventually("nine lies are booked", () => one.view(3).rejected === 9);
    expect(one.view(3).connected).toBe(true);
    expect(one.texts("direct")).toEqual(["truth"]);
    await honestTrafficGoesOn(one, two);
    for (let i = 0; i < 9; i++) stream.send(encodeFrame(bytesOf(`lie again ${i}`)));
    await closed(line);
    await honestTrafficGoesOn(one, two);
    await eventually("its time is over", () => one.view(3).excludedForMs === 0);
    await hostile.dial(multiaddr(one.address));
    await eventually("member 3 is back", () => one.view(3).connected);
  });

  test("with more direct frames than its rate is dropped from, then cut off", async () => {
    const { one, two, line } = await withMember3({ directFramesPerSec: 10 });
    const stream = await line.newStream("/tenor/test/direct/2");
    for (let i = 0; i < 100; i++) stream.send(encodeFrame(bytesOf(`spam ${i}`)));
    await closed(line);
    // A burst of three seconds is heard, the rest is not.
    expect(one.texts("direct").length).toBeLessThan(45);
    expect(one.texts("direct").length).toBeGreaterThanOrEqual(30);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(50);
    await honestTrafficGoesOn(one, two);
  });

  test("that says nothing new, below its rate, is heard for as long as an honest one could, then cut off", async () => {
    const { one, two, line } = await withMember3();
    one.judge = (_, text) => (text.startsWith("late") ? "ignore" : "accept");
    const stream = await line.newStream("/tenor/test/direct/2");
    // Three seconds of what may say nothing new, a quarter of the direct frames that may come at once.
    for (let i = 0; i < 225; i++) stream.send(encodeFrame(bytesOf(`late ${i}`)));
    stream.send(encodeFrame(bytesOf("news")));
    await one.until((all) => all.some(({ text }) => text === "news"));
    expect(one.view(3).offences.flood).toBe(0);
    for (let i = 0; i < 100; i++) stream.send(encodeFrame(bytesOf(`late again ${i}`)));
    await closed(line);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(50);
    await honestTrafficGoesOn(one, two);
  });

  test("with more bytes than its rate is cut off, whatever the protocol", async () => {
    const { one, two, line } = await withMember3({ bytesPerSec: 20_000 });
    const stream = await line.newStream("/meshsub/1.2.0");
    const chunk = new Uint8Array(4_000);
    chunk[0] = 0xe0;
    chunk[1] = 0x5d;
    const flood = setInterval(() => {
      if (stream.status === "open") stream.send(chunk);
      else clearInterval(flood);
    }, 1);
    await closed(line);
    clearInterval(flood);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(50);
    await honestTrafficGoesOn(one, two);
  });

  test("that opens a hundred streams gets a bounded number of them and disturbs nobody", async () => {
    const { one, two, line } = await withMember3({ requestsInFlightMax: 2 });
    let served = 0;
    one.answer = () => {
      served++;
      return "yes";
    };
    const opened = await Promise.allSettled(
      Array.from({ length: 100 }, () => line.newStream("/tenor/test/ask/1", { maxOutboundStreams: 1_000 })),
    );
    await honestTrafficGoesOn(one, two);
    const open = () =>
      opened.flatMap((one) => (one.status === "fulfilled" && one.value.status === "open" ? [one.value] : []));
    // The others' ends are told one by one.
    await eventually("most are ended", () => open().length <= 3);
    const alive = open();
    for (const stream of alive) stream.send(encodeFrame(bytesOf("question")));
    await eventually("those that are left are served", () => served === alive.length);
  });
});
