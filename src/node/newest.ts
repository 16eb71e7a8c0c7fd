/** The newest envelope of each member, for a member that lost its memory and asks what it said last. [R55] */
import type { Message } from "../protocol/messages.ts";

export type NewestEnvelope = { readonly member: number; readonly round: number; readonly bytes: Uint8Array };

export class NewestEnvelopes {
  readonly #held = new Map<number, NewestEnvelope & { readonly isObserve: boolean }>();

  /** @param message authentic. An OBSERVE is preferred among those of one round: it names the process that spoke. */
  take({ sender, round, type }: Pick<Message, "sender" | "round" | "type">, bytes: Uint8Array): void {
    const before = this.#held.get(sender);
    const isObserve = type === "observe";
    const isNewer =
      before === undefined || round > before.round || (round === before.round && isObserve && !before.isObserve);
    if (isNewer) this.#held.set(sender, { member: sender, round, bytes, isObserve });
  }

  of(member: number): Uint8Array | undefined {
    return this.#held.get(member)?.bytes;
  }

  all(): readonly NewestEnvelope[] {
    return [...this.#held.values()].map(({ member, round, bytes }) => ({ member, round, bytes }));
  }
}
