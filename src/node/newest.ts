/** The newest envelope of each member, for a member that lost its memory and asks what it said last. [R55] */
import type { Hex } from "../base/bytes.ts";
import type { Message } from "../protocol/messages.ts";

export type NewestEnvelope = { readonly member: number; readonly round: number; readonly bytes: Uint8Array };

/** At most two envelopes: one, or two OBSERVEs of one round that differ. */
type Held = {
  readonly round: number;
  readonly isObserve: boolean;
  readonly versions: readonly { readonly hash: Hex; readonly bytes: Uint8Array }[];
};

const VERSIONS_MAX = 2;

export class NewestEnvelopes {
  readonly #held = new Map<number, Held>();
  #asked = 0;

  /**
   * @param message authentic. An OBSERVE is preferred among those of one round: it names the process that spoke. A REPORT is
   *                left out: others' signature, which who may say nothing else may repeat, and for which no round is reserved.
   */
  take({ sender, round, type }: Pick<Message, "sender" | "round" | "type">, hash: Hex, bytes: Uint8Array): void {
    if (type === "report") return;
    const before = this.#held.get(sender);
    const isObserve = type === "observe";
    const version = { hash, bytes };
    if (before === undefined || round > before.round || (round === before.round && isObserve && !before.isObserve)) {
      this.#held.set(sender, { round, isObserve, versions: [version] });
    } else if (round === before.round && isObserve && before.versions.length < VERSIONS_MAX) {
      if (before.versions[0]?.hash === hash) return;
      this.#held.set(sender, { ...before, versions: [...before.versions, version] });
    }
  }

  /** Of two versions now the one, now the other: each of two processes with one key must hear of the other. [R57] */
  of(member: number): Uint8Array | undefined {
    const versions = this.#held.get(member)?.versions ?? [];
    this.#asked += 1;
    return versions[this.#asked % Math.max(1, versions.length)]?.bytes;
  }

  all(): readonly NewestEnvelope[] {
    return [...this.#held].flatMap(([member, { round, versions }]) =>
      versions.slice(0, 1).map(({ bytes }) => ({ member, round, bytes })),
    );
  }
}
