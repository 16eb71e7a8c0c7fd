/**
 * Stands between Noise and Yamux: what a member sends is counted in frames and opened streams before the multiplexer
 * acts on it, because every frame costs the same however little it carries, and no library below or above counts. Over
 * its limits a member loses score like any flooder, and what it sends after its exclusion is read by nobody. [R63]
 */
import type { ConnectionEncrypter, MessageStream, PeerId, StreamMuxer, StreamMuxerFactory } from "@libp2p/interface";
import type { Clock } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { STREAM_WINDOW_BYTES } from "./peer-policy.ts";
import { writeWhole } from "./whole-writes.ts";
import { YamuxCounter } from "./yamux-count.ts";

export type WireGuardDoors = { readonly committee: Committee; readonly clock: Clock };

export class WireGuard {
  readonly #doors: WireGuardDoors;
  /** Whose the decrypted connections are: a multiplexer is not told. */
  readonly #peers = new WeakMap<MessageStream, PeerId>();

  constructor(doors: WireGuardDoors) {
    this.#doors = doors;
  }

  /** The same encrypter, which remembers whom it has proved and writes its messages whole. */
  encrypter<Components>(
    build: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter {
    return (components) => {
      const inner = build(components);
      return {
        protocol: inner.protocol,
        secureInbound: async (connection, options) => {
          writeWhole(connection);
          const secured = await inner.secureInbound(connection, options);
          this.#peers.set(secured.connection, secured.remotePeer);
          return secured;
        },
        secureOutbound: async (connection, options) => {
          writeWhole(connection);
          const secured = await inner.secureOutbound(connection, options);
          this.#peers.set(secured.connection, secured.remotePeer);
          return secured;
        },
      };
    };
  }

  /** The same multiplexer, on connections that are counted. */
  muxer(build: () => StreamMuxerFactory): () => StreamMuxerFactory {
    return () => {
      const inner = build();
      return {
        protocol: inner.protocol,
        createStreamMuxer: (connection: MessageStream): StreamMuxer => {
          this.#watch(connection);
          return inner.createStreamMuxer(connection);
        },
      };
    };
  }

  /** Listens first, so that what goes too far never reaches the multiplexer. */
  #watch(connection: MessageStream): void {
    const peer = this.#peers.get(connection);
    const member = peer === undefined ? null : this.#doors.committee.byPeer(peer);
    // The gatekeeper refuses whoever is none.
    if (member === null) return;
    const counter = new YamuxCounter(STREAM_WINDOW_BYTES);
    connection.addEventListener("message", (event) => {
      const { frames, opened, fault } = counter.push(event.data.subarray());
      if (this.#admits(member, Math.max(1, frames), opened) && fault === null) return;
      if (fault !== null) this.#doors.committee.punish(member, fault);
      event.stopImmediatePropagation();
      connection.abort(new Error(`the wire was ${fault ?? "flooded"}`));
    });
  }

  /** A chunk that carries no whole frame has cost a decryption all the same. */
  #admits(member: Member, frames: number, opened: number): boolean {
    const { committee, clock } = this.#doors;
    const nowMs = clock.monotonicMs();
    const over = member.ledger.admitWire(frames, opened, nowMs);
    if (over > 0) committee.punish(member, "flood", over);
    return !member.ledger.isExcluded(nowMs);
  }
}
