/** The same fit gives the same bits on every supported Node: quant is compiled once and run by three of them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeBinary } from "./support/node-binary.ts";

/** Over the integers of 200 fits and four surfaces. It changes only with the fit itself: then nodes must change together. */
const PINNED = "bf00d300378b63d0a9725740d558c3d19446f687fd605ad2f0bb02e427fe905e";

const required = process.env["TENOR_REQUIRE_ALL"] === "1";
const program = fileURLToPath(new URL("./support/grid-fit-hash.mjs", import.meta.url));
const source = fileURLToPath(new URL("../../src", import.meta.url));
const [node22, node24] = await Promise.all([nodeBinary("22.23.3"), nodeBinary("24.21.0")]);

function compile(folder: string): void {
  for (const room of ["base", "quant"]) {
    mkdirSync(join(folder, room), { recursive: true });
    for (const file of readdirSync(join(source, room)).filter((name) => name.endsWith(".ts"))) {
      const { outputText } = ts.transpileModule(readFileSync(join(source, room, file), "utf8"), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
          verbatimModuleSyntax: true,
          rewriteRelativeImportExtensions: true,
        },
      });
      writeFileSync(join(folder, room, file.replace(/\.ts$/, ".js")), outputText);
    }
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
}

describe("the deterministic fit on several engines", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenor-quant-"));
    compile(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const digest = (binary: string): string => execFileSync(binary, [program, folder], { encoding: "utf8" }).trim();

  it("gives the pinned digest on this Node", () => {
    expect(digest(process.execPath)).toBe(PINNED);
  });

  for (const [major, binary] of [
    [22, node22],
    [24, node24],
  ] as const) {
    const note = "absent" in binary ? ` (skipped: ${binary.absent})` : "";
    it.skipIf("absent" in binary && !required)(`gives the pinned digest on Node ${major}${note}`, () => {
      const path = "path" in binary ? binary.path : binary.absent;
      expect(execFileSync(path, ["--version"], { encoding: "utf8" })).toMatch(new RegExp(`^v${major}\\.`));
      expect(digest(path)).toBe(PINNED);
    });
  }
});
