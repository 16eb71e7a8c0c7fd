/** The shipped definitions as a devnet uses them: the same but for settlements, which nobody wants to wait a day for. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Json } from "../base/canonical-json.ts";
import { shippedFeeds } from "./paths.ts";

type Definition = { readonly kind: string; readonly method: Readonly<Record<string, Json>> };

/** Half of a period is averaged, so that a devnet shows both a window that runs and a price that is fixed. */
function settlingEvery(periodMs: number, definition: Definition): Definition {
  return {
    ...definition,
    method: {
      ...definition.method,
      schedule: { type: "every", periodMs, offsetMs: 0 },
      windowMs: periodMs / 2,
    },
  };
}

/**
 * Writes the definitions to `dir`.
 * @param settleEveryMs a price is fixed so often; 0 leaves the shipped schedule, 08:00 UTC
 * @returns the files, in the hub's order
 */
export function devnetFeeds(dir: string, settleEveryMs: number): readonly string[] {
  if (settleEveryMs === 0) return shippedFeeds();
  mkdirSync(dir, { recursive: true });
  return shippedFeeds().map((file) => {
    const definition = JSON.parse(readFileSync(file, "utf8")) as Definition;
    if (definition.kind !== "settlement") return file;
    const copy = join(dir, basename(file));
    writeFileSync(copy, `${JSON.stringify(settlingEvery(settleEveryMs, definition), null, 2)}\n`);
    return copy;
  });
}
