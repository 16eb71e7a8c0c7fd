/** Which sources `tenor record` hears, and where: from feed definitions, venues and names, and URLs instead of the exchanges'. */
import { readFileSync } from "node:fs";
import { OracleError, reasonOf } from "../base/errors.ts";
import { parseDefinitionSet } from "../feeds/definition-set.ts";
import { describeProblem } from "../feeds/parse-definition.ts";
import { subscriptionsOf } from "../feeds/subscriptions.ts";
import { isVenue, perVenue, type Venue, VENUES } from "../market/venue.ts";
import { accessBelow, PRODUCTION, type VenueAccess } from "../sources/hosts.ts";
import { parseSource } from "../sources/source-name.ts";
import { type Subscription, sourceName } from "../sources/subscription.ts";
import { catalogueOf } from "../sources/venue-catalogue.ts";

export type SourceFlags = {
  readonly feeds?: readonly string[];
  readonly venues?: readonly string[];
  readonly sources?: readonly string[];
};

/** Each once, whoever asks for it. @throws OracleError `bad-argument`, `bad-source`, `cannot-read` */
export function wantedSources({ feeds = [], venues = [], sources = [] }: SourceFlags): readonly Subscription[] {
  const wanted = [
    ...(feeds.length === 0 ? [] : ofFeeds(feeds)),
    ...venues.flatMap((name) => catalogueOf(venueNamed(name))),
    ...sources.map(parseSource),
  ];
  if (wanted.length === 0) {
    throw new OracleError("say what to record: --venues, --feeds or --sources", { code: "bad-argument" });
  }
  const byName = new Map(wanted.map((one) => [sourceName(one), one]));
  return [...byName.values()];
}

/** Every venue below one market server. */
export function venuesOfMarket(marketUrl: string): Record<Venue, VenueAccess> {
  return perVenue((venue) => accessBelow(marketUrl, venue));
}

/** @param urls name=url; an http URL is a venue's REST, a ws URL its streams */
export function accessOf(market: string | undefined, urls: readonly string[]): Record<Venue, VenueAccess> {
  const access = market === undefined ? { ...PRODUCTION } : venuesOfMarket(market);
  const given = new Set<Venue>();
  for (const text of urls) {
    const at = text.indexOf("=");
    const name = text.slice(0, at);
    const url = text.slice(at + 1);
    if (at < 1 || !isVenue(name) || !/^(https?|wss?):/.test(url)) {
      throw new OracleError(
        `--urls takes name=url with an http(s) or ws(s) URL, where name is one of ${VENUES.join(", ")}; saw ${text}`,
        { code: "bad-argument", seen: text },
      );
    }
    const isStream = url.startsWith("ws");
    // What is somewhere else is there alone: its streams are not taken from the exchange's own host.
    const before = given.has(name) ? access[name] : { baseUrl: access[name].baseUrl };
    access[name] = isStream ? { ...before, streamUrl: url } : { ...before, baseUrl: url };
    given.add(name);
  }
  return access;
}

function venueNamed(name: string): Venue {
  if (isVenue(name)) return name;
  throw new OracleError(`--venues takes some of ${VENUES.join(", ")}; saw ${name}`, {
    code: "bad-argument",
    seen: name,
  });
}

function ofFeeds(files: readonly string[]): readonly Subscription[] {
  const texts = files.map((file) => {
    try {
      return { file, text: readFileSync(file, "utf8") };
    } catch (error) {
      throw new OracleError(`cannot read ${file}: ${reasonOf(error)}`, { code: "cannot-read", path: file }, error);
    }
  });
  const set = parseDefinitionSet(texts);
  if (set.ok) return subscriptionsOf(set.feeds);
  throw new OracleError(set.problems.map(describeProblem).join("\n"), { code: "bad-argument" });
}
