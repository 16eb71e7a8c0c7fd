/** What names a feed and its definition in hashes, and what consensus needs of a set. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type Hex, ByteWriter, asciiBytes, concatBytes, toHex } from "../base/bytes.ts";
import { type Json, canonicalJson } from "../base/canonical-json.ts";
import { OracleError } from "../base/errors.ts";
import { parseFixed } from "../base/fixed.ts";
import { keccak, keccakHex } from "../base/keccak.ts";
import type { LinkedFeed } from "./context.ts";
import type { DistanceText, FeedDefinition, FeedKind } from "./definition.ts";
import { shapeOf } from "./feed-shape.ts";
import { DOCUMENT_FIELDS } from "./kinds/common.ts";
import type { Distance, FeedRule } from "./rule.ts";

/** The top byte of a feed's id, so that a contract can tell a price from a volatility. For ever. */
const KIND_CODES: Readonly<Record<FeedKind, number>> = {
  "spot-index": 1,
  forward: 2,
  rate: 3,
  "iv-atm": 4,
  "skew-25d": 5,
  "vol-index": 6,
  "vol-surface": 7,
  "realised-vol": 8,
  "funding-8h": 9,
  settlement: 10,
};

const FEEDS_MAX = 0xffff;

/** keccak256 of the stable name, its top byte replaced by the kind's code. */
export function feedId(name: string, kind: FeedKind): Hex {
  const bytes = keccak(asciiBytes(name));
  bytes[0] = KIND_CODES[kind];
  return toHex(bytes);
}

function taggedHash(tag: string, value: Json): Hex {
  return keccakHex(concatBytes(asciiBytes(tag), utf8ToBytes(canonicalJson(value))));
}

/** The same value with the digest of the feed beside every name of one. */
function withDigests(value: Json | undefined, digestOf: (name: string) => Hex): Json {
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map((item: Json) => withDigests(item, digestOf));
  const entries = Object.entries(value).map(([key, item]) => [key, withDigests(item, digestOf)] as const);
  const { ref } = value as { readonly ref?: Json };
  return Object.fromEntries(typeof ref === "string" ? [...entries, ["digest", digestOf(ref)]] : entries);
}

/**
 * Of all that nodes obey: keccak256("TENOR/FEED/2" | canonical JSON of the definition without DOCUMENT_FIELDS, each
 * {"ref": name} with the named feed's own digest beside the name). A word of prose does not change it.
 * @throws OracleError `unlinked` for a reference that linkDefinitions did not resolve
 */
export function definitionDigest({ definition, spot }: LinkedFeed): Hex {
  const documents: readonly string[] = DOCUMENT_FIELDS;
  const normative = Object.entries(definition).filter(([key]) => !documents.includes(key));
  const digestOf = (name: string): Hex => {
    if (spot?.name === name) return definitionDigest({ definition: spot, spot: null });
    throw new OracleError(`${definition.name} refers to ${name}, which it was not linked with`, {
      code: "unlinked",
      feed: definition.name,
      ref: name,
    });
  };
  return taggedHash("TENOR/FEED/2", withDigests(Object.fromEntries(normative), digestOf));
}

/** Of the whole file, prose included: keccak256("TENOR/DOCUMENT/2" | canonical JSON). */
export function documentDigest(definition: FeedDefinition): Hex {
  return taggedHash("TENOR/DOCUMENT/2", definition);
}

function toDistance(rule: DistanceText, decimals: number): Distance {
  return rule.type === "relative" ? rule : { type: "absolute", amount: parseFixed(rule.amount, decimals) };
}

/**
 * What consensus needs of a set of definitions. The order given is the hub's append-only order and becomes the index:
 * a new feed goes to the end, and nothing ever moves.
 * @throws OracleError `duplicate-feed` when a name stands twice, `too-many-feeds` above 65 535, `book-without-spot` when
 *   the spot feed of an option book is not in the set
 */
export function toRules(feeds: readonly LinkedFeed[]): FeedRule[] {
  if (feeds.length > FEEDS_MAX) {
    throw new OracleError(`a feed set holds at most ${FEEDS_MAX} feeds, saw ${feeds.length}`, {
      code: "too-many-feeds",
      seen: feeds.length,
    });
  }
  const positions = new Map(feeds.map(({ definition }, index) => [definition.name, index]));
  return feeds.map((feed, index) => {
    const { definition } = feed;
    const { name, kind, decimals, heartbeatMs, heartbeatMarginMs, statusGraceMs } = definition;
    if (positions.get(name) !== index)
      throw new OracleError(`feed ${name} stands twice in the set`, { code: "duplicate-feed", name });
    return {
      index,
      name,
      feedId: feedId(name, kind),
      definitionDigest: definitionDigest(feed),
      decimals,
      shape: shapeOf(definition, positions),
      heartbeatMs,
      heartbeatMarginMs,
      deviation: toDistance(definition.deviation, decimals),
      agreement: toDistance(definition.agreement, decimals),
      statusGraceMs,
    };
  });
}

/** keccak("TENOR/FEEDSET/1" | count u16 | (feedId 32 | definitionDigest 32) …), in index order. */
export function feedSetRoot(rules: readonly Pick<FeedRule, "feedId" | "definitionDigest">[]): Hex {
  const writer = new ByteWriter().ascii("TENOR/FEEDSET/1").uint(rules.length, 2);
  for (const rule of rules) writer.hex(rule.feedId, 32).hex(rule.definitionDigest, 32);
  return keccakHex(writer.done());
}
