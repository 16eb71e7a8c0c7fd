/** What every step of a session must satisfy, whatever the frame was. */
import { expect } from "vitest";
import type { MarketQuote } from "../../src/sources/adapters.ts";
import type { StreamStep, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { expectLawful, expectLawfulGap } from "./quote-laws.ts";

export function expectLawfulStep(step: StreamStep): void {
  for (const told of [step.refused, step.close]) if (told !== null) expectLawfulGap(told);
  for (const frame of step.send) expect(frame).not.toBe("");
  for (const update of step.updates) expectLawfulUpdate(update);
}

function expectLawfulUpdate(update: StreamUpdate): void {
  switch (update.kind) {
    case "gap":
      return expectLawfulGap(update.gap);
    case "spot":
      return expectLawful({ kind: "quote", quote: { kind: "spot", value: update.quote } });
    case "depth":
      return expectLawful({ kind: "quote", quote: { kind: "depth", value: update.quote } });
    case "index":
      return expectLawful({ kind: "quote", quote: { kind: "index", value: update.quote } });
    case "vol-index":
      return expectLawful({ kind: "quote", quote: { kind: "vol-index", value: update.quote } });
    case "options":
    case "futures": {
      // Of a board only what changed is told: its rows keep the laws of a board that holds them and no others.
      const { timeMs, receivedAtMs, refused } = update;
      expect(update.rows.every(({ instrument }) => !update.gone.includes(instrument))).toBe(true);
      if (update.rows.length === 0) return;
      const times = { timeMs: timeMs ?? receivedAtMs, timeSource: "venue", receivedAtMs } as const;
      const board = { venue: "okx", ...times, base: "BTC", quote: "USD", refused } as const;
      const quote: MarketQuote =
        update.kind === "options"
          ? { kind: "options", value: { ...board, options: update.rows } }
          : { kind: "futures", value: { ...board, futures: update.rows } };
      return expectLawful({ kind: "quote", quote });
    }
  }
}
