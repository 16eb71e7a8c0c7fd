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
import { decodeMessage } from "../../../src/protocol/encoding.ts";
import type { Note } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import type { OracleConfig } from "../../../src/protocol/state.ts";
import type { SignedReport } from "../../../src/report/report.ts";
import { dealKey, type DealtKey } from "../../threshold/dealt.ts";
import { configOf, hexOf, T0 } from "../../support/protocol.ts";
import { keysOf, type Line, notebook, sealed, signAs } from "./members.ts";

const IDS = [1, 2, 3, 4] as const;
const WIRE_MS = 2;

let dealt: DealtKey | undefined;
/** One key for all tests of a file: dealing costs more than a round. */
export function groupKey(): DealtKey {
  dealt ??= dealKey(4, 3);
  return dealt;
}

export type Seat = {
  readonly id: number;
  readonly oracle: Oracle;
  readonly lines: Line[];
  readonly notes: Note[];
  readonly refused: { readonly why: string; readonly fromId: number }[];
  readonly published: SignedReport[];
  readonly reservations: number[];
  diskRefuses: boolean;
  clockOffsetMs: number;
};

/** What a dishonest member puts on the wire in place of a message; null lets it pass. */
export type Mouth = (message: Message, toId: number) => readonly Uint8Array[] | null;

export class Committee {
  readonly config: OracleConfig = configOf();
  readonly seats = new Map<number, Seat>();
  /** Everything that was delivered, in order. */
  readonly wire: { readonly from: number; readonly to: number; readonly message: Message }[] = [];
  readonly mouths = new Map<number, Mouth>();
  /** Answers a dishonest member gives to those who fetch; undefined lets its oracle answer. */
  readonly liesTo = new Map<number, (bytes: Uint8Array) => Uint8Array | undefined>();
  readonly vaults: NonceVault[] = [];

  constructor(reserved: Readonly<Record<number, number>> = {}) {
    for (const id of IDS) this.seats.set(id, this.#seat(id, reserved[id] ?? -1));
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

  async stop(): Promise<void> {
    for (const { oracle } of this.seats.values()) await oracle.stop();
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
    const key = groupKey();
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
    const reservations: number[] = [];
    const oracle = new Oracle(
      { config: { ...this.config, selfId: id }, reservedRound, latest: null, remembered: [], memberKeys: keysOf(IDS) },
      {
        clock,
        log,
        signing: new Signer({ incarnation: `0x${`0${id}`.repeat(16)}`, group: key.group }, { vault }),
        signEnvelope: signAs(id),
        peers: {
          publish: (topic, bytes) => {
            for (const to of IDS) if (to !== id) this.#carry(topic, id, to, bytes);
          },
          send: (to, bytes) => this.#carry("direct", id, to, bytes),
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
