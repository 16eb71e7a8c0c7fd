/**
 * Many production machines in one process, a virtual clock and a cruel network. Same seed, same story.
 * Signatures are tokens: the machine under test never sees a curve anyway.
 */
import type { Hex } from "../../base/bytes.ts";
import type { Rng } from "../../base/ports.ts";
import { encodeMessage, messageHash } from "../../protocol/encoding.ts";
import type { Effect, OracleEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import { step } from "../../protocol/step.ts";
import { seededRng } from "../random.ts";
import type { Violation } from "./ledger.ts";
import { Ledger } from "./ledger.ts";
import { speakAs } from "./liar.ts";
import { sessionOf, shareToken, signatureToken, SimNode } from "./node.ts";
import type { Mutation, Plan } from "./plan.ts";
import { planFor } from "./plan.ts";
import { EventQueue } from "./queue.ts";
import { FIRST_ROUND, settingFor } from "./setting.ts";
import { viewOf } from "./view.ts";

export type SimulationOptions = {
  readonly n?: number;
  readonly slots?: number;
  readonly slotMs?: number;
  readonly mutation?: Mutation;
};

export type SimulationResult = {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly completedRounds: number;
  readonly story: readonly string[];
};

type Happening =
  | { readonly kind: "event"; readonly node: number; readonly life: number; readonly event: OracleEvent }
  | { readonly kind: "slot"; readonly node: number; readonly round: number }
  | { readonly kind: "crash"; readonly node: number; readonly forMs: number }
  | { readonly kind: "restart"; readonly node: number };

class World {
  readonly ledger: Ledger;
  readonly story: string[] = [];
  readonly #plan: Plan;
  readonly #rng: Rng;
  readonly #mutation: Mutation | undefined;
  readonly #nodes = new Map<number, SimNode>();
  readonly #queue = new EventQueue<Happening>();
  readonly #config: Omit<OracleConfig, "selfId">;
  #nowMs = 0;

  constructor(plan: Plan, rng: Rng, mutation: Mutation | undefined) {
    this.#plan = plan;
    this.#rng = rng;
    this.#mutation = mutation;
    this.#config = settingFor(plan, mutation);
    this.ledger = new Ledger({ liar: plan.liar, threshold: this.#config.t, rules: this.#config.rules });
    for (let id = 1; id <= plan.n; id++) {
      const offsetMs = (rng.next() * 2 - 1) * plan.clockSkewMaxMs;
      this.#nodes.set(id, new SimNode(id, offsetMs, { ...this.#config, selfId: id }));
      for (let slot = 0; slot < plan.slots; slot++) {
        this.#queue.push(slot * plan.slotMs + offsetMs, { kind: "slot", node: id, round: FIRST_ROUND + slot });
      }
    }
    for (const crash of plan.crashes)
      this.#queue.push(crash.atMs, { kind: "crash", node: crash.node, forMs: crash.forMs });
  }

  run(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      this.#nowMs = next.atMs;
      this.#happen(next.item);
      if (this.ledger.violations.length > 0) return;
    }
  }

  #happen(item: Happening): void {
    const node = this.#nodes.get(item.node)!;
    switch (item.kind) {
      case "crash":
        if (!node.alive) return;
        node.alive = false;
        this.#tell(`node ${node.id} dies`);
        this.#queue.push(this.#nowMs + item.forMs, { kind: "restart", node: node.id });
        return;
      case "restart":
        node.restart(this.#mutation !== "no-reservation", this.#nowMs);
        this.#tell(`node ${node.id} is back, reserved up to ${node.diskReserved}`);
        // A process that starts in the middle of a slot begins with that slot.
        this.#feed(node, {
          kind: "slot-started",
          round: FIRST_ROUND + Math.floor((this.#nowMs - node.clockOffsetMs) / this.#plan.slotMs),
        });
        return;
      case "slot":
        if (node.alive) this.#feed(node, { kind: "slot-started", round: item.round });
        return;
      case "event":
        if (node.alive && node.life === item.life) this.#feed(node, item.event);
    }
  }

  #feed(node: SimNode, event: OracleEvent): void {
    const { life } = node;
    const next = step(node.state, event);
    node.state = next.state;
    for (const effect of next.effects) {
      // A crash between two effects: what was ordered first is done, the rest is not.
      if (!node.alive || node.life !== life) return;
      this.#perform(node, effect);
    }
  }

  #later(node: SimNode, delayMs: number, event: OracleEvent): void {
    this.#queue.push(this.#nowMs + delayMs, { kind: "event", node: node.id, life: node.life, event });
  }

  #perform(node: SimNode, effect: Effect): void {
    switch (effect.kind) {
      case "reserve-rounds":
        node.diskReserved = Math.max(node.diskReserved, effect.upTo);
        // As in the daemon, what an order brings about waits behind what is already under way.
        this.#later(node, 0, { kind: "rounds-reserved", upTo: effect.upTo });
        return;
      case "observe": {
        const obsTimeMs = Math.round(slotTimeMs(node.state.config, effect.round));
        const { round } = effect;
        const event = {
          kind: "observed",
          round,
          obsTimeMs,
          incarnation: node.incarnation(),
          commitments: node.draw(effect.round),
          values: viewOf(node, effect.round, this.#rng),
        } as const;
        this.#later(node, 1 + this.#rng.next() * 3, event);
        return;
      }
      case "broadcast":
        this.#speak(node, effect.message);
        return;
      case "forward": {
        const held = node.envelopes.get(effect.hash);
        if (held !== undefined) this.#send(node, held, effect.hash, undefined);
        return;
      }
      case "sign-share": {
        const made = node.sign(effect);
        if (made === null) return;
        this.ledger.shared(this.#nowMs, node.id, effect.digest, made.nonce, made.session);
        this.#later(node, 2, {
          kind: "share-made",
          round: effect.round,
          proposalHash: effect.proposalHash,
          digest: effect.digest,
          z: made.z,
          next: null,
        });
        return;
      }
      case "aggregate":
        return this.#aggregate(node, effect);
      case "set-timer":
        this.#later(node, effect.delayMs, { kind: "timer-fired", timer: effect.timer, round: effect.round });
        return;
      case "verify-report":
        if (effect.signed.signature.z !== signatureToken(effect.signed.digest).z) return;
        return this.#later(node, 1, { kind: "report-verified", signed: effect.signed });
      case "fetch-message":
        return this.#fetchMessage(node, effect.hash, effect.from);
      case "fetch-report":
        return this.#fetchReport(node, effect.round, effect.from);
      case "publish":
        node.diskLatest = effect.signed;
        if (node.id !== this.#plan.liar) this.ledger.published(this.#nowMs, node.id, effect.signed);
        this.#tell(`node ${node.id} completes round ${effect.signed.report.round}`);
        return;
      case "forget-nonces":
        return;
      case "accuse": {
        const { accused, kind, round } = effect.accusation;
        return this.ledger.accused(this.#nowMs, node.id, accused, kind, round);
      }
      case "note": {
        const { note } = effect;
        if (note.kind === "equivocation") this.ledger.accused(this.#nowMs, node.id, note.from, note.what, note.round);
        if (note.kind === "bad-shares") {
          for (const id of note.culprits) this.ledger.accused(this.#nowMs, node.id, id, "a bad share", note.round);
        }
        if (note.kind !== "idle") this.#tell(`node ${node.id}: ${JSON.stringify(note)}`);
      }
    }
  }

  #speak(node: SimNode, message: Message): void {
    if (node.id !== this.#plan.liar) {
      this.#send(node, message, this.#hashOf(message), undefined);
      return;
    }
    const otherIds = [...this.#nodes.keys()].filter((id) => id !== node.id);
    const doors = { hashOf: (spoken: Message) => this.#hashOf(spoken), otherIds };
    for (const { message: spoken, to } of speakAs(this.#plan.liarKind, node.state, message, doors)) {
      if (spoken.type === "share") this.ledger.shared(this.#nowMs, node.id, spoken.digest, "0x", "");
      this.#send(node, spoken, this.#hashOf(spoken), to);
    }
  }

  #hashOf(message: Message): Hex {
    return messageHash(encodeMessage(this.#config.cfg, message));
  }

  #send(node: SimNode, message: Message, hash: Hex, to: readonly number[] | undefined): void {
    if (message.sender === node.id) {
      this.ledger.said(this.#nowMs, message, hash);
      if (message.type === "observe") this.ledger.observed(message);
      node.envelopes.set(hash, message);
      if (to === undefined || to.includes(node.id)) this.#later(node, 0, { kind: "message-received", message, hash });
    }
    for (const id of to ?? this.#nodes.keys()) if (id !== node.id) this.#transmit(node.id, id, message, hash);
  }

  #isCut(from: number, to: number): boolean {
    const cut = this.#plan.partition;
    if (cut === null || this.#nowMs < cut.fromMs || this.#nowMs > cut.untilMs) return false;
    return cut.side.includes(from) !== cut.side.includes(to);
  }

  #delayMs(): number {
    const { delayMinMs, delayMaxMs } = this.#plan;
    const draw = this.#rng.next();
    return delayMinMs + draw * draw * (delayMaxMs - delayMinMs);
  }

  #transmit(from: number, to: number, message: Message, hash: Hex): void {
    if (this.#isCut(from, to) || this.#rng.next() < this.#plan.lossRate) return;
    const copies = this.#rng.next() < this.#plan.duplicateRate ? 2 : 1;
    const target = this.#nodes.get(to)!;
    for (let i = 0; i < copies; i++) {
      target.envelopes.set(hash, message);
      this.#later(target, this.#delayMs(), { kind: "message-received", message, hash });
    }
  }

  #aggregate(node: SimNode, effect: Extract<Effect, { kind: "aggregate" }>): void {
    const session = sessionOf(effect.digest, effect.commitments);
    const culprits = [...effect.shares].filter(([id, z]) => z !== shareToken(id, session)).map(([id]) => id);
    const { round, proposalHash } = effect;
    if (culprits.length > 0) this.#later(node, 3, { kind: "aggregate-failed", round, proposalHash, culprits });
    else this.#later(node, 3, { kind: "aggregated", round, proposalHash, signature: signatureToken(effect.digest) });
  }

  #fetchMessage(node: SimNode, hash: Hex, from: number): void {
    const peer = this.#nodes.get(from)!;
    const held = peer.envelopes.get(hash);
    if (!peer.alive || held === undefined || this.#isCut(node.id, from)) return;
    node.envelopes.set(hash, held);
    this.#later(node, this.#delayMs() + this.#delayMs(), { kind: "message-received", message: held, hash });
  }

  #fetchReport(node: SimNode, round: number, from: number): void {
    const peer = this.#nodes.get(from)!;
    const signed = peer.state.reports.get(round);
    if (!peer.alive || signed === undefined || this.#isCut(node.id, from)) return;
    const message: Message = { type: "report", round, sender: from, signed };
    this.#later(node, this.#delayMs() + this.#delayMs(), {
      kind: "message-received",
      message,
      hash: this.#hashOf(message),
    });
  }

  #tell(line: string): void {
    this.story.push(`${this.#nowMs.toFixed(1).padStart(9)} ms  ${line}`);
  }
}

/** What a seed decides, without running it. */
export function planOf(seed: number, options: SimulationOptions = {}): Plan {
  return planFor(seed, seededRng(seed), {
    n: options.n ?? 4,
    slots: options.slots ?? 24,
    slotMs: options.slotMs ?? 1_000,
  });
}

export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const plan = planOf(seed, options);
  // The world's dice are not the plan's: a longer plan must not shift what happens in it.
  const world = new World(plan, seededRng(seed ^ 0x5eed), options.mutation);
  world.run();
  return {
    plan,
    violations: world.ledger.violations,
    completedRounds: world.ledger.completedRounds,
    story: world.story,
  };
}
