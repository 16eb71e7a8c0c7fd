/** A hundred thousand damaged answers and frames of every venue: nothing throws, and what is still read is lawful and to scale. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { VENUES, type Venue } from "../../src/market/venue.ts";
import type { MarketSource } from "../../src/replay/options.ts";
import { parseBodies, STREAM_ADAPTERS } from "../../src/sources/adapters.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import { type Subscription, sourceName } from "../../src/sources/subscription.ts";
import { AT_MS, bodiesOf, framesOf, openMarketSource } from "./market-samples.ts";
import { DAMAGE, damaged } from "./mutations.ts";
import { expectLawful } from "./quote-laws.ts";
import { expectSameScale } from "./scale-laws.ts";
import { DamagedStream } from "./damaged-stream.ts";
import { trimmedTogether } from "./trimmed.ts";

const BODIES_PER_ENDPOINT = 2_400;
const FRAMES_PER_STREAM = 5_000;
const FRAMES_PER_RUN = 20;
const ROWS_MAX = 6;
const DAMAGED_MIN = 100_000;

const counts = { bodies: 0, read: 0, frames: 0, told: 0 };
let source: MarketSource;
beforeAll(async () => {
  source = await openMarketSource();
});

type Asked = { readonly subscription: Subscription; readonly atMs: number };

/** @returns whether it was still a quote */
function expectHarmless(bodies: readonly string[], { subscription, atMs }: Asked): boolean {
  const outcome = parseBodies(bodies, subscription, atMs, PRODUCTION_ONLY);
  expectLawful(outcome);
  if (outcome.kind === "gap") return false;
  expectSameScale(outcome.quote, bodies);
  return true;
}

describe.each(VENUES)("%s, damaged in every way", (venue: Venue) => {
  test("answers are gaps or lawful quotes to scale, of every endpoint", { timeout: 60_000 }, () => {
    for (const { subscription, name, bodies: whole } of bodiesOf(source, venue)) {
      const bodies = trimmedTogether(whole, ROWS_MAX);
      const sample = { subscription, atMs: AT_MS };
      expect(expectHarmless(whole, sample) && expectHarmless(bodies, sample), `${name} is read as it was sent`).toBe(
        true,
      );
      fc.assert(
        fc.property(fc.nat(bodies.length - 1), DAMAGE, (at, damage) => {
          const sent = bodies.map((body, i) => (i === at ? damaged(body, damage) : body));
          counts.bodies += 1;
          if (expectHarmless(sent, sample)) counts.read += 1;
        }),
        { numRuns: BODIES_PER_ENDPOINT },
      );
    }
  });

  test("frames are refused or lawful updates to scale, of every stream", { timeout: 60_000 }, () => {
    for (const adapter of STREAM_ADAPTERS[venue]) {
      const sample = framesOf(source, adapter, 40);
      const stream = new DamagedStream(sample, AT_MS);
      const told = stream.play([]);
      for (const source of sample.carried.map(sourceName))
        expect(told.sources.has(source), `${source} speaks where nothing is damaged`).toBe(true);
      const run = fc.array(fc.tuple(fc.nat(), DAMAGE), { minLength: FRAMES_PER_RUN, maxLength: FRAMES_PER_RUN });
      fc.assert(
        fc.property(run, (damages) => {
          counts.frames += damages.length;
          counts.told += stream.play(damages).updates;
        }),
        { numRuns: FRAMES_PER_STREAM / FRAMES_PER_RUN },
      );
    }
  });
});

test(`at least ${DAMAGED_MIN} damaged bodies and frames were read, and a good part of them was still taken`, () => {
  expect(counts.bodies + counts.frames).toBeGreaterThanOrEqual(DAMAGED_MIN);
  // Were everything refused at the door the laws would have been asked about nothing.
  expect(counts.read).toBeGreaterThan(0.1 * counts.bodies);
  expect(counts.told).toBeGreaterThan(0.1 * counts.frames);
});
