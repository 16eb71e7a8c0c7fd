/** Whose turn it is to send a publication, and until when it has to wait. The committee that signed it also carries it. */
import type { Hex } from "../base/bytes.ts";
import type { Clock } from "../base/ports.ts";
import type { Publication } from "./outbox-rows.ts";
import { stageAt, stageLengthMs, stageOf } from "./stages.ts";

/** Who carries the publications of one configuration. */
export type Carriers = {
  /** null: this node is none of them. */
  readonly selfId: number | null;
  readonly members: readonly number[];
  readonly cfg: Hex;
};

export type TurnsOptions = Carriers & { readonly chainId: number; readonly blockTimeMs: number };

/** Between a transaction's way to the block makers and the others' sight of the block. */
const SETTLE_MS = 500;

export class Turns {
  readonly #options: TurnsOptions;
  readonly #clock: Clock;
  readonly #stageMs: number;
  /** Ascending by first round, which is inclusive; the first one has none before it. */
  #carriers: readonly (Carriers & { readonly firstRound: number })[];
  readonly #notBeforeMs = new Map<number, number>();
  #nextMs = Number.POSITIVE_INFINITY;

  constructor(options: TurnsOptions, doors: { readonly clock: Clock }) {
    this.#options = options;
    this.#carriers = [{ ...options, firstRound: 0 }];
    this.#clock = doors.clock;
    this.#stageMs = stageLengthMs(options.blockTimeMs);
  }

  /** From this round on others carry. Said again, or of an earlier round, it replaces what was said of the rounds from there. */
  follow(carriers: Carriers, firstRound: number): void {
    this.#carriers = [...this.#carriers.filter((held) => held.firstRound < firstRound), { ...carriers, firstRound }];
  }

  /**
   * The stage that a publication is in, when that is this node's; undefined when it has to wait. Towards its end a
   * stage is not used any more: the transaction could not be seen in a block before the next node's turn, and of two
   * equal submits the second reverts.
   */
  ownStage(publication: Publication): number | undefined {
    const { members } = this.#carriersOf(publication.round);
    const nowMs = this.#clock.nowMs();
    const { position, stage, nextMs } = stageAt(publication.reportTimeMs, nowMs, this.#stageMs, members.length);
    const notBeforeMs = this.#notBeforeMs.get(publication.round) ?? 0;
    this.#nextMs = Math.min(this.#nextMs, nowMs < notBeforeMs ? notBeforeMs : nextMs);
    const tooLate = members.length > 1 && nextMs - nowMs < this.#options.blockTimeMs + SETTLE_MS;
    if (nowMs < notBeforeMs || tooLate) return undefined;
    return position === this.#position(publication.round) ? stage : undefined;
  }

  /**
   * An older report for the same feed may be on its way from another node's account. Mined in one block in the wrong
   * order, the older one would revert, so the newer one gives it a block's time.
   * @param older newest pending publication before this one that shares a feed with it
   */
  giveWay(publication: Publication, older: Publication | undefined): void {
    if (older === undefined || this.#position(older.round) === 0) return;
    this.wait(publication.round, older.reportTimeMs + this.#options.blockTimeMs + SETTLE_MS);
  }

  /** @param untilMs unix ms */
  wait(round: number, untilMs: number): void {
    this.#notBeforeMs.set(round, untilMs);
  }

  /** A refused or reverting report is not tried again at the pace of blocks, but after one stage. */
  waitOneStage(round: number): void {
    this.wait(round, this.#clock.nowMs() + this.#stageMs);
  }

  forget(round: number): void {
    this.#notBeforeMs.delete(round);
  }

  /** When one of the answers given since the last call may change, unix ms. */
  takeNextMs(): number {
    const nextMs = this.#nextMs;
    this.#nextMs = Number.POSITIVE_INFINITY;
    return nextMs;
  }

  #carriersOf(round: number): Carriers {
    return this.#carriers.findLast(({ firstRound }) => firstRound <= round) ?? this.#options;
  }

  /** −1: never. */
  #position(round: number): number {
    const { selfId, members, cfg } = this.#carriersOf(round);
    return selfId === null ? -1 : stageOf(selfId, members, cfg, this.#options.chainId, round);
  }
}
