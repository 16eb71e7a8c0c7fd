/** Frames damaged in every way, and a session that hears them: every step is held against the laws. */
import fc from "fast-check";
import { expect } from "vitest";
import type { StreamAdapter, StreamSession, StreamStep } from "../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import { memberPaths, put } from "./member-paths.ts";
import { expectLawfulStep } from "./step-laws.ts";

/** Of the venues whose sessions speak JSON and stamp their rows; an update without rows says who is gone, or what was refused. */
export function expectLawfulJsonStep(step: StreamStep): void {
  expectLawfulStep(step, { sendsJson: true, stampsRows: true });
  for (const update of step.updates) {
    if ((update.kind !== "options" && update.kind !== "futures") || update.rows.length > 0) continue;
    expect(update.gone.length > 0 || Object.keys(update.refused).length > 0, update.source).toBe(true);
  }
}

/** One frame, checked. */
export function take(session: StreamSession, frame: string | object, atMs: number): StreamStep {
  const step = session.take(typeof frame === "string" ? frame : JSON.stringify(frame), atMs);
  expectLawfulJsonStep(step);
  return step;
}

export function sourcesOf(subscriptions: readonly PolledSubscription[]): string[] {
  return subscriptions.map(sourceName);
}

const SNIPPETS = ["0", "-", "null", '""', "1e9", "1e999", "NaN", ".", "[", "{}", '"', ",", "\u0000", "true", '"0x1f"'];
const GARBAGE = ["", " ", "null", "[]", "{}", "42", '"x"', "<html>", "{", "ping", "[[[]]]", '{"event":{}}'];
const HOSTILE = fc.oneof(
  fc.constantFrom(0, -0, -1, -1e-8, 1e-300, 1e300, null, "", "0", "-1.0", "0x10", "NaN", "1e400", true),
  fc.jsonValue({ maxDepth: 1 }),
);

/**
 * Plays the good frames with one of them damaged. Nothing throws, every step is lawful, and of sources that were not
 * asked for nothing is told.
 */
export function expectNoDamageGetsThrough(
  adapter: StreamAdapter,
  subscriptions: readonly PolledSubscription[],
  frames: readonly string[],
  atMs: number,
  list: (session: StreamSession) => void = () => undefined,
): void {
  const sources = new Set(sourcesOf(subscriptions));
  const play = (at: number, damaged: string): void => {
    const session = adapter.session(subscriptions, { allowTestnet: false });
    list(session);
    expectLawfulJsonStep(session.opened(atMs));
    for (const frame of [...frames.slice(0, at), damaged, ...frames.slice(at), ...frames]) {
      const step = take(session, frame, atMs);
      for (const { source } of step.updates) expect(sources.has(source), source).toBe(true);
    }
    expectLawfulJsonStep(session.tick(atMs + 60_000));
  };
  for (const garbage of GARBAGE) for (const at of frames.keys()) play(at, garbage);
  const index = fc.nat(frames.length - 1);
  const edit = fc.record({
    at: fc.nat(400),
    drop: fc.nat(6),
    put: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 4 })),
  });
  fc.assert(
    fc.property(index, fc.array(edit, { minLength: 1, maxLength: 3 }), (i, edits) => {
      let frame = frames[i]!;
      for (const { at, drop, put } of edits) frame = frame.slice(0, at) + put + frame.slice(at + drop);
      play(i, frame);
    }),
    { numRuns: 300 },
  );
  const members = frames.flatMap((frame, i) => memberPaths(JSON.parse(frame)).map((path) => ({ i, path })));
  fc.assert(
    fc.property(fc.constantFrom(...members), HOSTILE, ({ i, path }, value) => {
      const message: unknown = JSON.parse(frames[i]!);
      put(message, path, value);
      play(i, JSON.stringify(message));
    }),
    { numRuns: 600 },
  );
}
