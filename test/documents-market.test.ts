/** The tables of docs/market-data.md against the tables of the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VENUES } from "../src/market/venue.ts";
import { CANDLE_ADAPTERS, isOffered, STREAM_ADAPTERS } from "../src/sources/adapters.ts";
import { type BucketLimit, VENUE_LIMITS } from "../src/sources/limits.ts";
import type { PolledKind, PolledSubscription } from "../src/sources/subscription.ts";
import { root } from "./support/compose-file.ts";

const page = readFileSync(join(root, "docs/market-data.md"), "utf8").split("\n");
const KINDS: readonly PolledKind[] = ["spot", "depth", "index", "vol-index", "futures", "options"];

/** Rows of the table with that head, cells without backticks. */
function tableOf(...head: readonly string[]): readonly (readonly string[])[] {
  const at = page.indexOf(`| ${head.join(" | ")} |`);
  if (at === -1) throw new Error(`no table ${head.join(", ")}`);
  const rows = page.slice(at + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((line) => {
    const cells = line.slice(1, line.lastIndexOf("|")).split("|");
    return cells.map((cell) => cell.trim().replaceAll("`", ""));
  });
}

/** What an adapter that is asked about every kind says yes to. */
function kindsOf(venue: (typeof VENUES)[number], says: (subscription: PolledSubscription) => boolean): string {
  const asked = KINDS.map((kind) => ({ kind, venue, base: "BTC", quote: "USD" }) as PolledSubscription);
  return asked
    .filter((subscription) => isOffered(subscription) && says(subscription))
    .map(({ kind }) => kind)
    .join(", ");
}

test("every reason of a gap is explained, and no other", () => {
  const words = readFileSync(join(root, "src/market/quote.ts"), "utf8");
  const union = /export type GapReason =([\s\S]*?);\n/.exec(words)?.[1] ?? "";
  const reasons = [...union.matchAll(/\| "([a-z-]+)"/g)].map((match) => match[1]!);
  expect(reasons.length).toBeGreaterThan(20);
  const written = tableOf("Reason", "When", "What to do").map(([reason = ""]) => reason);
  expect([...written].sort()).toEqual([...reasons].sort());
});

test("what each venue gives is what its adapters offer and its streams carry", () => {
  const wanted = VENUES.map((venue) => {
    const rest = kindsOf(venue, () => true);
    const streamed = kindsOf(venue, (one) => STREAM_ADAPTERS[venue].some((adapter) => adapter.carries(one)));
    return [venue, Object.hasOwn(CANDLE_ADAPTERS, venue) ? `${rest}, candles` : rest, streamed];
  });
  expect(tableOf("Venue", "REST", "Streamed")).toEqual(wanted);
});

test("every connection stands there with what it carries, its heartbeat and its life", () => {
  const wanted = VENUES.flatMap((venue) =>
    STREAM_ADAPTERS[venue].map((adapter) => [
      `${venue} ${adapter.name}`,
      kindsOf(venue, (one) => adapter.carries(one)),
      `${adapter.heartbeatMs / 1_000} s`,
      adapter.lifeMaxMs === null ? "–" : `${adapter.lifeMaxMs / 3_600_000} h`,
    ]),
  );
  const written = tableOf("Connection", "Carries", "Channels", "Heartbeat", "Life");
  expect(written.map(([name, carries, , heartbeat, life]) => [name, carries, heartbeat, life])).toEqual(wanted);
});

test("every bucket stands there with its limit, our share and our burst", () => {
  const written = tableOf("Venue", "Bucket", "Documented", "Our share", "At once").flatMap(
    ([venue, buckets = "", ...numbers]) => buckets.split(", ").map((bucket) => [venue, bucket, ...numbers].join(" | ")),
  );
  const wanted = VENUES.flatMap((venue) =>
    Object.entries(VENUE_LIMITS[venue].buckets).map(([bucket, limit]) =>
      [venue, bucket, documented(limit), `${Math.round(100 * limit.share)} %`, limit.burst].join(" | "),
    ),
  );
  expect([...written].sort()).toEqual([...wanted].sort());
});

function documented({ credits, perMs, burstMax }: BucketLimit): string {
  return `${credits} in ${spanText(perMs)}${burstMax === undefined ? "" : `, ${burstMax} at once`}`;
}

function spanText(ms: number): string {
  if (ms === 1_000) return "a second";
  if (ms === 60_000) return "a minute";
  return ms > 60_000 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
