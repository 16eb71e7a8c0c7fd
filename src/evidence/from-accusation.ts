/** Evidence from what the machine accuses by name and the envelopes that a node remembers. */
import type { Hex } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";
import type { Accusation } from "../protocol/accusation.ts";
import type { Evidence } from "./evidence.ts";
import { placesOf } from "./judge-share.ts";
import { isOfType, openEnvelope } from "./statement.ts";

/** Names of the messages in the order of the evidence; null when the PROPOSE that fixes it is not at hand. */
function namesOf(accusation: Accusation, held: ReadonlyMap<Hex, Uint8Array>): readonly Hex[] | null {
  switch (accusation.kind) {
    case "equivocated-observation":
    case "equivocated-proposal":
    case "double-sign":
      return [...accusation.messages].sort();
    case "bad-share": {
      const { share, proposal } = accusation;
      const opened = openEnvelope(held.get(proposal) ?? new Uint8Array());
      if (opened === null || !isOfType(opened, "propose")) return null;
      return [share, proposal, ...placesOf(opened.message).map(({ hash }) => hash)];
    }
    case "bad-proposal":
      // One message is enough to show the fault, and none when the PROPOSE shows it alone.
      return [accusation.proposal, ...accusation.observations.slice(0, 1)];
    default:
      return unreachable(accusation);
  }
}

/**
 * Null when an envelope is missing: an accusation without its proof is none.
 * @param envelopes in any order, more than are needed do no harm
 */
export function evidenceOf(cfg: Hex, accusation: Accusation, envelopes: readonly Uint8Array[]): Evidence | null {
  const held = new Map<Hex, Uint8Array>();
  for (const envelope of envelopes) {
    const opened = openEnvelope(envelope);
    if (opened !== null) held.set(opened.hash, envelope);
  }
  const chosen: Uint8Array[] = [];
  for (const name of namesOf(accusation, held) ?? [null]) {
    const envelope = name === null ? undefined : held.get(name);
    if (envelope === undefined) return null;
    chosen.push(envelope);
  }
  const { kind, accused, round } = accusation;
  return { kind, cfg, accused, round, envelopes: chosen };
}
