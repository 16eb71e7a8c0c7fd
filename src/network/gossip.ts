/**
 * REPORT, evidence and what a broken line did not carry on gossipsub: every member is a direct peer, so the first message
 * reaches all without a mesh.
 */
import { createHash } from "node:crypto";
import { type GossipSub, gossipsub, type Message, TopicValidatorResult } from "@chainsafe/libp2p-gossipsub";
import type { Connection, PeerId, Stream } from "@libp2p/interface";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { VarintFrameCounter } from "./framing.ts";
import { type GossipComponents, GossipLink } from "./gossip-link.ts";
import type { Inbox, Verdict } from "./inbox.ts";
import {
  GOSSIP_CHECK_MS,
  GOSSIP_HEARTBEAT_MS,
  GOSSIP_PATIENCE_CHECKS,
  GOSSIP_PATIENCE_MAX_CHECKS,
  GOSSIP_SEEN_MS,
  type PeerLimits,
} from "./peer-policy.ts";
import { isAnyLineBroken } from "./line-doubts.ts";
import { passesOn } from "./relay-draw.ts";
import { CHANNELS, FLOODED_TOPICS, NEEDED_TOPICS, type OnwardTopic, type Topic, TOPICS } from "./topics.ts";

/** Topic name, field tags and a few control messages beside the one message of a frame. */
const RPC_OVERHEAD_BYTES = 4096;

/** What gossipsub throws for a message it has published or received before. */
const ALREADY_SEEN = "PublishError.Duplicate";

const VERDICTS: Readonly<Record<Verdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  "second-hand": TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/**
 * The topic is part of the id: else a member could replay an observation on the other topic, where it is rejected but
 * remembered as seen, and so keep the real one from everybody it reaches first.
 */
function messageId(message: Message): Uint8Array {
  return createHash("sha256").update(message.topic).update("\0").update(message.data).digest();
}

/** Its interface hides the set, and fixes it at the start; a committee that changes has to change it. */
function directPeersOf(pubsub: GossipSub): Set<unknown> {
  if ("direct" in pubsub && pubsub.direct instanceof Set) return pubsub.direct;
  throw new OracleError("gossipsub keeps its direct peers elsewhere", { code: "gossipsub-changed" });
}

export type GossipOptions = { readonly topicPrefix: string; readonly limits: PeerLimits };

export type GossipDoors = {
  readonly committee: Committee;
  /** Is the member known to be there, through whomever? For one that is not, nothing is passed on. */
  readonly isHeard: (id: number) => boolean;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Logger;
};

/** How many checks in a row a member was absent on this connection, and how many are too many. */
type Repair = { readonly connection: Connection | null; readonly checks: number; readonly patience: number };

export class Gossip {
  /** Publications that reached nobody or failed. */
  publishFailed = 0;
  /** Connections ended because gossip did not work on them. */
  repaired = 0;
  readonly #options: GossipOptions;
  readonly #doors: GossipDoors;
  readonly #link: GossipLink;
  #pubsub: GossipSub | null = null;
  #checkTimer: NodeJS.Timeout | null = null;
  /** Members that the last publication did not go to. */
  readonly #missed = new Set<Member>();
  readonly #repairs = new Map<Member, Repair>();

