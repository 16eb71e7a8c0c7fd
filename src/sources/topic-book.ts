/**
 * What one connection is subscribed to, for venues that are asked topic by topic: what still has to be asked, what was
 * asked and is not confirmed yet, what was refused. Pure state; whoever holds it says what time it is.
 */

export type TopicLimits = {
  /** Of one request. */
  readonly topicsMax: number;
  readonly charsMax: number;
  /** Requests that the venue takes from one connection in an hour; null: no limit. */
  readonly hourlyMax: number | null;
  /** Topics of the whole connection: what is over it stays with REST. */
  readonly totalMax: number;
};

export type TopicBatch = { readonly op: "subscribe" | "unsubscribe"; readonly topics: readonly string[] };

/** A topic is asked again when a request for it went unanswered this long. */
const CONFIRM_MAX_MS = 10_000;
const RETRY_MS = 60_000;
const HOUR_MS = 3_600_000;

type Entry = {
  readonly sources: Set<string>;
  state: "waiting" | "asked" | "confirmed" | "refused";
  /** When it was asked, or before when it is not to be asked. */
  atMs: number;
};

export class TopicBook {
  readonly #limits: TopicLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #leaving = new Set<string>();
  #requestsMs: number[] = [];

  constructor(limits: TopicLimits) {
    this.#limits = limits;
  }

  /**
   * @param source whose quote depends on this topic: it is told when the venue refuses. null: one row of a board, which
   *               does without it
   */
  want(topic: string, source: string | null): void {
    this.#leaving.delete(topic);
    let entry = this.#entries.get(topic);
    if (entry === undefined) {
      if (this.#entries.size >= this.#limits.totalMax) return;
      entry = { sources: new Set(), state: "waiting", atMs: 0 };
      this.#entries.set(topic, entry);
    }
    if (source !== null) entry.sources.add(source);
  }

  has(topic: string): boolean {
    return this.#entries.has(topic);
  }

  /** Topics of single rows that are wanted no more; those on which a whole source depends stay. */
  drop(topic: string): void {
    const entry = this.#entries.get(topic);
    if (entry === undefined || entry.sources.size > 0) return;
    this.#entries.delete(topic);
    if (entry.state === "asked" || entry.state === "confirmed") this.#leaving.add(topic);
  }

  /** The next request that may be sent now: at most one for each call, so that the caller's pace is the pace. */
  next(nowMs: number): TopicBatch | null {
    this.#requestsMs = this.#requestsMs.filter((sentMs) => nowMs - sentMs < HOUR_MS);
    if (this.#limits.hourlyMax !== null && this.#requestsMs.length >= this.#limits.hourlyMax) return null;
    const batch = this.#take("unsubscribe", this.#leaving, nowMs) ?? this.#take("subscribe", this.#due(nowMs), nowMs);
    if (batch !== null) this.#requestsMs.push(nowMs);
    return batch;
  }

  confirm(topic: string): void {
    const entry = this.#entries.get(topic);
    if (entry !== undefined) entry.state = "confirmed";
  }

  /** @returns the sources that depend on it */
  refuse(topic: string): readonly string[] {
    const entry = this.#entries.get(topic);
    if (entry === undefined || entry.state === "refused") return [];
    entry.state = "refused";
    return [...entry.sources];
  }

  sourcesOf(topic: string): readonly string[] {
    return [...(this.#entries.get(topic)?.sources ?? [])];
  }

  /** Asked, and neither confirmed nor refused so far. */
  asked(): readonly string[] {
    return [...this.#entries].filter(([, { state }]) => state === "asked").map(([topic]) => topic);
  }

  /** The venue took no notice of the request, through no fault of the topic. */
  askAgain(topic: string, notBeforeMs: number): void {
    const entry = this.#entries.get(topic);
    if (entry === undefined || entry.state !== "asked") return;
    entry.state = "waiting";
    entry.atMs = notBeforeMs;
  }

  /** Sources whose topics were asked and never confirmed, each topic told once; it is asked again later. */
  overdue(nowMs: number): readonly string[] {
    const sources = new Set<string>();
    for (const [topic, entry] of this.#entries) {
      if (entry.state !== "asked" || nowMs - entry.atMs < CONFIRM_MAX_MS) continue;
      for (const source of entry.sources) sources.add(source);
      this.askAgain(topic, nowMs + RETRY_MS);
    }
    return [...sources];
  }

  #due(nowMs: number): Iterable<string> {
    return [...this.#entries]
      .filter(([, { state, atMs }]) => state === "waiting" && atMs <= nowMs)
      .map(([topic]) => topic);
  }

  #take(op: TopicBatch["op"], from: Iterable<string>, nowMs: number): TopicBatch | null {
    const { topicsMax, charsMax } = this.#limits;
    const topics: string[] = [];
    let chars = 0;
    for (const topic of from) {
      // Quotes and a comma around each.
      chars += topic.length + 3;
      if (topics.length === topicsMax || chars > charsMax) break;
      topics.push(topic);
    }
    for (const topic of topics) {
      const entry = this.#entries.get(topic);
      if (op === "unsubscribe") this.#leaving.delete(topic);
      else if (entry !== undefined) Object.assign(entry, { state: "asked", atMs: nowMs });
    }
    return topics.length === 0 ? null : { op, topics };
  }
}
