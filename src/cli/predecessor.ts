/** The configuration that another one is to follow, as running members tell it. */
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { NetworkFacts, Predecessor } from "../node/network-file.ts";
import { askMember } from "./ceremony-reply.ts";

type Active = { readonly cfg: Hex; readonly groupKeyX: Hex; readonly transcriptHash: Hex };

async function activeAt(node: string, facts: NetworkFacts, stop: AbortSignal): Promise<Active> {
  const { networkId, cfg, ceremony } = await askMember(node, stop);
  const refuse = (message: string): never => {
    throw new OracleError(`${node} ${message}`, { code: "not-active", node });
  };
  if (networkId.toLowerCase() !== facts.networkId.toLowerCase()) {
    throw new OracleError(`${node} is a node of network ${networkId}, wanted ${facts.networkId}`, {
      code: "other-network",
      node,
    });
  }
  const { configCount, result } = ceremony;
  if (configCount !== null && configCount !== facts.configCount) {
    return refuse(
      `speaks of configuration ${configCount}, wanted ${facts.configCount}: is another file pending there?`,
    );
  }
  if (cfg === null || result === null) return refuse("has no active configuration that another one could follow");
  return { cfg, ...result };
}

/**
 * What every node asked says is active. @throws OracleError `other-network`, `not-active`, `nodes-disagree`
 */
export async function predecessorAt(
  nodes: readonly string[],
  facts: NetworkFacts,
  stop: AbortSignal,
): Promise<Predecessor> {
  const said = await Promise.all(nodes.map(async (node) => await activeAt(node, facts, stop)));
  const first = said[0]!;
  const at = said.findIndex((one) => JSON.stringify(one) !== JSON.stringify(first));
  if (at > 0) {
    throw new OracleError(`${nodes[0]} and ${nodes[at]} have different active configurations of ${facts.name}`, {
      code: "nodes-disagree",
    });
  }
  return { configCount: facts.configCount, ...first };
}
