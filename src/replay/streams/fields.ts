/** Members of a push as JSON texts: what is compared is what is sent, so a row changes when its rounded numbers do. */

export type Fields = Readonly<Record<string, string>>;

/** A number the venue lost is NaN here and null there: the fault `null`. */
export function text(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : `"${value.toFixed(decimals)}"`;
}

/** The same as a JSON number; trailing zeros stay. */
export function plain(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : value.toFixed(decimals);
}

/** Trailing zeros go, as floats print. */
export function short(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : String(Number(value.toFixed(decimals)));
}

/** A JSON string of what needs no escape. */
export function quoted(plainText: string): string {
  return `"${plainText}"`;
}

export function object(fields: Fields): string {
  let json = "{";
  for (const key in fields) json += `${json.length === 1 ? "" : ","}"${key}":${fields[key]!}`;
  return `${json}}`;
}

/** Those of `next` that `previous` says otherwise or not at all; null when there is none. */
export function changedFields(previous: Fields, next: Fields): Fields | null {
  let changed: Record<string, string> | null = null;
  for (const key in next) {
    const value = next[key]!;
    if (previous[key] === value) continue;
    changed ??= {};
    changed[key] = value;
  }
  return changed;
}
