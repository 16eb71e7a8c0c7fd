/** The linter's settings find what they are there for: each kind of mistake is planted once and must be reported. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = dirname(import.meta.dirname);

const PLANTED: readonly {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}[] = [
  {
    name: "a promise nobody waits for",
    file: "src/node/floating.ts",
    text: "export function f(work: () => Promise<void>): void {\n  work();\n}\n",
    rule: "no-floating-promises",
  },
  {
    name: "a promise where a condition is wanted",
    file: "src/node/misused.ts",
    text: "export function f(work: () => Promise<boolean>): number {\n  return work() ? 1 : 2;\n}\n",
    rule: "no-misused-promises",
  },
  {
    name: "a promise returned out of a try, past its catch",
    file: "src/node/returned.ts",
    text: "export async function f(work: () => Promise<number>): Promise<number> {\n  try {\n    return work();\n  } catch {\n    return 0;\n  }\n}\n",
    rule: "return-await",
  },
  {
    name: "a switch that forgets a case",
    file: "src/node/unfinished.ts",
    text: 'export function f(kind: "a" | "b"): number {\n  switch (kind) {\n    case "a":\n      return 1;\n  }\n  return 0;\n}\n',
    rule: "switch-exhaustiveness-check",
  },
  {
    name: "any",
    file: "src/node/anything.ts",
    text: "export const f = (value: any): number => (value === null ? 0 : 1);\n",
    rule: "no-explicit-any",
  },
  {
    name: "an unchecked value from outside",
    file: "src/node/unsafe.ts",
    text: "export function f(text: string): number {\n  const price: number = JSON.parse(text);\n  return price;\n}\n",
    rule: "no-unsafe-assignment",
  },
  {
    name: "an error silenced in a comment",
    file: "src/node/silenced.ts",
    text: '// @ts-ignore\nexport const f: number = "one";\n',
    rule: "ban-ts-comment",
  },
  {
    name: "numbers sorted as words",
    file: "src/node/sorted.ts",
    text: "export const f = (values: number[]): number[] => [...values].sort();\n",
    rule: "require-array-sort-compare",
  },
  {
    name: "a line on the console",
    file: "src/node/console.ts",
    text: 'export const f = (): void => console.log("here");\n',
    rule: "no-console",
  },
  ...["Date.now()", "performance.now()", "process.pid", "globalThis.crypto.randomUUID()"].map((text, i) => ({
    name: `${text} in a pure room`,
    file: `src/quant/world${i}.ts`,
    text: `export const f = (): unknown => ${text};\n`,
    rule: "no-restricted-globals",
  })),
  ...["Math.random()", "Math.pow(2, 0.5)"].map((text, i) => ({
    name: `${text} in a pure room`,
    file: `src/feeds/dice${i}.ts`,
    text: `export const f = (): number => ${text};\n`,
    rule: "no-restricted-properties",
  })),
];

describe("the linter", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenor-lint-"));
  let report = "";
  beforeAll(() => {
    for (const name of [".oxlintrc.json", "tsconfig.json", "package.json"])
      cpSync(join(root, name), join(folder, name));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const harmless = "export const f = (values: readonly number[]): number => values.length;\n";
    for (const { file, text } of [...PLANTED, { file: "src/node/harmless.ts", text: harmless }]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const oxlint = join(root, "node_modules", ".bin", "oxlint");
    const run = spawnSync(oxlint, ["--type-aware", "--deny-warnings", "--format", "unix", "src"], {
      cwd: folder,
      encoding: "utf8",
    });
    report = run.stdout;
    expect(run.status, run.stderr).toBe(1);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, file, rule } of PLANTED) {
    test(`reports ${name}`, () => {
      expect(
        report
          .split("\n")
          .filter((line) => line.startsWith(`${file}:`))
          .join("\n"),
      ).toContain(`(${rule})`);
    });
  }

  test("has nothing to say about harmless code", () => {
    expect(report).not.toContain("harmless.ts");
  });
});
