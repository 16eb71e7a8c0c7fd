/**
 * What the hub's word means for this node: which configurations it is a member of, from which round to which. Two at most:
 * the newest, and the one before it for the rounds below the newest's first. Nothing here acts. [R70]
 */
import type { HubConfiguration, HubConfigurations } from "../chain/hub-client.ts";
import type { ShareHeader } from "../keystore/signing-share.ts";
import { roundAt } from "../protocol/state.ts";
import { shareFor } from "./activation.ts";
import type { NetworkFacts } from "./network-file.ts";

/** One configuration's time in office, as far as this node has a part in it. */
export type Term = {
  readonly facts: NetworkFacts;
  readonly configuration: HubConfiguration;
  readonly share: ShareHeader;
  /** The first round that is the next configuration's; null while there is none. */
  readonly endRound: number | null;
  /** The configuration whose reports this one's first round follows; null for a network's first. */
  readonly before: HubConfiguration | null;
};

/** A network file and the shares of its ceremony. */
export type Candidate = { readonly facts: NetworkFacts; readonly shares: readonly ShareHeader[] };

/** Rounds stay open so long: a late report of the last one is still completed, and peers may fetch. */
const TAIL_SLOTS = 3;

/** Ascending by first round. A configuration that is none of the candidates', in any field, gives no term. */
export function termsOf({ newest, previous }: HubConfigurations, candidates: readonly Candidate[]): readonly Term[] {
  const terms: Term[] = [];
  for (const configuration of [previous, newest]) {
    if (configuration === undefined) continue;
    const isNewest = configuration === newest;
    for (const { facts, shares } of candidates) {
      const share = shareFor(facts, shares, configuration);
      if (share === undefined) continue;
      const endRound = isNewest ? null : (newest?.firstRound ?? null);
      const before = isNewest ? (previous ?? null) : null;
      terms.push({ facts, configuration, share, endRound, before });
      break;
    }
  }
  return terms;
}

/** Whether a term has ended and its last rounds are closed. */
export function isOver({ configuration, endRound }: Term, nowMs: number): boolean {
  return endRound !== null && roundAt(configuration, nowMs) >= endRound + TAIL_SLOTS;
}

/** Whether this term's slots have begun. */
export function hasBegun({ configuration }: Term, nowMs: number): boolean {
  return nowMs >= configuration.firstRoundTimeMs;
}

/** Why a file cannot take effect in a running node, in one sentence; null when it can. */
export function whyNotNext(next: NetworkFacts, current: NetworkFacts): string | null {
  for (const key of ["networkId", "chainId", "hub"] as const) {
    if (String(next[key]).toLowerCase() !== String(current[key]).toLowerCase()) {
      return `its ${key} is ${next[key]}, this node's is ${current[key]}`;
    }
  }
  if (next.feedSetRoot !== current.feedSetRoot) return "its feeds differ: other feeds need a restart on the new file";
  if (next.configCount <= current.configCount) {
    return `its configCount is ${next.configCount}, wanted more than ${current.configCount}`;
  }
  return null;
}
