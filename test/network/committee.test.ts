import { describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { Committee, type MemberAddress } from "../../src/network/committee.ts";
import { defaultLimits } from "../../src/network/peer-policy.ts";
import { newIdentity, systemClock } from "./committee.support.ts";

const [a, b, c] = [newIdentity().peerId, newIdentity().peerId, newIdentity().peerId] as const;

function build(members: readonly MemberAddress[]): Committee {
  return new Committee(
    { selfId: 1, selfPeerId: a, members, limits: defaultLimits },
    { clock: systemClock, log: silentLogger },
  );
}

describe("the committee", () => {
  test("leaves this node out and counts it in", () => {
    const committee = build([
      { id: 1, peerId: a, addresses: [] },
      { id: 2, peerId: b, addresses: ["/dns4/node2/tcp/4001", `/ip4/10.0.0.2/tcp/1/p2p/${b}`] },
    ]);
    expect(committee.size).toBe(2);
    expect([...committee.others()].map(({ id }) => id)).toEqual([2]);
    expect(committee.byId(2)?.addresses.map(String)).toEqual([
      `/dns4/node2/tcp/4001/p2p/${b}`,
      `/ip4/10.0.0.2/tcp/1/p2p/${b}`,
    ]);
  });

  test.each([
    ["another key under this node's id", [{ id: 1, peerId: b, addresses: [] }], "while this node is member 1"],
    ["this node's key under another id", [{ id: 2, peerId: a, addresses: [] }], "while this node is member 1"],
    ["an id listed twice", [b, c].map((peerId) => ({ id: 2, peerId, addresses: [] })), "is listed twice"],
    ["a key listed twice", [2, 3].map((id) => ({ id, peerId: b, addresses: [] })), "is listed twice"],
    ["a peer id that is none", [{ id: 2, peerId: "Bob", addresses: [] }], "expected a libp2p peer id"],
    ["an address that is none", [{ id: 2, peerId: b, addresses: ["10.0.0.1:80"] }], "expected a multiaddr"],
  ])("refuses %s", (_, members, message) => {
    expect(() => build(members)).toThrow(message);
  });
});
