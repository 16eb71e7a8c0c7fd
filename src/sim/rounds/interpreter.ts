/** Carries out what one machine orders, as the daemon does: the orders in their sequence, their answers as later events. */
import type { Hex } from "../../base/bytes.ts";
import { unreachable } from "../../base/errors.ts";
import { messagesOf } from "../../protocol/accusation.ts";
import type { Effect, OracleEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import { step } from "../../protocol/step.ts";
import { reportDigest } from "../../report/codec.ts";
import type { Report } from "../../report/report.ts";
import { hashUniform } from "../random.ts";
import { sessionOf } from "./group.ts";
import type { LiarKind } from "./liar-kinds.ts";
import type { Intention, LiarDoors, Utterance } from "./lie.ts";
import { Mouth } from "./mouth.ts";
import type { SimNode } from "./node.ts";
import type { Claim } from "./quarantine.ts";
import { liarsClaim } from "./quarantine.ts";
import type { CrashPoint, Fault } from "./schedule.ts";
import { viewOf } from "./view.ts";
import { Speech } from "./speech.ts";
import type { Stage } from "./stage.ts";

const EVALUATION_MS = 3;
const SHARE_MS = 2;
const SUM_MS = 3;

type CrashAtPoint = Extract<Fault, { kind: "crash-at-point" }>;

export class Interpreter {
  readonly #stage: Stage;
  readonly #speech: Speech;
  readonly #mouths = new Map<number, Mouth>();
  readonly #deaths: CrashAtPoint[];
  readonly #convicted = new Set<string>();
  readonly #digests = new WeakMap<Report, Hex>();

  constructor(stage: Stage, liars: ReadonlyMap<number, readonly LiarKind[]>) {
    this.#stage = stage;
    this.#speech = new Speech(stage, (node, from, message, hash) => this.receive(node, from, message, hash));
    this.#deaths = stage.schedule.faults.flatMap((fault) => (fault.kind === "crash-at-point" ? [fault] : []));
    for (const [id, kinds] of liars) this.#mouths.set(id, new Mouth(kinds));
  }

  receive(node: SimNode, from: number, message: Message, hash: Hex): void {
    if (message.type === "propose" && from === message.sender) this.#speech.acknowledge(node, from, hash);
    const isTwins = message.type === "observe" && message.sender === node.id;
    if (isTwins && message.incarnation !== node.incarnation() && !node.halted) {
      // Its own key under another incarnation: nonces are gone, and nothing is said any more.
      node.halted = true;
      node.forgetPairs(Number.POSITIVE_INFINITY);
      this.#stage.observers.left(node, this.#stage.nowMs);
      this.#stage.tell(`node ${node.id} finds its own key elsewhere and halts`);
      this.feed(node, { kind: "disk-failed", why: "duplicate instance" });
    }
    if (node.admits(message, hash)) this.feed(node, { kind: "message-received", message, hash });
  }

  feed(node: SimNode, event: OracleEvent): void {
    const { mutant, observers, nowMs } = this.#stage;
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
  askPeers(node: SimNode, askedIn: number, take: (claim: Claim) => void): void {
    const { nodes, nowMs } = this.#stage;
    for (const peer of nodes) {
      if (peer.id === node.id || peer.copy > 0 || !peer.alive) continue;
      const backMs = this.#speech.roundTrip(node.id, peer.id);
      if (backMs === null) continue;
      const isLiar = this.#mouths.has(peer.id);
      const known = peer.newestOf.get(node.id) ?? null;
      const claim: Claim = { from: peer.id, askedIn, round: known, proven: true };
      const current = peer.state.currentRound;
      this.#stage.call(node, backMs - nowMs, () => take(isLiar ? liarsClaim(peer.id, askedIn, current) : claim));
    }
  }

  /** @returns whether the orders behind it may be carried out */
  #perform(node: SimNode, effect: Effect): boolean {
    const { observers, group } = this.#stage;
    switch (effect.kind) {
      case "reserve-rounds": {
        if (this.#diesAt(node, "during-write")) return false;
        const syncMs = this.#stage.slowSyncMs(node);
        if (syncMs > 0) {
          node.busyUntilMs = this.#stage.nowMs + syncMs;
          observers.left(node, this.#stage.nowMs);
        }
        const isDurable = node.disk.reserve(effect.upTo);
        if (isDurable) this.#stage.later(node, 0, { kind: "rounds-reserved", upTo: effect.upTo });
        else this.#stage.later(node, 0, { kind: "disk-failed", why: "no space" });
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
        if (held !== undefined) this.#speech.send(node, held, effect.hash);
        return true;
      }
      case "sign-share":
        this.#sign(node, effect);
        return true;
      case "aggregate": {
        const { round, proposalHash } = effect;
        const sum = group.aggregate(node.id, effect.digest, effect.commitments, effect.shares);
        if (sum.ok) {
          this.#stage.later(node, SUM_MS, { kind: "aggregated", round, proposalHash, signature: sum.signature });
        } else {
          const { culprits } = sum;
          this.#stage.later(node, SUM_MS, { kind: "aggregate-failed", round, proposalHash, culprits });
        }
        return true;
      }
      case "set-timer": {
        const { timer, round, delayMs } = effect;
        const isFromSlot = timer === "hard-stop" || timer === "backup";
        const wallMs = node.clock.wallMs(this.#stage.nowMs);
        const lateMs = isFromSlot ? Math.max(0, wallMs - slotTimeMs(node.state.config, round)) : 0;
        this.#stage.later(node, Math.max(0, delayMs - lateMs), { kind: "timer-fired", timer, round });
        return true;
      }
      case "verify-report": {
        const { signed } = effect;
        const isRight = this.#digestOf(signed.report) === signed.digest;
        if (isRight && group.verify(signed.digest, signed.signature)) {
          this.#stage.later(node, 1, { kind: "report-verified", signed });
        }
        return true;
      }
      case "fetch-message":
        this.#speech.fetchMessage(node, effect.hash, effect.from);
        return true;
      case "fetch-report":
        this.#speech.fetchReport(node, effect.round, effect.from);
        return true;
      case "publish":
        node.disk.keep(effect.signed);
        observers.published(node, effect.signed, this.#stage.nowMs);
        return true;
      case "forget-nonces":
        node.forgetPairs(effect.belowRound);
        return true;
      case "accuse": {
        const { accusation } = effect;
        const isWhole = messagesOf(accusation).every((hash) => node.envelope(hash) !== undefined);
        observers.accused(node, accusation, isWhole, this.#stage.nowMs);
        if (isWhole && !this.#mouths.has(node.id)) this.#convict(node, accusation.accused, accusation.kind);
        return true;
      }
      case "note":
        observers.noted(node, effect.note, this.#stage.nowMs);
        return true;
      default:
        return unreachable(effect);
    }
  }

  /** Evidence is verified by whoever gets it: what an honest node says of a liar convicts it everywhere. */
  #convict(by: SimNode, member: number, fault: Extract<OracleEvent, { kind: "convicted" }>["fault"]): void {
    for (const node of this.#stage.nodes) {
      const key = `${node.id}/${node.copy}/${node.life}/${member}/${fault}`;
      if (this.#convicted.has(key)) continue;
      const [atMs] = node === by ? [this.#stage.nowMs] : this.#speech.arrivals(by.id, node.id, true);
      if (atMs === undefined) continue;
      this.#convicted.add(key);
      this.#stage.later(node, Math.max(0, atMs - this.#stage.nowMs), { kind: "convicted", member, fault });
    }
  }

  #observe(node: SimNode, round: number): void {
    const { observers, nowMs, schedule } = this.#stage;
    observers.entered(node, round, Math.max(nowMs, node.busyUntilMs));
    const commitments = [node.draw(round), this.#stage.mutant.drawsOnePair === true ? null : node.draw(round)] as const;
    const event = {
      kind: "observed",
      round,
      obsTimeMs: Math.round(node.clock.wallMs(nowMs)),
      incarnation: node.incarnation(),
      commitments: [commitments[0], commitments[1] ?? commitments[0]],
      values: viewOf(node, round, schedule.seed),
    } as const;
    this.#stage.later(node, 1 + hashUniform(schedule.seed, round, node.id) * EVALUATION_MS, event);
  }

  #sign(node: SimNode, effect: Extract<Effect, { kind: "sign-share" }>): void {
    const { round, proposalHash, digest, commitments } = effect;
    const refused = (why: string, culprits: readonly number[]): void => {
      this.#stage.later(node, 0, { kind: "share-refused", round, proposalHash, why, culprits });
    };
    const pair = node.pairIn(commitments);
    if (pair === null) return refused("no-nonce", []);
    // As the vault: what cannot be signed costs no pair.
    const made = pair.sign(digest, commitments);
    if (!made.ok) return refused("bad-commitment", made.culprits);
    if (this.#stage.mutant.drawsOnePair !== true) node.discard(pair);
    const next = effect.drawNext && node.mayDraw(round) ? node.draw(round) : null;
    this.#stage.observers.ledger.signed(
      this.#stage.nowMs,
      node.id,
      digest,
      pair.pair.hiding,
      sessionOf(digest, commitments),
    );
    this.#stage.later(node, SHARE_MS, { kind: "share-made", round, proposalHash, digest, z: made.z, next });
  }

  #diesAt(node: SimNode, point: CrashPoint): boolean {
    const slot = (this.#stage.nowMs + node.clock.offsetMs(this.#stage.nowMs)) / this.#stage.schedule.slotMs;
    const at = this.#deaths.findIndex((death) => death.node === node.id && death.point === point && slot >= death.slot);
    if (at < 0) return false;
    const [death] = this.#deaths.splice(at, 1);
    this.#stage.tell(`node ${node.id} meets its end: ${point}`);
    this.#stage.kill(node, death!.forMs, point === "during-write");
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
      const half = Array.from({ length: Math.ceil(this.#stage.schedule.n / 2) }, (_, i) => i + 1);
      this.#speech.say(node, message, dies ? half : undefined);
      if (dies) this.#diesAt(node, "after-propose-to-half");
    }
    if (type === "share") this.#diesAt(node, "after-share");
    if (type === "observe") this.#diesAt(node, "after-observe");
  }

  #willDie(node: SimNode): boolean {
    const slot = (this.#stage.nowMs + node.clock.offsetMs(this.#stage.nowMs)) / this.#stage.schedule.slotMs;
    return this.#deaths.some(
      (death) => death.node === node.id && death.point === "after-propose-to-half" && slot >= death.slot,
    );
  }

  #doorsOf(node: SimNode): LiarDoors {
    return {
      node,
      hashOf: (message) => this.#speech.hashOf(message),
      otherIds: Array.from({ length: this.#stage.schedule.n }, (_, i) => i + 1).filter((id) => id !== node.id),
    };
  }

  #utter(node: SimNode, utterance: Utterance | Intention): void {
    if ("make" in utterance) {
      this.#stage.call(node, utterance.delayMs, () => {
        for (const one of utterance.make()) this.#utter(node, one);
      });
      return;
    }
    const { message, to, delayMs } = utterance;
    const speak = (): void => {
      if (message.type === "share") this.#stage.observers.ledger.lied(node.id, message.digest);
      this.#speech.say(node, message, to);
    };
    if (delayMs === undefined) speak();
    else this.#stage.call(node, delayMs, speak);
  }

  #digestOf(report: Report): Hex {
    const known = this.#digests.get(report);
    if (known !== undefined) return known;
    const digest = reportDigest(this.#stage.config.networkId, report);
    this.#digests.set(report, digest);
    return digest;
  }
}
