/** The committee of the model: four members, of whom the last one lies, and one feed. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes } from "../../base/bytes.ts";
import { leadershipOf } from "../../protocol/leader.ts";
import { byzantineMax, signingThreshold } from "../../protocol/quorum.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { keccakHex } from "../../base/keccak.ts";
import type { Bug } from "./bugs.ts";

/** Members; the last one is the liar. */
export const N = 4;
export const HONEST = N - 1;
export const FIRST_ROUND = 1_000;

/** The liar stands by in the first round and leads the second: both roles within three rounds. */
export function configFor(bug: Bug | null): Omit<OracleConfig, "selfId"> {
  let cfg: Hex = "0x";
  for (let label = 0; cfg === "0x"; label++) {
    const candidate = keccakHex(asciiBytes(`model/${label}`));
    const first = leadershipOf(candidate, FIRST_ROUND, N);
    if (first.leader === 1 && first.backup === N) cfg = candidate;
  }
  return {
    cfg,
    networkId: keccakHex(asciiBytes("model")),
    n: N,
    f: byzantineMax(N),
    t: bug === "low-threshold" ? byzantineMax(N) + 1 : signingThreshold(N),
    // So long that a reservation is one round: a member whose power went acts again in the next.
    slotMs: 16_000,
    firstRound: FIRST_ROUND,
    firstRoundTimeMs: 1_700_000_000_000,
    rules: [
      {
        index: 0,
        name: "feed",
        feedId: keccakHex(asciiBytes("feed")),
        definitionDigest: keccakHex(asciiBytes("definition")),
        decimals: 8,
        shape: { type: "scalar" },
        heartbeatMs: 3_600_000,
        heartbeatMarginMs: 1_000,
        deviation: { type: "relative", bps: 10 },
        agreement: { type: "relative", bps: 100 },
        statusGraceMs: 2_000,
      },
    ],
  };
}
