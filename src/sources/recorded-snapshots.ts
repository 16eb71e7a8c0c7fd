/** A recording read again through the adapters: what a node would have held at each step. No clock, no network. */
import { OracleError } from "../base/errors.ts";
import type { MarketSnapshot } from "../market/quote.ts";
import type { RecordedReply } from "../market/recording.ts";
import { CANDLE_ADAPTERS, parseBodies, requestsOf } from "./adapters.ts";
import type { MarketQuote } from "./adapters.ts";
import { readAnswer } from "./answer.ts";
import { CandleHistory } from "./candle-history.ts";
import { snapshotOf } from "./snapshot.ts";
import { SourceState } from "./source-state.ts";
import { type Subscription, checkSubscription, sourceName } from "./subscription.ts";

export type RecordedSnapshotOptions = {
  /** Sources of which the recording has no reply stand in every snapshot's gaps as `never-fetched`. */
  readonly subscriptions: readonly Subscription[];
  readonly stepMs: number;
  /** First and last moment, unix ms; the first and the last reply by default, the first rounded up to a whole step. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly allowTestnet?: boolean;
};

/**
 * @param replies in the order of their receipt, as `openRecording(dir).replies()` gives them
 * @returns one snapshot at each step, of all replies received until then
 * @throws OracleError `bad-step`, `bad-subscription`
 */
export async function* recordedSnapshots(
  replies: AsyncIterable<RecordedReply> | Iterable<RecordedReply>,
  options: RecordedSnapshotOptions,
): AsyncGenerator<MarketSnapshot> {
  const { subscriptions, stepMs, fromMs, toMs = Number.POSITIVE_INFINITY } = options;
  if (!(stepMs >= 1))
    throw new OracleError(`a step is ${stepMs} ms, expected at least 1`, { code: "bad-step", stepMs });
  let desk: Desk | null = null;
  let stepAtMs = fromMs ?? 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const reply of replies) {
    if (desk === null) {
      stepAtMs = fromMs ?? Math.ceil(reply.receivedMs / stepMs) * stepMs;
      desk = new Desk(subscriptions, Math.min(stepAtMs, reply.receivedMs), options.allowTestnet ?? false);
    }
    for (; stepAtMs < reply.receivedMs && stepAtMs <= toMs; stepAtMs += stepMs) yield desk.snapshot(stepAtMs);
    if (stepAtMs > toMs) return;
    desk.take(reply);
    lastMs = Math.max(lastMs, reply.receivedMs);
  }
  if (desk === null) return;
  // One more, so that the last replies are seen; further only when asked for.
  const untilMs = Number.isFinite(toMs) ? toMs : lastMs + stepMs - 1;
  for (; stepAtMs <= untilMs; stepAtMs += stepMs) yield desk.snapshot(stepAtMs);
}

/** The collector's bookkeeping without its loops. */
class Desk {
  readonly #states: readonly SourceState[];
  readonly #bySource: ReadonlyMap<string, SourceState>;
  readonly #histories = new Map<string, CandleHistory>();
  readonly #parts = new Map<string, Map<string, string>>();
  readonly #allowTestnet: boolean;

  constructor(subscriptions: readonly Subscription[], startMs: number, allowTestnet: boolean) {
    for (const subscription of subscriptions) checkSubscription(subscription);
    this.#states = subscriptions.map((subscription) => new SourceState(subscription, startMs));
    this.#bySource = new Map(this.#states.map((state) => [state.source, state]));
    this.#allowTestnet = allowTestnet;
    for (const subscription of subscriptions) {
      if (subscription.kind !== "candles") continue;
      const history = new CandleHistory(subscription, CANDLE_ADAPTERS[subscription.venue]);
      this.#histories.set(sourceName(subscription), history);
    }
  }

  snapshot(atMs: number): MarketSnapshot {
    return snapshotOf(this.#states, atMs);
  }

  take({ source, path, status, contentType, sentMs, receivedMs, body }: RecordedReply): void {
    const state = this.#bySource.get(source);
    if (state === undefined) return;
    const headers: Record<string, string> = contentType === null ? {} : { "content-type": contentType };
    const answer = {
      kind: "body",
      status,
      text: body,
      headers,
      startedAtMs: sentMs,
      receivedAtMs: receivedMs,
    } as const;
    const rules = { allowTestnet: this.#allowTestnet };
    const outcome = readAnswer<MarketQuote | null>(answer, (text, atMs) => {
      const bodies = status === 200 ? this.#bodiesWith(state.subscription, source, path, text) : [text];
      return bodies === null ? { kind: "quote", quote: null } : parseBodies(bodies, state.subscription, atMs, rules);
    });
    const latencyMs = receivedMs - sentMs;
    if (outcome.kind === "gap") {
      // A page without bars is no news of a history.
      if (state.subscription.kind === "candles" && outcome.reason === "no-quote") return;
      state.noteGap(outcome, latencyMs, receivedMs);
      return;
    }
    const { quote } = outcome;
    if (quote === null) return;
    if (quote.kind !== "candles") return state.noteQuote(quote, latencyMs);
    const history = this.#histories.get(source)!;
    const { closes } = quote.value;
    history.take({ fromMs: closes[0]!.openMs, toMs: closes.at(-1)!.openMs }, quote.value, receivedMs);
    if (history.series !== null) state.noteQuote({ kind: "candles", value: history.series }, latencyMs);
  }

  /** All bodies of a quote that takes several requests, once the last of them is there; else null. */
  #bodiesWith(subscription: Subscription, source: string, path: string, text: string): readonly string[] | null {
    if (subscription.kind === "candles") return [text];
    const paths = requestsOf(subscription).map((request) => request.path);
    if (paths.length <= 1) return [text];
    const known = this.#parts.get(source) ?? new Map<string, string>();
    this.#parts.set(source, known.set(path, text));
    if (path !== paths.at(-1)) return null;
    const bodies = paths.flatMap((part) => known.get(part) ?? []);
    return bodies.length === paths.length ? bodies : null;
  }
}
