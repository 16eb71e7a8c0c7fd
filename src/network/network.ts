/** The room's front: one libp2p host that knows the committee, judges before it forwards, and keeps every line up. */
import "./promise-with-resolvers.ts";
import type { Connection } from "@libp2p/interface";
import { toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { Committee, type Member, type MemberAddress } from "./committee.ts";
import { ConnectionKeeper } from "./connection-keeper.ts";
import { Direct } from "./direct.ts";
import { Gatekeeper, type Refusal } from "./gatekeeper.ts";
import { Gossip, type Topic } from "./gossip.ts";
import { createHost, type Host, startHost, stopHost } from "./host.ts";
import { peerIdFromPublicKey, privateKeyFromIdentity } from "./identity.ts";
import { type Channel, Inbox, type Verdict } from "./inbox.ts";
import { Membership } from "./membership.ts";
import { defaultLimits, type Offence, type PeerLimits } from "./peer-policy.ts";
import { Requests } from "./requests.ts";

export type NetworkOptions = {
  /** 1 … n */
  readonly selfId: number;
  /** multiaddrs to bind, e.g. /ip4/0.0.0.0/tcp/4001; port 0 takes a free one */
  readonly listen: readonly string[];
  /** the committee; this node's own entry may be among them and is then checked against its identity */
  readonly members: readonly MemberAddress[];
  /** separates networks: nodes with different prefixes do not understand each other; configurations share one */
  readonly topicPrefix: string;
  readonly limits?: Partial<PeerLimits>;
};

export type NetworkDoors = {
  /** ed25519 secret: seed (32 bytes) then public key (32 bytes) */
  readonly identity: Uint8Array;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Runs before a gossip message is forwarded or a direct message delivered, synchronously. Cheap checks first are the
   * callee's business. "reject" costs the member it came from (not always its author) score; when in doubt, "ignore".
   */
  judge(channel: Channel, bytes: Uint8Array, fromId: number): Verdict;
  /** Accepted messages, in arrival order, each in the same turn as its judgement. */
  deliver(channel: Channel, bytes: Uint8Array, fromId: number): void;
  /** Answers a question; null when there is nothing to give. May throw: the asker then hears nothing. */
  answer(bytes: Uint8Array, fromId: number): Promise<Uint8Array | null> | Uint8Array | null;
};

export type Traffic = {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
};

/** Bytes are on the wire, handshake excluded, encryption included. Messages are frames; forwarded gossip is not counted as out. */
export type PeerView = Traffic & {
  readonly id: number;
  readonly peerId: string;
  readonly connected: boolean;
  /** Whole milliseconds from the last ping; null before the first. */
  readonly rttMs: number | null;
  readonly rejected: number;
  readonly queueDropped: number;
  readonly offences: Readonly<Record<Offence, number>>;
  /** 0 for an honest peer, falling to the floor at which it is cut off. */
  readonly score: number;
  /** Milliseconds for which the peer stays cut off; 0 when it is not. */
  readonly excludedForMs: number;
  /** Wall clock of the last byte; null before the first. */
  readonly lastSeenMs: number | null;
};

export type NetworkFaults = {
  /** Connections refused after the handshake, by reason. */
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly publishFailed: number;
  readonly gossipRepaired: number;
};

export class Network {
  /** Lets peers of another configuration in and members out, while it runs. */
  readonly membership: Membership;
  readonly #limits: PeerLimits;
  readonly #doors: NetworkDoors;
  readonly #committee: Committee;
  readonly #gatekeeper: Gatekeeper;
  readonly #gossip: Gossip;
  readonly #direct: Direct;
  readonly #requests: Requests;
  readonly #keeper: ConnectionKeeper;
  readonly #host: Host;
  #stopped: Promise<void> | null = null;

  private constructor(
    parts: {
      readonly limits: PeerLimits;
      readonly committee: Committee;
      readonly gatekeeper: Gatekeeper;
      readonly gossip: Gossip;
      readonly inbox: Inbox;
      readonly host: Host;
      readonly selfId: number;
      readonly topicPrefix: string;
    },
    doors: NetworkDoors,
  ) {
    const { limits, committee, inbox, host, topicPrefix } = parts;
    this.#limits = limits;
    this.#doors = doors;
    this.#committee = committee;
    this.#gatekeeper = parts.gatekeeper;
    this.#gossip = parts.gossip;
    this.#host = host;
    const shared = { node: host, committee, clock: doors.clock, log: doors.log };
    this.#direct = new Direct({ protocol: `/${topicPrefix}/direct/1`, limits }, { ...shared, inbox });
    this.#requests = new Requests(
      { protocol: `/${topicPrefix}/ask/1`, limits },
      { ...shared, answer: (bytes, fromId) => doors.answer(bytes, fromId) },
    );
    this.#keeper = new ConnectionKeeper(
      { selfId: parts.selfId },
      { ...shared, onCurrent: (member, connection, previous) => this.#onCurrent(member, connection, previous) },
    );
    this.membership = new Membership({
      ...parts,
      keeper: this.#keeper,
      lines: [this.#direct, this.#requests, parts.gossip],
    });
  }

  /**
   * Binds, subscribes and begins to dial. Returns at once, without waiting for any peer.
   * @throws OracleError `bad-identity`, `identity-mismatch`, `bad-member`, `bad-address`, `listen-failed`
   */
  static async start(options: NetworkOptions, doors: NetworkDoors): Promise<Network> {
    const { selfId, topicPrefix, listen } = options;
    const { clock, log } = doors;
    const limits = { ...defaultLimits, ...options.limits };
    const privateKey = await privateKeyFromIdentity(doors.identity);
    const selfPeerId = peerIdFromPublicKey(toHex(privateKey.publicKey.raw));
    const committee = new Committee({ selfId, selfPeerId, members: options.members, limits }, { clock, log });
    const gatekeeper = new Gatekeeper({ committee, clock, log });
    const inbox = new Inbox({
      committee,
      log,
      judge: (channel, bytes, fromId) => doors.judge(channel, bytes, fromId),
      deliver: (channel, bytes, fromId) => doors.deliver(channel, bytes, fromId),
    });
    const gossip = new Gossip({ topicPrefix, limits }, { committee, inbox, clock, log });
    const host = await createHost(
      // During a rotation there are two committees.
      { privateKey, listen, members: 2 * committee.size, limits },
      { gater: gatekeeper.gater(), gossip: gossip.service() },
    );
    const network = new Network({ limits, committee, gatekeeper, gossip, inbox, host, selfId, topicPrefix }, doors);
    return await network.#begin(listen);
  }

  async #begin(listen: readonly string[]): Promise<this> {
    // Handlers first: a peer that connects in the first millisecond must find them.
    await this.#direct.start();
    await this.#requests.start();
    await startHost(this.#host, listen);
    this.#gossip.start(this.#host.services.gossip);
    this.#keeper.start();
    return this;
  }

  /** This node's peer id. */
  get peerId(): string {
    return this.#host.peerId.toString();
  }

  /** The multiaddrs this node really listens on, ports filled in. */
  addresses(): readonly string[] {
    return this.#host.getMultiaddrs().map((address) => address.toString());
  }

  /** Where a member can be dialled from now on. @throws OracleError `bad-member`, `bad-address` */
  setAddresses(id: number, addresses: readonly string[]): void {
    this.#committee.setAddresses(id, addresses);
    const member = this.#committee.byId(id);
    if (member !== null) this.#keeper.hurry(member);
  }

  /**
   * Gossips to all members at once. Too few peers or a failure is counted, never thrown.
   * @throws OracleError `message-size` for an empty message or one above the frame limit, which is a bug of the caller
   */
  publish(topic: Topic, bytes: Uint8Array): void {
    this.#checkSize(bytes);
    this.#gossip.publish(topic, bytes);
  }

  /**
   * Sends on the member's long-lived stream, or queues while there is none.
   * @throws OracleError `message-size`, `bad-member`
   */
  send(toId: number, bytes: Uint8Array): void {
    this.#checkSize(bytes);
    this.#direct.send(this.#member(toId), bytes);
  }

  /**
   * Asks one member. @param timeoutMs whole exchange, waiting in line included
   * @returns null when there is no answer, for whatever reason
   * @throws OracleError `message-size`, `bad-member`
   */
  async request(toId: number, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
    this.#checkSize(bytes);
    return await this.#requests.ask(this.#member(toId), bytes, timeoutMs);
  }

  peers(): PeerView[] {
    const nowMs = this.#doors.clock.monotonicMs();
    return [...this.#committee.others()].map(({ id, peerId, connection, ledger }) => ({
      id,
      peerId,
      connected: connection !== null,
      rttMs: connection?.rtt ?? null,
      bytesIn: ledger.bytesIn,
      bytesOut: ledger.bytesOut,
      messagesIn: ledger.messagesIn,
      messagesOut: ledger.messagesOut,
      rejected: ledger.rejected,
      queueDropped: ledger.queueDropped,
      offences: { ...ledger.offences },
      score: ledger.score(nowMs),
      excludedForMs: ledger.excludedForMs(nowMs),
      lastSeenMs: ledger.lastSeenMs,
    }));
  }

  /** Every line to and from the member is up: connection, gossip. */
  isReady(id: number): boolean {
    const member = this.#committee.byId(id);
    return member !== null && member.connection !== null && this.#gossip.hears(member.peer);
  }

  traffic(): Traffic {
    const sum = { bytesIn: 0, bytesOut: 0, messagesIn: 0, messagesOut: 0 };
    for (const { ledger } of this.#committee.others()) {
      sum.bytesIn += ledger.bytesIn;
      sum.bytesOut += ledger.bytesOut;
      sum.messagesIn += ledger.messagesIn;
      sum.messagesOut += ledger.messagesOut;
    }
    return sum;
  }

  faults(): NetworkFaults {
    return {
      refused: { ...this.#gatekeeper.refused },
      publishFailed: this.#gossip.publishFailed,
      gossipRepaired: this.#gossip.repaired,
    };
  }

  /** Within a second; leaves no timer and no socket. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#keeper.stop();
    this.#requests.stop();
    this.#direct.stop();
    this.#gossip.stop();
    await stopHost(this.#host);
  }

  #onCurrent(member: Member, connection: Connection | null, previous: Connection | null): void {
    if (previous !== null) this.#direct.disconnected(member);
    if (connection === null) return;
    this.#direct.connected(member);
    if (previous !== null) this.#gossip.moved(member.peer);
  }

  #member(id: number): Member {
    const member = this.#committee.byId(id);
    if (member === null) throw new OracleError(`no other member has id ${id}`, { code: "bad-member", id });
    return member;
  }

  #checkSize(bytes: Uint8Array): void {
    const bytesMax = this.#limits.frameBytesMax;
    if (bytes.length > 0 && bytes.length <= bytesMax) return;
    throw new OracleError(`a message has 1 to ${bytesMax} bytes, saw ${bytes.length}`, {
      code: "message-size",
      seenBytes: bytes.length,
      bytesMax,
    });
  }
}
