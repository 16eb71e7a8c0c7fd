/** What goes from node to node: messages with their names, acknowledgements, and what is fetched. */
import type { Hex } from "../../base/bytes.ts";
import { encodeMessage, messageHash } from "../../protocol/encoding.ts";
import type { Message } from "../../protocol/messages.ts";
import { Links } from "./links.ts";
import type { SimNode } from "./node.ts";
import type { Stage } from "./stage.ts";

type Receive = (node: SimNode, from: number, message: Message, hash: Hex) => void;

export class Speech {
  readonly #stage: Stage;
  readonly #links: Links;
  readonly #receive: Receive;
  readonly #hashes = new WeakMap<Message, Hex>();

  constructor(stage: Stage, receive: Receive) {
    this.#stage = stage;
    this.#links = new Links(stage.schedule);
    this.#receive = receive;
  }

  /** The moment a request's answer is back, or null. */
  roundTrip(from: number, to: number): number | null {
    return this.#links.roundTrip(from, to, this.#stage.nowMs);
  }

  /** Computed once for a message that is one object everywhere. */
  hashOf(message: Message): Hex {
    const known = this.#hashes.get(message);
    if (known !== undefined) return known;
    const hash = messageHash(encodeMessage(this.#stage.config.cfg, message));
    this.#hashes.set(message, hash);
    return hash;
  }

  say(node: SimNode, message: Message, to: readonly number[] | undefined): void {
    const hash = this.hashOf(message);
    this.#stage.observers.said(node, message, hash, this.#stage.nowMs);
    node.remember(message, hash);
    if (to === undefined || to.includes(node.id)) {
      this.#stage.later(node, 0, { kind: "message-received", message, hash });
    }
    this.send(node, message, hash, to);
  }

  send(node: SimNode, message: Message, hash: Hex, to?: readonly number[]): void {
    const isGossip = message.type === "observe" || message.type === "report";
    const times = new Map<number, number[]>();
    for (const other of this.#stage.nodes) {
      if (other === node || (to !== undefined && !to.includes(other.id))) continue;
      const arrivals = times.get(other.id) ?? this.arrivals(node.id, other.id, isGossip);
      times.set(other.id, arrivals);
      for (const atMs of arrivals) this.#stage.arrive(atMs, other, node.id, message, hash);
    }
  }

  arrivals(from: number, to: number, isGossip: boolean): number[] {
    const fromMs = Math.max(this.#stage.nowMs, this.#stage.nodes[from - 1]?.busyUntilMs ?? 0);
    return from === to ? [fromMs + 1] : this.#links.arrivals(from, to, fromMs, isGossip);
  }

  acknowledge(node: SimNode, to: number, hash: Hex): void {
    for (const proposer of this.#stage.instancesOf(to)) {
      const [atMs] = this.arrivals(node.id, to, false);
      if (atMs === undefined) continue;
      this.#stage.later(proposer, atMs - this.#stage.nowMs, { kind: "acknowledged", from: node.id, hash });
    }
  }

  fetchMessage(node: SimNode, hash: Hex, from: number): void {
    const own = node.envelope(hash);
    if (own !== undefined) return this.#stage.later(node, 0, { kind: "message-received", message: own, hash });
    this.#fetch(node, from, (peer) => peer.envelope(hash));
  }

  fetchReport(node: SimNode, round: number, from: number): void {
    this.#fetch(node, from, (peer) => {
      const signed = peer.state.reports.get(round);
      return signed === undefined ? undefined : { type: "report", round, sender: from, signed };
    });
  }

  #fetch(node: SimNode, from: number, answer: (peer: SimNode) => Message | undefined): void {
    const { nowMs } = this.#stage;
    const [peer] = this.#stage.instancesOf(from);
    const backMs = peer === undefined || peer === node ? null : this.#links.roundTrip(node.id, from, nowMs);
    if (peer === undefined || backMs === null) return;
    this.#stage.call(node, backMs - nowMs, () => {
      const message = peer.alive ? answer(peer) : undefined;
      if (message !== undefined) this.#receive(node, from, message, this.hashOf(message));
    });
  }
}
