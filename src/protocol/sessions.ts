/**
 * Sessions of one round: the same report, signed again by other members on other nonce pairs (ROAST, eprint 2022/550).
 * Here is which pair of whom a session uses, and who is free for another one.
 */
import type { Hex } from "../base/bytes.ts";
import type { SignerCommitment } from "./events.ts";
import type { NoncePair, Propose, SourceRef } from "./messages.ts";
import type { RoundState } from "./state.ts";

/** A signer's nonce pair: its OBSERVE's first or second, or the one that came with its SHARE of this name. */
type PairName = "first" | "second" | Hex;

export function pairName(message: Propose, id: number): PairName {
  return message.sources.find((source) => source.id === id)?.hash ?? (message.attempt === 0 ? "first" : "second");
}

/** Two PROPOSEs over one parent and one list make one report, so one digest. */
export function isSameMaterial(one: Propose, other: Propose): boolean {
  const { parent, observations } = other;
  return (
    one.parent?.digest === parent?.digest &&
    one.parent?.round === parent?.round &&
    one.observations.length === observations.length &&
    one.observations.every(({ id, hash }, i) => id === observations[i]!.id && hash === observations[i]!.hash)
  );
}

/** Of the signers, in their order. Everything that the PROPOSE names must be held. */
export function commitmentsOf(round: RoundState, message: Propose): SignerCommitment[] {
  return message.signers.flatMap((id) => {
    const name = pairName(message, id);
    const listed = message.observations.find((ref) => ref.id === id);
    const own = listed === undefined ? undefined : round.versions.get(listed.hash)?.commitments;
    const pair: NoncePair | null | undefined =
      name === "first" ? own?.[0] : name === "second" ? own?.[1] : round.sources.get(name)?.next;
    return pair === undefined || pair === null ? [] : [{ id, hiding: pair.hiding, binding: pair.binding }];
  });
}

/** The OBSERVEs and SHAREs whose pairs a session uses, each in the order of its signers: what judges a share of it. */
export function commitmentNames(message: Propose): { readonly observations: Hex[]; readonly sources: Hex[] } {
  const sourced = new Map(message.sources.map(({ id, hash }) => [id, hash]));
  const listed = new Map(message.observations.map(({ id, hash }) => [id, hash]));
  return {
    observations: message.signers.flatMap((id) => (sourced.has(id) ? [] : (listed.get(id) ?? []))),
    sources: message.signers.flatMap((id) => sourced.get(id) ?? []),
  };
}

type Taken = { readonly named: Set<PairName>; readonly answered: Set<PairName> };

/** What the accepted sessions have used up. A pair that answered one session is answered for every other that names it. */
function takenPairs(round: RoundState): ReadonlyMap<number, Taken> {
  const taken = new Map<number, Taken>();
  for (const { hash, message, digest } of round.accepted) {
    // Nobody signs with a commitment that is no point, so nobody's pair is gone. [R43]
    if (round.unsignable.has(hash)) continue;
    const box = round.shares.get(hash);
    for (const id of message.signers) {
      const held = taken.get(id) ?? { named: new Set(), answered: new Set() };
      const name = pairName(message, id);
      held.named.add(name);
      if (box?.get(id)?.message.digest === digest) held.answered.add(name);
      taken.set(id, held);
    }
  }
  return taken;
}

/** Members of the list that are pending in no session, are no culprits, and have an unused pair for this attempt. */
export function freeSigners(
  round: RoundState,
  listed: readonly number[],
  attempt: number,
): ReadonlyMap<number, PairName> {
  const taken = takenPairs(round);
  const fresh = new Map<number, Hex>();
  for (const [hash, { sender }] of round.sources)
    if (taken.get(sender)?.named.has(hash) !== true) fresh.set(sender, hash);
  const free = new Map<number, PairName>();
  for (const id of listed) {
    const held = taken.get(id);
    if (round.culprits.has(id)) continue;
    if (held !== undefined && [...held.named].some((name) => !held.answered.has(name))) continue;
    const source = attempt >= 2 ? fresh.get(id) : undefined;
    if (held?.named.has("second") !== true) free.set(id, "second");
    else if (source !== undefined) free.set(id, source);
  }
  return free;
}

export function sourcesOf(signers: readonly number[], pairs: ReadonlyMap<number, PairName>): SourceRef[] {
  return signers.flatMap((id) => {
    const hash = pairs.get(id);
    return hash === undefined || hash === "first" || hash === "second" ? [] : [{ id, hash }];
  });
}
