/** A configuration calls its members 1 … n, the network room calls its peers by numbers of its own: one table for both. [R73] */
import type { Membership } from "../network/membership.ts";
import { OracleError } from "../base/errors.ts";
import type { NetworkFacts } from "./network-file.ts";

export class CommitteeLines {
  /** This node's id in the configuration; null: it is no member. */
  readonly selfId: number | null;
  readonly #lineOf = new Map<number, number>();
  readonly #idOf = new Map<number, number>();

  /** Lets every other member of the configuration in. */
  constructor(
    facts: NetworkFacts,
    doors: { readonly selfPeerId: string; readonly network: { readonly membership: Pick<Membership, "admit"> } },
  ) {
    let selfId: number | null = null;
    for (const { id, peerId, addresses } of facts.members) {
      if (peerId === doors.selfPeerId) {
        selfId = id;
        continue;
      }
      const line = doors.network.membership.admit(peerId, addresses);
      this.#lineOf.set(id, line);
      this.#idOf.set(line, id);
    }
    this.selfId = selfId;
  }

  /** @throws OracleError `bad-member`: a bug of the caller */
  lineOf(id: number): number {
    const line = this.#lineOf.get(id);
    if (line === undefined) throw new OracleError(`no other member has id ${id}`, { code: "bad-member", id });
    return line;
  }

  /** null: the peer is of another configuration. */
  idOf(line: number): number | null {
    return this.#idOf.get(line) ?? null;
  }

  lines(): Iterable<number> {
    return this.#idOf.keys();
  }
}

/** Those of the network's peers that are members, by their ids in the configuration. */
export function inCommittee<T extends { readonly id: number }>(
  peers: readonly T[],
  lines: CommitteeLines,
): readonly T[] {
  return peers.flatMap((peer) => {
    const id = lines.idOf(peer.id);
    return id === null ? [] : [{ ...peer, id }];
  });
}
