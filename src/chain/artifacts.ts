/** ABI and bytecode of the contracts, as the build step leaves them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { InterfaceAbi } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";

export type ContractName =
  | "OracleHub"
  | "FeedReader"
  | "VolSurface"
  | "Settlement"
  | "FeedRegistry"
  | "Committee"
  | "BlockGapLog";

export type Artifact = { readonly abi: InterfaceAbi; readonly bytecode: Hex };

/** `npm run build` copies to dist/contracts; a checkout where only forge ran has its output under contracts/out. */
function candidates(name: ContractName): readonly string[] {
  return [
    new URL(`../contracts/${name}.json`, import.meta.url),
    new URL(`../../dist/contracts/${name}.json`, import.meta.url),
    new URL(`../../contracts/out/${name}.sol/${name}.json`, import.meta.url),
  ].map((url) => fileURLToPath(url));
}

/** @throws OracleError `artifact-missing` (names the command that makes it), `artifact-malformed` */
export function loadArtifact(name: ContractName): Artifact {
  const paths = candidates(name);
  for (const path of paths) {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      continue;
    }
    return parseArtifact(name, path, text);
  }
  throw new OracleError(`contract ${name} is not built: run \`npm run build\` (or \`node scripts/forge.mjs build\`)`, {
    code: "artifact-missing",
    name,
    paths,
  });
}

/** Accepts forge's own file (`bytecode.object`) and the short form (`bytecode`). */
export function parseArtifact(name: string, path: string, text: string): Artifact {
  const malformed = (why: string, cause?: unknown): OracleError =>
    new OracleError(
      `${path}: ${why}; run \`npm run build\` again`,
      { code: "artifact-malformed", name, path, why },
      cause,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw malformed("is no JSON", error);
  }
  if (!isRecord(parsed) || !Array.isArray(parsed["abi"])) throw malformed("holds no abi");
  const field = parsed["bytecode"];
  const bytecode = isRecord(field) ? field["object"] : field;
  if (typeof bytecode !== "string" || !/^0x([0-9a-f]{2})+$/i.test(bytecode))
    throw malformed("holds no linked bytecode");
  return { abi: parsed["abi"] as InterfaceAbi, bytecode: bytecode as Hex };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
