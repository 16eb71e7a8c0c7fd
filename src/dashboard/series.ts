/** A feed's history as the columns a chart draws. Pure. */
import type { FeedStatus } from "../api/amount.ts";
import type { FeedHistory, HistoryPoint, PublishedPoint } from "../api/view.ts";

/** `null` breaks the line, `undefined` only says that this column has nothing at that time. */
export type Columns = {
  readonly timesSec: number[];
  readonly agreed: (number | null | undefined)[];
  readonly published: (number | null | undefined)[];
};

/** Longer than this without any point is a pause of the node, and a line across it would invent prices. */
const GAP_SLOTS = 5;

/** History that grows while the page watches, and forgets what has left the window. */
export class FeedSeries {
  #points: HistoryPoint[] = [];
  #published: PublishedPoint[] = [];

  replace(history: FeedHistory): void {
    this.#points = [...history.points];
    this.#published = [...history.published];
  }

  /** Adds what a refetch of the feed brought, unless it is known already. */
  append(timeMs: number, value: string | null, status: FeedStatus): void {
    const last = this.#points.at(-1);
    if (last === undefined || timeMs > last.timeMs) this.#points.push({ timeMs, value, status });
  }

  appendPublished(point: PublishedPoint): void {
    const last = this.#published.at(-1);
    if (last === undefined || point.timeMs > last.timeMs) this.#published.push(point);
  }

  forgetBefore(sinceMs: number): void {
    const first = this.#points.findIndex((point) => point.timeMs >= sinceMs);
    if (first > 0) this.#points = this.#points.slice(first);
    // The newest publication before the window still holds at its left edge.
    const inside = this.#published.findIndex((point) => point.timeMs >= sinceMs);
    if (inside > 1) this.#published = this.#published.slice(inside - 1);
    if (inside === -1 && this.#published.length > 1) this.#published = this.#published.slice(-1);
  }

  get isEmpty(): boolean {
    return this.#points.every((point) => point.value === null);
  }

  /** Time of the oldest point held; null while there is none. */
  get firstMs(): number | null {
    return this.#points[0]?.timeMs ?? null;
  }

  get points(): readonly HistoryPoint[] {
    return this.#points;
  }

  columns(sinceMs: number, slotMs: number): Columns {
    return toColumns({ points: this.#points, published: this.#published }, sinceMs, slotMs);
  }
}

/**
 * @param history ascending in time
 * @param sinceMs left edge of the window
 */
export function toColumns(history: FeedHistory, sinceMs: number, slotMs: number): Columns {
  const rows = new Map<number, { agreed?: number | null; published?: number }>();
  const at = (timeMs: number) => {
    const known = rows.get(timeMs);
    if (known !== undefined) return known;
    const made: { agreed?: number | null; published?: number } = {};
    rows.set(timeMs, made);
    return made;
  };
  let previousMs: number | undefined;
  for (const point of history.points) {
    if (point.timeMs < sinceMs) continue;
    if (previousMs !== undefined && point.timeMs - previousMs > GAP_SLOTS * slotMs) at(previousMs + 1).agreed = null;
    at(point.timeMs).agreed = point.status === "ok" && point.value !== null ? Number(point.value) : null;
    previousMs = point.timeMs;
  }
  for (const point of history.published) at(Math.max(point.timeMs, sinceMs)).published = Number(point.value);
  // A publication holds until the next one: draw it to the newest point.
  const lastPublished = history.published.at(-1);
  if (lastPublished !== undefined && previousMs !== undefined && previousMs > lastPublished.timeMs) {
    at(previousMs).published = Number(lastPublished.value);
  }
  const timesMs = [...rows.keys()].sort((a, b) => a - b);
  return {
    timesSec: timesMs.map((timeMs) => timeMs / 1_000),
    agreed: timesMs.map((timeMs) => rows.get(timeMs)!.agreed),
    published: timesMs.map((timeMs) => rows.get(timeMs)!.published),
  };
}
