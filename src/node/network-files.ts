/** The network files that may still come into office, or are in it; with each the lines to its members and its ceremony. */
import type { Hex } from "../base/bytes.ts";
import type { HubConfigurations } from "../chain/hub-client.ts";
import type { Keystore } from "../keystore/keystore.ts";
import type { Membership } from "../network/membership.ts";
import { ceremonyIdOf } from "../threshold/ceremony-setup.ts";
import { setupOf, sharesFor } from "./activation.ts";
import type { Ceremonies } from "./ceremonies.ts";
import { CommitteeLines } from "./committee-lines.ts";
import type { NetworkFacts } from "./network-file.ts";
import { type Term, termsOf } from "./terms.ts";

/** What is asked of the network room: who is there, and who is let in. */
export type Peers = {
  peers(): readonly { readonly id: number }[];
  readonly membership: Pick<Membership, "admit" | "dismiss">;
};

export type NetworkFilesDoors = {
  readonly keystore: Keystore;
  readonly network: Peers;
  readonly ceremonies: Ceremonies;
};

export function ceremonyNameOf(facts: NetworkFacts): Hex {
  return ceremonyIdOf(setupOf(facts));
}

export class NetworkFiles {
  readonly #doors: NetworkFilesDoors;
  #files: readonly NetworkFacts[];
  readonly #lines = new Map<NetworkFacts, CommitteeLines>();
  #known: { readonly key: string; readonly terms: readonly Term[] } = { key: "", terms: [] };

  constructor(own: NetworkFacts, doors: NetworkFilesDoors) {
    this.#doors = doors;
    this.#files = [own];
    this.linesOf(own);
  }

  /** In the order in which they came; at the start this node's own. Never empty: the last one says who this node is. */
  get all(): readonly NetworkFacts[] {
    return this.#files;
  }

  has(facts: NetworkFacts): boolean {
    return this.#files.some((held) => ceremonyNameOf(held) === ceremonyNameOf(facts));
  }

  /** Another file of the same count gives way: an operator corrected it. */
  add(facts: NetworkFacts): CommitteeLines {
    const others = this.#files.filter(({ configCount }) => configCount !== facts.configCount);
    this.#keep([...others, facts]);
    return this.linesOf(facts);
  }

  /** The lines to the other members, who are let in when they are asked for first. */
  linesOf(facts: NetworkFacts): CommitteeLines {
    let lines = this.#lines.get(facts);
    if (lines === undefined) {
      const { network, keystore } = this.#doors;
      lines = new CommitteeLines(facts, { selfPeerId: keystore.peerId(), network });
      this.#lines.set(facts, lines);
    }
    return lines;
  }

  /** What the hub's word means for these files. Reading shares is work, so only when something may have changed. */
  terms(said: HubConfigurations): readonly Term[] {
    const { ceremonies, keystore } = this.#doors;
    const files = this.#files.map((facts) => `${ceremonyNameOf(facts)} ${ceremonies.of(facts)?.result() === null}`);
    const key = [said.newest?.cfg, said.previous?.cfg, ...files].join(" ");
    if (this.#known.key !== key) {
      const candidates = this.#files.map((facts) => ({ facts, shares: sharesFor(facts, keystore) }));
      this.#known = { key, terms: termsOf(said, candidates) };
    }
    return this.#known.terms;
  }

  /** A count below the hub's configurations never comes back; peers of files that are gone or over are let in no more. */
  forget({ newest, previous }: HubConfigurations, isOver: (facts: NetworkFacts) => boolean): void {
    const lowest = previous?.configCount ?? newest?.configCount ?? 0;
    this.#keep(this.#files.filter(({ configCount }) => configCount >= lowest));
    const needed = new Set<number>();
    for (const [facts, lines] of this.#lines) {
      if (isOver(facts) || !this.#files.includes(facts)) this.#lines.delete(facts);
      else for (const line of lines.lines()) needed.add(line);
    }
    const { network } = this.#doors;
    for (const { id } of network.peers()) if (!needed.has(id)) network.membership.dismiss(id);
  }

  #keep(wanted: readonly NetworkFacts[]): void {
    const kept = wanted.length === 0 ? this.#files.slice(-1) : wanted;
    for (const facts of this.#files) if (!kept.includes(facts)) this.#doors.ceremonies.end(facts);
    this.#files = kept;
  }
}
