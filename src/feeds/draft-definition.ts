/** A first draft of a definition, from the name of the feed and the nearest definition there is. */
import type { Json } from "../base/canonical-json.ts";
import { unreachable } from "../base/errors.ts";
import { type FeedDefinition, type FeedKind, baseOf } from "./definition.ts";
import { venueFacts } from "./venues.ts";

/** What a name says: `BTC-USD.iv-atm-60d` is kind iv-atm, symbol BTC-USD, 60 days. */
export type DraftName = {
  readonly name: string;
  readonly symbol: string;
  readonly kind: FeedKind;
  /** null for kinds without a tenor, and for a listed forward. */
  readonly days: number | null;
  /** The day of a listed forward, YYYY-MM-DD. */
  readonly expiry: string | null;
};

export type Draft = {
  readonly definition: Readonly<Record<string, Json | undefined>>;
  readonly template: string;
  /** What only the author knows: where it stands, and what to put there. */
  readonly edits: readonly { readonly path: string; readonly why: string }[];
};

/** Prose that a draft cannot know begins with this. */
const EDIT_MARK = "EDIT:";
const PLAIN_KINDS = ["spot-index", "vol-surface", "funding-8h", "settlement"] as const;
const TENOR_KINDS = ["forward", "rate", "iv-atm", "skew-25d", "vol-index", "realised-vol"] as const;

/** The forms that a name may have, for messages. */
export const NAME_FORMS =
  "SYMBOL.KIND with a symbol such as SOL-USD and a kind of spot-index, vol-surface, funding-8h, settlement, forward-30d, " +
  "forward-2026-12-25, rate-30d, iv-atm-30d, skew-25d-30d, vol-index-30d, realised-vol-30d";

/** @returns null for a name of none of the forms */
export function readDraftName(name: string): DraftName | null {
  const [, symbol, suffix] = /^([A-Z0-9]{2,10}-USD)\.([a-z0-9-]+)$/.exec(name) ?? [];
  if (symbol === undefined || suffix === undefined) return null;
  const plain = PLAIN_KINDS.find((kind) => kind === suffix);
  if (plain !== undefined) return { name, symbol, kind: plain, days: null, expiry: null };
  const [, expiry] = /^forward-(20\d\d-\d\d-\d\d)$/.exec(suffix) ?? [];
  if (expiry !== undefined) return { name, symbol, kind: "forward", days: null, expiry };
  const [, head, days] = /^(.+)-([1-9]\d{0,2})d$/.exec(suffix) ?? [];
  const kind = TENOR_KINDS.find((one) => one === head);
  return kind === undefined ? null : { name, symbol, kind, days: Number(days), expiry: null };
}

function tenorOf(definition: FeedDefinition): number | null {
  const { kind, method } = definition;
  switch (kind) {
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
      return method.tenorDays;
    case "forward":
      return method.maturity.type === "constant" ? method.maturity.days : null;
    case "realised-vol":
      return method.windowDays;
    case "spot-index":
    case "vol-surface":
    case "funding-8h":
    case "settlement":
      return null;
    default:
      return unreachable(kind);
  }
}

/** Of the wanted kind: the same symbol first, then the nearest tenor by ratio. */
function nearest({ kind, symbol, days }: DraftName, shipped: readonly FeedDefinition[]): FeedDefinition | undefined {
  const rank = (definition: FeedDefinition): number => {
    const tenor = tenorOf(definition);
    const apart = tenor === null || days === null ? 0 : Math.abs(Math.log(tenor / days));
    return (definition.symbol === symbol ? 0 : 100) + apart;
  };
  return shipped.filter((one) => one.kind === kind).sort((a, b) => rank(a) - rank(b))[0];
}

/** Every market, candle and reference of one coin as that of another. */
function rebased(value: Json, from: string, to: string): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: Json) => rebased(item, from, to));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === "base" && item === from) return [key, to];
      if (key === "ref" && typeof item === "string") return [key, item.replace(`${from}-USD.`, `${to}-USD.`)];
      return [key, rebased(item as Json, from, to)];
    }),
  );
}

/** The method for another tenor: listed expiries must lie on both sides of it. */
function atTenor(method: Readonly<Record<string, Json>>, { kind, days, expiry }: DraftName): Record<string, Json> {
  if (expiry !== null) return { ...method, maturity: { type: "listed", expiry } };
  if (days === null) return { ...method };
  if (kind === "realised-vol") return { ...method, windowDays: days };
  const minHours = Math.max(1, Math.min(Math.round(days * 5.6), days * 12));
  const maxDays = Math.min(730, Math.max(days + 23, Math.ceil(days * 2.5)));
  const expiries = { minHours, maxDays };
  return kind === "forward"
    ? { ...method, expiries, maturity: { type: "constant", days } }
    : { ...method, expiries, tenorDays: days };
}

