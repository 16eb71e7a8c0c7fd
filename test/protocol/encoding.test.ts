import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import { decodeHeader, decodeMessage, encodeMessage, messageHash } from "../../src/protocol/encoding.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { keccakHex } from "../../src/base/keccak.ts";
import { configOf, hexOf, noncePair, observeOf, proposeOf, shareOf, signedOf } from "../support/protocol.ts";
import { hexArbitrary, messageArbitraries } from "./arbitrary.ts";

const config = configOf();
const CFG = config.cfg;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OracleError) return error.code;
    throw error;
  }
  return "no error";
}

/** The same bytes with some replaced. */
function patched(bytes: Uint8Array, offset: number, ...replacement: number[]): Uint8Array {
  const out = bytes.slice();
  out.set(replacement, offset);
  return out;
}

const HEADER = 42;
const observe = observeOf(config, 3, 1_007, { values: [5n, null] });
const listed = [1, 2, 3].map((id) => observeOf(config, id, 1_007));
const propose = proposeOf(2, listed, { parent: { round: 1_006, digest: hexOf("parent") } });
const share = shareOf(2, propose, hexOf("digest"));
const report: Message = { type: "report", round: 1_007, sender: 4, signed: signedOf(config, 1_007) };

describe("every message", () => {
  for (const [type, arbitrary] of Object.entries(messageArbitraries)) {
    test(`${type} comes back from its bytes as it was, header included`, () => {
      fc.assert(
        fc.property(arbitrary as fc.Arbitrary<Message>, hexArbitrary(32), (message, cfg) => {
          const encoded = encodeMessage(cfg, message);
          expect(decodeMessage(encoded)).toEqual(message);
          expect(decodeHeader(encoded)).toEqual({ type, cfg, round: message.round, sender: message.sender });
        }),
      );
    });
  }

  test("begins with type, configuration, round and sender at fixed offsets", () => {
    const bytes = Buffer.from(encodeMessage(CFG, share));
    expect(bytes.subarray(0, 1).toString("hex")).toBe("03");
    expect(`0x${bytes.subarray(1, 33).toString("hex")}`).toBe(CFG);
    expect(bytes.subarray(33, 41).toString("hex")).toBe("00000000000003ef");
    expect(bytes.subarray(41, 42).toString("hex")).toBe("02");
    expect(bytes.length).toBe(HEADER + 97);
    expect([observe, propose, share, report].map((message) => encodeMessage(CFG, message)[0])).toEqual([1, 2, 3, 4]);
  });

  test("has the length its layout says", () => {
    expect(encodeMessage(CFG, observe).length).toBe(HEADER + 6 + 16 + 4 * 33 + 2 + 17 + 1);
    expect(encodeMessage(CFG, propose).length).toBe(HEADER + 1 + 1 + 40 + 1 + 3 * 33 + 1 + 3 + 1);
    expect(encodeMessage(CFG, { ...propose, parent: null }).length).toBe(HEADER + 1 + 1 + 1 + 3 * 33 + 1 + 3 + 1);
    const sourced = { ...propose, attempt: 2, sources: [{ id: 1, hash: hexOf("share") }] };
    expect(encodeMessage(CFG, sourced).length).toBe(encodeMessage(CFG, propose).length + 33);
    expect(encodeMessage(CFG, share).length).toBe(HEADER + 3 * 32 + 1);
    expect(encodeMessage(CFG, { ...share, next: noncePair("next") }).length).toBe(HEADER + 3 * 32 + 1 + 66);
    expect(encodeMessage(CFG, report).length).toBe(HEADER + 8 + 8 + 2 + 2 * 125 + 2 + 32 + 20 + 32);
  });

  test("is named by a hash in a domain of its own, over all of its bytes", () => {
    const encoded = encodeMessage(CFG, observe);
    const prefixed = concatBytes(new TextEncoder().encode("TENOR/MESSAGE/1"), encoded);
    expect(messageHash(encoded)).toBe(keccakHex(prefixed));
    for (let at = 0; at < encoded.length; at += 7) {
      expect(messageHash(patched(encoded, at, encoded[at]! ^ 1))).not.toBe(messageHash(encoded));
    }
  });
});

