/** The members of the active and the pending configurations as the network sees them: names, addresses, connections, accounts. */
import "./promise-with-resolvers.ts";
import type { Connection, PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Doubt } from "./doubt.ts";
import { PeerLedger } from "./peer-ledger.ts";
import type { Offence, PeerLimits } from "./peer-policy.ts";

export type MemberAddress = {
  /** 1 … n */
  readonly id: number;
  /** libp2p peer id of the member's ed25519 identity */
  readonly peerId: string;
  /** multiaddrs, e.g. /ip4/10.0.0.1/tcp/4001 or /dns4/node2/tcp/4001; empty: this member dials us */
  readonly addresses: readonly string[];
};

/** One other member, never this node itself. */
export type Member = {
  readonly id: number;
  readonly peerId: string;
  readonly peer: PeerId;
  addresses: readonly Multiaddr[];
  readonly ledger: PeerLedger;
  /** The one connection in use; every stream of ours lives on it. */
  connection: Connection | null;
  /** A direct message is overdue that it has not acknowledged; null since it has acknowledged a later one. */
  doubt: Doubt | null;
};

function parsePeer(member: MemberAddress): PeerId {
  try {
    return peerIdFromString(member.peerId);
  } catch (error) {
    throw new OracleError(
      `member ${member.id}: expected a libp2p peer id, saw ${JSON.stringify(member.peerId)}: ${reasonOf(error)}`,
      { code: "bad-member", id: member.id, seen: member.peerId },
      error,
    );
  }
}

function parseAddress(id: number, peerId: string, text: string): Multiaddr {
  try {
    const suffix = `/p2p/${peerId}`;
    return multiaddr(text.endsWith(suffix) ? text : `${text}${suffix}`);
  } catch (error) {
    throw new OracleError(
      `member ${id}: expected a multiaddr such as /ip4/10.0.0.1/tcp/4001, saw ${JSON.stringify(text)}: ${reasonOf(error)}`,
      { code: "bad-address", id, seen: text },
      error,
    );
  }
}

export class Committee {
  readonly selfPeerId: string;
  readonly #selfId: number;
  readonly #limits: PeerLimits;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #byId = new Map<number, Member>();
  readonly #byPeer = new Map<string, Member>();
  #names: readonly string[] | null = null;

  /**
   * @param options.members all members; an entry for this node itself is checked against its identity and left out
   * @throws OracleError `bad-member`, `bad-address`, `identity-mismatch`
   */
  constructor(
    options: {
      readonly selfId: number;
      readonly selfPeerId: string;
      readonly members: readonly MemberAddress[];
      readonly limits: PeerLimits;
    },
    doors: { readonly clock: Clock; readonly log: Logger },
  ) {
    this.#selfId = options.selfId;
    this.selfPeerId = options.selfPeerId;
    this.#limits = options.limits;
    this.#clock = doors.clock;
    this.#log = doors.log;
    for (const member of options.members) {
      const isSelf = member.id === options.selfId;
      if (isSelf !== (member.peerId === options.selfPeerId)) {
        throw new OracleError(
          `member ${member.id} is listed as ${member.peerId}, while this node is member ${options.selfId}, ${options.selfPeerId}`,
          { code: "identity-mismatch", id: member.id, seen: member.peerId, wanted: options.selfPeerId },
        );
      }
      if (isSelf) continue;
      if (this.#byId.has(member.id) || this.#byPeer.has(member.peerId)) {
        throw new OracleError(`member ${member.id} (${member.peerId}) is listed twice`, {
          code: "bad-member",
          id: member.id,
          seen: member.peerId,
        });
      }
      this.#take(member);
    }
  }

  /** This node among them. */
  get size(): number {
    return this.#byId.size + 1;
  }

  /**
   * Takes in a peer of another configuration. Its number here is the next free one: ids belong to configurations, and two of
   * them may call two peers by one id.
   * @throws OracleError `bad-member`, `bad-address`
   */
  admit(peerId: string, addresses: readonly string[]): Member {
    const id = 1 + Math.max(this.#selfId, ...this.#byId.keys());
    return this.#take({ id, peerId, addresses });
  }

  dismiss(member: Member): void {
    this.#byId.delete(member.id);
    this.#byPeer.delete(member.peerId);
    this.#names = null;
  }

  #take(given: MemberAddress): Member {
    const { id, peerId, addresses } = given;
    const member: Member = {
      id,
      peerId,
      peer: parsePeer(given),
      addresses: addresses.map((text) => parseAddress(id, peerId, text)),
      ledger: new PeerLedger(this.#limits, this.#clock.monotonicMs()),
      connection: null,
      doubt: null,
    };
    this.#byId.set(id, member);
    this.#byPeer.set(peerId, member);
    this.#names = null;
    return member;
  }

  /** Peer ids of all, this node among them, ascending. */
  names(): readonly string[] {
    this.#names ??= [this.selfPeerId, ...this.#byPeer.keys()].sort();
    return this.#names;
  }

  others(): Iterable<Member> {
    return this.#byId.values();
  }

  byId(id: number): Member | null {
    return this.#byId.get(id) ?? null;
  }

  byPeer(peer: PeerId): Member | null {
    return this.byPeerId(peer.toString());
  }

  byPeerId(peerId: string): Member | null {
    return this.#byPeer.get(peerId) ?? null;
  }

  /** @throws OracleError `bad-address`, `bad-member` */
  setAddresses(id: number, addresses: readonly string[]): void {
    const member = this.#byId.get(id);
    if (member === undefined) {
      throw new OracleError(`no other member has id ${id}`, { code: "bad-member", id });
    }
    member.addresses = addresses.map((text) => parseAddress(id, member.peerId, text));
  }

  /** Books an offence, `times` over, and ends the connection of a member whose score has reached the floor. */
  punish(member: Member, offence: Offence, times = 1): void {
    const nowMs = this.#clock.monotonicMs();
    if (!member.ledger.penalise(offence, nowMs, times)) return;
    const { offences } = member.ledger;
    this.#log.warn("peer cut off", { peer: member.id, offence, offences, forMs: member.ledger.excludedForMs(nowMs) });
    // Not inside the call stack of whoever read the offending bytes.
    queueMicrotask(() => {
      member.connection?.abort(
        new OracleError(`peer ${member.id} was cut off for ${offence}`, { code: "peer-cut", offence }),
      );
    });
  }
}
