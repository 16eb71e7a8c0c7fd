/** Carries out what one machine orders, as the daemon does: the orders in their sequence, their answers as later events. */
import type { Hex } from "../../base/bytes.ts";
import { unreachable } from "../../base/errors.ts";
import { messagesOf } from "../../protocol/accusation.ts";
import type { Effect, OracleEvent } from "../../protocol/events.ts";
import { encodeMessage, messageHash } from "../../protocol/encoding.ts";
import type { Message } from "../../protocol/messages.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import { step } from "../../protocol/step.ts";
import { reportDigest } from "../../report/codec.ts";
import type { Report } from "../../report/report.ts";
import { hashUniform } from "../random.ts";
import { sessionOf } from "./group.ts";
import type { LiarKind } from "./liar-kinds.ts";
import { Links } from "./links.ts";
import type { Intention, LiarDoors, Utterance } from "./mouth.ts";
import { Mouth } from "./mouth.ts";
import type { SimNode } from "./node.ts";
import type { Claim } from "./quarantine.ts";
import { liarsClaim } from "./quarantine.ts";
import type { CrashPoint, Fault } from "./schedule.ts";
import { viewOf } from "./view.ts";
import type { World } from "./world.ts";

const EVALUATION_MS = 3;
const SHARE_MS = 2;
const SUM_MS = 3;

type CrashAtPoint = Extract<Fault, { kind: "crash-at-point" }>;

export class Interpreter {
  readonly #world: World;
  readonly #links: Links;
  readonly #mouths = new Map<number, Mouth>();
  readonly #deaths: CrashAtPoint[];
  readonly #convicted = new Set<string>();
  readonly #hashes = new WeakMap<Message, Hex>();
  readonly #digests = new WeakMap<Report, Hex>();

  constructor(world: World, liars: ReadonlyMap<number, readonly LiarKind[]>) {
    this.#world = world;
    this.#links = new Links(world.schedule);
    this.#deaths = world.schedule.faults.flatMap((fault) => (fault.kind === "crash-at-point" ? [fault] : []));
    for (const [id, kinds] of liars) this.#mouths.set(id, new Mouth(kinds));
  }

  receive(node: SimNode, from: number, message: Message, hash: Hex): void {
    if (message.type === "propose" && from === message.sender) this.#acknowledge(node, from, hash);
    const isTwins = message.type === "observe" && message.sender === node.id;
    if (isTwins && message.incarnation !== node.incarnation() && !node.halted) {
      // Its own key under another incarnation: nonces are gone, and nothing is said any more.
      node.halted = true;
      node.forgetPairs(Number.POSITIVE_INFINITY);
      this.#world.observers.left(node, this.#world.nowMs);
      this.#world.tell(`node ${node.id} finds its own key elsewhere and halts`);
      this.feed(node, { kind: "disk-failed", why: "duplicate instance" });
    }
    if (node.admits(message, hash)) this.feed(node, { kind: "message-received", message, hash });
  }

