/**
 * Which configurations this node runs: mostly one, during a rotation two beside each other, each with a machine of its own.
 * Network files propose, the hub in its final block decides, and rounds say whose turn it is. [R70]
 */
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import type { HubConfigurations } from "../chain/hub-client.ts";
import { decodeEvidenceHeader } from "../evidence/codec.ts";
import type { Channel } from "../network/inbox.ts";
import { isLive } from "../protocol/phase-slot.ts";
import type { CeremonyStatus } from "../threshold/ceremony.ts";
import { ActiveConfiguration, type ActiveDoors } from "./active.ts";
import { Ceremonies } from "./ceremonies.ts";
import { type CeremonyDriver, DIRECT_CEREMONY, DIRECT_ENVELOPE } from "./ceremony-driver.ts";
import type { CommitteeLines } from "./committee-lines.ts";
import { cfgOfEnvelope, reportOfEnvelope } from "./envelope.ts";
import { floorRoundOf } from "./handover.ts";
import type { NetworkFacts } from "./network-file.ts";
import { ceremonyNameOf, NetworkFiles, type Peers } from "./network-files.ts";
import { ReplacedShare } from "./replaced-share.ts";
import { foreignKeyIn } from "./self.ts";
import { hasBegun, isOver, type Term, whyNotNext } from "./terms.ts";
import type { TransmitterDesk } from "./transmitter-desk.ts";

export type ConfigurationsDoors = Omit<ActiveDoors, "lines" | "offer" | "onReport" | "network"> & {
  readonly network: ActiveDoors["network"] & Peers;
  readonly desk: Pick<TransmitterDesk, "serve" | "offer">;
  /** Newest round that the hub holds in its final block. */
  readonly finalRound: () => Promise<number>;
  /** The first configuration is active: the chain's answers matter from now on. */
  readonly onActive: () => void;
};

type Verdict = "accept" | "second-hand" | "ignore" | "reject";

const CFG_BYTES = 32;

export class Configurations {
  readonly #doors: ConfigurationsDoors;
  readonly #ceremonies: Ceremonies;
  /** The highest round in which machines that have ended here may have acted. */
  #actedRound = -1;
  readonly #files: NetworkFiles;
  /** Ascending by first round. */
  #running: readonly ActiveConfiguration[] = [];
  #said: HubConfigurations = { newest: undefined, previous: undefined };
  #terms: readonly Term[] = [];
  readonly #replaced: ReplacedShare;
  #lastSaid = "";
  #isStopped = false;

