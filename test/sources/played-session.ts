/** Sessions that are played frame by frame, each step held against the laws, and frames with edits in them. */
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { StreamAdapter, StreamSession, StreamStep } from "../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import fc from "fast-check";
import { NOW_MS } from "./bodies.ts";
import { expectLawfulStep as expectLawful } from "./step-laws.ts";

/** Opened at NOW_MS. */
export function openSession(adapter: StreamAdapter, subscriptions: readonly PolledSubscription[]): StreamSession {
  const session = adapter.session(subscriptions, PRODUCTION_ONLY);
  session.opened(NOW_MS);
  return session;
}

export function expectLawfulStep(step: StreamStep, subscriptions: readonly PolledSubscription[]): void {
  expectLawful(step, { sources: subscriptions.map(sourceName) });
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
