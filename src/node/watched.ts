/** What a node hears: what its feeds need, and what its operator wants to see besides. */
import { OracleError } from "../base/errors.ts";
import type { LinkedFeed } from "../feeds/context.ts";
import { subscriptionsOf } from "../feeds/subscriptions.ts";
import { parseSource } from "../sources/source-name.ts";
import { type Subscription, sourceName } from "../sources/subscription.ts";

/** @throws OracleError `bad-source` for a name that none goes by, with the key of the operator's file */
export function watchedBy(feeds: readonly LinkedFeed[], watch: readonly string[]): readonly Subscription[] {
  const wanted = new Map<string, Subscription>(subscriptionsOf(feeds).map((one) => [sourceName(one), one]));
  for (const [i, name] of watch.entries()) {
    try {
      const subscription = parseSource(name);
      wanted.set(sourceName(subscription), subscription);
    } catch (error) {
      if (!(error instanceof OracleError)) throw error;
      throw new OracleError(`watch[${i}]: ${error.message}`, { code: "bad-source", seen: name }, error);
    }
  }
  return [...wanted.values()];
}
