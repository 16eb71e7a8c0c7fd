/** The live table of a devnet: feed, truth, answer, difference, age, and what the network does meanwhile. */
import type { Devnet } from "./devnet.ts";
import type { Monitor } from "./monitor.ts";

/** Prices as prices, everything else in percent: volatilities, rates and fundings are parts of one. */
function isPrice(unit: string): boolean {
  return unit.startsWith("USD/");
}

function number(value: number | null, unit: string): string {
  if (value === null) return "–";
  return isPrice(unit)
    ? value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : `${(value * 100).toFixed(unit === "1" ? 4 : 2)} %`;
}

function difference(answer: number, truth: number | null, unit: string): string {
  if (truth === null) return "–";
  return isPrice(unit)
    ? `${((answer / truth - 1) * 10_000).toFixed(1)} bp`
    : `${((answer - truth) * 100).toFixed(2)} vp`;
}

export async function renderTable(devnet: Devnet, monitor: Monitor, elapsedMs: number): Promise<readonly string[]> {
  const rows = [["feed", "market truth", "on chain", "difference", "age", "round"]];
  for (const { name, unit } of devnet.facts.definitions) {
    const answer = monitor.latest.get(name);
    const truth = await monitor.truthNow(name);
    rows.push(
      answer === undefined
        ? [name, number(truth, unit), "–", "–", "–", "–"]
        : [
            name,
            number(truth, unit),
            number(answer.value, unit),
            difference(answer.value, truth, unit),
            `${Math.max(0, Math.round((Date.now() - answer.reportTimeMs) / 1_000))} s`,
            String(answer.round),
          ],
    );
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  const landed = monitor.submissions.filter(({ report }) => report !== null);
  const gas = landed.reduce((sum, { gasUsed }) => sum + gasUsed, 0);
  const perSecond = (monitor.signedRounds.size / Math.max(1, elapsedMs / 1_000)).toFixed(2);
  lines.push(
    `${monitor.signedRounds.size} signed rounds (${perSecond}/s), ${landed.length} submits, ${gas.toLocaleString("en-US")} gas, ${Math.round(elapsedMs / 1_000)} s since the first slot`,
  );
  return lines;
}