  constructor(options: GossipOptions, doors: GossipDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#link = new GossipLink({
      current: (peer) => doors.committee.byPeer(peer)?.connection ?? null,
      onStream: (stream, connection) => this.#watch(stream, connection),
    });
  }

  /** The libp2p service. Peer exchange is off, unknown topics and signed messages are refused, nothing is fetched late. */
  service(): (components: GossipComponents) => GossipSub {
    const members = [...this.#doors.committee.others()];
    const build = gossipsub({
      globalSignaturePolicy: "StrictNoSign",
      msgIdFn: messageId,
      allowedTopics: TOPICS.map((topic) => this.#name(topic)),
      directPeers: members.map((member) => ({ id: member.peer, addrs: [] })),
      // The connection keeper dials; two diallers would race for one peer.
      directConnectTicks: Number.MAX_SAFE_INTEGER,
      floodPublish: true,
      // Encoded once for all peers, without waiting for anything.
      batchPublish: true,
      emitSelf: false,
      doPX: false,
      fallbackToFloodsub: false,
      canRelayMessage: false,
      allowPublishToZeroTopicPeers: true,
      tagMeshPeers: false,
      // D >= min(n - 1, 8), should a peer ever not be direct.
      D: Math.max(6, Math.min(members.length, 8)),
      heartbeatInterval: GOSSIP_HEARTBEAT_MS,
      seenTTL: GOSSIP_SEEN_MS,
      maxInboundDataLength: this.#options.limits.frameBytesMax + RPC_OVERHEAD_BYTES,
      maxOutboundBufferSize: 4 * this.#options.limits.queueBytesMax,
      maxInboundStreams: 2,
      maxOutboundStreams: 2,
      maxTopicBytesPerPeer: 16 * 1024,
      decodeRpcLimits: {
        maxSubscriptions: 8,
        // One message a frame is what is sent to direct peers; more would make a frame's rate say nothing.
        maxMessages: 2,
        maxIhaveMessageIDs: 16,
        maxIwantMessageIDs: 16,
        maxIdontwantMessageIDs: 64,
        maxControlMessages: 4,
        maxPeerInfos: 0,
      },
      // Committee members may share an address (one data centre, one laptop); the default silences them.
      scoreParams: { IPColocationFactorWeight: 0 },
    });
    return (components) => build(this.#link.wrap(components));
  }

  start(pubsub: GossipSub): void {
    this.#pubsub = pubsub;
    for (const topic of TOPICS) {
      const name = this.#name(topic);
      pubsub.topicValidators.set(name, (peer, message) => this.#judge(topic, peer, message));
      pubsub.subscribe(name);
    }
    this.#checkTimer = setInterval(() => this.#repair(), GOSSIP_CHECK_MS);
  }

  /** Hands the message to all members' streams before it returns to the event loop; a failure is counted, not thrown. */
  publish(topic: Topic, bytes: Uint8Array): void {
    const pubsub = this.#pubsub;
    if (pubsub === null) {
      this.publishFailed++;
      return;
    }
    const isOnward = topic === "report" && isAnyLineBroken(this.#doors, (member) => !this.#missed.has(member));
    const named = isOnward ? "report-onward" : topic;
    pubsub
      .publish(this.#name(named), bytes)
      .then(({ recipients }) => {
        if (NEEDED_TOPICS.includes(named)) this.#published(recipients);
      })
      .catch((error: unknown) => {
        const reason = reasonOf(error);
        // Every node finishes the same report; whoever is second need not send it again.
        if (reason === ALREADY_SEEN) return;
        this.publishFailed++;
        this.#doors.log.warn("publishing failed", { topic, reason });
      });
  }

  /** True when the member has told us that it listens to the topics of a round. */
  hears(peer: PeerId): boolean {
    const pubsub = this.#pubsub;
    return (
      pubsub !== null &&
      NEEDED_TOPICS.every((topic) => pubsub.getSubscribers(this.#name(topic)).some((p) => p.equals(peer)))
    );
  }

  /** The connection in use was replaced by another. */
  moved(peer: PeerId): void {
    this.#link.relink(peer).catch((error: unknown) => {
      this.#doors.log.warn("moving a gossip stream failed", { reason: reasonOf(error) });
    });
  }

  /** Gossip goes straight to a direct peer; who is none would have to be grafted into a mesh. */
  admit(member: Member): void {
    if (this.#pubsub !== null) directPeersOf(this.#pubsub).add(member.peerId);
  }

  dismiss(member: Member): void {
    if (this.#pubsub !== null) directPeersOf(this.#pubsub).delete(member.peerId);
    this.#missed.delete(member);
    this.#repairs.delete(member);
  }

  stop(): void {
    if (this.#checkTimer !== null) clearInterval(this.#checkTimer);
    this.#checkTimer = null;
    this.#pubsub = null;
  }

  #published(recipients: readonly PeerId[]): void {
    if (recipients.length === 0) this.publishFailed++;
    const reached = new Set(recipients.map((peer) => peer.toString()));
    for (const member of this.#doors.committee.others()) {
      if (reached.has(member.peerId)) {
        member.ledger.messagesOut++;
        this.#missed.delete(member);
      } else if (member.connection !== null) {
        this.#missed.add(member);
      }
    }
  }

  #name(topic: Topic | OnwardTopic): string {
    return `${this.#options.topicPrefix}/${topic}`;
  }

  #judge(topic: Topic | OnwardTopic, peer: PeerId, message: Message): TopicValidatorResult {
    const member = this.#doors.committee.byPeer(peer);
    if (member === null) return TopicValidatorResult.Ignore;
    if (!member.ledger.admitGossip(this.#doors.clock.monotonicMs())) {
      this.#doors.committee.punish(member, "flood");
      return TopicValidatorResult.Ignore;
    }
    if (message.data.length > this.#options.limits.frameBytesMax) {
      this.#doors.committee.punish(member, "oversized");
      return TopicValidatorResult.Reject;
    }
    // A copy: the message must not keep the whole network buffer alive.
    const verdict = this.#doors.inbox.receive(CHANNELS[topic], Uint8Array.from(message.data), member);
    // Who has it from another than its author has no line to the author, and may not be the only one.
    if (verdict !== "accept" || FLOODED_TOPICS.includes(topic)) return VERDICTS[verdict];
    // To gossipsub, what is not passed on is ignored: remembered as seen, and nobody's fault.
    if (topic === "report") return TopicValidatorResult.Ignore;
    const draw = { messageId: messageId(message), peers: this.#doors.committee.names(), source: member.peerId };
    return passesOn({ ...draw, self: this.#doors.committee.selfPeerId })
      ? VERDICTS[verdict]
      : TopicValidatorResult.Ignore;
  }

  /** Gossipsub drops an overlong frame silently and knows no frame rate, so both are counted beside it. */
  #watch(stream: Stream, connection: Connection): void {
    const { committee, clock } = this.#doors;
    const member = committee.byPeer(connection.remotePeer);
    if (member === null) return;
    const counter = new VarintFrameCounter(this.#options.limits.frameBytesMax + RPC_OVERHEAD_BYTES);
    stream.addEventListener("message", (event) => {
      const { begun, fault } = counter.push(event.data.subarray());
      for (let i = 0; i < begun; i++) {
        if (!member.ledger.admitFrame("gossip", clock.monotonicMs())) committee.punish(member, "flood");
      }
      if (fault !== null) committee.punish(member, fault);
    });
  }

  /**
   * A connected member that gossip does not hear, or did not send to, is connected anew, ever more rarely. Only a new
   * connection gives both ends a fresh start: gossipsub cannot tell the other end that it has dropped a stream.
   * Checks are counted, not seconds, so that a machine too busy to check is not too hasty either.
   */
  #repair(): void {
    for (const member of this.#doors.committee.others()) {
      const { connection } = member;
      if (this.hears(member.peer) && !this.#missed.has(member)) {
        this.#repairs.delete(member);
        continue;
      }
      const last = this.#repairs.get(member);
      const patience = last?.patience ?? GOSSIP_PATIENCE_CHECKS;
      const checks = last !== undefined && last.connection === connection ? last.checks + 1 : 1;
      if (connection === null || checks < patience) {
        this.#repairs.set(member, { connection, checks, patience });
        continue;
      }
      this.#repairs.set(member, {
        connection: null,
        checks: 0,
        patience: Math.min(2 * patience, GOSSIP_PATIENCE_MAX_CHECKS),
      });
      this.#missed.delete(member);
      this.repaired++;
      this.#doors.log.debug("connecting anew for want of gossip", { peer: member.id });
      connection.abort(new Error("gossip does not work on this connection"));
    }
  }
}
