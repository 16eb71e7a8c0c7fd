/** The room's front: one libp2p host that knows the committee, judges before it forwards, and keeps every line up. */
import "./promise-with-resolvers.ts";
import type { Connection } from "@libp2p/interface";
import { type Hex, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { Committee, type Member, type MemberAddress } from "./committee.ts";
import { ConnectionKeeper } from "./connection-keeper.ts";
import { type About, Direct } from "./direct.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { Gossip } from "./gossip.ts";
import { createHost, type Host, startHost, stopHost } from "./host.ts";
import { peerIdFromPublicKey, privateKeyFromIdentity } from "./identity.ts";
import { type Channel, Inbox, type Verdict } from "./inbox.ts";
import { Membership } from "./membership.ts";
import { defaultLimits, type PeerLimits, PING_INTERVAL_MS, PING_TIMEOUT_MS, PINGS_PER_STREAM } from "./peer-policy.ts";
import { type NetworkFaults, type PeerView, peerView, type Traffic, trafficOf } from "./peer-view.ts";
import { Publisher } from "./publisher.ts";
import { Pulse } from "./pulse.ts";
import { Relay } from "./relay.ts";
import { Requests } from "./requests.ts";
import { watchStalls } from "./stall-watch.ts";
import type { Topic } from "./topics.ts";
import { WireGuard } from "./wire-guard.ts";

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
  /** The member's network layer has received the message that was sent under this name. Word of it may never come. */
  acknowledged?(toId: number, hash: Hex): void;
  /**
   * Has the member been heard of lately, through whomever? Only for one that has is a message relayed that it did not
   * acknowledge. Left out: always.
   */
  isHeard?(id: number): boolean;
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
  readonly #observations: Direct;
  readonly #publisher: Publisher;
  readonly #relay: Relay;
  readonly #requests: Requests;
  readonly #keeper: ConnectionKeeper;
  readonly #pulse: Pulse;
  readonly #host: Host;
  #unwatch: () => void = () => undefined;
  #stopped: Promise<void> | null = null;

  private constructor(
    parts: {
      readonly limits: PeerLimits;
      readonly committee: Committee;
      readonly gatekeeper: Gatekeeper;
      readonly gossip: Gossip;
      readonly inbox: Inbox;
      readonly isHeard: (id: number) => boolean;
      readonly host: Host;
      readonly selfId: number;
      readonly topicPrefix: string;
    },
    doors: NetworkDoors,
  ) {
    const { limits, committee, inbox, host, topicPrefix, isHeard, gossip } = parts;
    this.#limits = limits;
    this.#doors = doors;
    this.#committee = committee;
    this.#gatekeeper = parts.gatekeeper;
    this.#gossip = gossip;
    this.#host = host;
    const { clock, log } = doors;
    const shared = { node: host, committee, clock, log };
    const lineDoors = { committee, clock, gossip, isHeard };
    this.#relay = new Relay(limits, lineDoors);
    const directDoors = {
      ...shared,
      inbox,
      acknowledged: (member: Member, hash: Hex) => doors.acknowledged?.(member.id, hash),
      overdue: (member: Member, hash: Hex, message: Uint8Array) => this.#relay.overdue(member.id, hash, message),
    };
    this.#direct = new Direct({ protocol: `/${topicPrefix}/direct/2`, channel: "direct", limits }, directDoors);
    this.#observations = new Direct({ protocol: `/${topicPrefix}/observe/1`, channel: "observe", limits }, directDoors);
    this.#publisher = new Publisher({ ...lineDoors, observations: this.#observations });
    this.#requests = new Requests(
      { protocol: `/${topicPrefix}/ask/1`, limits },
      { ...shared, answer: (bytes, fromId) => doors.answer(bytes, fromId) },
    );
    this.#keeper = new ConnectionKeeper(
      { selfId: parts.selfId },
      { ...shared, onCurrent: (member, connection, previous) => this.#onCurrent(member, connection, previous) },
    );
    this.#pulse = new Pulse(
      { intervalMs: PING_INTERVAL_MS, timeoutMs: PING_TIMEOUT_MS, pingsPerStream: PINGS_PER_STREAM },
      shared,
    );
    this.membership = new Membership({
      ...parts,
      keeper: this.#keeper,
      lines: [this.#direct, this.#observations, this.#requests, gossip],
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
    const isHeard = (id: number): boolean => doors.isHeard?.(id) ?? true;
    const gossip = new Gossip({ topicPrefix, limits }, { committee, inbox, isHeard, clock, log });
    const host = await createHost(
      // During a rotation there are two committees.
      { privateKey, listen, members: 2 * committee.size, limits },
      {
        gater: gatekeeper.gater(),
        mayKnock: (address) => gatekeeper.mayKnock(address),
        wire: new WireGuard({ committee, clock }),
        housekeeping: { committee, clock },
        gossip: gossip.service(),
      },
    );
    const parts = { limits, committee, gatekeeper, gossip, inbox, isHeard, host, selfId, topicPrefix };
    return await new Network(parts, doors).#begin(listen);
  }

  async #begin(listen: readonly string[]): Promise<this> {
    // Handlers first: a peer that connects in the first millisecond must find them.
    await this.#direct.start();
    await this.#observations.start();
    await this.#requests.start();
    await startHost(this.#host, listen);
    this.#gossip.start(this.#host.services.gossip);
    this.#keeper.start();
    this.#pulse.start();
    this.#unwatch = watchStalls({ committee: this.#committee, clock: this.#doors.clock, log: this.#doors.log });
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
   * Hands it to all members' lines at once. Too few peers or a failure is counted, never thrown.
   * @throws OracleError `message-size` for an empty message or one above the frame limit, which is a bug of the caller
   */
  publish(topic: Topic, bytes: Uint8Array): void {
    this.#checkSize(bytes);
    this.#publisher.publish(topic, bytes);
  }

  /**
   * Sends on the member's long-lived stream, or queues while there is none.
   * @param about with it the member's acknowledgement is told, and without one in time the same bytes go out on the
   * topic `relay`; of a full queue the lowest round leaves first
   * @throws OracleError `message-size`, `bad-member`
   */
  send(toId: number, bytes: Uint8Array, about: About | null = null): void {
    this.#checkSize(bytes);
    this.#direct.send(this.#member(toId), bytes, about);
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

  /** Of the last ping; null before the first, and for who is not connected. */
  rttMs(id: number): number | null {
    return this.#committee.byId(id)?.connection?.rtt ?? null;
  }

  peers(): PeerView[] {
    const nowMs = this.#doors.clock.monotonicMs();
    return [...this.#committee.others()].map((member) => peerView(member, this.#direct.slowAnswerMs(member), nowMs));
  }

  /** Every line to and from the member is up: connection, gossip. */
  isReady(id: number): boolean {
    const member = this.#committee.byId(id);
    return member !== null && member.connection !== null && this.#gossip.hears(member.peer);
  }

  traffic(): Traffic {
    return trafficOf(this.#committee.others());
  }

  faults(): NetworkFaults {
    return {
      refused: { ...this.#gatekeeper.refused },
      publishFailed: this.#gossip.publishFailed,
      gossipRepaired: this.#gossip.repaired,
      relayed: this.#relay.relayed,
      relaySuppressed: this.#relay.suppressed,
    };
  }

  /** Within a second; leaves no timer and no socket. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#unwatch();
    this.#keeper.stop();
    this.#pulse.stop();
    this.#requests.stop();
    this.#direct.stop();
    this.#observations.stop();
    this.#gossip.stop();
    await stopHost(this.#host);
  }

  #onCurrent(member: Member, connection: Connection | null, previous: Connection | null): void {
    const streams = [this.#direct, this.#observations];
    if (previous !== null) for (const one of streams) one.disconnected(member);
    if (connection === null) return;
    for (const one of streams) one.connected(member);
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
