/** Recorded answers and frames, each read by every endpoint and every stream of its venue, as they are and damaged. */
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VENUES, type Venue } from "../../src/market/venue.ts";
import { parseBodies, STREAM_ADAPTERS } from "../../src/sources/adapters.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import { DamagedStream } from "./damaged-stream.ts";
import { filesAbsent, filesRoot, loadFile, whereFiles } from "./exchange-files.ts";
import { openMarketSource, bodiesOf, framesOf } from "./market-samples.ts";
import { DAMAGE, damaged } from "./mutations.ts";
import { expectLawful } from "./quote-laws.ts";
import { expectSameScale } from "./scale-laws.ts";
import { trimmed } from "./trimmed.ts";

const RUNS_PER_BODY = 25;
const CHARS_MAX = 60_000;
const LINES_MAX = 12;
const RUNS_PER_STREAM = 60;

/** What was recorded of a venue: one JSON text each, cut to a size that can be damaged often. */
function textsOf(venue: Venue): readonly string[] {
  const folder = venue === "coinbase" ? "coinbase-exchange" : venue;
  return readdirSync(`${filesRoot}/${folder}`)
    .filter((file) => /\.jsonl?$/.test(file))
    .toSorted()
    .flatMap((file) => {
      const text = loadFile(`${folder}/${file}`);
      return file.endsWith(".jsonl") ? text.split("\n").filter(Boolean).slice(0, LINES_MAX) : [text];
    })
    .map((text) => trimmed(text, null))
    .filter((text) => text.length <= CHARS_MAX);
}

/** When it was received: just after the latest time that stands in it, in whatever unit. */
function receiptOf(text: string): number {
  const stamps = (text.match(/(?<!\d)1[4-9]\d{8,17}(?!\d)/g) ?? []).map((digits) =>
    Number(digits.slice(0, 13).padEnd(13, "0")),
  );
  const written = (text.match(/20[12]\d-\d\d-\d\dT[\d:.]+Z/g) ?? []).map((iso) => Date.parse(iso));
  const known = [...stamps, ...written].filter((timeMs) => timeMs > Date.UTC(2015, 0) && timeMs < Date.UTC(2030, 0));
  return Math.max(Date.UTC(2019, 0), ...known) + 1_000;
}

describe.skipIf(filesAbsent).each(VENUES)(`%s, what was recorded of it${whereFiles}`, (venue) => {
  test("is a gap or a lawful quote to scale at every endpoint, however damaged", { timeout: 60_000 }, async () => {
    const samples = bodiesOf(await openMarketSource(), venue);
    const texts = textsOf(venue);
    let read = 0;
    for (const text of texts) {
      const atMs = receiptOf(text);
      for (const { subscription, bodies } of samples) {
        const take = (body: string): void => {
          // The others of an answer of several bodies are of the market: what was recorded stands in each place once.
          for (const i of bodies.keys()) {
            const sent = bodies.map((other, j) => (i === j ? body : trimmed(other, null)));
            const outcome = parseBodies(sent, subscription, atMs, PRODUCTION_ONLY);
            expectLawful(outcome);
            if (outcome.kind === "gap") continue;
            read += 1;
            expectSameScale(outcome.quote, sent);
          }
        };
        take(text);
        fc.assert(
          fc.property(DAMAGE, (damage) => take(damaged(text, damage))),
          { numRuns: RUNS_PER_BODY },
        );
      }
    }
    expect(read).toBeGreaterThan(0);
  });

  test("is refused or lawful to every stream, however damaged", { timeout: 60_000 }, async () => {
    const source = await openMarketSource();
    for (const adapter of STREAM_ADAPTERS[venue]) {
      const frames = textsOf(venue);
      const stream = new DamagedStream({ ...framesOf(source, adapter, 1), frames }, receiptOf(frames.join(" ")));
      const run = fc.array(fc.tuple(fc.nat(), DAMAGE), { minLength: 10, maxLength: 10 });
      fc.assert(
        fc.property(run, (damages) => void stream.play(damages)),
        { numRuns: RUNS_PER_STREAM },
      );
    }
  });
});
