/** One simulated process: the production machine, a disk that survives it, a clock, and nonces that do not. */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, toHex } from "../../base/bytes.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import type { Message, NoncePair } from "../../protocol/messages.ts";
import { roundWindow } from "../../protocol/phase-slot.ts";
import type { OracleConfig, OracleState } from "../../protocol/state.ts";
import { initialState } from "../../protocol/state.ts";
import type { SimClock } from "./clock.ts";
import type { SimDisk } from "./disk.ts";
import type { DrawnPair, SimGroup } from "./group.ts";
import type { Quarantine } from "./quarantine.ts";

/** As the daemon's inbox: envelopes remembered of one member, and how far ahead of its window one is still remembered. */
const REMEMBERED_PER_MEMBER_MAX = 64;
const HEADROOM_ROUNDS = 4;
/** Pairs of one round: two for the OBSERVE, fresh ones for further sessions. */
const PAIRS_PER_ROUND_MAX = 32;

type Pair = DrawnPair & { readonly round: number };

export type NodeParts = {
  readonly id: number;
  /** 0, or 1 for a second machine under the same key. */
  readonly copy: number;
  readonly config: OracleConfig;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly group: SimGroup;
};

export class SimNode {
  readonly id: number;
  readonly copy: number;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  state: OracleState;
  alive = true;
  /** Counts lives: an event of an earlier life is dropped. */
  life = 1;
  /** When this life began; the first was there before the run. */
  bornMs = Number.NEGATIVE_INFINITY;
  /** Nothing is handled before: a suspended machine, a disk that takes its time. */
  busyUntilMs = 0;
  /** Found its own key elsewhere: says and signs nothing any more. */
  halted = false;
  /** While it asks its peers what it has said before it acts again. */
  quarantine: Quarantine | null = null;
  readonly #group: SimGroup;
  readonly #pairs = new Map<Hex, Pair>();
  #drawn = 0;
  readonly #envelopes = new Map<Hex, Message>();
  readonly #hashesOf = new Map<number, Hex[]>();
  /** The newest message of each member, for one that has lost its memory. */
  readonly newestOf = new Map<number, number>();

  constructor(parts: NodeParts) {
    this.id = parts.id;
    this.copy = parts.copy;
    this.clock = parts.clock;
    this.disk = parts.disk;
    this.#group = parts.group;
    this.state = initialState(parts.config, parts.disk.reserved, parts.disk.latest);
  }

  /** @param reservedRound what this life believes to have been reserved by earlier ones */
  restart(reservedRound: number, atMs: number): void {
    this.alive = true;
    this.halted = false;
    this.bornMs = atMs;
    this.life += 1;
    this.#envelopes.clear();
    this.#hashesOf.clear();
    this.newestOf.clear();
    this.#pairs.clear();
    this.state = initialState(this.state.config, reservedRound, this.disk.latest);
  }

  /** 16 bytes, another in each life and machine. */
  incarnation(): Hex {
    return toHex(asciiBytes(`${this.id}.${this.copy}.${this.life}`.padEnd(16, ".")));
  }

  draw(round: number): NoncePair {
    const label = `${this.id}/${this.copy}/${this.life}/${round}/${this.#drawn++}`;
    const drawn = this.#group.draw(this.id, label);
    this.#pairs.set(drawn.pair.hiding, { ...drawn, round });
    return drawn.pair;
  }

  mayDraw(round: number): boolean {
    let held = 0;
    for (const pair of this.#pairs.values()) if (pair.round === round) held += 1;
    return held < PAIRS_PER_ROUND_MAX;
  }

  /** The pair of this node's own commitment in the list. */
  pairIn(commitments: readonly SignerCommitment[]): Pair | null {
    const mine = commitments.find(({ id }) => id === this.id);
    return mine === undefined ? null : (this.#pairs.get(mine.hiding) ?? null);
  }

  /** A pair serves once: it is gone before the share leaves. */
  discard(pair: Pair): void {
    this.#pairs.delete(pair.pair.hiding);
  }

  forgetPairs(belowRound: number): void {
    for (const [hiding, pair] of this.#pairs) if (pair.round < belowRound) this.#pairs.delete(hiding);
  }

  /** Whether a message is news, as the daemon's inbox decides; what is far ahead is passed on and not remembered. */
  admits(message: Message, hash: Hex): boolean {
    if (this.#envelopes.has(hash)) return false;
    const { low, high } = roundWindow(this.state);
    const isClosed = message.type !== "report" && (message.round < low || message.round > high + HEADROOM_ROUNDS);
    if (!isClosed) this.remember(message, hash);
    return true;
  }

  remember(message: Message, hash: Hex): void {
    if (this.#envelopes.has(hash)) return;
    this.#envelopes.set(hash, message);
    const { sender, round } = message;
    const isOwnWord = message.type !== "report";
    if (isOwnWord && round > (this.newestOf.get(sender) ?? 0)) this.newestOf.set(sender, round);
    const hashes = this.#hashesOf.get(sender) ?? [];
    hashes.push(hash);
    if (hashes.length > REMEMBERED_PER_MEMBER_MAX) this.#envelopes.delete(hashes.shift()!);
    this.#hashesOf.set(sender, hashes);
  }

  envelope(hash: Hex): Message | undefined {
    return this.#envelopes.get(hash);
  }
}
