/** What can be made ready in the quiet part of a slot: the next one's nonces, its reservation, the chains it will read. */
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Observed } from "../feeds/observed.ts";
import type { OracleEvent } from "../protocol/events.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { slotTimeMs } from "../protocol/state.ts";
import type { ObservationPort, PeerPort, SigningPort } from "./ports.ts";
import { RoundTrips } from "./round-trips.ts";
import type { Timers } from "./timers.ts";

export type NextSlotDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly timers: Timers;
  readonly signing: Pick<SigningPort, "prepare">;
  readonly peers: Pick<PeerPort, "roundTripsMs">;
  readonly market: Pick<ObservationPort, "prepare">;
  readonly state: () => OracleState;
  readonly tell: (event: OracleEvent) => void;
};

/** What a timer can hold. */
const TIMER_MAX_MS = 0x7fff_ffff;
/** Of a slot: after a round has ended or failed, before the next one begins. */
const PREPARE_AT_FRACTION = 0.6;
/** Of a slot: as late as leaves time to read a chain, so that few fresh ones arrive after it. */
const LOOK_AHEAD_AT_FRACTION = 0.85;

export class NextSlot {
  readonly #config: OracleConfig;
  readonly #doors: NextSlotDoors;
  readonly #roundTrips: RoundTrips;

  constructor(config: OracleConfig, doors: NextSlotDoors) {
    this.#config = config;
    this.#doors = doors;
    this.#roundTrips = new RoundTrips(config.f);
  }

  /** Before the first slot as before any other: reading a market's chains for the first time costs most. */
  start(): void {
    const { clock, market } = this.#doors;
    const firstInMs = slotTimeMs(this.#config, this.#config.firstRound) - clock.nowMs();
    const aheadMs = firstInMs - this.#config.slotMs * (1 - LOOK_AHEAD_AT_FRACTION);
    this.#later(Math.min(Math.max(0, aheadMs), TIMER_MAX_MS), "market", () => market.prepare());
  }

  /** Late in a slot there is time for the next one's nonces and fresh chains. What is not ready then is made in it. */
  prepare(round: number, lastValues: readonly Observed[]): void {
    const { slotMs } = this.#config;
    const { market, peers, signing, state, tell } = this.#doors;
    this.#later(slotMs * PREPARE_AT_FRACTION, "nonces", () => {
      tell({ kind: "round-trip", p95Ms: this.#roundTrips.slowMs(peers.roundTripsMs()) });
      tell({ kind: "slot-waned", round: round - 1 });
      // On a machine that lags the slot itself may come first and draw its own; one that fell silent draws none. [R57]
      const isActing = state().rounds.get(round - 1)?.active === true;
      if (isActing && state().currentRound < round) signing.prepare(round, lastValues);
    });
    this.#later(slotMs * LOOK_AHEAD_AT_FRACTION, "market", () => market.prepare());
  }

  #later(delayMs: number, what: string, prepare: () => void): void {
    this.#doors.timers.after(delayMs, () => {
      try {
        prepare();
      } catch (error) {
        this.#doors.log.error("the next slot could not be prepared", { what, reason: reasonOf(error) });
      }
    });
  }
}
