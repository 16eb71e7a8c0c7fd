import { describe, expect, test } from "vitest";
import { concatBytes, toHex } from "../../src/base/bytes.ts";
import { signatureFits, splitEnvelope, verifyingKey } from "../../src/node/envelope.ts";
import { type Channel, Inbox, type InboxVerdict, rememberedMax } from "../../src/node/inbox.ts";
import { encodeMessage } from "../../src/protocol/encoding.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { configOf, FIRST, hashOf, hexOf, observeOf, proposeOf, shareOf, signedOf } from "../support/protocol.ts";
import { identityOf, keysOf, sealed, signAs } from "./support/members.ts";

const config = configOf();
const observe = observeOf(config, 2, FIRST);
const propose = proposeOf(
  2,
  [1, 2, 3].map((id) => observeOf(config, id, FIRST)),
);
const share = shareOf(3, propose, hexOf("d"));
const report: Message = { type: "report", round: FIRST, sender: 2, signed: signedOf(config, FIRST) };

function inbox(window = { low: FIRST - 2, high: FIRST + 1 }): Inbox {
  return new Inbox(
    { cfg: config.cfg, selfId: 1, keys: keysOf([1, 2, 3, 4]), slotMs: config.slotMs },
    { window: () => window, monotonicMs: () => clock.nowMs },
  );
}

const clock = { nowMs: 0 };

function brief(verdict: InboxVerdict): string {
  return "why" in verdict ? `${verdict.verdict}: ${verdict.why}` : verdict.verdict;
}

const judged = (channel: Channel, bytes: Uint8Array, box = inbox()): string => brief(box.judge(channel, bytes));

describe("an envelope", () => {
  test("is its message's bytes and a signature over their hash, which Node verifies", () => {
    const { bytes, hash } = sealed(observe);
    const parts = splitEnvelope(bytes)!;
    expect(toHex(parts.encoded)).toBe(toHex(encodeMessage(config.cfg, observe)));
    expect(hash).toBe(hashOf(observe));
    const key = verifyingKey(identityOf(2));
    expect(signatureFits(key, hash, parts.signature)).toBe(true);
    expect(signatureFits(key, hashOf(share), parts.signature)).toBe(false);
    expect(signatureFits(verifyingKey(identityOf(3)), hash, parts.signature)).toBe(false);
    expect(signatureFits(key, hash, parts.signature.subarray(1))).toBe(false);
  });

  test("of nothing but a signature is none", () => {
    expect(splitEnvelope(new Uint8Array(64))).toBeNull();
    expect(splitEnvelope(new Uint8Array(0))).toBeNull();
    expect(splitEnvelope(new Uint8Array(65))?.encoded.length).toBe(1);
  });
});

describe("a message is accepted", () => {
  test("on its own channel, and everything on a direct stream", () => {
    for (const [channel, message] of [
      ["observe", observe],
      ["report", report],
      ["direct", observe],
      ["direct", propose],
      ["direct", share],
      ["direct", report],
    ] as const) {
      const { bytes, hash } = sealed(message);
      expect(inbox().judge(channel, bytes)).toEqual({ verdict: "accept", message, hash, bytes });
    }
  });

  test("up to four rounds above the window, whose clock may be ahead, and as a report at any age", () => {
    for (const round of [FIRST - 2, FIRST + 1, FIRST + 5]) {
      expect(judged("observe", sealed(observeOf(config, 2, round)).bytes)).toBe("accept");
    }
    for (const round of [1, FIRST + 10_000]) {
      const message: Message = { type: "report", round, sender: 2, signed: signedOf(config, round) };
      expect(judged("report", sealed(message).bytes)).toBe("accept");
    }
  });
});

describe("what is relayed for a member behind a broken line", () => {
  test("is judged like a direct message, but for reports, which have a topic of their own", () => {
    for (const message of [observe, propose, share]) expect(judged("relay", sealed(message).bytes)).toBe("accept");
    expect(judged("relay", sealed(report).bytes)).toBe("reject: wrong-channel");
  });

  test("is passed on when it is known here, but only as the very bytes that were checked", () => {
    const box = inbox();
    const { bytes } = sealed(share);
    expect(judged("direct", bytes, box)).toBe("accept");
    expect(judged("relay", bytes, box)).toBe("pass-on");
    const forged = bytes.slice();
    forged[bytes.length - 1]! ^= 1;
    expect(judged("relay", forged, box)).toBe("ignore: duplicate");
  });
});

