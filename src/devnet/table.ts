/** The live table of a devnet: feed, truth, answer, difference, age, and what the network does meanwhile. */
import type { Devnet } from "./devnet.ts";
import type { Monitor } from "./monitor.ts";

function number(value: number | null, isVol: boolean): string {
  if (value === null) return "–";
  return isVol
    ? `${(value * 100).toFixed(2)} %`
    : value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function difference(answer: number, truth: number | null, isVol: boolean): string {
  if (truth === null) return "–";
  return isVol ? `${((answer - truth) * 100).toFixed(2)} vp` : `${((answer / truth - 1) * 10_000).toFixed(1)} bp`;
}

export async function renderTable(devnet: Devnet, monitor: Monitor, elapsedMs: number): Promise<readonly string[]> {
  const rows = [["feed", "market truth", "on chain", "difference", "age", "round"]];
  for (const { name, unit } of devnet.facts.definitions) {
    const isVol = unit === "vol";
    const answer = monitor.latest.get(name);
    const truth = await monitor.truthNow(name);
    rows.push(
      answer === undefined
        ? [name, number(truth, isVol), "–", "–", "–", "–"]
        : [
            name,
            number(truth, isVol),
            number(answer.value, isVol),
            difference(answer.value, truth, isVol),
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
