import { parseListed } from "../../market/listed-name.ts";
import { isRecord } from "../json.ts";
import { timeOfText } from "../text-fields.ts";

/** How OKX's boards name their rows; inverse contracts only, which are quoted in USD and settle in the coin. */
export const OKX_NAMES = {
  nameMember: "instId",
  parseName: (name: string) => parseListed("okx", name),
  settlement: null,
} as const;

/** The newest `ts` of rows that each carry their own. @returns null where none has one */
export function newestTimeMs(rows: readonly unknown[]): number | null {
  let newestMs: number | null = null;
  for (const row of rows) {
    const timeMs = isRecord(row) ? timeOfText(row.ts) : null;
    if (timeMs !== null && (newestMs === null || timeMs > newestMs)) newestMs = timeMs;
  }
  return newestMs;
}

/** Rows by the instrument they name; of a name that comes twice the first. */
export function byInstrument(rows: readonly unknown[]): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const named = new Map<string, Readonly<Record<string, unknown>>>();
  for (const row of rows) {
    if (isRecord(row) && typeof row.instId === "string" && !named.has(row.instId)) named.set(row.instId, row);
  }
  return named;
}