describe("a message is ignored, which costs its sender nothing", () => {
  test("when it was here before, from whomever it comes", () => {
    const box = inbox();
    const { bytes } = sealed(observe);
    expect([judged("observe", bytes, box), judged("direct", bytes, box)]).toEqual(["accept", "ignore: duplicate"]);
  });

  test("when its author has said enough different things of that round: but not what was asked for, nor another's", () => {
    const box = inbox();
    const said = (version: number, sender = 2): string =>
      judged("observe", sealed({ ...observeOf(config, sender, FIRST), obsTimeMs: version }).bytes, box);
    expect([1, 2, 3, 4, 5].map((version) => said(version))).toEqual([
      ...Array<string>(3).fill("accept"),
      ...Array<string>(2).fill("ignore: too-many"),
    ]);
    expect(judged("fetched", sealed({ ...observe, obsTimeMs: 6 }).bytes, box)).toBe("accept");
    expect(said(1, 3)).toBe("accept");
    expect(judged("observe", sealed(observeOf(config, 2, FIRST + 1)).bytes, box)).toBe("accept");
  });

  test("but when its author itself says too much, that costs it score", () => {
    const box = inbox();
    const said = (version: number, fromId: number): string =>
      brief(box.judge("direct", sealed({ ...observe, obsTimeMs: version }).bytes, fromId));
    expect([1, 2, 3].map((version) => said(version, 2))).toEqual(Array<string>(3).fill("accept"));
    expect(said(4, 2)).toBe("reject: too-many");
    expect(said(5, 3)).toBe("ignore: too-many");
  });

  test("when its author tells of closed rounds, or of reports, more often than any honest member", () => {
    const box = inbox();
    const late = (round: number): string => judged("observe", sealed(observeOf(config, 2, round)).bytes, box);
    const verdicts = Array.from({ length: 60 }, (_, i) => late(FIRST - 100 + i));
    expect(verdicts.filter((verdict) => verdict === "ignore: round-closed").length).toBe(32);
    expect(verdicts.at(-1)).toBe("ignore: too-many");
    clock.nowMs += config.slotMs;
    expect(late(FIRST - 7)).toBe("ignore: round-closed");
    const reports = Array.from({ length: 10 }, (_, i) =>
      judged("report", sealed({ type: "report", round: i, sender: 2, signed: signedOf(config, i) }).bytes, box),
    );
    expect(reports.filter((verdict) => verdict === "accept").length).toBe(8);
  });

  test("when it is late or far too early: but its sender's round is told on, authentic as it is", () => {
    for (const round of [FIRST - 3, 1, FIRST + 6]) {
      const message = observeOf(config, 2, round);
      const { bytes, hash } = sealed(message);
      expect(inbox().judge("observe", bytes)).toEqual({ verdict: "ignore", why: "round-closed", message, hash });
    }
  });

  test("and a late one is not kept: it takes no room", () => {
    const box = inbox();
    const { bytes, hash } = sealed(observeOf(config, 2, 5));
    box.judge("observe", bytes);
    expect(box.envelope(hash)).toBeUndefined();
    expect(judged("observe", bytes, box)).toBe("ignore: round-closed");
  });
});

