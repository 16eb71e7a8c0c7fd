/**
 * L1 and L2, asked only where they are promised. A round r is *undisturbed* when from two slots before T_r to the end of its
 * slot no weather, cut or slow link is on. A member is *good* in r when it is honest, its clock is right, and it acted
 * from the beginning of r and of the two rounds before (a member that came back has nothing to say of an earlier report).
 *
 * L1: r is undisturbed, its leader is good and n−f members are: every good member completes r in three delays, the
 * leader's waits, and the timer and two delays for each member that may have withheld or spoiled a share.
 * L2: in an undisturbed span of n rounds with n−f good members all along, at least n−f rounds complete.
 * A member that comes back, its disk lost or not, acts again at the latest two reservations and four rounds later, when
 * the network is undisturbed until then and n−1−f others act.
 */
import { leadershipOf } from "../../protocol/leader.ts";
import { reservationRounds, waitsFor } from "../../protocol/limits.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import type { Schedule } from "./schedule.ts";
import { FIRST_ROUND } from "./setting.ts";

export type LivenessComplaint = { readonly property: "L1" | "L2"; readonly detail: string };

/** A clock that is further off is not right. */
const CLOCK_OFF_MAX_MS = 25;
const ROUNDS_BEFORE = 2;
const RETURN_ROUNDS = 4;
/** Evaluation, share, sum and the steps between, in the interpreter's milliseconds. */
const WORK_MS = 20;
const EVALUATION_MS = 3;

type Entered = { readonly atMs: number; leftMs: number; completedMs: number };

export class Liveness {
  readonly #schedule: Schedule;
  readonly #config: Omit<OracleConfig, "selfId">;
  readonly #faulty: ReadonlySet<number>;
  readonly #entered = new Map<number, Map<number, Entered>>();
  readonly #completed = new Map<number, Map<number, number>>();
  readonly #returned = new Map<number, number>();

  constructor(schedule: Schedule, config: Omit<OracleConfig, "selfId">, faulty: ReadonlySet<number>) {
    this.#schedule = schedule;
    this.#config = config;
    this.#faulty = faulty;
  }

