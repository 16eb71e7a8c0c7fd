/** What a simulated network is configured with, and the market its nodes look at. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes } from "../../base/bytes.ts";
import type { Rng } from "../../base/ports.ts";
import type { FeedRule } from "../../feeds/rule.ts";
import { byzantineMax, signingThreshold } from "../../protocol/quorum.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { keccakHex } from "../../report/hash.ts";
import type { Mutation, Plan } from "./plan.ts";

const START_MS = 1_700_000_000_000;
export const FIRST_ROUND = 1_000;

/** Of the two feeds at the start. */
const PRICES = [95_000, 3_300];

function hexOf(label: string): Hex {
  return keccakHex(asciiBytes(label));
}

function rulesFor(count: number): FeedRule[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `feed-${index}`,
    feedId: hexOf(`feed/${index}`),
    definitionDigest: hexOf(`definition/${index}`),
    decimals: 8,
    heartbeatMs: 10_000,
    heartbeatMarginMs: 1_000,
    deviation: { type: "relative", bps: 10 },
    agreement: { type: "relative", bps: 100 },
    statusGraceMs: 2_000,
  }));
}

export function settingFor(plan: Plan, mutation: Mutation | undefined): Omit<OracleConfig, "selfId"> {
  const f = byzantineMax(plan.n);
  return {
    cfg: hexOf(`cfg/${plan.seed}`),
    networkId: hexOf("simulation"),
    n: plan.n,
    f,
    t: mutation === "low-threshold" ? f + 1 : signingThreshold(plan.n),
    slotMs: plan.slotMs,
    firstRound: FIRST_ROUND,
    firstRoundTimeMs: START_MS,
    rules: rulesFor(PRICES.length),
  };
}

/** Each node's own slightly different view of two moving prices, 8 decimals. */
export function viewOf(round: number, rng: Rng): bigint[] {
  return PRICES.map((price, i) => {
    const drift = 1 + 0.002 * Math.sin((round + i) / 3);
    return BigInt(Math.round(price * drift * (1 + (rng.next() - 0.5) * 4e-4) * 1e8));
  });
}
