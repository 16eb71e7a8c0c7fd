/** Numbers, times and hashes as people read them. Pure; exact where a feed's value is concerned. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A true minus sign stands as wide as the plus, so that columns of differences line up. */
export const MINUS = "\u2212";
export const NARROW_SPACE = "\u202f";

/**
 * Rounds decimal text half up in magnitude, without floats.
 * @param text   decimal number such as "97123.45000000"
 * @param places digits after the point
 * @param shift  moves the point to the right first: 2 turns a ratio into percent
 */
export function roundDecimal(text: string, places: number, shift = 0): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) return text;
  const fraction = (match[3] ?? "").padEnd(places + shift + 1, "0");
  const kept = places + shift;
  let units = BigInt(match[2]! + fraction.slice(0, kept));
  if (fraction.charCodeAt(kept) >= 53) units += 1n;
  const digits = units.toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const rest = digits.slice(digits.length - places);
  const sign = match[1] === "-" && units !== 0n ? MINUS : "";
  return `${sign}${groupThousands(whole)}${places === 0 ? "" : `.${rest}`}`;
}

export function groupThousands(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

export function formatCount(count: number): string {
  return groupThousands(Math.round(count).toString());
}

/** Labels of evenly spaced grid lines, with just as many places as tell neighbours apart exactly. */
export function axisLabels(splits: readonly number[]): string[] {
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0));
  let places = 0;
  for (let scale = 1; places < 8 && Math.abs(step * scale - Math.round(step * scale)) > 1e-6; scale *= 10) places += 1;
  return splits.map((split) =>
    split
      .toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })
      .replace("-", split === 0 ? "" : MINUS),
  );
}

/** @param ms elapsed time; a clock that runs ahead gives "now" */
export function formatAge(ms: number): string {
  if (ms < 500) return "now";
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1_000)} s`;
  if (ms < HOUR_MS) return pair(ms, MINUTE_MS, "min", 1_000, "s");
  if (ms < DAY_MS) return pair(ms, HOUR_MS, "h", MINUTE_MS, "min");
  return pair(ms, DAY_MS, "d", HOUR_MS, "h");
}

/** For tables: the largest unit only. */
export function formatAgeCoarse(ms: number): string {
  if (ms < MINUTE_MS) return formatAge(ms);
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** "now", or the age and "ago". */
export function ago(ageMs: number): string {
  const age = formatAge(ageMs);
  return age === "now" ? age : `${age} ago`;
}

function pair(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const count = Math.floor(ms / largeMs);
  const rest = Math.floor((ms % largeMs) / smallMs);
  return rest === 0 ? `${count} ${large}` : `${count} ${large} ${rest} ${small}`;
}

export function formatLatency(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** Decimal units, as network equipment counts. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  for (const [unit, size] of [
    ["kB", 1e3],
    ["MB", 1e6],
    ["GB", 1e9],
  ] as const) {
    if (bytes < size * 1_000) return `${(bytes / size).toFixed(bytes < size * 10 ? 2 : 1)} ${unit}`;
  }
  return `${(bytes / 1e12).toFixed(2)} TB`;
}

/** "$12.3m": three digits, for costs that are not known better. @param usd 0 or more */
export function formatMoney(usd: number): string {
  for (const [unit, size] of [
    ["bn", 1e9],
    ["m", 1e6],
    ["k", 1e3],
  ] as const) {
    // 999.6 thousand is a million, not 1000 thousand.
    if (usd >= size * 0.9995) return `$${Number((usd / size).toPrecision(3))}${unit}`;
  }
  return `$${Math.round(usd)}`;
}

export function shortHash(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 6)}\u2026${hash.slice(-4)}`;
}

/** @param timeZone the reader's own unless given */
export function clockTime(timeMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(timeMs);
}

const UTC_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "2-digit", timeZone: "UTC" });
const UTC_TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** "27 Mar 26": expiries are days in UTC wherever the reader is. */
export function expiryDay(expiryMs: number): string {
  return UTC_DAY.format(expiryMs);
}

/** "27 Mar 26, 08:00 UTC" */
export function expiryTime(expiryMs: number): string {
  return `${UTC_DAY.format(expiryMs)}, ${UTC_TIME.format(expiryMs)} UTC`;
}

/** Time to an expiry as traders say it: "5 h", "2.4 d", "317 d". */
export function formatDays(days: number): string {
  if (days < 1) return `${Math.max(0, days * 24).toFixed(0)} h`;
  return `${days.toFixed(days < 10 ? 1 : 0)} d`;
}

/** "29:07", "1:04:09": what is left until something happens. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1_000));
  const pad = (count: number): string => count.toString().padStart(2, "0");
  const hours = Math.floor(total / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  return hours === 0 ? `${minutes}:${pad(total % 60)}` : `${hours}:${pad(minutes)}:${pad(total % 60)}`;
}

/** "1", "1 and 3", "1, 3 and 4" */
export function listWords(items: readonly (number | string)[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)!}`;
}

/**
 * Nearest-rank percentile.
 * @param percent 0 … 100
 * @returns null of an empty list
 */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}
