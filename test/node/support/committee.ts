/**
 * Four whole oracles in one process: real machine, inbox, envelopes, nonce vault and FROST. Only the wire, the disk and the
 * market are the test's. Runs under vitest's fake timers, so that a slot takes no time.
 */
import { vi } from "vitest";
import type { Hex } from "../../../src/base/bytes.ts";
import type { Clock } from "../../../src/base/ports.ts";
import { NonceVault } from "../../../src/keystore/nonce-vault.ts";
import { SigningShare } from "../../../src/keystore/signing-share.ts";
import { Oracle } from "../../../src/node/oracle.ts";
import { Signer } from "../../../src/node/signer.ts";
import type { Accusation } from "../../../src/protocol/accusation.ts";
import { decodeMessage } from "../../../src/protocol/encoding.ts";
import type { Note } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import { signingThreshold } from "../../../src/protocol/quorum.ts";
import type { OracleConfig } from "../../../src/protocol/state.ts";
import type { SignedReport } from "../../../src/report/report.ts";
import { dealKey, type DealtKey } from "../../threshold/dealt.ts";
import { configOf, hexOf, T0 } from "../../support/protocol.ts";
import { keysOf, type Line, notebook, sealed, signAs } from "./members.ts";
import { nobleCurve } from "../../../src/threshold/signing-curve.ts";

const WIRE_MS = 2;

const dealt = new Map<number, DealtKey>();
/** One key for all tests of a file: dealing costs more than a round. */
export function groupKey(n = 4): DealtKey {
  const key = dealt.get(n) ?? dealKey(n, signingThreshold(n));
  dealt.set(n, key);
  return key;
}

export type Seat = {
  readonly id: number;
  readonly oracle: Oracle;
  readonly lines: Line[];
  readonly notes: Note[];
  readonly refused: { readonly why: string; readonly fromId: number }[];
  readonly published: SignedReport[];
  readonly accusations: { readonly accusation: Accusation; readonly envelopes: readonly Uint8Array[] }[];
  readonly reservations: number[];
  diskRefuses: boolean;
  clockOffsetMs: number;
};

/** What a dishonest member puts on the wire in place of a message; null lets it pass. */
export type Mouth = (message: Message, toId: number) => readonly Uint8Array[] | null;

export class Committee {
  readonly config: OracleConfig;
  readonly ids: readonly number[];
  readonly seats = new Map<number, Seat>();
  /** Everything that was delivered, in order. */
  readonly wire: { readonly from: number; readonly to: number; readonly message: Message }[] = [];
  readonly mouths = new Map<number, Mouth>();
  /** Answers a dishonest member gives to those who fetch; undefined lets its oracle answer. */
  readonly liesTo = new Map<number, (bytes: Uint8Array) => Uint8Array | undefined>();
  readonly vaults: NonceVault[] = [];

  constructor(reserved: Readonly<Record<number, number>> = {}, n = 4) {
    this.config = configOf({ n });
    this.ids = Array.from({ length: n }, (_, i) => i + 1);
    for (const id of this.ids) this.seats.set(id, this.#seat(id, reserved[id] ?? -1));
  }

  seat(id: number): Seat {
    return this.seats.get(id)!;
  }

  start(atMs = T0 - 100): void {
    vi.setSystemTime(atMs);
    for (const { oracle } of this.seats.values()) oracle.start();
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  stop(): void {
    for (const { oracle } of this.seats.values()) oracle.stop();
    for (const vault of this.vaults) vault.destroy();
  }

  /** Rounds that a member completed, ascending. */
  rounds(id: number): number[] {
    return this.seat(id).published.map(({ report }) => report.round);
  }

  said<T extends Message["type"]>(type: T, from: number): Extract<Message, { type: T }>[] {
    return this.wire.flatMap(({ message, from: id }) =>
      id === from && message.type === type ? [message as Extract<Message, { type: T }>] : [],
    );
  }

  /** A message of `sender`, in an envelope sealed by `signer`. */
  seal(message: Message, signer = message.sender): { readonly bytes: Uint8Array; readonly hash: Hex } {
    return sealed(message, signer, this.config.cfg);
  }

  #seat(id: number, reservedRound: number): Seat {
    const { log, lines } = notebook();
    const clock: Clock = { nowMs: () => Date.now() + seat.clockOffsetMs, monotonicMs: () => performance.now() };
    const key = groupKey(this.config.n);
    const header = {
      ceremonyId: hexOf("ceremony"),
      transcriptHash: hexOf("transcript"),
      memberId: id,
      group: key.group,
    };
    const share = new SigningShare(header, key.shares.get(id)!.slice());
    const vault = new NonceVault({ share, cfg: this.config.cfg });
    this.vaults.push(vault);
    const notes: Note[] = [];
    const refused: Seat["refused"] = [];
    const published: SignedReport[] = [];
    const accusations: Seat["accusations"] = [];
    const reservations: number[] = [];
    const oracle = new Oracle(
      {
        config: { ...this.config, selfId: id },
        reservedRound,
        latest: null,
        remembered: [],
        memberKeys: keysOf(this.ids),
      },
      {
        clock,
        log,
        signing: new Signer(
          { incarnation: `0x${`0${id}`.repeat(16)}`, group: key.group },
          { vault, curve: nobleCurve },
        ),
        signEnvelope: signAs(id),
        peers: {
          publish: (topic, bytes) => {
            for (const to of this.ids) if (to !== id) this.#carry(topic, id, to, bytes);
          },
          send: (to, bytes, { hash }) => {
            this.#carry("direct", id, to, bytes);
            setTimeout(() => seat.oracle.acknowledged(to, hash), 2 * WIRE_MS);
          },
          roundTripsMs: () => this.ids.map((to) => (to === id ? null : 2 * WIRE_MS)),
          request: (to, bytes) =>
            new Promise((resolve) => {
              setTimeout(
                () => resolve(this.liesTo.get(to)?.(bytes) ?? this.seat(to).oracle.answer(bytes)),
                2 * WIRE_MS,
              );
            }),
        },
        disk: {
          reserve: (upTo) => {
            if (seat.diskRefuses) throw new Error("read-only file system");
            reservations.push(upTo);
          },
        },
        market: { observe: () => [1_000_000n + BigInt(id), 2_000_000n + BigInt(id)], prepare: () => undefined },
        evidence: { accused: (accusation, envelopes) => void accusations.push({ accusation, envelopes }) },
        sink: { published: (signed) => void published.push(signed) },
        watcher: {
          heard: () => undefined,
          stepped: () => undefined,
          noted: (note) => void notes.push(note),
          refused: (_channel, why, fromId) => void refused.push({ why, fromId }),
        },
      },
    );
    const seat: Seat = {
      id,
      oracle,
      lines,
      notes,
      refused,
      published,
      accusations,
      reservations,
      diskRefuses: false,
      clockOffsetMs: 0,
    };
    return seat;
  }

  #carry(channel: "observe" | "report" | "direct", from: number, to: number, bytes: Uint8Array): void {
    const mouth = this.mouths.get(from);
    const spoken = mouth?.(decodeMessage(bytes.subarray(0, -64)), to) ?? [bytes];
    for (const said of spoken) {
      setTimeout(() => {
        this.wire.push({ from, to, message: decodeMessage(said.subarray(0, -64)) });
        this.seat(to).oracle.receive(channel, said, from);
      }, WIRE_MS);
    }
  }
}
