/** What all n nodes say came out of their key ceremony; they must say the same. */
import type { CeremonyView } from "../api/view.ts";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Child } from "./child.ts";
import { fetchJson, waitFor } from "./wait.ts";

export type KeyResult = { readonly groupKeyX: Hex; readonly transcriptHash: Hex };

const TIMEOUT_MS = 60_000;

/** @throws OracleError `child-failed` naming culprits or the node that has no result, `ceremony-split` */
export async function ceremonyResult(
  nodes: readonly { readonly child: Child; readonly apiUrl: string }[],
): Promise<KeyResult> {
  const results: KeyResult[] = [];
  for (const { child, apiUrl } of nodes) {
    const waiting = { timeoutMs: TIMEOUT_MS, pollMs: 100, what: "end of the key ceremony", child };
    const result = await waitFor(async () => {
      const view = await fetchJson<CeremonyView>(`${apiUrl}/v1/ceremony`);
      if (view !== null && view.culprits.length > 0) {
        throw child.failure(`the key ceremony names culprits: ${view.culprits.join(", ")}`);
      }
      return view?.result ?? null;
    }, waiting);
    results.push({ groupKeyX: result.groupKeyX as Hex, transcriptHash: result.transcriptHash as Hex });
  }
  const first = results[0]!;
  if (results.some((one) => one.groupKeyX !== first.groupKeyX || one.transcriptHash !== first.transcriptHash)) {
    throw new OracleError("the nodes do not agree on the ceremony's result", { code: "ceremony-split" });
  }
  return first;
}
