/** What a feed sees now, as text. */
import { formatFixed } from "../../base/fixed.ts";
import type { Evaluation, IndexDepth } from "../../feeds/evaluation.ts";
import { ownersOf } from "../../feeds/venues.ts";
import { formatExpiryDay } from "../../market/instrument.ts";
import type { MarketSnapshot } from "../../market/quote.ts";
import { isVenue } from "../../market/venue.ts";
import type { SmileView } from "../../feeds/smile-view.ts";
import { totalVariance } from "../../quant/svi.ts";
import type { LoadedFeed } from "./definitions.ts";
import type { Look } from "./observer.ts";
import { shortNumber, textTable } from "./text-table.ts";

/** The time that each source's quote speaks of, by the names that inputs carry. */
function timesOf({ spots, indices, chains, futures, candles }: MarketSnapshot): ReadonlyMap<string, number> {
  return new Map([
    ...spots.map(({ venue, base, quote, timeMs }) => [`${venue}:${base}-${quote}`, timeMs] as const),
    ...indices.map(({ venue, base, quote, timeMs }) => [`${venue}:${base}-${quote}.index`, timeMs] as const),
    ...candles.map(({ venue, base, quote, timeMs }) => [`${venue}:${base}-${quote}.candles`, timeMs] as const),
    ...chains.flatMap(({ venue, base, timeMs, options }) =>
      [...new Set(options.map(({ expiryMs }) => `${venue}:${base}-${formatExpiryDay(expiryMs)}`))].map(
        (name) => [name, timeMs] as const,
      ),
    ),
    ...futures.map(({ venue, base, timeMs }) => [`${venue}:${base}-PERPETUAL`, timeMs] as const),
  ]);
}

function ageText(source: string, times: ReadonlyMap<string, number>, nowMs: number): string {
  const timeMs = times.get(source) ?? times.get(`${source}.candles`);
  return timeMs === undefined ? "" : `${((nowMs - timeMs) / 1_000).toFixed(1)} s`;
}

function trustText({ feed: { definition } }: LoadedFeed, sources: readonly string[]): string {
  const venues = sources.map((source) => source.slice(0, source.indexOf(":"))).filter(isVenue);
  const { minSources, minOwners } = definition;
  const owners = ownersOf(venues);
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
  const of = venues.length === 0 ? "" : ` of ${plural(owners.length, "owner")} (${owners.join(", ")})`;
  const wanted = `${plural(minSources, "source")} of ${plural(minOwners, "owner")}`;
  return `what counts: ${plural(sources.length, "source")}${of}; wanted are at least ${wanted}`;
}

/** "$12.3m": three digits are more than a cost of minutes ago is worth. */
function money(usd: number): string {
  for (const [size, word] of [
    [1e9, "bn"],
    [1e6, "m"],
    [1e3, "k"],
  ] as const) {
    // 999.6 thousand is a million, not 1000 thousand.
    if (usd >= size * 0.9995) return `$${Number((usd / size).toPrecision(3))}${word}`;
  }
  return `$${Math.round(usd)}`;
}

function depthText({ downUsd, upUsd, isLowerBound, books }: IndexDepth): string {
  const rows = books.map((book) => {
    const sides = [book.downUsd, book.upUsd].map((usd) => (usd === null ? "unknown" : money(usd)));
    return [book.source, String(book.weight), ...sides, book.isWhole || book.downUsd === null ? "" : "at least"];
  });
  const most = isLowerBound ? "at least" : "about";
  return (
    `moving it 1 % costs ${most} ${money(downUsd)} down, ${money(upUsd)} up\n` +
    textTable([["book", "weight", "down", "up", ""], ...rows], [1, 2, 3])
  );
}

/** Inputs, exclusions, notes, and the value or why there is none. */
export function previewText(loaded: LoadedFeed, { timeMs, context, evaluations }: Look, from: string): string {
  const { definition } = loaded.feed;
  const evaluation: Evaluation = evaluations.at(-1)!;
  const times = timesOf(context.snapshot);
  const parts = [`${definition.name} at ${new Date(timeMs).toISOString()}, ${from}\n`];
  const rows = evaluation.inputs.map(({ source, label, value, unit, weight }) => [
    source,
    label,
    shortNumber(value),
    unit,
    ageText(source, times, timeMs),
    weight === null ? "" : `${(100 * weight).toFixed(1)} %`,
  ]);
  if (rows.length > 0) {
    const head = ["source", "what", "value", "unit", "age", "weight"];
    parts.push(`inputs\n${textTable([head, ...rows], [2, 4, 5])}`);
  }
  if (evaluation.excluded.length > 0) {
    parts.push(
      `left out\n${textTable(evaluation.excluded.map(({ source, reason, detail }) => [source, reason, detail]))}`,
    );
  }
  if (evaluation.kind === "missing") {
    const gaps = context.snapshot.gaps.map(({ source, reason, detail }) => [source, reason, detail]);
    if (gaps.length > 0) parts.push(`sources without a quote\n${textTable(gaps)}`);
    parts.push(`missing: ${evaluation.reason}\n  ${evaluation.detail}\n`);
    return parts.join("\n");
  }
  if (evaluation.notes.length > 0) {
    parts.push(`notes\n${textTable(evaluation.notes.map(({ kind, source, detail }) => [kind, source, detail]))}`);
  }
  if (evaluation.halfSpreadBps !== undefined) {
    parts.push(`half the spread of its books is ${Number(evaluation.halfSpreadBps.toPrecision(2))} bp\n`);
  }
  if (evaluation.depth) parts.push(depthText(evaluation.depth));
  parts.push(
    `value  ${formatFixed(evaluation.value, definition.decimals)} ${definition.unit}\ntrust  ${trustText(loaded, evaluation.sources)}\n`,
  );
  return parts.join("\n");
}

const percent = (vol: number): string => `${(100 * vol).toFixed(2)} %`;

/** One line an expiry: how it was read and how well the curve meets its quotes. */
export function smileTable(smiles: readonly SmileView[]): string {
  const head = ["expiry", "days", "forward", "at the money", "quotes used", "rmse", ""];
  const rows = smiles.map(({ expiryMs, years, forward, points, fitted, rmseVol, refusal }) => [
    formatExpiryDay(expiryMs),
    (365 * years).toFixed(1),
    shortNumber(Number(forward.toFixed(2))),
    fitted === null ? "" : percent(Math.sqrt(totalVariance(fitted, 0) / years)),
    `${points.filter(({ used }) => used).length} of ${points.length}`,
    rmseVol === null ? "" : percent(rmseVol),
    refusal ?? "",
  ]);
  return `smiles\n${textTable([head, ...rows], [1, 2, 3, 4, 5])}`;
}