  constructor(own: NetworkFacts, doors: ConfigurationsDoors) {
    this.#doors = doors;
    this.#ceremonies = new Ceremonies({
      keystore: doors.keystore,
      send: (line, bytes) => doors.network.send(line, bytes),
      log: doors.log,
      onChange: () => doors.view.changed("peers"),
    });
    this.#replaced = new ReplacedShare(doors);
    this.#files = new NetworkFiles(own, { ...doors, ceremonies: this.#ceremonies });
  }

  /** Takes part in the ceremony of this node's own file. */
  start(): void {
    const own = this.#files.all[0]!;
    // Also with a share in hand: a member that was away may still need this node's certificate.
    this.#ceremonies.begin(own, this.#files.linesOf(own));
  }

  /** A network file that is to follow: its members are let in and its ceremony begins. What is active goes on. */
  propose(next: NetworkFacts): void {
    const { log } = this.#doors;
    if (this.#files.has(next)) return;
    const foreign = foreignKeyIn(next, this.#doors.keystore);
    const why = whyNotNext(next, this.facts()) ?? (foreign && `its ${foreign} of this member is not the keystore's`);
    const fields = { configCount: next.configCount, members: next.n };
    if (why !== null) return log.error("the pending network file is refused", { ...fields, why });
    const inOffice = new Set(this.#running.map(({ term }) => term.facts.configCount));
    if (inOffice.has(next.configCount)) {
      return log.error("the pending network file is refused", { ...fields, why: "its configCount is in office" });
    }
    const lines = this.#files.add(next);
    log.info("a configuration is pending", { ...fields, selfId: lines.selfId });
    if (lines.selfId !== null) this.#ceremonies.begin(next, lines);
    this.#doors.view.changed("peers");
  }

  /** The hub's word of the final block, again and again: what it names runs, what it no longer names ends. */
  async hear(said: HubConfigurations): Promise<void> {
    this.#said = said;
    const nowMs = this.#doors.clock.nowMs();
    this.#terms = this.#files.terms(said);
    const terms = this.#terms.filter((term) => !isOver(term, nowMs));
    for (const active of this.#running) {
      if (!terms.some(({ configuration }) => configuration.cfg === active.cfg)) this.#end(active);
    }
    if (this.#isStopped) return;
    this.#doors.desk.serve(terms, (facts) => this.#files.linesOf(facts).selfId);
    // The one that ends hears of its end before the next one may act.
    for (const term of terms) {
      const held = this.#running.find(({ cfg }) => cfg === term.configuration.cfg);
      if (held === undefined) this.#begin(term);
      else held.endAt(term);
      if (hasBegun(term, nowMs)) this.#ceremonyIsOver(term.facts);
    }
    const over = this.#terms.filter((term) => !terms.includes(term)).map(({ facts }) => facts);
    this.#files.forget(said, (facts) => over.includes(facts));
    this.#tell();
    if (over.length > 0) await this.#replaced.look(this.#terms);
  }

  stop(): void {
    this.#isStopped = true;
    this.#ceremonies.stop();
    for (const active of this.#running) active.stop();
  }

  /** Where bytes of a peer belong: to a ceremony or, by the configuration they name, to a machine. */
  receive(channel: Channel, bytes: Uint8Array, line: number): Verdict {
    if (channel === "direct" && bytes[0] === DIRECT_CEREMONY) {
      return this.#ceremonies.receive(bytes.subarray(1)) ? "accept" : "reject";
    }
    if (channel === "evidence") return this.#hearEvidence(bytes, line);
    const isPrefixed = channel === "direct" || channel === "relay";
    if (isPrefixed && bytes[0] !== DIRECT_ENVELOPE) return "reject";
    const envelope = isPrefixed ? bytes.subarray(1) : bytes;
    const cfg = cfgOfEnvelope(envelope);
    if (cfg === null) return "reject";
    const active = this.#running.find((one) => one.cfg === cfg);
    if (active !== undefined) {
      const { facts } = active.term;
      return active.oracle.receive(channel, envelope, this.#files.linesOf(facts).idOf(line) ?? 0);
    }
    if (channel === "report") this.#overhear(cfg, envelope);
    // A member of a configuration that is not active here, or not any more, does nothing wrong by speaking.
    return "ignore";
  }

  /** A peer has taken what was sent to it under this name; only the machine that said it knows the name. */
  acknowledged(line: number, hash: Hex): void {
    for (const { oracle, term } of this.#running) {
      const id = this.#files.linesOf(term.facts).idOf(line);
      if (id !== null) oracle.acknowledged(id, hash);
    }
  }

  /** Whether the peer was heard of lately, through whomever. */
  isHeard(line: number): boolean {
    return this.#running.some(({ oracle, term }) => {
      const id = this.#files.linesOf(term.facts).idOf(line);
      return id !== null && isLive(oracle.state, id);
    });
  }

  #hearEvidence(bytes: Uint8Array, line: number): Verdict {
    const header = decodeEvidenceHeader(bytes);
    if (header === null) return "reject";
    return this.#running.find(({ cfg }) => cfg === header.cfg)?.evidence.receive(bytes, line) ?? "ignore";
  }

  answer(bytes: Uint8Array): Uint8Array | null {
    if (bytes.length <= CFG_BYTES) return null;
    const cfg = toHex(bytes.subarray(0, CFG_BYTES));
    return this.#running.find((one) => one.cfg === cfg)?.oracle.answer(bytes.subarray(CFG_BYTES)) ?? null;
  }

  /** The one whose reports are the newest; the last to have signed, so that a page shows no gap at a rotation. */
  current(): ActiveConfiguration | null {
    return this.#running.findLast((active) => active.hasSigned()) ?? this.#running[0] ?? null;
  }

  /** The members that this node counts itself among now. */
  facts(): NetworkFacts {
    return this.current()?.term.facts ?? this.#files.all[0]!;
  }

  lines(): CommitteeLines {
    return this.#files.linesOf(this.facts());
  }

  /** The ceremony to look at: that of a configuration to come, else this node's own. */
  ceremony(): { readonly facts: NetworkFacts; readonly driver: CeremonyDriver } | null {
    for (const facts of this.#files.all.toReversed()) {
      const driver = this.#ceremonies.of(facts);
      if (driver !== null) return { facts, driver };
    }
    return null;
  }

  /** What keeps this node from being a member in office, in a sentence; null when it is one. */
  waitingFor(): string | null {
    if (this.#running.length > 0) return null;
    const { newest } = this.#said;
    if (newest === undefined) {
      const ceremony = this.ceremony();
      return ceremony !== null && ceremony.driver.result() === null
        ? "the key ceremony is not finished"
        : "waiting for the hub's configuration";
    }
    const ended = this.#terms.find(({ endRound }) => endRound !== null);
    if (ended !== undefined) {
      const { facts, endRound } = ended;
      return `its configuration ${facts.configCount} ended before round ${endRound}, and it is no member of the next`;
    }
    return `the hub's configuration ${newest.configCount} is not one that this node has a file and a share of`;
  }

  #begin(term: Term): void {
    const { desk, store } = this.#doors;
    const lines = this.#files.linesOf(term.facts);
    if (lines.selfId === null) return;
    const beside = this.#running.map(({ oracle }) => oracle.state);
    const floorRound = Math.max(this.#actedRound, floorRoundOf(term, beside, store));
    const active: ActiveConfiguration = new ActiveConfiguration(
      { term, selfId: lines.selfId, floorRound, ceremonyMessages: this.#ceremonies.of(term.facts)?.transcript() ?? [] },
      {
        ...this.#doors,
        lines,
        offer: (publication) => desk.offer(publication),
        onReport: (signed) => {
          for (const other of this.#running) if (other !== active) other.oracle.learn(signed);
        },
      },
    );
    for (const { oracle } of this.#running)
      for (const signed of oracle.state.reports.values()) active.oracle.learn(signed);
    active.start();
    this.#running = [...this.#running, active].sort(
      (a, b) => a.term.configuration.firstRound - b.term.configuration.firstRound,
    );
    this.#doors.onActive();
  }

  #end(active: ActiveConfiguration): void {
    this.#running = this.#running.filter((one) => one !== active);
    active.stop();
    this.#actedRound = Math.max(this.#actedRound, active.oracle.state.currentRound);
    const { facts, configuration, endRound } = active.term;
    const fields = { configCount: facts.configCount, cfg: configuration.cfg, endRound };
    this.#doors.log.info("a configuration has ended", fields);
    this.#doors.view.changed("peers");
  }

  #ceremonyIsOver(facts: NetworkFacts): void {
    // Without all certificates here it goes on: they prove to this node that the old share may go.
    if ((this.#ceremonies.of(facts)?.result() ?? null) === null) return;
    this.#ceremonies.end(facts);
    // Who steals an identity later must not find what opens the old transcript.
    this.#doors.keystore.eraseCeremony(ceremonyNameOf(facts));
  }

  /** A joining member hears the reports before its first round, which it will build on, from those who sign them. [R72] */
  #overhear(cfg: Hex, envelope: Uint8Array): void {
    for (const { term, oracle } of this.#running) {
      if (term.before?.cfg !== cfg) continue;
      const signed = reportOfEnvelope(envelope);
      if (signed !== null && signed.report.round < term.configuration.firstRound) oracle.learn(signed);
    }
  }

  /** Once for each state: a node out of office must not leave its operator guessing. */
  #tell(): void {
    const said = this.waitingFor();
    if (said !== null && said !== this.#lastSaid) this.#doors.log.warn("this node signs nothing", { why: said });
    this.#lastSaid = said ?? "";
  }
}

export type CeremonyNow = {
  readonly configCount: number;
  readonly status: CeremonyStatus | null;
  readonly result: { readonly groupKeyX: Hex; readonly transcriptHash: Hex } | null;
};

/** What there is to say of the ceremony that matters now, also after it was put away. */
export function ceremonyNow(configurations: Configurations): CeremonyNow {
  const held = configurations.ceremony();
  if (held !== null) {
    return { configCount: held.facts.configCount, status: held.driver.status(), result: held.driver.result() };
  }
  const result = configurations.current()?.keyResult ?? null;
  return { configCount: configurations.facts().configCount, status: null, result };
}
