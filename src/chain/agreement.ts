/** Turns the replies of several providers into one answer, or into a reason why there is none. Pure. */
import type { Json } from "../base/canonical-json.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import type { RpcReply } from "./rpc-endpoint.ts";

export type NamedReply = { readonly name: string; readonly reply: RpcReply };

/** One answer and who gave it. */
type Vote = { readonly text: string; readonly names: readonly string[] };

export type Agreement = {
  /** The first reply that `quorum` providers gave alike. */
  readonly agreed: RpcReply | undefined;
  /** Every different answer; more than one is a disagreement. */
  readonly votes: readonly Vote[];
  readonly failed: readonly { readonly name: string; readonly why: string }[];
};

/** @param replies in the order they came */
export function agree(replies: readonly NamedReply[], quorum: number): Agreement {
  const votes = new Map<string, { reply: RpcReply; names: string[] }>();
  const failed: { name: string; why: string }[] = [];
  for (const { name, reply } of replies) {
    if (reply.kind === "failed") {
      failed.push({ name, why: reply.why });
      continue;
    }
    const text = reply.kind === "revert" ? `revert ${reply.data}` : canonicalJson((reply.value ?? null) as Json);
    const vote = votes.get(text);
    if (vote === undefined) votes.set(text, { reply, names: [name] });
    else vote.names.push(name);
  }
  const enough = [...votes.values()].filter((vote) => vote.names.length >= quorum);
  return {
    // Two answers with a quorum each mean that `quorum` providers lie or fork: then nobody is believed.
    agreed: enough.length === 1 ? enough[0]!.reply : undefined,
    votes: [...votes].map(([text, vote]) => ({ text, names: vote.names })),
    failed,
  };
}

/**
 * The block to read at: the highest that at least `quorum` providers have, give or take `maxLagBlocks` among them.
 * Neither one that runs ahead (or lies) nor one that hangs behind moves it.
 */
export function agreedHeight(heights: readonly number[], quorum: number, maxLagBlocks: number): number | undefined {
  const descending = heights.toSorted((a, b) => b - a);
  return descending.find((height) => {
    return heights.filter((other) => other >= height && other <= height + maxLagBlocks).length >= quorum;
  });
}
