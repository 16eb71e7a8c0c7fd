/**
 * What one stimulus makes of one member: a pure function, so it is computed once for each pair of them. Everything that follows
 * in the same process follows at once, as in the daemon.
 */
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, toHex } from "../../base/bytes.ts";
import { unreachable } from "../../base/errors.ts";
import type { Effect, OracleEvent, TimerName } from "../../protocol/events.ts";
import type { NoncePair } from "../../protocol/messages.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import { step } from "../../protocol/step.ts";
import type { Bug } from "./bugs.ts";
import { forgetful, nextEvents } from "./bugs.ts";
import type { Member, Named, Stimulus } from "./member.ts";
import { nameOf, reborn } from "./member.ts";
import { pointToken, sessionOf, shareToken, signatureToken } from "./tokens.ts";

export type Outcome = {
  readonly member: Member;
  readonly sent: readonly Named[];
  readonly timers: readonly { readonly timer: TimerName; readonly round: number }[];
  readonly fetched: readonly Fetch[];
  /** Messages of others that are passed on to everybody. */
  readonly forwarded: readonly Hex[];
  readonly completed: readonly { readonly round: number; readonly digest: Hex }[];
  /** What broke a property here. */
  readonly fault: string | null;
  /** Effects performed: where a crash may cut. */
  readonly effects: number;
};

type Fetch =
  | { readonly kind: "message"; readonly hash: Hex }
  | { readonly kind: "report"; readonly round: number; readonly from: number };

/** What an honest member says at most once in a round, over all its lives; null for what may be repeated. */
function statementOf({ message, hash }: Named): { readonly key: string; readonly says: Hex } | null {
  switch (message.type) {
    case "observe":
      return { key: `observe/${message.round}`, says: hash };
    case "propose":
      return { key: `propose/${message.round}/${message.attempt}`, says: hash };
    case "share":
      return { key: `digest/${message.round}`, says: message.digest };
    case "report":
      return null;
    default:
      return unreachable(message);
  }
}

class Turn {
  readonly sent: Named[] = [];
  readonly timers: { timer: TimerName; round: number }[] = [];
  readonly fetched: Fetch[] = [];
  readonly forwarded: Hex[] = [];
  readonly completed: { round: number; digest: Hex }[] = [];
  readonly #events: OracleEvent[] = [];
  readonly #bug: Bug | null;
  readonly #effectsMax: number;
  member: Member;
  fault: string | null = null;
  effects = 0;

  constructor(member: Member, bug: Bug | null, effectsMax: number) {
    this.member = member;
    this.#bug = bug;
    this.#effectsMax = effectsMax;
  }

  /** @returns false when the power went first */
  run(first: OracleEvent): boolean {
    this.#events.push(...nextEvents(this.#bug, this.member.oracle, first));
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      const { state, effects } = step(forgetful(this.#bug, this.member.oracle, event), event);
      this.member = { ...this.member, oracle: state };
      for (const effect of effects) {
        if (this.effects >= this.#effectsMax) return false;
        this.effects += 1;
        this.#perform(effect);
      }
    }
    return true;
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "reserve-rounds": {
        const { disk } = this.member;
        this.member = { ...this.member, disk: { ...disk, reserved: Math.max(disk.reserved, effect.upTo) } };
        this.#events.push({ kind: "rounds-reserved", upTo: effect.upTo });
        return;
      }
      case "observe":
        return this.#observe(effect.round);
      case "broadcast":
        return this.#say(nameOf(this.member.oracle.config, effect.message));
      case "forward":
        this.forwarded.push(effect.hash);
        return;
      case "sign-share":
        return this.#sign(effect);
      case "aggregate":
        return this.#aggregate(effect);
      case "set-timer":
        this.timers.push({ timer: effect.timer, round: effect.round });
        return;
      case "verify-report":
        if (effect.signed.signature.z === signatureToken(effect.signed.digest).z) {
          this.#events.push({ kind: "report-verified", signed: effect.signed });
        }
        return;
      case "fetch-message":
        this.fetched.push({ kind: "message", hash: effect.hash });
        return;
      case "fetch-report":
        this.fetched.push({ kind: "report", round: effect.round, from: effect.from });
        return;
      case "publish": {
        const { signed } = effect;
        this.member = { ...this.member, disk: { ...this.member.disk, latest: signed } };
        this.completed.push({ round: signed.report.round, digest: signed.digest });
        return;
      }
      case "forget-nonces":
        this.#forget(effect.belowRound);
        return;
      case "accuse":
        this.#accuse(effect.accusation.accused, effect.accusation.kind, effect.accusation.round);
        return;
      case "note":
        return;
      default:
        return unreachable(effect);
    }
  }

  #draw(round: number): NoncePair {
    const { oracle, drawn, nonces } = this.member;
    // A generator that says the same in every life, and a counter that begins anew with it.
    const life = this.#bug === "nonce-reused" ? 0 : this.member.life;
    const label = `${oracle.config.selfId}/${life}/${drawn}`;
    const pair: NoncePair = { hiding: pointToken(`${label}/hiding`), binding: pointToken(`${label}/binding`) };
    this.member = { ...this.member, drawn: drawn + 1, nonces: new Map(nonces).set(pair.hiding, round) };
    return pair;
  }

