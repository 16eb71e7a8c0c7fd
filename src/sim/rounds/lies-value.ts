/** Lies about what was seen: values, surfaces, settlements, and the time of seeing. */
import type { Observed } from "../../feeds/observed.ts";
import type { Observe } from "../../protocol/messages.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import type { VALUE_LIES } from "./liar-kinds.ts";
import type { Lie, LiarDoors, Utterance } from "./lie.ts";

/** As far out as an OBSERVE can say. */
function extreme(value: Observed): Observed {
  if (value === null || typeof value === "bigint") return 10n ** 30n;
  if (value.type === "settlement") return { ...value, fixed: 10n ** 30n, coveragePpm: 1_000_000 };
  const slices = value.slices.map((slice) => ({
    ...slice,
    forward: slice.forward * 100n,
    variances: slice.variances.map(() => 8n * 10n ** 18n),
  }));
  return { ...value, slices };
}

/** By turns: another grid, curves that cross and bend, an expiry nobody lists and none that they do. */
function bent(value: Observed, round: number): Observed {
  if (value === null || typeof value === "bigint" || value.type !== "surface") return value;
  const [first] = value.slices;
  if (round % 3 === 0 || first === undefined) return { ...value, gridRound: value.gridRound + 1 };
  if (round % 3 === 1) {
    const slices = value.slices.map((slice) => ({
      ...slice,
      forward: (slice.forward * 1_009n) / 1_000n,
      variances: slice.variances.map((variance, node) => (node % 2 === 0 ? variance * 3n : variance / 3n)),
    }));
    return { ...value, slices };
  }
  return { ...value, slices: [{ ...first, expiryMs: first.expiryMs + 86_400_000 }] };
}

/** By turns: another expiry, a price that still passes as agreeing under a coverage that is a lie, no coverage. */
function forged(value: Observed, round: number): Observed {
  if (value === null || typeof value === "bigint" || value.type !== "settlement") return value;
  if (round % 3 === 0) return { ...value, expiryMs: value.expiryMs + 10_000, coveragePpm: 1_000_000 };
  if (round % 3 === 1) return { ...value, fixed: (value.fixed * 1_008n) / 1_000n, coveragePpm: 1_000_000 };
  return { ...value, coveragePpm: 0 };
}

/** A number moved by so many parts of ten thousand; those that lie alike need not talk to each other. */
function moved(bps: bigint): (value: Observed) => Observed {
  return (value) => (typeof value === "bigint" ? value + (value * bps) / 10_000n : value);
}

type Change = (value: Observed, round: number, position: number) => Observed;

function saying(change: Change): Lie {
  return {
    observe: (message) => [
      {
        message: {
          ...message,
          values: message.values.map((value, position) => change(value, message.round, position)),
        },
      },
    ],
  };
}

const COPY_AFTER_MS = 40;

/** Waits for another's OBSERVE and says the same. */
function copied(message: Observe, { node }: LiarDoors): readonly Utterance[] {
  const heard = [...(node.state.rounds.get(message.round)?.observations.values() ?? [])];
  const other = heard.find(({ message: one }) => one.sender !== message.sender);
  return [{ message: { ...message, values: other?.message.values ?? message.values }, delayMs: COPY_AFTER_MS }];
}

function stamped(offsetMs: (round: number) => number): Lie {
  return {
    observe: (message, { node }) => {
      const obsTimeMs = slotTimeMs(node.state.config, message.round) + offsetMs(message.round);
      return [{ message: { ...message, obsTimeMs } }];
    },
  };
}

export const VALUING: Readonly<Record<(typeof VALUE_LIES)[number], Lie>> = {
  "extreme-values": saying(extreme),
  "negative-values": saying((value) => (typeof value === "bigint" ? -value : value)),
  "missing-values": saying(() => null),
  "missing-one-feed": saying((value, _, position) => (position === 0 ? null : value)),
  "inside-tolerance": saying(moved(99n)),
  "outside-tolerance": saying(moved(150n)),
  "copy-cat": { observe: copied },
  "coordinated-up": saying(moved(90n)),
  "coordinated-down": saying(moved(-90n)),
  alternating: saying((value, round) => moved(round % 2 === 0 ? 95n : -95n)(value)),
  "bent-surface": saying((value, round) => bent(value, round)),
  "forged-settlement": saying((value, round) => forged(value, round)),
  "wrong-feed-count": {
    observe: (message) => [{ message: { ...message, values: [...message.values, ...message.values] } }],
  },
  /** Valid for whoever asks the slot; by the hearer's clock it depends on when it comes. */
  "edge-of-time": stamped((round) => [-1_996, -1_990, -1_982, 1_990][round % 4]!),
  "off-time": stamped((round) => (round % 3 === 0 ? -2_010 : round % 3 === 1 ? 2_010 : 3_600_000)),
};
