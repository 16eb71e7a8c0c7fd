/** What every step of a stream session must satisfy, whatever the venue sent. */
import { expect } from "vitest";
import type { MarketQuote } from "../../src/sources/adapters.ts";
import type { StreamStep, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { expectLawful, expectLawfulGap } from "./quote-laws.ts";

export type StepClaims = {
  /** Nothing is told of any other. */
  readonly sources?: readonly string[];
  /** What is sent is JSON; else it must only be something: OKX is pinged in plain text. */
  readonly sendsJson?: boolean;
  /** Rows carry the venue's time. */
  readonly stampsRows?: boolean;
};

export function expectLawfulStep(step: StreamStep, claims: StepClaims = {}): void {
  for (const told of [step.refused, step.close]) if (told !== null) expectLawfulGap(told);
  for (const frame of step.send) {
    expect(frame).not.toBe("");
    if (claims.sendsJson === true) expect(() => JSON.parse(frame)).not.toThrow();
  }
  for (const update of step.updates) {
    if (claims.sources !== undefined) expect(claims.sources).toContain(update.source);
    if (update.kind === "gap") expectLawfulGap(update.gap);
    else expectLawfulUpdate(update, claims);
  }
}

function expectLawfulUpdate(update: Exclude<StreamUpdate, { kind: "gap" }>, { stampsRows }: StepClaims): void {
  if (update.kind === "options" || update.kind === "futures") {
    const { rows, gone } = update;
    const names = rows.map(({ instrument }) => instrument);
    expect(new Set([...names, ...gone]).size, "a row is there or gone, and once").toBe(names.length + gone.length);
    if (rows.length === 0) return;
    if (stampsRows === true) expect(update.timeMs).not.toBeNull();
  }
  expectLawful({ kind: "quote", quote: quoteOf(update) });
}

/** Of a board only what changed is told: its rows keep the laws of a board that holds them and no others. */
function quoteOf(update: Exclude<StreamUpdate, { kind: "gap" }>): MarketQuote {
  switch (update.kind) {
    case "spot":
      return { kind: "spot", value: update.quote };
    case "depth":
      return { kind: "depth", value: update.quote };
    case "index":
      return { kind: "index", value: update.quote };
    case "vol-index":
      return { kind: "vol-index", value: update.quote };
    case "options":
    case "futures": {
      const { timeMs, receivedAtMs, refused } = update;
      const times = { timeMs: timeMs ?? receivedAtMs, timeSource: "venue", receivedAtMs } as const;
      const board = { venue: "deribit", ...times, base: "BTC", quote: "USD", refused } as const;
      return update.kind === "options"
        ? { kind: "options", value: { ...board, options: update.rows } }
        : { kind: "futures", value: { ...board, futures: update.rows } };
    }
  }
}
