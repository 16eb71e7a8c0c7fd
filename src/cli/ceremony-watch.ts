/** A key ceremony as its members tell it: how far they are, who is missing, who broke it, and what came out. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { NetworkFacts } from "../node/network-file.ts";
import { askMember, type KeyResult, type MemberReply } from "./ceremony-reply.ts";

/** What one look at one member has shown. */
export type Seen = {
  readonly node: string;
  readonly member: number | null;
  readonly phase: string;
  /** Whose message of this phase is not there. */
  readonly missing: readonly number[];
  readonly culprits: readonly { readonly id: number; readonly why: string }[];
  readonly result: KeyResult | null;
};

/** As often as members repeat themselves, and a little less. */
const LOOK_MS = 500;

function seenAt(node: string, facts: NetworkFacts, { id, networkId, ceremony }: MemberReply): Seen {
  if (networkId.toLowerCase() !== facts.networkId.toLowerCase()) {
    throw new OracleError(`${node} is a node of network ${networkId}, wanted ${facts.networkId}`, {
      code: "other-network",
      node,
    });
  }
  const { configCount, phase, have, culprits, result } = ceremony;
  if (configCount !== null && configCount !== facts.configCount) {
    const elsewhere = `at configuration ${configCount}, wanted ${facts.configCount}`;
    return { node, member: id, phase: elsewhere, missing: [], culprits: [], result: null };
  }
  const isOpen = phase !== "complete" && phase !== "failed";
  const missing = isOpen ? facts.members.map((member) => member.id).filter((one) => !have.includes(one)) : [];
  return { node, member: id, phase, missing, culprits, result };
}

async function look(node: string, facts: NetworkFacts, stop: AbortSignal): Promise<Seen> {
  try {
    return seenAt(node, facts, await askMember(node, stop));
  } catch (error) {
    // One that does not answer yet may be starting; one that answers for another network never will.
    if (!(error instanceof OracleError) || error.code === "other-network") throw error;
    return { node, member: null, phase: reasonOf(error), missing: [], culprits: [], result: null };
  }
}

export function seenText({ node, member, phase, missing, culprits }: Seen): string {
  const who = member === null ? node : `member ${member}`;
  const rest = [
    ...(missing.length > 0 ? [`nothing yet of ${missing.join(", ")}`] : []),
    ...culprits.map(({ id, why }) => `member ${id} is proven at fault: ${why}`),
  ];
  return [`${who}: ${phase}`, ...rest].join("; ");
}

/** Null while it goes on. @throws OracleError when it can no longer come to a good end */
function outcome(facts: NetworkFacts, seen: readonly Seen[]): KeyResult | null {
  const failed = seen.find(({ phase, culprits }) => phase === "failed" || culprits.length > 0);
  const first = seen[0]?.result ?? null;
  if (failed !== undefined && failed.result === null) {
    const names = failed.culprits.map(({ id, why }) => `${id} (${why})`).join(", ");
    const what = names === "" ? "no usable key came out" : `members proven at fault: ${names}`;
    throw new OracleError(`the ceremony has failed; ${what}; agree on a file without them under a higher configCount`, {
      code: "ceremony-failed",
      culprits: failed.culprits.map(({ id }) => id),
    });
  }
  if (first === null || seen.some(({ result }) => result === null)) return null;
  const other = seen.find(({ result }) => result?.transcriptHash !== first.transcriptHash);
  if (other !== undefined || seen.some(({ result }) => result?.groupKeyX !== first.groupKeyX)) {
    throw new OracleError("the members have different results of the key ceremony", { code: "ceremony-split" });
  }
  if (facts.kind === "refresh" && first.groupKeyX.toLowerCase() !== facts.previous?.groupKeyX.toLowerCase()) {
    throw new OracleError("the refresh has another group key than the one it refreshes", { code: "ceremony-split" });
  }
  return first;
}

function late(seen: readonly Seen[]): OracleError {
  const open = seen.filter(({ result }) => result === null).map(seenText);
  const message = `the ceremony is not complete in time; ${open.join("; ")}`;
  return new OracleError(`${message}; silence proves nothing against a member`, { code: "ceremony-late" });
}

/**
 * How the ceremony of a network file goes at these members, until all of them have the same key; null when stopped first. One
 * that does not answer, or is at another configuration, is waited for.
 * @param options.endMs by performance.now()
 * @throws OracleError `ceremony-failed`, `ceremony-split`, `ceremony-late`, `other-network`
 */
export async function watchCeremony(
  { facts, nodes, endMs }: { readonly facts: NetworkFacts; readonly nodes: readonly string[]; readonly endMs: number },
  { stop, say }: { readonly stop: AbortSignal; readonly say: (seen: Seen) => void },
): Promise<{ readonly result: KeyResult; readonly vouchedForBy: readonly (number | null)[] } | null> {
  while (!stop.aborted) {
    const seen = await Promise.all(nodes.map(async (node) => await look(node, facts, stop)));
    for (const one of seen) say(one);
    const result = outcome(facts, seen);
    if (result !== null) return { result, vouchedForBy: [...new Set(seen.map(({ member }) => member))] };
    if (performance.now() > endMs) throw late(seen);
    await sleepFor(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return null;
}
