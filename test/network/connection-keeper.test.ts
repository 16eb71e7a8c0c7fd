import { describe, expect, test } from "vitest";
import { keepsNewer } from "../../src/network/connection-keeper.ts";
import { HANDSHAKE_TIMEOUT_MS } from "../../src/network/peer-policy.ts";

const other = { inbound: "outbound", outbound: "inbound" } as const;

describe("which of two connections stays", () => {
  test("after a simultaneous dial both ends keep the same one, in whatever order they saw them open", () => {
    for (const [low, high] of [
      [1, 2],
      [3, 9],
    ] as const) {
      // Seen from the lower id: its own dial is outbound. `first` is what each end saw first.
      for (const lowFirst of ["outbound", "inbound"] as const) {
        for (const highFirst of ["outbound", "inbound"] as const) {
          const lowKeeps = keepsNewer(low, high, { direction: lowFirst, ageMs: 5 }, { direction: other[lowFirst] })
            ? other[lowFirst]
            : lowFirst;
          const highKeeps = keepsNewer(high, low, { direction: highFirst, ageMs: 900 }, { direction: other[highFirst] })
            ? other[highFirst]
            : highFirst;
          expect(lowKeeps).toBe("outbound");
          expect(highKeeps).toBe("inbound");
        }
      }
    }
  });

  test("a peer that dials again has lost its old connection, so the new one stays", () => {
    expect(keepsNewer(1, 2, { direction: "inbound", ageMs: 1 }, { direction: "inbound" })).toBe(true);
    expect(keepsNewer(2, 1, { direction: "inbound", ageMs: 1 }, { direction: "inbound" })).toBe(true);
  });

  test("a dial of the higher id wins over a connection older than any handshake: the peer has come back", () => {
    const older = { direction: "outbound", ageMs: HANDSHAKE_TIMEOUT_MS + 1 } as const;
    expect(keepsNewer(1, 2, older, { direction: "inbound" })).toBe(true);
    expect(keepsNewer(1, 2, { ...older, ageMs: 0 }, { direction: "inbound" })).toBe(false);
  });
});
