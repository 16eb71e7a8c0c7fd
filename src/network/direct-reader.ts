/** The reading end of the members' direct streams: frames are counted, judged, delivered, and their number is written back. */
import type { Connection, Stream } from "@libp2p/interface";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { Acknowledger } from "./acknowledger.ts";
import type { Committee, Member } from "./committee.ts";
import { FrameReader } from "./framing.ts";
import type { Inbox } from "./inbox.ts";
import type { PeerLimits } from "./peer-policy.ts";

export type ReaderOptions = {
  /** As what frames are judged. Of observations nobody says that they arrived: who misses one fetches it. */
  readonly channel: "direct" | "observe";
  readonly limits: PeerLimits;
};

export type ReaderDoors = {
  readonly committee: Committee;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Logger;
};

export class DirectReader {
  readonly #options: ReaderOptions;
  readonly #doors: ReaderDoors;
  readonly #inbound = new Map<Member, Stream>();

  constructor(options: ReaderOptions, doors: ReaderDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  readonly receive = async (stream: Stream, connection: Connection): Promise<void> => {
    const { committee, clock, log, inbox } = this.#doors;
    const { channel, limits } = this.#options;
    const member = committee.byPeer(connection.remotePeer);
    if (member === null) {
      stream.abort(new Error("not a member"));
      return;
    }
    // The newest stream is the one the peer uses; an older one is a leftover of its last connection.
    this.#inbound.get(member)?.abort(new Error("replaced by a newer stream"));
    this.#inbound.set(member, stream);
    stream.inactivityTimeout = Number.POSITIVE_INFINITY;
    const reader = new FrameReader(limits.frameBytesMax);
    const acknowledger = channel === "direct" ? new Acknowledger(stream) : null;
    try {
      for await (const chunk of stream) {
        const { frames, fault } = reader.push(chunk.subarray());
        for (const frame of frames) {
          const nowMs = clock.monotonicMs();
          if (!member.ledger.admitFrame("direct", nowMs)) committee.punish(member, "flood");
          else if (inbox.receive(channel, frame, member) === "ignore" && !member.ledger.admitIgnored(nowMs)) {
            committee.punish(member, "flood");
          }
        }
        acknowledger?.add(frames.length);
        if (fault !== null) {
          committee.punish(member, fault);
          stream.abort(new Error(`a direct frame was ${fault}`));
          return;
        }
      }
    } catch (error) {
      log.debug("a direct stream ended", { peer: member.id, reason: reasonOf(error) });
    } finally {
      acknowledger?.stop();
      if (this.#inbound.get(member) === stream) this.#inbound.delete(member);
      // Half-closed by the peer: nobody waits for what we would still say.
      if (stream.status === "open") stream.abort(new Error("the sender closed its direct stream"));
    }
  };
}
