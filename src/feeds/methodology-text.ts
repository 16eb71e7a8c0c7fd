/** The readable statement of a feed that a benchmark administrator would publish, as Markdown, from its definition alone. */
import type { LinkedFeed } from "./context.ts";
import { explainFeed } from "./explain.ts";
import { isCalendarDay } from "./field-problem.ts";

/** @param day YYYY-MM-DD, of the calendar */
function nextDay(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const text = (y: number, m: number, d: number): string =>
    `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
  const tomorrow = text(year, month, date + 1);
  if (isCalendarDay(tomorrow)) return tomorrow;
  return month < 12 ? text(year, month + 1, 1) : text(year + 1, 1, 1);
}

/** @param days ≥ 0, some hundred at most */
function dayAfter(day: string, days: number): string {
  let after = day;
  for (let i = 0; i < days; i++) after = nextDay(after);
  return after;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

const HEADINGS: Readonly<Record<string, string>> = {
  Inputs: "Inputs and their hierarchy",
  Formula: "Computation",
  "Left out": "Outlier and exclusion rules",
  "When sources fall away": "Contingency",
};

/** @returns the whole page, ending in a newline */
export function methodologyText(feed: LinkedFeed): string {
  const { definition } = feed;
  const { name, title, revision, maturity, unit, methodology, changelog } = definition;
  const parts = [
    `# ${title}`,
    `\`${name}\`, revision ${revision}, ${maturity}, in ${unit}.`,
    `## Purpose\n\n${methodology.purpose}`,
    ...explainFeed(feed).map(({ heading, lines }) => `## ${HEADINGS[heading] ?? heading}\n\n${list(lines)}`),
    `## Limitations\n\n${methodology.limitations}`,
    `## Manipulation\n\n${methodology.manipulation}`,
    `## Review\n\nReviewed on ${methodology.reviewedOn}; the next review is due by ${dayAfter(methodology.reviewedOn, methodology.reviewEveryDays)}, every ${methodology.reviewEveryDays} days.`,
    `## Changelog\n\n${list(changelog.map((entry) => `${entry.revision}, ${entry.date}: ${entry.reason}`))}`,
  ];
  return `${parts.join("\n\n")}\n`;
}
