/** What names a feed and its definition in hashes. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type Hex, ByteWriter, asciiBytes, toHex } from "../base/bytes.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { OracleError } from "../base/errors.ts";
import { parseFixed } from "../base/fixed.ts";
import type { DistanceText, FeedDefinition, FeedKind } from "./definition.ts";
import type { Distance, FeedRule } from "./rule.ts";

/** The top byte of a feed's id, so that a contract can tell a price from a volatility. For ever. */
const KIND_CODES: Readonly<Record<FeedKind, number>> = { "spot-index": 0x01, "iv-atm": 0x04 };

const FEEDS_MAX = 0xffff;

/** keccak256 of the stable name, its top byte replaced by the kind's code. */
export function feedId(name: string, kind: FeedKind): Hex {
  const bytes = keccak_256(asciiBytes(name));
  bytes[0] = KIND_CODES[kind];
  return toHex(bytes);
}

/** keccak256 of the canonical JSON of the whole definition, as UTF-8. */
export function definitionDigest(definition: FeedDefinition): Hex {
  return toHex(keccak_256(utf8ToBytes(canonicalJson(definition))));
}

function toDistance(rule: DistanceText, decimals: number): Distance {
  return rule.type === "relative" ? rule : { type: "absolute", amount: parseFixed(rule.amount, decimals) };
}

/**
 * What consensus needs of a set of definitions. The order given is the hub's append-only order and becomes the index:
 * a new feed goes to the end, and nothing ever moves.
 * @throws OracleError `duplicate-feed` when a name stands twice, `too-many-feeds` above 65 535
 */
export function toRules(definitions: readonly FeedDefinition[]): FeedRule[] {
  if (definitions.length > FEEDS_MAX) {
    throw new OracleError(`a feed set holds at most ${FEEDS_MAX} feeds, saw ${definitions.length}`, {
      code: "too-many-feeds",
      seen: definitions.length,
    });
  }
  const names = new Set<string>();
  return definitions.map((definition, index) => {
    const { name, kind, decimals, heartbeatMs, heartbeatMarginMs, statusGraceMs } = definition;
    if (names.has(name))
      throw new OracleError(`feed ${name} stands twice in the set`, { code: "duplicate-feed", name });
    names.add(name);
    return {
      index,
      name,
      feedId: feedId(name, kind),
      definitionDigest: definitionDigest(definition),
      decimals,
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
  return toHex(keccak_256(writer.done()));
}