  feed(node: SimNode, event: OracleEvent): void {
    const { mutant, observers, nowMs } = this.#world;
    const { life } = node;
    const next = mutant.step?.(node, event, nowMs) ?? step(node.state, event);
    node.state = next.state;
    observers.stepped(node, nowMs);
    for (const effect of next.effects) {
      // A crash between two orders: what was ordered first is done, the rest is not. Nor behind one that failed.
      if (!this.#perform(node, effect) || !node.alive || node.life !== life) return;
    }
    if (event.kind === "slot-started") {
      const extra = this.#mouths.get(node.id)?.atSlot(event.round, this.#doorsOf(node)) ?? [];
      for (const utterance of extra) this.#utter(node, utterance);
    }
  }

  /** What each peer that is up and can be reached knows of the asking node's own words. */
  askPeers(node: SimNode, take: (claim: Claim) => void): void {
    const { nodes, nowMs } = this.#world;
    for (const peer of nodes) {
      if (peer.id === node.id || peer.copy > 0 || !peer.alive) continue;
      const backMs = this.#links.roundTrip(node.id, peer.id, nowMs);
      if (backMs === null) continue;
      const isLiar = this.#mouths.has(peer.id);
      const known = peer.newestOf.get(node.id) ?? null;
      const claim: Claim = { from: peer.id, round: known, proven: true };
      const current = peer.state.currentRound;
      this.#world.call(node, backMs - nowMs, () => take(isLiar ? liarsClaim(peer.id, current) : claim));
    }
  }

  /** @returns whether the orders behind it may be carried out */
  #perform(node: SimNode, effect: Effect): boolean {
    const { observers, group } = this.#world;
    switch (effect.kind) {
      case "reserve-rounds": {
        if (this.#diesAt(node, "during-write")) return false;
        const syncMs = this.#world.slowSyncMs(node);
        if (syncMs > 0) {
          node.busyUntilMs = this.#world.nowMs + syncMs;
          observers.left(node, this.#world.nowMs);
        }
        const isDurable = node.disk.reserve(effect.upTo);
        if (isDurable) this.#world.later(node, 0, { kind: "rounds-reserved", upTo: effect.upTo });
        else this.#world.later(node, 0, { kind: "disk-failed", why: "no space" });
        return isDurable;
      }
      case "observe":
        this.#observe(node, effect.round);
        return true;
      case "broadcast":
        this.#broadcast(node, effect.message);
        return true;
      case "forward": {
        const held = node.envelope(effect.hash);
        if (held !== undefined) this.#send(node, held, effect.hash);
        return true;
      }
      case "sign-share":
        this.#sign(node, effect);
        return true;
      case "aggregate": {
        const { round, proposalHash } = effect;
        const sum = group.aggregate(effect.digest, effect.commitments, effect.shares);
        if (sum.ok) {
          this.#world.later(node, SUM_MS, { kind: "aggregated", round, proposalHash, signature: sum.signature });
        } else {
          const { culprits } = sum;
          this.#world.later(node, SUM_MS, { kind: "aggregate-failed", round, proposalHash, culprits });
        }
        return true;
      }
      case "set-timer": {
        const { timer, round, delayMs } = effect;
        const isFromSlot = timer === "hard-stop" || timer === "backup";
        const wallMs = node.clock.wallMs(this.#world.nowMs);
        const lateMs = isFromSlot ? Math.max(0, wallMs - slotTimeMs(node.state.config, round)) : 0;
        this.#world.later(node, Math.max(0, delayMs - lateMs), { kind: "timer-fired", timer, round });
        return true;
      }
      case "verify-report": {
        const { signed } = effect;
        const isRight = this.#digestOf(signed.report) === signed.digest;
        if (isRight && group.verify(signed.digest, signed.signature)) {
          this.#world.later(node, 1, { kind: "report-verified", signed });
        }
        return true;
      }
      case "fetch-message":
        this.#fetchMessage(node, effect.hash, effect.from);
        return true;
      case "fetch-report":
        this.#fetchReport(node, effect.round, effect.from);
        return true;
      case "publish":
        node.disk.keep(effect.signed);
        observers.published(node, effect.signed, this.#world.nowMs);
        return true;
      case "forget-nonces":
        node.forgetPairs(effect.belowRound);
        return true;
      case "accuse": {
        const { accusation } = effect;
        const isWhole = messagesOf(accusation).every((hash) => node.envelope(hash) !== undefined);
        observers.accused(node, accusation, isWhole, this.#world.nowMs);
        if (isWhole && !this.#mouths.has(node.id)) this.#convict(node, accusation.accused, accusation.kind);
        return true;
      }
      case "note":
        observers.noted(node, effect.note, this.#world.nowMs);
        return true;
      default:
        return unreachable(effect);
    }
  }

  /** Evidence is verified by whoever gets it: what an honest node says of a liar convicts it everywhere. */
  #convict(by: SimNode, member: number, fault: Extract<OracleEvent, { kind: "convicted" }>["fault"]): void {
    for (const node of this.#world.nodes) {
      const key = `${node.id}/${node.copy}/${node.life}/${member}/${fault}`;
      if (this.#convicted.has(key)) continue;
      const [atMs] = node === by ? [this.#world.nowMs] : this.#arrivals(by.id, node.id, true);
      if (atMs === undefined) continue;
      this.#convicted.add(key);
      this.#world.later(node, Math.max(0, atMs - this.#world.nowMs), { kind: "convicted", member, fault });
    }
  }

  #observe(node: SimNode, round: number): void {
    const { observers, nowMs, schedule } = this.#world;
    observers.entered(node, round, Math.max(nowMs, node.busyUntilMs));
    const commitments = [node.draw(round), this.#world.mutant.drawsOnePair === true ? null : node.draw(round)] as const;
    const event = {
      kind: "observed",
      round,
      obsTimeMs: Math.round(node.clock.wallMs(nowMs)),
      incarnation: node.incarnation(),
      commitments: [commitments[0], commitments[1] ?? commitments[0]],
      values: viewOf(node, round, schedule.seed),
    } as const;
    this.#world.later(node, 1 + hashUniform(schedule.seed, round, node.id) * EVALUATION_MS, event);
  }

  #sign(node: SimNode, effect: Extract<Effect, { kind: "sign-share" }>): void {
    const { round, proposalHash, digest, commitments } = effect;
    const refused = (why: string, culprits: readonly number[]): void => {
      this.#world.later(node, 0, { kind: "share-refused", round, proposalHash, why, culprits });
    };
    const pair = node.pairIn(commitments);
    if (pair === null) return refused("no-nonce", []);
    // As the vault: what cannot be signed costs no pair.
    const made = pair.sign(digest, commitments);
    if (!made.ok) return refused("bad-commitment", made.culprits);
    if (this.#world.mutant.drawsOnePair !== true) node.discard(pair);
    const next = effect.drawNext && node.mayDraw(round) ? node.draw(round) : null;
    this.#world.observers.ledger.signed(
      this.#world.nowMs,
      node.id,
      digest,
      pair.pair.hiding,
      sessionOf(digest, commitments),
    );
    this.#world.later(node, SHARE_MS, { kind: "share-made", round, proposalHash, digest, z: made.z, next });
  }

  #diesAt(node: SimNode, point: CrashPoint): boolean {
    const slot = (this.#world.nowMs + node.clock.offsetMs(this.#world.nowMs)) / this.#world.schedule.slotMs;
    const at = this.#deaths.findIndex((death) => death.node === node.id && death.point === point && slot >= death.slot);
    if (at < 0) return false;
    const [death] = this.#deaths.splice(at, 1);
    this.#world.tell(`node ${node.id} meets its end: ${point}`);
    this.#world.kill(node, death!.forMs, point === "during-write");
    return true;
  }

  #broadcast(node: SimNode, message: Message): void {
    const { type } = message;
    if (type === "propose" && this.#diesAt(node, "before-propose")) return;
    const mouth = this.#mouths.get(node.id);
    if (mouth !== undefined) {
      for (const utterance of mouth.speak(message, this.#doorsOf(node))) this.#utter(node, utterance);
    } else {
      const dies = type === "propose" && this.#willDie(node);
      const half = Array.from({ length: Math.ceil(this.#world.schedule.n / 2) }, (_, i) => i + 1);
      this.#say(node, message, dies ? half : undefined);
      if (dies) this.#diesAt(node, "after-propose-to-half");
    }
    if (type === "share") this.#diesAt(node, "after-share");
    if (type === "observe") this.#diesAt(node, "after-observe");
  }

  #willDie(node: SimNode): boolean {
    const slot = (this.#world.nowMs + node.clock.offsetMs(this.#world.nowMs)) / this.#world.schedule.slotMs;
    return this.#deaths.some(
      (death) => death.node === node.id && death.point === "after-propose-to-half" && slot >= death.slot,
    );
  }

  #doorsOf(node: SimNode): LiarDoors {
    return {
      node,
      seed: this.#world.schedule.seed,
      hashOf: (message) => this.#hashOf(message),
      otherIds: Array.from({ length: this.#world.schedule.n }, (_, i) => i + 1).filter((id) => id !== node.id),
    };
  }

  #utter(node: SimNode, utterance: Utterance | Intention): void {
    if ("make" in utterance) {
      this.#world.call(node, utterance.delayMs, () => {
        for (const one of utterance.make()) this.#utter(node, one);
      });
      return;
    }
    const { message, to, delayMs } = utterance;
    const speak = (): void => {
      if (message.type === "share") this.#world.observers.ledger.lied(node.id, message.digest);
      this.#say(node, message, to);
    };
    if (delayMs === undefined) speak();
    else this.#world.call(node, delayMs, speak);
  }

  /** Computed once for a message that is one object everywhere. */
  #hashOf(message: Message): Hex {
    const known = this.#hashes.get(message);
    if (known !== undefined) return known;
    const hash = messageHash(encodeMessage(this.#world.config.cfg, message));
    this.#hashes.set(message, hash);
    return hash;
  }

  #digestOf(report: Report): Hex {
    const known = this.#digests.get(report);
    if (known !== undefined) return known;
    const digest = reportDigest(this.#world.config.networkId, report);
    this.#digests.set(report, digest);
    return digest;
  }

  #say(node: SimNode, message: Message, to: readonly number[] | undefined): void {
    const hash = this.#hashOf(message);
    this.#world.observers.said(node, message, hash, this.#world.nowMs);
    node.remember(message, hash);
    if (to === undefined || to.includes(node.id)) {
      this.#world.later(node, 0, { kind: "message-received", message, hash });
    }
    this.#send(node, message, hash, to);
  }

  #send(node: SimNode, message: Message, hash: Hex, to?: readonly number[]): void {
    const isGossip = message.type === "observe" || message.type === "report";
    const times = new Map<number, number[]>();
    for (const other of this.#world.nodes) {
      if (other === node || (to !== undefined && !to.includes(other.id))) continue;
      const arrivals = times.get(other.id) ?? this.#arrivals(node.id, other.id, isGossip);
      times.set(other.id, arrivals);
      for (const atMs of arrivals) this.#world.arrive(atMs, other, node.id, message, hash);
    }
  }

  #arrivals(from: number, to: number, isGossip: boolean): number[] {
    const fromMs = Math.max(this.#world.nowMs, this.#world.nodes[from - 1]?.busyUntilMs ?? 0);
    return from === to ? [fromMs + 1] : this.#links.arrivals(from, to, fromMs, isGossip);
  }

  #acknowledge(node: SimNode, to: number, hash: Hex): void {
    for (const proposer of this.#world.instancesOf(to)) {
      const [atMs] = this.#arrivals(node.id, to, false);
      if (atMs === undefined || this.#mouths.has(to)) continue;
      this.#world.later(proposer, atMs - this.#world.nowMs, { kind: "acknowledged", from: node.id, hash });
    }
  }

  #fetchMessage(node: SimNode, hash: Hex, from: number): void {
    const own = node.envelope(hash);
    if (own !== undefined) return this.#world.later(node, 0, { kind: "message-received", message: own, hash });
    this.#fetch(node, from, (peer) => peer.envelope(hash));
  }

  #fetchReport(node: SimNode, round: number, from: number): void {
    this.#fetch(node, from, (peer) => {
      const signed = peer.state.reports.get(round);
      return signed === undefined ? undefined : { type: "report", round, sender: from, signed };
    });
  }

  #fetch(node: SimNode, from: number, answer: (peer: SimNode) => Message | undefined): void {
    const { nowMs } = this.#world;
    const [peer] = this.#world.instancesOf(from);
    const backMs = peer === undefined || peer === node ? null : this.#links.roundTrip(node.id, from, nowMs);
    if (peer === undefined || backMs === null) return;
    this.#world.call(node, backMs - nowMs, () => {
      const message = peer.alive ? answer(peer) : undefined;
      if (message !== undefined) this.receive(node, from, message, this.#hashOf(message));
    });
  }
}
