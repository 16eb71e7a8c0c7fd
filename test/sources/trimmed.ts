/** Bodies and frames cut down to what a property can afford to damage ten thousand times. */

/** The members by which venues name the instrument of a row. */
const NAMES = ["symbol", "instId", "instrument_name", "s"];
const ITEMS_MAX = 12;

/**
 * Of rows that name an instrument only the wanted ones stay, and of other long arrays the first and the last.
 * @param wanted null: the first rows, whatever they are
 * @returns the text as it was where it is no JSON or nothing is to be cut
 */
export function trimmed(text: string, wanted: ReadonlySet<string> | null): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const cut = { any: false };
  const short = shortened(value, wanted, cut);
  return cut.any ? JSON.stringify(short) : text;
}

/** Bodies that are read together keep the same rows: those of the first that names any. */
export function trimmedTogether(bodies: readonly string[], rowsMax: number): readonly string[] {
  const names = bodies.map((body) => namesIn(JSON.parse(body)));
  const longest = names.find((found) => found.length > rowsMax) ?? [];
  const every = Math.max(1, Math.ceil(longest.length / rowsMax));
  const wanted = new Set(longest.filter((_name, i) => i % every === 0));
  return bodies.map((body) => trimmed(body, wanted.size === 0 ? null : wanted));
}

export function nameOf(row: unknown): string | null {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return null;
  for (const member of NAMES) {
    const name: unknown = Reflect.get(row, member);
    if (typeof name === "string") return name;
  }
  return null;
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const name = nameOf(value);
  return [...(name === null ? [] : [name]), ...Object.values(value).flatMap(namesIn)];
}

function shortened(value: unknown, wanted: ReadonlySet<string> | null, cut: { any: boolean }): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shortened(member, wanted, cut)]));
  }
  let items: readonly unknown[] = value;
  if (items.length > ITEMS_MAX) {
    const named = wanted !== null && nameOf(items[0]) !== null;
    const half = ITEMS_MAX / 2;
    items = named
      ? items.filter((row) => wanted.has(nameOf(row) ?? ""))
      : [...items.slice(0, half), ...items.slice(-half)];
    cut.any = true;
  }
  return items.map((item) => shortened(item, wanted, cut));
}
