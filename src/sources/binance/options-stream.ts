/**
 * Binance's options and their index over a WebSocket: /market/stream?streams=!index@arr/btcusdt@optionMarkPrice, each about
 * once a second. This is the generation of December 2025; the older addresses are gone, and a stream that is asked for under
 * another prefix than its own is silent.
 *
 *   !index@arr                 [{"e":"indexPrice","E":ms,"s":"BTCUSDT","p":"…"}]        of every underlying
 *   btcusdt@optionMarkPrice    [{"e":"markPrice","E":ms,"s":"BTC-251219-89000-C","mp":"…","i":"…","bo":"…","ao":"…","vo":"…"}]
 *                              mark, index, best bid and ask, mark vol; every row is complete, and one push is the chain
 */
import { FIRST_PUSH_MAX_MS, LIFE_MAX_MS, readCombined, streamsPath, unknownStream } from "./combined-frame.ts";
import { SETTLEMENT, indexOf } from "./index-price.ts";
import { isOneCoinContract, optionOf } from "./option-row.ts";
import { positiveOf } from "./text-number.ts";
import { parseListed } from "../../market/listed-name.ts";
import { readBoard } from "../board.ts";
import { gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import { isPlausibleTimeMs, spotPriceInRange } from "../sanity.ts";
import {
  NOTHING,
  type StreamAdapter,
  type StreamSession,
  type StreamStep,
  type StreamUpdate,
} from "../stream-adapter.ts";
import { refuses, tells } from "../stream-step.ts";
import {
  type IndexSubscription,
  type OptionsSubscription,
  type PolledSubscription,
  sourceName,
} from "../subscription.ts";
import { Unheard } from "../unheard.ts";

type Carried = IndexSubscription | OptionsSubscription;

const INDEX_STREAM = "!index@arr";
/** Both streams push every second; five missed ones are a pause, ten are a dead line. */
const PUSH_MS = 5_000;

export const binanceOptionsStream: StreamAdapter = {
  venue: "binance",
  name: "options",
  host: "options-stream",
  path: (subscriptions) => streamsPath("/market", subscriptions.filter(isCarried).map(streamOf)),
  carries: isCarried,
  heartbeatMs: PUSH_MS,
  pingFrameMs: null,
  lifeMaxMs: LIFE_MAX_MS,
  session: (subscriptions) => new OptionsSession(subscriptions.filter(isCarried)),
};

function isCarried(subscription: PolledSubscription): subscription is Carried {
  const { venue, kind, base } = subscription;
  return venue === "binance" && (kind === "index" || (kind === "options" && isOneCoinContract(base)));
}

function streamOf({ kind, base }: Carried): string {
  return kind === "index" ? INDEX_STREAM : `${base.toLowerCase()}${SETTLEMENT.toLowerCase()}@optionMarkPrice`;
}

class OptionsSession implements StreamSession {
  readonly #indices: readonly IndexSubscription[];
  readonly #chains: ReadonlyMap<string, OptionsSubscription>;
  readonly #unheard: Unheard;
  /** Of each chain its instruments and when they end: an expired one must be said to be gone. */
  readonly #live = new Map<string, Map<string, number>>();

  constructor(subscriptions: readonly Carried[]) {
    this.#indices = subscriptions.filter((one) => one.kind === "index");
    const chains = subscriptions.filter((one) => one.kind === "options");
    this.#chains = new Map(chains.map((one) => [streamOf(one), one]));
    this.#unheard = new Unheard(FIRST_PUSH_MAX_MS, subscriptions.map(sourceName));
  }

  opened(nowMs: number): StreamStep {
    this.#unheard.opened(nowMs);
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const frame = readCombined(text);
    if (frame.kind === "step") return frame.step;
    const { stream, data } = frame;
    const chain = this.#chains.get(stream);
    const isIndex = stream === INDEX_STREAM && this.#indices.length > 0;
    if (chain === undefined && !isIndex) return unknownStream(stream);
    if (!Array.isArray(data)) return refuses(gap("bad-shape", `${stream} is no array`));
    return chain === undefined ? this.#takeIndices(data, receivedAtMs) : this.#takeRows(chain, data, receivedAtMs);
  }

  tick(nowMs: number): StreamStep {
    return tells(...this.#unheard.overdue(nowMs));
  }

  listed(): StreamStep {
    return NOTHING;
  }

  #takeIndices(data: readonly unknown[], receivedAtMs: number): StreamStep {
    const updates: StreamUpdate[] = [];
    for (const subscription of this.#indices) {
      const symbol = `${subscription.base}${SETTLEMENT}`;
      const row = data.find((one) => isRecord(one) && one.s === symbol);
      // A push that leaves an underlying out says nothing of it.
      if (!isRecord(row)) continue;
      const source = sourceName(subscription);
      this.#unheard.heard(source);
      const index = indexOf(row.p, row.E);
      if (index.kind === "gap") {
        updates.push({ kind: "gap", source, gap: index });
        continue;
      }
      const { base } = subscription;
      const times = { timeMs: index.timeMs, timeSource: "venue", receivedAtMs } as const;
      const quote = { venue: "binance", ...times, base, quote: SETTLEMENT, price: index.price } as const;
      updates.push({ kind: "index", source, quote });
    }
    return tells(...updates);
  }

  #takeRows(subscription: OptionsSubscription, data: readonly unknown[], receivedAtMs: number): StreamStep {
    const timeMs = oldestOf(data);
    if (timeMs === null) return refuses(gap("bad-shape", "option rows without a time in unix ms"));
    const source = sourceName(subscription);
    const board = readBoard(data, {
      base: subscription.base,
      settlement: SETTLEMENT,
      nameMember: "s",
      parseName: (name) => parseListed("binance", name),
      timeMs,
      read: (row, name, listed) => {
        const forward = positiveOf(row.i);
        if (forward === null || spotPriceInRange("forward", forward) !== null) return "bad-number";
        // Absent is not empty: a row of another stream has neither.
        if (row.bo === undefined || row.ao === undefined) return "bad-number";
        return optionOf(name, listed, { bid: row.bo, ask: row.ao, mark: row.mp, vol: row.vo }, forward);
      },
    });
    const rows = board.kind === "gap" ? [] : board.rows;
    const gone = this.#follow(source, rows, timeMs);
    if (rows.length > 0) this.#unheard.heard(source);
    const refused = board.kind === "gap" ? board : null;
    if (rows.length === 0 && gone.length === 0) return { ...NOTHING, refused };
    const counts = board.kind === "gap" ? {} : board.refused;
    const about = { timeMs, receivedAtMs, refused: counts, ...(gone.length > 0 ? { hasEnded: true } : {}) };
    const update = { kind: "options", source, rows, gone, ...about } as const;
    return { ...NOTHING, updates: [update], refused };
  }

  /** @returns the instruments that have expired by `timeMs` */
  #follow(source: string, rows: readonly { instrument: string; expiryMs: number }[], timeMs: number): string[] {
    const live = this.#live.get(source) ?? new Map<string, number>();
    this.#live.set(source, live);
    for (const { instrument, expiryMs } of rows) live.set(instrument, expiryMs);
    const gone = [...live].flatMap(([instrument, expiryMs]) => (expiryMs <= timeMs ? [instrument] : []));
    for (const instrument of gone) live.delete(instrument);
    return gone;
  }
}

/** The oldest stamp among the rows; null where one has none. */
function oldestOf(rows: readonly unknown[]): number | null {
  let oldestMs = Infinity;
  for (const row of rows) {
    const timeMs = isRecord(row) ? row.E : undefined;
    if (typeof timeMs !== "number" || !Number.isSafeInteger(timeMs) || !isPlausibleTimeMs(timeMs)) return null;
    oldestMs = Math.min(oldestMs, timeMs);
  }
  return oldestMs === Infinity ? null : oldestMs;
}
