/** What every step of a stream session must satisfy, whatever the venue sent, and frames damaged in every way. */
import fc from "fast-check";
import { expect } from "vitest";
import type { StreamAdapter, StreamSession, StreamStep, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../src/sources/subscription.ts";
import { expectLawful, expectLawfulGap } from "./quote-laws.ts";

export function expectLawfulStep(step: StreamStep): void {
  if (step.refused !== null) expectLawfulGap(step.refused);
  if (step.close !== null) expectLawfulGap(step.close);
  for (const frame of step.send) expect(() => JSON.parse(frame)).not.toThrow();
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
      const { kind, source, rows, gone, refused, receivedAtMs } = update;
      // An update without rows says who is gone, or how many were refused.
      if (rows.length === 0) expect(gone.length > 0 || Object.keys(refused).length > 0, source).toBe(true);
      else expect(update.timeMs).not.toBeNull();
      const names = rows.map(({ instrument }) => instrument);
      expect(new Set([...names, ...gone]).size, "a row is there or gone").toBe(names.length + gone.length);
      if (rows.length === 0) return;
      const times = { timeMs: update.timeMs ?? 0, timeSource: "venue", receivedAtMs } as const;
      const board = { venue: "deribit", ...times, base: "BTC", quote: "USD", refused } as const;
      return kind === "options"
        ? expectLawful({ kind: "quote", quote: { kind, value: { ...board, options: update.rows } } })
        : expectLawful({ kind: "quote", quote: { kind, value: { ...board, futures: update.rows } } });
    }
  }
}

/** One frame, checked. */
export function take(session: StreamSession, frame: string | object, atMs: number): StreamStep {
  const step = session.take(typeof frame === "string" ? frame : JSON.stringify(frame), atMs);
  expectLawfulStep(step);
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
    expectLawfulStep(session.opened(atMs));
    for (const frame of [...frames.slice(0, at), damaged, ...frames.slice(at), ...frames]) {
      const step = take(session, frame, atMs);
      for (const { source } of step.updates) expect(sources.has(source), source).toBe(true);
    }
    expectLawfulStep(session.tick(atMs + 60_000));
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
      place(message, path, value);
      play(i, JSON.stringify(message));
    }),
    { numRuns: 600 },
  );
}

type Path = readonly (string | number)[];

function memberPaths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys: Path = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const own = at.length === 0 ? [] : [at];
  return [...own, ...keys.flatMap((key) => memberPaths(Reflect.get(value, key), [...at, key]))];
}

function place(target: unknown, [key, ...rest]: Path, value: unknown): void {
  if (key === undefined || typeof target !== "object" || target === null) return;
  if (rest.length === 0) Reflect.set(target, key, value);
  else place(Reflect.get(target, key), rest, value);
}