describe("decoding refuses", () => {
  test("every shortened message, and every lengthened one", () => {
    for (const message of [observe, propose, share, report]) {
      const encoded = encodeMessage(CFG, message);
      for (let length = 0; length < encoded.length; length++) {
        expect(() => decodeMessage(encoded.subarray(0, length)), `${message.type} cut to ${length}`).toThrow(
          OracleError,
        );
      }
      expect(codeOf(() => decodeMessage(concatBytes(encoded, Uint8Array.of(0))))).toMatch(/trailing-bytes|bad-count/);
    }
  });

  test("an unknown type", () => {
    for (const type of [0, 5, 255])
      expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, share), 0, type)))).toBe("bad-type");
  });

  test("a round above 2^53", () => {
    expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, share), 33, 0, 0x20)))).toBe("field-range");
  });

  test("a value count that the bytes do not carry, before it allocates", () => {
    const at = HEADER + 6 + 16 + 4 * 33;
    const lying = patched(encodeMessage(CFG, observe), at, 0xff, 0xff);
    expect(codeOf(() => decodeMessage(lying))).toBe("bad-count");
    expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, observe), at, 0, 3)))).toBe("truncated");
    expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, observe), at, 0, 1)))).toBe("trailing-bytes");
  });

  test("a leaf or push count that the bytes do not carry, before it allocates", () => {
    const leaves = HEADER + 16;
    const pushes = leaves + 2 + 2 * 125;
    for (const at of [leaves, pushes]) {
      expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, report), at, 0xff, 0xff)))).toBe("bad-count");
    }
  });

  test("flags that are neither 0 nor 1", () => {
    expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, share), HEADER + 96, 2)))).toBe("bad-flag");
    expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, propose), HEADER + 1, 2)))).toBe("bad-flag");
  });

  test("an observation with a tag that stands for nothing", () => {
    const value = HEADER + 6 + 16 + 4 * 33 + 2;
    for (const tag of [4, 255]) {
      expect(codeOf(() => decodeMessage(patched(encodeMessage(CFG, observe), value, tag)))).toBe("bad-tag");
    }
  });

  test("a report with a round other than its envelope's, an unknown status, or a leaf with another prefix", () => {
    const encoded = encodeMessage(CFG, report);
    expect(codeOf(() => decodeMessage(patched(encoded, 40, 0xf0)))).toBe("bad-round");
    const leaf = HEADER + 18;
    for (const prefix of [1, 2, 4]) {
      expect(codeOf(() => decodeMessage(patched(encoded, leaf, prefix)))).toBe("bad-leaf");
    }
    expect(codeOf(() => decodeMessage(patched(encoded, leaf + 65, 4)))).toBe("bad-status");
  });

  test("a header that is cut short", () => {
    const encoded = encodeMessage(CFG, share);
    expect(codeOf(() => decodeHeader(encoded.subarray(0, HEADER - 1)))).toBe("truncated");
    expect(decodeHeader(encoded.subarray(0, HEADER)).round).toBe(1_007);
  });
});

describe("encoding refuses what its fields cannot hold", () => {
  test.each<readonly [string, Message]>([
    ["a value above int128", { ...observe, values: [1n << 127n] }],
    ["a sender above 255", { ...observe, sender: 256 }],
    ["a negative round", { ...share, round: -1 }],
    [
      "a commitment of 32 bytes",
      { ...observe, commitments: [{ hiding: hexOf("x"), binding: hexOf("y") }, observe.commitments[1]] },
    ],
    ["a digest of 31 bytes", { ...share, digest: toHex(fromHex(share.digest).slice(1)) }],
  ])("%s", (_name, message) => {
    expect(() => encodeMessage(CFG, message)).toThrow(OracleError);
  });
});