  entered(id: number, round: number, atMs: number, clockOffsetMs: number): void {
    const lateMs = atMs - this.#beginMs(round);
    const isOff = Math.abs(clockOffsetMs) > CLOCK_OFF_MAX_MS || Math.abs(lateMs) > CLOCK_OFF_MAX_MS;
    if (this.#faulty.has(id) || isOff) return;
    const entered = { atMs, leftMs: Number.POSITIVE_INFINITY, completedMs: Number.POSITIVE_INFINITY };
    this.#of(this.#entered, round).set(id, entered);
  }

  returned(id: number, atMs: number): void {
    if (!this.#faulty.has(id)) this.#returned.set(id, atMs);
  }

  left(id: number, atMs: number): void {
    this.#returned.delete(id);
    for (const round of this.#entered.values()) {
      const entered = round.get(id);
      if (entered !== undefined && entered.leftMs > atMs) entered.leftMs = atMs;
    }
  }

  completed(id: number, round: number, atMs: number): void {
    const times = this.#of(this.#completed, round);
    if (!times.has(id)) times.set(id, atMs);
  }

  complaints(): LivenessComplaint[] {
    const last = FIRST_ROUND + this.#schedule.slots - 1;
    const complaints: LivenessComplaint[] = [];
    // Before its first slot a node has no window: what faster clocks say of the very first round is lost on it.
    for (let round = FIRST_ROUND + 1; round < last; round++) complaints.push(...this.#late(round));
    for (let first = FIRST_ROUND + 1; first + this.#config.n <= last; first++) {
      if (first % this.#config.n === 0) complaints.push(...this.#spoiled(first));
    }
    for (const [id, atMs] of this.#returned) complaints.push(...this.#absent(id, atMs, last));
    return complaints;
  }

  /** Good members of a round that is undisturbed; none of one that is not. */
  goodIn(round: number): ReadonlySet<number> {
    const fromMs = this.#beginMs(Math.max(FIRST_ROUND, round - ROUNDS_BEFORE));
    const endMs = this.#beginMs(round + 1);
    if (this.#isDisturbed(this.#beginMs(round - ROUNDS_BEFORE), endMs)) return new Set();
    const good = [...(this.#entered.get(round)?.keys() ?? [])].filter((id) => {
      for (let before = Math.max(FIRST_ROUND, round - ROUNDS_BEFORE); before <= round; before++) {
        const entered = this.#entered.get(before)?.get(id);
        if (entered === undefined || (entered.leftMs >= fromMs && entered.leftMs < endMs)) return false;
      }
      return true;
    });
    return new Set(good);
  }

  #late(round: number): LivenessComplaint[] {
    const { cfg, n, f } = this.#config;
    const { leader } = leadershipOf(cfg, round, n);
    const good = this.goodIn(round);
    if (good.size < n - f || !good.has(leader)) return [];
    // Who is later than the grace may be left out, and a liar may be listed in its place.
    if (this.#mayListLiars(round, good)) return [];
    const allowedMs = this.#allowedMs(n - good.size);
    if (allowedMs > this.#schedule.slotMs) return [];
    const times = this.#completed.get(round);
    const late = [...good].filter(
      (id) => !((times?.get(id) ?? Number.POSITIVE_INFINITY) <= this.#beginMs(round) + allowedMs),
    );
    if (late.length === 0) return [];
    const what = times === undefined ? "is lost" : `is late or lost at ${late.join(", ")}`;
    const detail = `round ${round} ${what}: its leader ${leader} is honest, ${good.size} of ${n} are good, the network is calm, ${allowedMs.toFixed(0)} ms are allowed`;
    return [{ property: "L1", detail }];
  }

  #spoiled(first: number): LivenessComplaint[] {
    const { n, f } = this.#config;
    let completed = 0;
    for (let round = first; round < first + n; round++) {
      const good = this.goodIn(round);
      if (good.size < n - f || this.#mayListLiars(round, good)) return [];
      if (this.#completed.has(round)) completed += 1;
    }
    if (completed >= n - f) return [];
    return [
      { property: "L2", detail: `of rounds ${first} to ${first + n - 1} only ${completed} complete, n−f = ${n - f}` },
    ];
  }

  #absent(id: number, atMs: number, last: number): LivenessComplaint[] {
    const { n, f } = this.#config;
    const { slotMs, faults } = this.#schedule;
    const due = FIRST_ROUND + Math.floor(atMs / slotMs) + 2 * reservationRounds(slotMs) + RETURN_ROUNDS;
    const isHindered = faults.some((fault) => {
      return (fault.kind === "disk-full" || fault.kind === "clock-step") && fault.node === id;
    });
    if (due >= last || isHindered || this.#isDisturbed(atMs, this.#beginMs(due + 1))) return [];
    const acting = this.#entered.get(due);
    if (acting === undefined || acting.has(id) || acting.size < n - 1 - f) return [];
    return [
      { property: "L1", detail: `node ${id} came back at ${atMs.toFixed(0)} ms and does not act in round ${due}` },
    ];
  }

  /** From T_r. @param absent members that may have said nothing, or something wrong */
  #allowedMs(absent: number): number {
    const { slotMs, delayMaxMs } = this.#schedule;
    const { graceMs, hardStopMs, secondSetMs } = waitsFor(slotMs);
    const waitMs = absent === 0 ? graceMs : hardStopMs;
    const sessions = Math.min(absent, this.#config.f);
    const timerMs = Math.max(secondSetMs, 4 * delayMaxMs);
    return 2 * CLOCK_OFF_MAX_MS + 3 * delayMaxMs + waitMs + WORK_MS + sessions * (timerMs + 2 * delayMaxMs + WORK_MS);
  }

  /** OBSERVEs of good members may come further apart than the grace, and somebody is not good. */
  #mayListLiars(round: number, good: ReadonlySet<number>): boolean {
    const begun = [...good].map((id) => this.#entered.get(round)?.get(id)?.atMs ?? 0);
    const apartMs = Math.max(...begun) - Math.min(...begun) + this.#schedule.delayMaxMs + EVALUATION_MS;
    return good.size < this.#config.n && apartMs > waitsFor(this.#schedule.slotMs).graceMs;
  }

  #isDisturbed(fromMs: number, untilMs: number): boolean {
    return this.#schedule.faults.some((fault) => {
      if (fault.kind !== "weather" && fault.kind !== "cut" && fault.kind !== "link") return false;
      return fault.fromMs < untilMs && fault.untilMs > fromMs;
    });
  }

  #beginMs(round: number): number {
    return (round - FIRST_ROUND) * this.#schedule.slotMs;
  }

  #of<T>(map: Map<number, Map<number, T>>, round: number): Map<number, T> {
    const held = map.get(round) ?? new Map<number, T>();
    map.set(round, held);
    return held;
  }
}
