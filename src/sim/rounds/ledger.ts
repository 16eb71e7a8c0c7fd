/**
 * What the world has seen, and the properties that must hold after every event:
 * S1 what is published lies within the honest observations of its round, and a fixed settlement stays (honest-range.ts);
 * S2 no signature without t members accepting that digest;
 * S3 at most one digest per round is completed;
 * S4 no nonce pair serves two (digest, commitment list) pairs;
 * S5 an honest node is never convicted: it never says two things in one round, across any crash and restart.
 * S6, S7, L1, L2 and L4 have watchers of their own and report here.
 */
import type { Hex } from "../../base/bytes.ts";
import { unreachable } from "../../base/errors.ts";
import type { FeedRule } from "../../feeds/rule.ts";
import type { Message, Observe, Propose } from "../../protocol/messages.ts";
import type { SignedReport } from "../../report/report.ts";
import { HonestRange } from "./honest-range.ts";

export type Property = "S1" | "S2" | "S3" | "S4" | "S5" | "S6" | "S7" | "L1" | "L2" | "L4";

export type Violation = {
  readonly property: Property;
  readonly atMs: number;
  readonly detail: string;
};

export type LedgerOptions = {
  /** Liars, and members that run twice: of these nothing is asked. */
  readonly faulty: ReadonlySet<number>;
  /** Signers a report needs. */
  readonly threshold: number;
  readonly rules: readonly FeedRule[];
  /** More than f lie about values: a number must lie within g of an honest one, no more is promised. */
  readonly isWithinAgreement: boolean;
};

/** What an honest node may say only once per round. */
function statementOf(message: Exclude<Message, { type: "report" }>): string {
  switch (message.type) {
    case "observe":
      return "observations";
    case "propose":
      return `proposals of attempt ${message.attempt}`;
    case "share":
      return `shares under ${message.proposalHash}`;
    default:
      return unreachable(message);
  }
}

export class Ledger {
  readonly violations: Violation[] = [];
  readonly #options: LedgerOptions;
  readonly #honest: HonestRange;
  readonly #saidBy = new Map<string, Hex>();
  readonly #acceptedBy = new Map<Hex, Set<number>>();
  readonly #completed = new Map<number, Hex>();
  readonly #nonceUse = new Map<Hex, string>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#honest = new HonestRange(options.rules, options.isWithinAgreement);
  }

  /** Of the rounds below this one: a clock that runs ahead begins slots that are not asked for. */
  completedBelow(round: number): number {
    return [...this.#completed.keys()].filter((completed) => completed < round).length;
  }

  /** The rounds that some honest node completed. */
  completed(): ReadonlyMap<number, Hex> {
    return this.#completed;
  }

  /** A node put a statement of its own on the wire. Reports speak for the group, not for the node. */
  said(atMs: number, message: Message, hash: Hex): void {
    const { sender, round } = message;
    if (this.#options.faulty.has(sender) || message.type === "report") return;
    const statement = statementOf(message);
    const key = `${statement}/${round}/${sender}`;
    const before = this.#saidBy.get(key);
    if (before !== undefined && before !== hash) {
      this.broken(
        "S5",
        atMs,
        `node ${sender} said two different ${statement} in round ${round}: evidence against an honest node`,
      );
    }
    this.#saidBy.set(key, hash);
    if (message.type === "propose") this.#saidMaterial(atMs, message);
    if (message.type !== "share") return;
    const signed = `digest/${round}/${sender}`;
    const digest = this.#saidBy.get(signed) ?? message.digest;
    if (digest !== message.digest) this.broken("S5", atMs, `node ${sender} signed two digests in round ${round}`);
    this.#saidBy.set(signed, digest);
  }

  /** All PROPOSEs of one member in one round stand over the same parent and list. */
  #saidMaterial(atMs: number, { sender, round, parent, observations }: Propose): void {
    const material: Hex = `0x${[parent?.digest ?? "", ...observations.map(({ id, hash }) => `${id}:${hash}`)].join()}`;
    const key = `material/${round}/${sender}`;
    const before = this.#saidBy.get(key) ?? material;
    if (before !== material) this.broken("S5", atMs, `node ${sender} proposed two reports in round ${round}`);
    this.#saidBy.set(key, before);
  }

  observed(message: Observe): void {
    if (!this.#options.faulty.has(message.sender)) this.#honest.observed(message);
  }

  /** An honest member has used a nonce pair: for this digest it counts as one that accepted it. */
  signed(atMs: number, id: number, digest: Hex, nonce: Hex, session: string): void {
    this.lied(id, digest);
    if (this.#options.faulty.has(id)) return;
    const before = this.#nonceUse.get(nonce);
    if (before !== undefined && before !== session)
      this.broken("S4", atMs, `node ${id} used a nonce pair for two sessions`);
    this.#nonceUse.set(nonce, session);
  }

  /** A member put its name under a digest, whatever its share is worth. */
  lied(id: number, digest: Hex): void {
    this.#acceptedBy.set(digest, (this.#acceptedBy.get(digest) ?? new Set()).add(id));
  }

  accused(atMs: number, by: number, id: number, what: string, round: number): void {
    if (this.#options.faulty.has(id) || this.#options.faulty.has(by)) return;
    this.broken("S5", atMs, `node ${by} convicts honest node ${id} of ${what} in round ${round}`);
  }

  published(atMs: number, by: number, signed: SignedReport): void {
    const { round } = signed.report;
    const before = this.#completed.get(round);
    if (before === undefined) this.#completed.set(round, signed.digest);
    else if (before !== signed.digest)
      this.broken("S3", atMs, `round ${round} was completed with two digests, the second at node ${by}`);
    const signers = this.#acceptedBy.get(signed.digest)?.size ?? 0;
    if (signers < this.#options.threshold) {
      this.broken(
        "S2",
        atMs,
        `round ${round} has a signature with ${signers} of ${this.#options.threshold} members behind it`,
      );
    }
    for (const complaint of this.#honest.complaints(signed.report)) this.broken("S1", atMs, complaint);
  }

  broken(property: Violation["property"], atMs: number, detail: string): void {
    this.violations.push({ property, atMs, detail });
  }
}