function titleOf({ kind, symbol, days, expiry }: DraftName): string {
  const coin = symbol.slice(0, symbol.indexOf("-"));
  switch (kind) {
    case "spot-index":
      return `${coin} in US dollars, spot index`;
    case "forward":
      return `${coin}, forward price ${expiry === null ? `${days} days ahead` : `for ${expiry}`}`;
    case "rate":
      return `${coin}, implied US dollar rate, ${days} days`;
    case "iv-atm":
      return `${coin}, implied volatility at the money, ${days} days`;
    case "skew-25d":
      return `${coin}, 25-delta risk reversal, ${days} days`;
    case "vol-index":
      return `${coin}, ${days}-day volatility index`;
    case "vol-surface":
      return `${coin}, implied volatility surface`;
    case "realised-vol":
      return `${coin}, realised volatility over ${days} days`;
    case "funding-8h":
      return `${coin}, perpetual funding over 8 hours`;
    case "settlement":
      return `${coin}, settlement price of options`;
    default:
      return unreachable(kind);
  }
}

/** Of prices: wide enough for any coin, for the author to narrow. */
const PRICE_BOUNDS = { low: "0.000001", high: "10000000" };

function specialised(wanted: DraftName, template: FeedDefinition): Pick<Draft, "definition" | "edits"> {
  const [from, to] = [baseOf(template), wanted.symbol.slice(0, wanted.symbol.indexOf("-"))];
  const given = template.method as Readonly<Record<string, Json>>;
  const edits: { path: string; why: string }[] = [];
  const sameTenor = tenorOf(template) === wanted.days && wanted.expiry === null;
  const method = rebased(sameTenor ? { ...given } : atTenor(given, wanted), from, to) as Record<string, Json>;
  const definition: Record<string, Json | undefined> = {
    ...template,
    name: wanted.name,
    symbol: wanted.symbol,
    method,
  };
  if (from !== to) {
    definition["unit"] = template.unit.replaceAll(from, to);
    if (template.unit.includes(from)) {
      definition["bounds"] = PRICE_BOUNDS;
      edits.push({
        path: "bounds",
        why: `narrow them to far from today's price of ${to}, such as a fiftieth and fifty times`,
      });
    }
  }
  if ("markets" in method) {
    edits.push({
      path: "method.markets",
      why: `keep the venues that list ${to}, and weigh them by how much trades there`,
    });
  }
  if ("candles" in method) edits.push({ path: "method.candles", why: `keep the venues that list ${to}` });
  if ("crossCheck" in method && from !== to && !(venueFacts("deribit").options?.bases.includes(to) ?? false)) {
    method["crossCheck"] = null;
    edits.push({ path: "method.crossCheck", why: "null: name a venue's own index of this coin if there is one" });
  }
  return { definition, edits };
}

/**
 * @param shipped definitions to draw from
 * @param today   YYYY-MM-DD
 * @returns null where no definition of that kind is shipped. The draft is still to be checked: a kind may have no source
 *          for the coin
 */
export function draftDefinition(wanted: DraftName, shipped: readonly FeedDefinition[], today: string): Draft | null {
  const template = nearest(wanted, shipped);
  if (template === undefined) return null;
  const { definition, edits } = specialised(wanted, template);
  const { purpose, limitations, manipulation, reviewEveryDays } = template.methodology;
  const prose = { purpose, limitations, manipulation };
  return {
    template: template.name,
    definition: {
      ...definition,
      title: titleOf(wanted),
      revision: "1.0.0",
      maturity: "beta",
      methodology: {
        ...Object.fromEntries(Object.entries(prose).map(([key, text]) => [key, `${EDIT_MARK} ${text}`])),
        reviewEveryDays,
        reviewedOn: today,
      },
      changelog: [{ revision: "1.0.0", date: today, reason: "First definition." }],
    },
    edits: [
      ...edits,
      { path: "deviation, heartbeatMs", why: "how stale a published value may be, against what publishing costs" },
      ...Object.keys(prose).map((key) => ({
        path: `methodology.${key}`,
        why: `say it for this feed; remove "${EDIT_MARK}"`,
      })),
    ],
  };
}

/** The prose that still carries the mark of a draft, by path. */
export function unedited({ methodology }: FeedDefinition): readonly string[] {
  return Object.entries(methodology).flatMap(([key, text]) =>
    typeof text === "string" && text.startsWith(EDIT_MARK) ? [`methodology.${key}`] : [],
  );
}
