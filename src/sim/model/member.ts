/**
 * One honest member of the model: the production machine, the disk that outlives it, the nonces that do not, and a ghost
 * that remembers what was said in all lives.
 */
import type { Hex } from "../../base/bytes.ts";
import { encodeMessage, messageHash } from "../../protocol/encoding.ts";
import type { TimerName } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig, OracleState } from "../../protocol/state.ts";
import { initialState } from "../../protocol/state.ts";
import type { SignedReport } from "../../report/report.ts";
import type { Bug } from "./bugs.ts";

export type Named = { readonly message: Message; readonly hash: Hex };

export type Stimulus =
  | { readonly kind: "slot"; readonly round: number }
  | { readonly kind: "timer"; readonly timer: TimerName; readonly round: number }
  | { readonly kind: "hear"; readonly named: Named };

export type Member = {
  readonly oracle: OracleState;
  readonly life: number;
  /** Hiding commitments of the pairs that may still sign, with the round they were drawn for. */
  readonly nonces: ReadonlyMap<Hex, number>;
  /** The digest that each round signed in this life: the vault's own last line. */
  readonly signed: ReadonlyMap<number, Hex>;
  /** Pairs drawn in this life, for labels. */
  readonly drawn: number;
  readonly disk: { readonly reserved: number; readonly latest: SignedReport | null };
  /** Over all lives: what was said, by statement, and which session each nonce served. */
  readonly said: ReadonlyMap<string, Hex>;
  readonly used: ReadonlyMap<Hex, string>;
};

export function bornMember(config: OracleConfig): Member {
  return {
    oracle: initialState(config, 0, null),
    life: 1,
    nonces: new Map(),
    signed: new Map(),
    drawn: 0,
    disk: { reserved: 0, latest: null },
    said: new Map(),
    used: new Map(),
  };
}

/** The process is gone and another one starts on its disk. */
export function reborn(member: Member, bug: Bug | null): Member {
  const reserved = bug === "missing-reservation" ? 0 : member.disk.reserved;
  return {
    ...member,
    oracle: initialState(member.oracle.config, reserved, member.disk.latest),
    life: member.life + 1,
    nonces: new Map(),
    signed: new Map(),
    drawn: 0,
  };
}

export function nameOf(config: Pick<OracleConfig, "cfg">, message: Message): Named {
  return { message, hash: messageHash(encodeMessage(config.cfg, message)) };
}
