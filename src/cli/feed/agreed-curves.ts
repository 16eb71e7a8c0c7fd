/** The curves of a running network: what its nodes agreed on, and what readers of the chain hold. */
import type { SurfaceReply } from "../../api/replies.ts";
import { OracleError } from "../../base/errors.ts";
import { fetchJson } from "../../devnet/wait.ts";
import type { FeedDefinition } from "../../feeds/definition.ts";
import type { AgreedCurve } from "./pictures.ts";

/**
 * @param nodeUrl of a node's API
 * @returns the curves of the surface of the definition's symbol
 * @throws OracleError `no-surface` when the node does not answer or has none
 */
export async function agreedCurves(nodeUrl: string, { symbol }: FeedDefinition): Promise<readonly AgreedCurve[]> {
  const url = `${nodeUrl.replace(/\/+$/, "")}/v1/feeds/${symbol}.vol-surface/surface`;
  const reply = URL.canParse(url) ? await fetchJson<Partial<SurfaceReply>>(url) : null;
  const slices = reply?.surface?.slices;
  if (!Array.isArray(slices)) {
    throw new OracleError(`${url} gives no surface: is this the API of a node that signs ${symbol}.vol-surface?`, {
      code: "no-surface",
      url,
    });
  }
  return reply!.surface!.slices.flatMap(({ expiryMs, years, params, published }): AgreedCurve[] => {
    const agreed: AgreedCurve = { of: "agreed by the nodes", expiryMs, years, svi: params };
    if (published === null) return [agreed];
    return [agreed, { of: "published", expiryMs, years: published.years, svi: published.params }];
  });
}