  #observe(round: number): void {
    const { config } = this.member.oracle;
    const commitments = [this.#draw(round), this.#draw(round)] as const;
    this.#events.push({
      kind: "observed",
      round,
      obsTimeMs: slotTimeMs(config, round),
      incarnation: toHex(asciiBytes(`${config.selfId}.${this.member.life}`.padEnd(16, "."))),
      commitments,
      values: config.rules.map(() => 1_000_000n + BigInt(config.selfId)),
    });
  }

  #say(named: Named): void {
    this.sent.push(named);
    const statement = statementOf(named);
    if (statement !== null) {
      const before = this.member.said.get(statement.key);
      if (before !== undefined && before !== statement.says) {
        this.fault ??= `S5: member ${this.member.oracle.config.selfId} said two things: ${statement.key}`;
      }
      this.member = { ...this.member, said: new Map(this.member.said).set(statement.key, statement.says) };
    }
    this.#events.push({ kind: "message-received", ...named });
  }

  #sign(effect: Extract<Effect, { kind: "sign-share" }>): void {
    const { oracle, nonces, signed, used } = this.member;
    const { selfId } = oracle.config;
    const mine = effect.commitments.find(({ id }) => id === selfId);
    if (mine === undefined || !nonces.has(mine.hiding)) return;
    const before = signed.get(effect.round);
    if (before !== undefined && before !== effect.digest && this.#bug !== "second-proposal") return;
    const session = sessionOf(effect.digest, effect.commitments);
    const served = used.get(mine.hiding);
    if (served !== undefined && served !== session) this.fault ??= `S4: member ${selfId} used a nonce pair twice`;
    const left = new Map(nonces);
    left.delete(mine.hiding);
    this.member = {
      ...this.member,
      nonces: left,
      signed: new Map(signed).set(effect.round, effect.digest),
      used: new Map(used).set(mine.hiding, session),
    };
    const { round, proposalHash, digest } = effect;
    const next = effect.drawNext ? this.#draw(round) : null;
    this.#events.push({ kind: "share-made", round, proposalHash, digest, z: shareToken(selfId, session), next });
  }

  #aggregate(effect: Extract<Effect, { kind: "aggregate" }>): void {
    const session = sessionOf(effect.digest, effect.commitments);
    const culprits = [...effect.shares].filter(([id, z]) => z !== shareToken(id, session)).map(([id]) => id);
    const { round, proposalHash } = effect;
    if (culprits.length > 0) this.#events.push({ kind: "aggregate-failed", round, proposalHash, culprits });
    else this.#events.push({ kind: "aggregated", round, proposalHash, signature: signatureToken(effect.digest) });
  }

  #forget(belowRound: number): void {
    const { nonces, signed } = this.member;
    this.member = {
      ...this.member,
      nonces: new Map([...nonces].filter(([, round]) => round >= belowRound)),
      signed: new Map([...signed].filter(([round]) => round >= belowRound)),
    };
  }

  #accuse(accused: number, what: string, round: number): void {
    const { selfId, n } = this.member.oracle.config;
    // The last member is the Byzantine one.
    if (accused !== n)
      this.fault ??= `S5: member ${selfId} convicts honest member ${accused} of ${what} in round ${round}`;
  }
}

function eventOf(stimulus: Stimulus): OracleEvent {
  switch (stimulus.kind) {
    case "slot":
      return { kind: "slot-started", round: stimulus.round };
    case "timer":
      return { kind: "timer-fired", timer: stimulus.timer, round: stimulus.round };
    case "hear":
      return { kind: "message-received", message: stimulus.named.message, hash: stimulus.named.hash };
    default:
      return unreachable(stimulus);
  }
}

/** @param effectsMax the power goes after so many effects, and another life begins; infinity for a turn that ends well */
export function stimulate(member: Member, stimulus: Stimulus, bug: Bug | null, effectsMax: number): Outcome {
  const turn = new Turn(member, bug, effectsMax);
  const isWhole = turn.run(eventOf(stimulus));
  const { sent, forwarded, completed, fault, effects } = turn;
  const after = isWhole ? turn.member : reborn(turn.member, bug);
  return {
    member: after,
    sent,
    forwarded,
    timers: isWhole ? turn.timers : [],
    fetched: isWhole ? turn.fetched : [],
    completed,
    fault,
    effects,
  };
}
