import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import type { CeremonySetup } from "../../src/threshold/ceremony-setup.ts";
import { ceremonyIdOf } from "../../src/threshold/ceremony-setup.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import { setupFor } from "../keystore/committee.ts";

const setup = setupFor(4);
const other = toHex(new Uint8Array(32).fill(77));

function withMember(change: Partial<CeremonySetup["members"][number]>): CeremonySetup {
  return { ...setup, members: setup.members.map((member) => (member.id === 2 ? { ...member, ...change } : member)) };
}

describe("ceremonyIdOf", () => {
  test("changes with every field, and not with the order of the members", () => {
    const changed: CeremonySetup[] = [
      setup,
      { ...setup, networkId: other },
      { ...setup, configCount: 2 },
      { ...setup, f: 0 },
      { ...setup, t: 4 },
      { ...setup, feedSetRoot: other },
      { ...setup, paramsHash: other },
      { ...setup, ...setupFor(5), f: 1, t: 3 },
      withMember({ peerId: peerIdOf(other) }),
      withMember({ observer: `0x${"99".repeat(20)}` }),
      withMember({ transmitter: `0x${"99".repeat(20)}` }),
      { ...setup, refreshes: { groupKeyX: other, transcriptHash: setup.paramsHash } },
      { ...setup, refreshes: { groupKeyX: setup.paramsHash, transcriptHash: other } },
    ];
    expect(new Set(changed.map(ceremonyIdOf)).size).toBe(changed.length);
    expect(ceremonyIdOf({ ...setup, members: [...setup.members].reverse() })).toBe(ceremonyIdOf(setup));
  });

  test.each<[string, Partial<CeremonySetup>]>([
    ["too many faulty members", { f: 2 }],
    ["a threshold that liars reach alone", { t: 1 }],
    ["more signers than members", { t: 5 }],
    ["one member", { members: setup.members.slice(0, 1) }],
    ["a gap in the ids", { members: setup.members.map((m) => (m.id === 4 ? { ...m, id: 5 } : m)) }],
    ["one peer id twice", { members: setup.members.map((m) => ({ ...m, peerId: setup.members[0]!.peerId })) }],
    ["a peer id that is none", { members: setup.members.map((m) => ({ ...m, peerId: `peer-${m.id}` })) }],
  ])("refuses %s", (_, change) => {
    expect(() => ceremonyIdOf({ ...setup, ...change })).toThrow();
  });
});
