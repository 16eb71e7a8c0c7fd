/** Everybody who watches a run: what was said, what was completed and when, what the chains hold, how large the memories are. */
import type { Hex } from "../../base/bytes.ts";
import type { Accusation } from "../../protocol/accusation.ts";
import type { Note } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import type { SignedReport } from "../../report/report.ts";
import { boundComplaint } from "./bounds.ts";
import { Chains } from "./chains.ts";
import { Ledger } from "./ledger.ts";
import { Liveness } from "./liveness.ts";
import type { SimNode } from "./node.ts";
import type { Schedule } from "./schedule.ts";
import { liarsOf } from "./schedule.ts";
import { settingFor } from "./setting.ts";
import type { Story } from "./story.ts";

export class Observers {
  readonly ledger: Ledger;
  readonly liveness: Liveness;
  readonly chains: Chains;
  readonly story: Story | null;
  /** Accusations by kind, each accuser's. */
  readonly accusations = new Map<Accusation["kind"], number>();
  /** Accusations whose envelopes the accuser no longer had. */
  evidenceLost = 0;
  /** Liars that an honest node has accused. */
  readonly exposed = new Set<number>();
  readonly #liars: ReadonlySet<number>;
  readonly #faulty: ReadonlySet<number>;

  constructor(schedule: Schedule, config: Omit<OracleConfig, "selfId">, story: Story | null) {
    this.#liars = new Set(liarsOf(schedule).keys());
    const twins = schedule.faults.flatMap((fault) => (fault.kind === "clone" ? [fault.node] : []));
    this.#faulty = new Set([...this.#liars, ...twins]);
    const { t: threshold, f } = config;
    // By the true rules, whatever a planted bug has made of the machines'.
    const { rules } = settingFor(schedule);
    // With more than f liars only what the agreement rule promises is asked of S1.
    const isWithinAgreement = this.#liars.size > f;
    this.ledger = new Ledger({ faulty: this.#faulty, threshold, rules, isWithinAgreement });
    this.liveness = new Liveness(schedule, config, this.#faulty);
    this.chains = new Chains(schedule.seed);
    this.story = story;
  }

  said(node: SimNode, message: Message, hash: Hex, atMs: number): void {
    this.ledger.said(atMs, message, hash);
    if (message.type === "observe" && message.sender === node.id) this.ledger.observed(message);
    this.story?.said(atMs, node.id, message);
  }

  entered(node: SimNode, round: number, atMs: number): void {
    if (node.copy === 0) this.liveness.entered(node.id, round, atMs, node.clock.offsetMs(atMs));
  }

  returned(node: SimNode, atMs: number): void {
    if (node.copy === 0) this.liveness.returned(node.id, atMs);
  }

  left(node: SimNode, atMs: number): void {
    if (node.copy === 0) this.liveness.left(node.id, atMs);
  }

  stepped(node: SimNode, atMs: number): void {
    const complaint = boundComplaint(node.state);
    if (complaint !== null) this.ledger.broken("L4", atMs, `node ${node.id}: ${complaint}`);
  }

  published(node: SimNode, signed: SignedReport, atMs: number): void {
    const { round } = signed.report;
    this.story?.completed(atMs, node.id, round);
    if (this.#liars.has(node.id)) return;
    this.ledger.published(atMs, node.id, signed);
    if (node.copy === 0) this.liveness.completed(node.id, round, atMs);
    for (const { property, detail } of this.chains.completed(signed)) this.ledger.broken(property, atMs, detail);
  }

  accused(node: SimNode, accusation: Accusation, isWhole: boolean, atMs: number): void {
    const { accused, kind, round } = accusation;
    this.story?.tell(atMs, `node ${node.id} accuses node ${accused} of ${kind}${isWhole ? "" : ", without its proof"}`);
    if (this.#liars.has(node.id)) return;
    if (!isWhole) this.evidenceLost += 1;
    this.accusations.set(kind, (this.accusations.get(kind) ?? 0) + 1);
    if (this.#liars.has(accused)) this.exposed.add(accused);
    this.ledger.accused(atMs, node.id, accused, kind, round);
  }

  noted(node: SimNode, note: Note, atMs: number): void {
    this.story?.noted(atMs, node.id, note);
    if (note.kind === "two-digests" && !this.#liars.has(node.id)) {
      this.ledger.broken("S3", atMs, `node ${node.id} holds two valid digests for round ${note.round}`);
    }
  }

  ended(): void {
    for (const { property, detail } of [...this.chains.caughtUp(), ...this.liveness.complaints()]) {
      this.ledger.broken(property, Number.POSITIVE_INFINITY, detail);
    }
  }
}
