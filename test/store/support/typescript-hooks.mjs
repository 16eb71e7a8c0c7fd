import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
  const source = ts.transpileModule(await readFile(fileURLToPath(url), "utf8"), {
    compilerOptions: { target: "ES2023", module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;
  return { format: "module", source, shortCircuit: true };
}
