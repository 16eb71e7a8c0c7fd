/**
 * The subscriptions of one connection as calls of at most 500 channels, one a tick: the venue lets 3.3 calls a second pass
 * in the long run, and cuts the connection of whoever asks for more.
 */

/** Five hundred names are 20 kB; a chain of a thousand options is subscribed within two seconds. */
const CHANNELS_A_CALL = 500;
/** The venue answers within a round trip. */
const ANSWER_MAX_MS = 10_000;

type Call = { readonly channels: readonly string[]; readonly sentAtMs: number };

export class SubscribeQueue {
  #wanted: string[] = [];
  #unwanted: string[] = [];
  #nextId: number;
  readonly #open = new Map<number, Call>();

  /** @param firstId smaller ones are of other calls */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  want(channels: readonly string[]): void {
    this.#wanted.push(...channels);
  }

  /** What was not sent yet is forgotten, the rest unsubscribed. */
  drop(channels: readonly string[]): void {
    const dropped = new Set(channels);
    const unsent = new Set(this.#wanted.filter((channel) => dropped.has(channel)));
    this.#wanted = this.#wanted.filter((channel) => !dropped.has(channel));
    this.#unwanted.push(...channels.filter((channel) => !unsent.has(channel)));
  }

  /** The next call as a frame; null where nothing waits. What is dropped goes first, for it may be wanted again. */
  next(nowMs: number): string | null {
    const gone = this.#unwanted.splice(0, CHANNELS_A_CALL);
    if (gone.length > 0) return this.#call("public/unsubscribe", gone, [], nowMs);
    const channels = this.#wanted.splice(0, CHANNELS_A_CALL);
    return channels.length === 0 ? null : this.#call("public/subscribe", channels, channels, nowMs);
  }

  /** The channels of an answered call; null for an answer to no call of ours. */
  answered(id: unknown): readonly string[] | null {
    if (typeof id !== "number") return null;
    const call = this.#open.get(id);
    this.#open.delete(id);
    return call?.channels ?? null;
  }

  /** The channels of calls without an answer, each once. */
  overdue(nowMs: number): string[] {
    const late = [...this.#open].filter(([, { sentAtMs }]) => nowMs - sentAtMs > ANSWER_MAX_MS);
    for (const [id] of late) this.#open.delete(id);
    return late.flatMap(([, { channels }]) => channels);
  }

  /** @param awaited the channels that the answer must list */
  #call(method: string, channels: readonly string[], awaited: readonly string[], nowMs: number): string {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#open.set(id, { channels: awaited, sentAtMs: nowMs });
    return JSON.stringify({ jsonrpc: "2.0", id, method, params: { channels } });
  }
}
