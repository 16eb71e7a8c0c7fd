/**
 * Many production machines in one process, a virtual clock and a cruel network. Same schedule, same story.
 * interpreter.ts carries out what the machines order; here are time, deaths and what arrives.
 */
import type { OracleEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { roundAt } from "../../protocol/state.ts";
import type { Hex } from "../../base/bytes.ts";
import { hashUniform } from "../random.ts";
import { SimClock } from "./clock.ts";
import { SimDisk } from "./disk.ts";
import { Interpreter } from "./interpreter.ts";
import type { Mutant } from "./mutants.ts";
import { SimNode } from "./node.ts";
import type { Observers } from "./observers.ts";
import { EventQueue } from "./queue.ts";
import type { Fault, Schedule } from "./schedule.ts";
import { isWithin, liarsOf } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { nextWakeMs } from "./wakes.ts";
import type { SimGroup } from "./group.ts";
import { Quarantine } from "./quarantine.ts";

type Happening =
  | { readonly kind: "event"; readonly node: SimNode; readonly life: number; readonly event: OracleEvent }
  | {
      readonly kind: "arrival";
      readonly node: SimNode;
      readonly from: number;
      readonly message: Message;
      readonly hash: Hex;
    }
  | { readonly kind: "wake"; readonly node: SimNode; readonly life: number }
  | { readonly kind: "call"; readonly node: SimNode; readonly life: number; readonly call: () => void }
  | { readonly kind: "return"; readonly node: SimNode }
  | { readonly kind: "fault"; readonly fault: Fault };

/** How long a node that asks its peers what it has said waits for their answers before it asks again. */
const ASK_AGAIN_MS = 500;

export class World implements Stage {
  readonly schedule: Schedule;
  readonly observers: Observers;
  readonly mutant: Mutant;
  readonly nodes: SimNode[] = [];
  readonly config: Omit<OracleConfig, "selfId">;
  readonly group: SimGroup;
  nowMs = 0;
  readonly #queue = new EventQueue<Happening>();
  readonly #interpreter: Interpreter;
  readonly #endMs: number;
  readonly #backups = new Map<number, SimDisk>();

  constructor(
    schedule: Schedule,
    config: Omit<OracleConfig, "selfId">,
    group: SimGroup,
    mutant: Mutant,
    observers: Observers,
  ) {
    this.schedule = schedule;
    this.config = config;
    this.group = group;
    this.mutant = mutant;
    this.observers = observers;
    this.#endMs = schedule.slots * schedule.slotMs;
    this.#interpreter = new Interpreter(this, liarsOf(schedule));
    for (let id = 1; id <= schedule.n; id++) this.#seat(id, 0, new SimDisk(), 0);
    for (const fault of schedule.faults) this.#plan(fault);
  }

  run(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      this.nowMs = next.atMs;
      this.#happen(next.item);
      if (this.observers.ledger.violations.length > 0) return;
    }
    this.observers.ended();
  }

  instancesOf(id: number): SimNode[] {
    return this.nodes.filter((node) => node.id === id);
  }

  /** From now, or from when the node has its hands free. */
  later(node: SimNode, delayMs: number, event: OracleEvent): void {
    this.#queue.push(this.#freeMs(node) + delayMs, { kind: "event", node, life: node.life, event });
  }

  call(node: SimNode, delayMs: number, call: () => void): void {
    this.#queue.push(this.#freeMs(node) + delayMs, { kind: "call", node, life: node.life, call });
  }

  arrive(atMs: number, node: SimNode, from: number, message: Message, hash: Hex): void {
    this.#queue.push(atMs, { kind: "arrival", node, from, message, hash });
  }

  kill(node: SimNode, forMs: number, power: boolean): void {
    if (!node.alive) return;
    node.alive = false;
    if (power) node.disk.cutPower();
    this.observers.left(node, this.nowMs);
    this.tell(`node ${node.id} ${power ? "loses its power" : "dies"}`);
    this.#queue.push(this.nowMs + forMs, { kind: "return", node });
  }

  tell(line: string): void {
    this.observers.story?.tell(this.nowMs, line);
  }

  #freeMs(node: SimNode): number {
    return Math.max(this.nowMs, node.busyUntilMs);
  }

  #seat(id: number, copy: number, disk: SimDisk, fromMs: number): SimNode {
    const { seed, skewMaxMs, faults } = this.schedule;
    const drift = faults.find((fault) => fault.kind === "drift" && fault.node === id);
    const steps = faults.flatMap((fault) => (fault.kind === "clock-step" && fault.node === id ? [fault] : []));
    const skewMs = (hashUniform(seed, 0xc10c, id) * 2 - 1) * skewMaxMs;
    const clock = new SimClock(skewMs, drift?.kind === "drift" ? drift.ppm : 0, steps);
    const node = new SimNode({ id, copy, config: { ...this.config, selfId: id }, clock, disk, group: this.group });
    this.nodes.push(node);
    this.#queue.push(Math.max(fromMs, -skewMs), { kind: "wake", node, life: node.life });
    return node;
  }

  #plan(fault: Fault): void {
    switch (fault.kind) {
      case "crash":
      case "suspend":
      case "disk-lost":
      case "clone":
        this.#queue.push(fault.atMs, { kind: "fault", fault });
        if (fault.kind === "disk-lost" && fault.backupAtMs !== null) {
          const [node] = this.instancesOf(fault.node);
          const copy = (): void => void this.#backups.set(fault.node, node!.disk.copy());
          this.#queue.push(fault.backupAtMs, { kind: "call", node: node!, life: 1, call: copy });
        }
        return;
      case "restarts":
        for (let i = 0; i < fault.count; i++) {
          const atMs = fault.fromMs + i * fault.everyMs;
          const crash = { kind: "crash", node: fault.node, atMs, forMs: fault.downMs, power: i % 2 === 0 } as const;
          if (atMs < this.#endMs) this.#queue.push(atMs, { kind: "fault", fault: crash });
        }
        return;
      case "disk-full":
        for (const node of this.instancesOf(fault.node)) node.disk.failsAtWrite = fault.atWrite;
        return;
      case "liar":
      case "crash-at-point":
      case "cut":
      case "link":
      case "weather":
      case "clock-step":
      case "drift":
      case "disk-slow":
        return;
    }
  }

  #happen(item: Happening): void {
    if (item.kind === "fault") return this.#strike(item.fault);
    const { node } = item;
    if (item.kind === "return") return this.#return(node);
    if (!node.alive) return;
    if (node.busyUntilMs > this.nowMs) return this.#queue.push(node.busyUntilMs, item);
    switch (item.kind) {
      case "event":
        if (node.life === item.life) this.#interpreter.feed(node, item.event);
        return;
      case "arrival":
        this.#interpreter.receive(node, item.from, item.message, item.hash);
        return;
      case "wake":
        if (node.life === item.life) this.#wake(node);
        return;
      case "call":
        if (node.life === item.life) item.call();
    }
  }

  #wake(node: SimNode): void {
    const round = roundAt(this.config, node.clock.wallMs(this.nowMs));
    const ended = this.nowMs >= this.#endMs;
    node.quarantine?.slotLookedUp(round);
    this.#mayResume(node);
    if (round >= this.config.firstRound && !ended && node.quarantine === null && !node.halted) {
      const p95Ms = 2 * this.schedule.delayMaxMs;
      this.#interpreter.feed(node, { kind: "round-trip", p95Ms });
      this.#interpreter.feed(node, { kind: "slot-started", round });
    }
    const atMs = nextWakeMs(this.config, node.clock, this.nowMs);
    if (atMs < this.#endMs) this.#queue.push(atMs, { kind: "wake", node, life: node.life });
  }

  #strike(fault: Fault): void {
    if (!("node" in fault)) return;
    for (const node of this.instancesOf(fault.node)) {
      switch (fault.kind) {
        case "crash":
          this.kill(node, fault.forMs, fault.power);
          break;
        case "suspend":
          node.busyUntilMs = this.nowMs + fault.forMs;
          this.observers.left(node, this.nowMs);
          this.tell(`node ${node.id} freezes for ${fault.forMs.toFixed(0)} ms`);
          break;
        case "disk-lost":
          node.disk.lose(fault.backupAtMs === null ? null : (this.#backups.get(node.id) ?? new SimDisk()));
          this.tell(`node ${node.id}: its disk is ${fault.backupAtMs === null ? "empty" : "an old copy"}`);
          this.kill(node, fault.forMs, true);
          break;
        case "clone":
          if (node.copy === 0 && node.alive) {
            this.tell(`node ${node.id} has a twin`);
            this.#seat(node.id, 1, node.disk.copy(), this.nowMs + 1);
          }
          break;
        default:
          break;
      }
    }
  }

  #return(node: SimNode): void {
    const remembers = this.mutant.forgetsReservations !== true;
    const reserved = node.disk.isLost ? -1 : node.disk.reserved;
    node.restart(remembers ? node.disk.reserved : 0, this.nowMs);
    const believes = this.mutant.believesClaims === true;
    if (remembers) node.quarantine = new Quarantine(node.state.config, reserved, believes);
    this.observers.returned(node, this.nowMs);
    this.tell(`node ${node.id} is back, reserved up to ${node.disk.reserved}`);
    this.#ask(node);
    this.#queue.push(this.nowMs, { kind: "wake", node, life: node.life });
  }

  /** Before it acts again a node asks what it has said: its disk may be another than it was. */
  #ask(node: SimNode): void {
    const { quarantine } = node;
    // After the end nobody looks at the clock any more, so a life that still listens would ask for ever.
    if (quarantine === null || this.nowMs >= this.#endMs) return;
    const askedIn = roundAt(this.config, node.clock.wallMs(this.nowMs));
    this.#interpreter.askPeers(node, askedIn, (claim) => {
      quarantine.answered(claim);
      this.#mayResume(node);
    });
    this.call(node, ASK_AGAIN_MS, () => this.#ask(node));
  }

  #mayResume(node: SimNode): void {
    const floorRound = node.quarantine?.floorRound() ?? null;
    if (node.quarantine === null || floorRound === null) return;
    node.quarantine = null;
    const { reservedRound } = node.state;
    node.state = { ...node.state, floorRound, reservedRound: Math.max(floorRound, reservedRound) };
    this.tell(`node ${node.id} may act above round ${floorRound}`);
  }

  slowSyncMs(node: SimNode): number {
    for (const fault of this.schedule.faults) {
      if (fault.kind === "disk-slow" && fault.node === node.id && isWithin(fault, this.nowMs)) return fault.syncMs;
    }
    return 0;
  }
}
