import { keccak_256 } from "@noble/hashes/sha3.js";
import { describe, expect, test } from "vitest";
import type { Configuration } from "../../src/protocol/cfg.ts";
import { cfgHash } from "../../src/protocol/cfg.ts";
import { hex20, hexOf } from "../support/protocol.ts";

const member = (id: number) => ({
  id,
  peerId: `12D3Koo${id}`,
  observer: hex20(`o${id}`),
  transmitter: hex20(`t${id}`),
});

const BASE: Configuration = {
  networkId: hexOf("network"),
  configCount: 3,
  f: 1,
  t: 3,
  groupKeyX: hexOf("key"),
  transcriptHash: hexOf("transcript"),
  members: [1, 2, 3, 4].map(member),
  feedSetRoot: hexOf("feeds"),
  paramsHash: hexOf("params"),
  firstRound: 77,
  firstRoundTimeMs: 1_700_000_000_000,
  slotMs: 1_000,
};

const withMember = (change: object): Configuration => ({
  ...BASE,
  members: [...BASE.members.slice(0, 3), { ...BASE.members[3]!, ...change }],
});

const altered: readonly (readonly [string, Configuration])[] = [
  ["networkId", { ...BASE, networkId: hexOf("x") }],
  ["configCount", { ...BASE, configCount: 4 }],
  ["f", { ...BASE, f: 2 }],
  ["t", { ...BASE, t: 4 }],
  ["groupKeyX", { ...BASE, groupKeyX: hexOf("x") }],
  ["transcriptHash", { ...BASE, transcriptHash: hexOf("x") }],
  ["feedSetRoot", { ...BASE, feedSetRoot: hexOf("x") }],
  ["paramsHash", { ...BASE, paramsHash: hexOf("x") }],
  ["firstRound", { ...BASE, firstRound: 78 }],
  ["firstRoundTimeMs", { ...BASE, firstRoundTimeMs: 1_700_000_000_001 }],
  ["slotMs", { ...BASE, slotMs: 1_001 }],
  ["a member less", { ...BASE, members: BASE.members.slice(0, 3) }],
  ["a member's id", withMember({ id: 5 })],
  ["a member's peerId", withMember({ peerId: "12D3KooX" })],
  ["a member's observer", withMember({ observer: hex20("x") })],
  ["a member's transmitter", withMember({ transmitter: hex20("x") })],
  ["observer and transmitter exchanged", withMember({ observer: hex20("t4"), transmitter: hex20("o4") })],
];

describe("cfg", () => {
  test.each(altered)("changes with %s", (_field, configuration) => {
    expect(cfgHash(configuration)).not.toBe(cfgHash(BASE));
  });

  test("is another for each of these alterations", () => {
    expect(new Set(altered.map(([, configuration]) => cfgHash(configuration))).size).toBe(altered.length);
  });

  test("does not depend on the order in which members are listed, nor on the case of digits", () => {
    expect(cfgHash({ ...BASE, members: [...BASE.members].reverse() })).toBe(cfgHash(BASE));
    expect(cfgHash({ ...BASE, groupKeyX: `0x${BASE.groupKeyX.slice(2).toUpperCase()}` })).toBe(cfgHash(BASE));
  });

  test("is keccak of the documented layout", () => {
    const hex = (text: string): Buffer => Buffer.from(text.replace(/^0x/, ""), "hex");
    const number = (value: number, bytes: number): Buffer => hex(value.toString(16).padStart(2 * bytes, "0"));
    const members = BASE.members.map(({ id, peerId, observer, transmitter }) =>
      Buffer.concat([number(id, 1), number(peerId.length, 1), Buffer.from(peerId), hex(observer), hex(transmitter)]),
    );
    const packed = Buffer.concat([
      Buffer.from("TENOR/CFG/1"),
      hex(BASE.networkId),
      number(3, 8),
      number(1, 1),
      number(3, 1),
      hex(BASE.groupKeyX),
      hex(BASE.transcriptHash),
      number(4, 1),
      ...members,
      hex(BASE.feedSetRoot),
      hex(BASE.paramsHash),
      number(77, 8),
      number(1_700_000_000_000, 8),
      number(1_000, 4),
    ]);
    expect(cfgHash(BASE)).toBe(`0x${Buffer.from(keccak_256(packed)).toString("hex")}`);
  });
});