describe("a message is rejected, which costs its sender score", () => {
  test("when it is under another configuration", () => {
    expect(judged("observe", sealed(observe, 2, hexOf("another")).bytes)).toBe("reject: other-configuration");
  });

  test("when it comes on another's channel", () => {
    expect(judged("report", sealed(observe).bytes)).toBe("reject: wrong-channel");
    expect(judged("observe", sealed(share).bytes)).toBe("reject: wrong-channel");
    expect(judged("observe", sealed(report).bytes)).toBe("reject: wrong-channel");
  });

  test("when its sender is no member", () => {
    for (const sender of [0, 5, 255]) {
      expect(judged("observe", sealed(observeOf(config, sender, FIRST)).bytes)).toBe("reject: not-a-member");
    }
  });

  test("when another member signed it: nobody speaks for anybody else", () => {
    expect(judged("observe", sealed(observe, 3).bytes)).toBe("reject: bad-signature");
    // Late or not: a forged word about where a peer stands is no word.
    expect(judged("observe", sealed(observeOf(config, 2, 5), 3).bytes)).toBe("reject: bad-signature");
  });

  test("when any single byte of it was changed", () => {
    const { bytes } = sealed(observe);
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 0x10;
      expect(judged("observe", changed), `byte ${at}`).not.toBe("accept");
    }
  });

  test("when it is no message: empty, cut short, too long, or of an unknown type", () => {
    const { bytes } = sealed(observe);
    expect(judged("observe", new Uint8Array(0))).toBe("reject: malformed");
    expect(judged("observe", new Uint8Array(64))).toBe("reject: malformed");
    expect(judged("observe", bytes.subarray(0, 100))).toBe("reject: malformed");
    expect(judged("observe", new Uint8Array(2_000).fill(9))).toBe("reject: malformed");
    // Signed by the member itself, and still not a message.
    const padded = concatBytes(encodeMessage(config.cfg, observe), Uint8Array.of(0));
    const signature = signAs(2)(new Uint8Array(32));
    expect(judged("observe", concatBytes(padded, signature))).toBe("reject: malformed");
  });
});

describe("what is remembered", () => {
  test("can be given to those who fetch, as bytes and as the message", () => {
    const box = inbox();
    const { bytes, hash } = sealed(share);
    box.judge("direct", bytes);
    expect(box.envelope(hash)).toEqual(bytes);
    expect(box.message(hash)).toEqual(share);
    expect([box.envelope(hexOf("unknown")), box.message(hexOf("unknown"))]).toEqual([undefined, undefined]);
  });

  test("is not what was refused", () => {
    const box = inbox();
    const { bytes, hash } = sealed(observe, 3);
    box.judge("observe", bytes);
    expect(box.envelope(hash)).toBeUndefined();
    expect(judged("observe", sealed(observe).bytes, box)).toBe("accept");
  });

  test("is bounded for each member, and a flood of one pushes out nothing of another", () => {
    const box = inbox();
    const honest = sealed(observeOf(config, 3, FIRST));
    box.judge("observe", honest.bytes);
    const flood = Array.from({ length: 200 }, (_, i) => sealed(observeOf(config, 2, FIRST, { obsTimeMs: i })));
    for (const { bytes } of flood) expect(judged("fetched", bytes, box)).toBe("accept");
    expect(flood.filter(({ hash }) => box.envelope(hash) !== undefined)).toHaveLength(rememberedMax(4));
    expect(box.envelope(flood.at(-1)!.hash)).toBeDefined();
    expect(box.envelope(honest.hash)).toEqual(honest.bytes);
  });

  test("holds all that an honest member can say in the open rounds, and an awaited envelope of a closed one", () => {
    for (const [n, f] of [
      [4, 1],
      [16, 5],
      [31, 10],
    ] as const) {
      // OBSERVE, a PROPOSE for each session, a SHARE for each of the leader's and the backup's, a report; five rounds.
      expect(rememberedMax(n)).toBeGreaterThanOrEqual(5 * (1 + 3 * (f + 2) + 1));
    }
    const box = inbox();
    const old = sealed(observeOf(config, 2, FIRST - 9));
    expect(judged("direct", old.bytes, box)).toBe("ignore: round-closed");
    expect(box.envelope(old.hash)).toBeUndefined();
    box.expect(old.hash, true);
    expect(judged("direct", old.bytes, box)).toBe("ignore: round-closed");
    expect(box.envelope(old.hash)).toEqual(old.bytes);
  });

  test("counts a member's own envelope once, however often it is remembered", () => {
    const box = inbox();
    const mine = sealed(observeOf(config, 1, FIRST));
    for (let i = 0; i < 100; i++) box.remember(1, mine.hash, mine.bytes);
    expect(box.envelope(mine.hash)).toEqual(mine.bytes);
    expect(judged("observe", mine.bytes, box)).toBe("ignore: duplicate");
  });
});
