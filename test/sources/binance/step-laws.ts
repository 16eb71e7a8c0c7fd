/** What every step of a session must satisfy, whatever the frame was. */
import { expect } from "vitest";
import type { MarketQuote } from "../../../src/sources/adapters.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import type { StreamAdapter, StreamSession, StreamStep, StreamUpdate } from "../../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../../src/sources/subscription.ts";
import fc from "fast-check";
import { NOW_MS } from "../bodies.ts";
import { expectLawful, expectLawfulGap } from "../quote-laws.ts";

/** Opened at NOW_MS. */
export function openSession(adapter: StreamAdapter, subscriptions: readonly PolledSubscription[]): StreamSession {
  const session = adapter.session(subscriptions, PRODUCTION_ONLY);
  session.opened(NOW_MS);
  return session;
}

export function expectLawfulStep(step: StreamStep, subscriptions: readonly PolledSubscription[]): void {
  const sources = subscriptions.map(sourceName);
  for (const refusal of [step.refused, step.close]) if (refusal !== null) expectLawfulGap(refusal);
  for (const update of step.updates) {
    expect(sources).toContain(update.source);
    if (update.kind === "gap") expectLawfulGap(update.gap);
    else {
      const quote = quoteOf(update);
      if (quote !== null) expectLawful({ kind: "quote", quote });
    }
  }
}

/** Rows as the board that they alone would be; null where there are none. */
function quoteOf(update: Exclude<StreamUpdate, { kind: "gap" }>): MarketQuote | null {
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
      if (update.rows.length === 0) return null;
      const { timeMs, receivedAtMs, refused } = update;
      const times = { timeMs: timeMs ?? receivedAtMs, timeSource: "venue", receivedAtMs } as const;
      const board = { venue: "binance", ...times, base: "BTC", quote: "USDT", refused } as const;
      return update.kind === "options"
        ? { kind: "options", value: { ...board, options: update.rows } }
        : { kind: "futures", value: { ...board, futures: update.rows } };
    }
  }
}

/** Frames that belong to each other, each broken in turn: no edit throws or gets past the laws of a quote. */
export function expectNoEditGetsPast(
  adapter: StreamAdapter,
  subscriptions: readonly PolledSubscription[],
  frames: readonly string[],
): void {
  const snippets = [
    "0",
    "-",
    "null",
    '""',
    "1e9",
    "1e999",
    ".",
    "[",
    "{}",
    '"',
    ",",
    "\u0000",
    "true",
    '"-1.0"',
    "9999",
  ];
  const edit = fc.record({
    frame: fc.nat(frames.length - 1),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(6),
    put: fc.oneof(fc.constantFrom(...snippets), fc.string({ maxLength: 4 })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const sent = [...frames];
      for (const { frame, at, drop, put } of edits) {
        const text = sent[frame]!;
        const from = Math.floor(at * text.length);
        sent[frame] = text.slice(0, from) + put + text.slice(from + drop);
      }
      const session = openSession(adapter, subscriptions);
      for (const [i, text] of sent.entries()) expectLawfulStep(session.take(text, NOW_MS + i), subscriptions);
      expectLawfulStep(session.tick(NOW_MS + 60_000), subscriptions);
    }),
    { numRuns: 800 },
  );
}
