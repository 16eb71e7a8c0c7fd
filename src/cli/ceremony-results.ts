/** What members say came out of their key ceremony, asked of their APIs: enough of them, and all the same, or nothing. */
import { setTimeout as sleepFor } from "node:timers/promises";
import type { CeremonyView } from "../api/view.ts";
import type { StatusReply } from "../api/replies.ts";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { NetworkFacts } from "../node/network-file.ts";

export type CeremonyResult = { readonly groupKeyX: Hex; readonly transcriptHash: Hex };

type Asked = {
  readonly nodes: readonly string[];
  readonly timeoutMs: number;
  /** Whether a member that signs already ends the question: then there is a configuration. */
  readonly orActive: boolean;
};

const POLL_MS = 250;
const REQUEST_TIMEOUT_MS = 2_000;

/** JSON of a node's API; null while it does not answer. */
async function ask<T>(url: string): Promise<T | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

/** The member that answers at this address, and what came out of the ceremony there. */
async function resultOf(
  node: string,
  facts: NetworkFacts,
  { endMs, orActive }: { readonly endMs: number; readonly orActive: boolean },
): Promise<{ id: number; result: CeremonyResult } | "active"> {
  for (;;) {
    const status = await ask<StatusReply>(`${node}/v1/status`);
    if (status !== null && status.identity.networkId !== facts.networkId) {
      throw new OracleError(`${node} is a node of network ${status.identity.networkId}, wanted ${facts.networkId}`, {
        code: "other-network",
        node,
      });
    }
    if (orActive && status !== null && status.identity.cfg !== null) return "active";
    const shown = await ask<CeremonyView>(`${node}/v1/ceremony`);
    // A member shows the ceremony of the configuration to come as soon as it has the file.
    const ceremony = shown?.configCount === facts.configCount ? shown : null;
    if (ceremony !== null && ceremony.culprits.length > 0) {
      throw new OracleError(`${node}: the key ceremony names culprits: ${ceremony.culprits.join(", ")}`, {
        code: "ceremony-failed",
        culprits: ceremony.culprits,
      });
    }
    const result = ceremony?.result ?? null;
    if (status !== null && result !== null) {
      const { groupKeyX, transcriptHash } = result;
      return {
        id: memberAt(node, status.identity.peerId, facts),
        result: { groupKeyX: groupKeyX as Hex, transcriptHash: transcriptHash as Hex },
      };
    }
    if (performance.now() > endMs) {
      const seen = status === null ? "no answer" : whatIsSeen(shown, facts);
      throw new OracleError(`${node}: the key ceremony is not complete in time, saw ${seen}`, {
        code: "ceremony-late",
        node,
      });
    }
    await sleepFor(POLL_MS);
  }
}

function whatIsSeen(shown: CeremonyView | null, { configCount }: NetworkFacts): string {
  if (shown === null || shown.configCount === configCount) return `phase ${shown?.phase ?? "unknown"}`;
  return `the ceremony of configuration ${shown.configCount}: does it have the file of configuration ${configCount}?`;
}

function memberAt(node: string, peerId: string, facts: NetworkFacts): number {
  const member = facts.members.find((one) => one.peerId === peerId);
  if (member !== undefined) return member.id;
  throw new OracleError(`${node} is ${peerId}, no member of configuration ${facts.configCount}`, {
    code: "not-a-member",
    node,
    peerId,
  });
}

/**
 * What enough different members say came out of their ceremony; null when one has an active configuration already.
 * @throws OracleError `too-few-members`, `ceremony-split`, `ceremony-late`, `ceremony-failed`, `other-network`, `not-a-member`
 */
export async function vouchedKey(
  { nodes, timeoutMs, orActive }: Asked,
  facts: NetworkFacts,
): Promise<CeremonyResult | null> {
  const endMs = performance.now() + timeoutMs;
  const answers = await Promise.all(nodes.map(async (url) => await resultOf(url, facts, { endMs, orActive })));
  const said = answers.filter((answer) => answer !== "active");
  if (said.length < answers.length) return null;
  const ids = new Set(said.map(({ id }) => id));
  if (ids.size < facts.t) {
    throw new OracleError(
      `the key is vouched for by members ${[...ids].join(", ")}, wanted at least ${facts.t} members`,
      {
        code: "too-few-members",
        seen: ids.size,
        wanted: facts.t,
      },
    );
  }
  const first = said[0]!.result;
  const other = said.find(
    ({ result }) => result.groupKeyX !== first.groupKeyX || result.transcriptHash !== first.transcriptHash,
  );
  if (other === undefined) return first;
  throw new OracleError(`members ${said[0]!.id} and ${other.id} have different results of the key ceremony`, {
    code: "ceremony-split",
  });
}
