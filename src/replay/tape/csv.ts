/** A CSV file without quoting, by column name. Every complaint names the file and the line. */
import { OracleError } from "../../base/errors.ts";

export type CsvRow = {
  /** 1-based, as editors count. */
  readonly line: number;
  readonly cells: readonly string[];
};

export class CsvFile {
  readonly rows: readonly CsvRow[];
  readonly #file: string;
  readonly #columns: ReadonlyMap<string, number>;

  /** @throws OracleError `bad-csv` for a missing column, a row of another width or a file without rows */
  constructor(text: string, file: string, wanted: readonly string[]) {
    this.#file = file;
    const [header = "", ...lines] = text.split(/\r?\n/);
    const names = header.replace(/^\uFEFF/, "").split(",");
    this.#columns = new Map(names.map((name, i) => [name.trim(), i]));
    for (const column of wanted) {
      if (!this.#columns.has(column))
        throw this.#complaint(1, `has no column ${column}; it has ${names.join(", ").slice(0, 300)}`);
    }
    const rows: CsvRow[] = [];
    for (const [i, text] of lines.entries()) {
      if (text === "") continue;
      const cells = text.split(",");
      if (cells.length !== names.length)
        throw this.#complaint(i + 2, `has ${cells.length} cells, expected ${names.length}`);
      rows.push({ line: i + 2, cells });
    }
    if (rows.length === 0) throw this.#complaint(1, "has no rows below its header");
    this.rows = rows;
  }

  text(row: CsvRow, column: string): string {
    return row.cells[this.#columns.get(column)!]!;
  }

  /** null for an empty cell. @throws OracleError `bad-csv` when it is no number, or one below `min` */
  numberOrNull(row: CsvRow, column: string, min: number): number | null {
    const text = this.text(row, column);
    if (text === "") return null;
    const value = Number(text);
    if (!Number.isFinite(value) || value < min) {
      throw this.#complaint(row.line, `${column} is ${JSON.stringify(text)}, expected a number of at least ${min}`);
    }
    return value;
  }

  number(row: CsvRow, column: string, min: number): number {
    const value = this.numberOrNull(row, column, min);
    if (value === null) throw this.#complaint(row.line, `${column} is empty`);
    return value;
  }

  /** Unix ms of an ISO 8601 instant. */
  instant(row: CsvRow, column: string): number {
    const text = this.text(row, column);
    const timeMs = Date.parse(text);
    if (Number.isNaN(timeMs))
      throw this.#complaint(row.line, `${column} is ${JSON.stringify(text)}, expected an ISO 8601 time`);
    return timeMs;
  }

  refuse(row: CsvRow, complaint: string): never {
    throw this.#complaint(row.line, complaint);
  }

  #complaint(line: number, complaint: string): OracleError {
    return new OracleError(`${this.#file}:${line}: ${complaint}`, { code: "bad-csv", file: this.#file, line });
  }
}
