/** Third-party data that tests may read and the repository may not hold: TENOR_DATA, else ../shared/data. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = process.env["TENOR_DATA"] ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));

export type RecordedFile = {
  readonly present: boolean;
  readonly path: string;
  /** For the title of a test that skips. */
  readonly note: string;
  /** Rows of a CSV file by column name. Fields hold no commas or quotes in any file used here. */
  readonly rows: () => readonly Readonly<Record<string, string>>[];
  readonly text: () => string;
};

export function recordedFile(path: string): RecordedFile {
  const full = join(root, path);
  const present = existsSync(full);
  const text = (): string => readFileSync(full, "utf8");
  return {
    present,
    path: full,
    note: present ? `[${path}]` : `[skipped: ${path} is not here, set TENOR_DATA]`,
    text,
    rows: () => {
      const [header = "", ...lines] = text().trim().split(/\r?\n/);
      const names = header.split(",");
      return lines.map((line) => {
        const cells = line.split(",");
        return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
      });
    },
  };
}
