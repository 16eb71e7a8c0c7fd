/** The pushes of Deribit's index and volatility index: {"timestamp": ms, "index_name": "btc_usd", "price" | "volatility"}. */
import type { IndexQuote, VolIndexQuote } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import { spotPriceInRange } from "../sanity.ts";
import type { IndexSubscription, VolIndexSubscription } from "../subscription.ts";
import { timeFault } from "../venue-time.ts";
import { volOf } from "./percent-vol.ts";

export function indexName({ base, quote }: { readonly base: string; readonly quote: string }): string {
  return `${base.toLowerCase()}_${quote.toLowerCase()}`;
}

export function parseIndexPush(
  data: unknown,
  subscription: IndexSubscription,
  receivedAtMs: number,
): Parsed<IndexQuote> {
  const push = readPush(data, indexName(subscription), "price", receivedAtMs);
  if (push.kind === "gap") return push;
  const refusal = spotPriceInRange("price", push.value);
  if (refusal !== null) return refusal;
  const { base, quote } = subscription;
  const times = { timeMs: push.timeMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "deribit", ...times, base, quote, price: push.value } };
}

/** `volatility` is in percent. */
export function parseVolIndexPush(
  data: unknown,
  subscription: VolIndexSubscription,
  receivedAtMs: number,
): Parsed<VolIndexQuote> {
  const push = readPush(data, indexName(subscription), "volatility", receivedAtMs);
  if (push.kind === "gap") return push;
  const vol = volOf(push.value);
  if (vol === null) return gap("out-of-range", `volatility ${push.value} is no vol in percent`);
  const times = { timeMs: push.timeMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "deribit", ...times, base: subscription.base, vol } };
}

function readPush(
  data: unknown,
  name: string,
  member: string,
  receivedAtMs: number,
): { readonly kind: "push"; readonly timeMs: number; readonly value: number } | Gap {
  if (!isRecord(data)) return gap("bad-shape", "data is no object");
  if (data.index_name !== name) return gap("bad-shape", `a push of another index than ${name}`);
  const { timestamp, [member]: value } = data;
  if (value === null) return gap("no-quote", `${member} is null`);
  if (!isFiniteNumber(timestamp) || !isFiniteNumber(value))
    return gap("bad-shape", `timestamp or ${member} is no number`);
  return timeFault(timestamp, receivedAtMs) ?? { kind: "push", timeMs: timestamp, value };
}
