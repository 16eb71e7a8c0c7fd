/** The venues' recorded answers and frames, where they lie beside the project. Class R is byte-exact, N has real values. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { type MarketQuote, parseBodies } from "../../src/sources/adapters.ts";
import type { Parsed } from "../../src/sources/gap.ts";
import type { StreamAdapter, StreamSession, StreamStep } from "../../src/sources/stream-adapter.ts";
import type { PolledSubscription, Subscription } from "../../src/sources/subscription.ts";
import { expectLawful } from "./quote-laws.ts";
import { take } from "./session-laws.ts";

const root = `${process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url))}/exchanges`;
const absent = !existsSync(root);
export const where = absent ? " [skipped: shared data is absent]" : "";
export const recorded = test.skipIf(absent);

export function load(file: string): string {
  return readFileSync(`${root}/${file}`, "utf8");
}

/** A frame a line, or one frame over several. */
export function loadFrames(file: string): string[] {
  const text = load(file);
  return file.endsWith(".jsonl") ? text.split("\n").filter((line) => line.trim() !== "") : [text];
}

export function read(body: string, subscription: Subscription, receivedAtMs: number): Parsed<MarketQuote> {
  const outcome = parseBodies([body], subscription, receivedAtMs, { allowTestnet: false });
  expectLawful(outcome);
  return outcome;
}

/** A session that is open, after `list` has told it what REST has listed. */
export function openSession(
  adapter: StreamAdapter,
  subscriptions: readonly PolledSubscription[],
  atMs: number,
  list: (session: StreamSession) => void = () => undefined,
): StreamSession {
  const session = adapter.session(subscriptions, { allowTestnet: false });
  list(session);
  session.opened(atMs);
  return session;
}

/** In a word each: what every frame of a recording says to a session. */
export function wordsOf(session: StreamSession, frames: readonly string[], atMs: number): string[] {
  return frames.map((frame) => wordOf(take(session, frame, atMs)));
}

function wordOf({ updates, refused, close }: StreamStep): string {
  const words = updates.map((update) => {
    switch (update.kind) {
      case "gap":
        return `no quote: ${update.gap.reason}`;
      case "options":
      case "futures":
        return `${update.rows.length} ${update.kind}`;
      case "spot":
      case "depth":
        return `${update.kind} ${update.quote.bid}/${update.quote.ask}`;
      case "index":
        return `index ${update.quote.price}`;
      case "vol-index":
        return `vol ${update.quote.vol}`;
    }
  });
  if (refused !== null) words.push(`refused: ${refused.reason}`);
  if (close !== null) words.push(`close: ${close.reason}`);
  return words.length === 0 ? "nothing" : words.join(", ");
}
