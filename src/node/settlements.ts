/** How this node sees expiries: its eye on their windows, and what it says when one is over. */
import type { Hex } from "../base/bytes.ts";
import type { LinkedFeed } from "../feeds/context.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { ExpiryStatements, type StatedFeed, type StatementDoors } from "./expiry-statements.ts";
import { type SamplerDoors, SettlementSampler } from "./settlement-sampler.ts";

export type SettlementsDoors = Omit<SamplerDoors, "closed"> & {
  readonly observer: {
    publicIdentity(): { readonly observer: Hex };
    signObserverDigest(digest: Hex): ReturnType<StatementDoors["sign"]>;
  };
};

/** @param options `feeds` and `rules` in index order */
export function settlementsOf(
  options: { readonly networkId: Hex; readonly feeds: readonly LinkedFeed[]; readonly rules: readonly FeedRule[] },
  doors: SettlementsDoors,
): { readonly sampler: SettlementSampler; readonly statements: ExpiryStatements } {
  const { networkId, feeds, rules } = options;
  const { observer, memory, log } = doors;
  const stated = new Map<string, StatedFeed>();
  for (const [position, { definition }] of feeds.entries()) {
    if (definition.kind !== "settlement") continue;
    const minCoverage = Number(definition.method.minCoverage);
    stated.set(definition.name, { name: definition.name, feedId: rules[position]!.feedId, minCoverage });
  }
  const sign = (digest: Hex): ReturnType<StatementDoors["sign"]> => observer.signObserverDigest(digest);
  const statements = new ExpiryStatements(
    { networkId, feeds: [...stated.values()] },
    { memory, sign, signer: observer.publicIdentity().observer, log },
  );
  const sampler = new SettlementSampler(
    { feeds, rules },
    {
      ...doors,
      closed: (name, window) => {
        const feed = stated.get(name);
        if (feed !== undefined) statements.closed(feed, window);
      },
    },
  );
  return { sampler, statements };
}
