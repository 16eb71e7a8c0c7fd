/** What a simulated network is configured with: two numbers, a surface with an option book, a settlement. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes } from "../../base/bytes.ts";
import type { FeedRule, FeedShape } from "../../feeds/rule.ts";
import { byzantineMax, signingThreshold } from "../../protocol/quorum.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { keccakHex } from "../../base/keccak.ts";
import type { Schedule } from "./schedule.ts";

export const START_MS = 1_700_000_000_000;
export const FIRST_ROUND = 1_000;

const DAY_MS = 86_400_000;
const UNIT = 10n ** 18n;

function hexOf(label: string): Hex {
  return keccakHex(asciiBytes(label));
}

function ruleFor(index: number, shape: FeedShape, over: Partial<FeedRule> = {}): FeedRule {
  return {
    index,
    name: `feed-${index}`,
    feedId: hexOf(`feed/${index}`),
    definitionDigest: hexOf(`definition/${index}`),
    decimals: 8,
    shape,
    heartbeatMs: 10_000,
    heartbeatMarginMs: 1_000,
    deviation: { type: "relative", bps: 10 },
    agreement: { type: "relative", bps: 100 },
    statusGraceMs: 2_000,
    ...over,
  };
}

/** Agreed on in the second round and in every twelfth from then: a fit costs more than all the rest of a simulated round. */
const SURFACE: FeedShape = {
  type: "surface",
  everyRounds: 12,
  phase: 5,
  minTenorMs: 3_600_000,
  maxTenorMs: 400 * DAY_MS,
  minExpiries: 1,
  maxExpiries: 4,
  startVariance: (UNIT * 36n) / 100n,
  agreementVol: (UNIT * 3n) / 100n,
  fitTolerance: { centre: (UNIT * 3n) / 100n, wing: (UNIT * 15n) / 100n },
  headlineMs: 30 * DAY_MS,
  book: {
    spotPosition: 0,
    lambda: 2n * UNIT,
    rest: UNIT,
    spotTolerance: 3n * 10n ** 14n,
    premiumTolerance: UNIT / 8n,
    floor: 5n * 10n ** 12n,
    settlementWindowMs: 1_800_000,
    gas: { spot: 7_150, slice: 12_000 },
  },
};

/** Two expiries within a run of 24 seconds, eight seconds into it the first. */
const SETTLEMENT: FeedShape = {
  type: "settlement",
  periodMs: 10_000,
  offsetMs: START_MS + 8_000,
  windowMs: 4_000,
  minCoveragePpm: 900_000,
};

const RULES: readonly FeedRule[] = [
  ruleFor(0, { type: "scalar" }),
  ruleFor(1, { type: "scalar" }),
  ruleFor(2, SURFACE, {
    deviation: { type: "absolute", amount: 1_000_000n },
    agreement: { type: "absolute", amount: 3_000_000n },
    statusGraceMs: 30_000,
  }),
  ruleFor(3, SETTLEMENT),
];

export function settingFor(schedule: Schedule): Omit<OracleConfig, "selfId"> {
  const { n, slotMs, feeds, seed } = schedule;
  return {
    cfg: hexOf(`cfg/${seed}`),
    networkId: hexOf("simulation"),
    n,
    f: byzantineMax(n),
    t: signingThreshold(n),
    slotMs,
    firstRound: FIRST_ROUND,
    firstRoundTimeMs: START_MS,
    rules: feeds === "all" ? RULES : RULES.slice(0, 2),
  };
}
