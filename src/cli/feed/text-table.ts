/** Columns for a terminal. */

/**
 * @param rows  of equal length
 * @param right which columns are set to the right
 * @param paint a cell with its padding and the colours around it, which have no width
 */
export function textTable(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  paint: (padded: string, row: number, column: number) => string = (padded) => padded,
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row, at) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return paint(right.includes(column) ? cell.padStart(width) : cell.padEnd(width), at, column);
      })
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}\n`).join("");
}

/** Six significant digits or the whole number, whichever is longer. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  return Math.abs(value) >= 100_000 ? value.toFixed(2) : String(Number(value.toPrecision(8)));
}
