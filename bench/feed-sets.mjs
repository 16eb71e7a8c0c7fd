// Sets of feeds of any size: the two spot indices, the shipped ones, or as many off the option chains as wanted: forwards first,
// and rates, volatilities and skews when those are used up. Every feed is one number that all nodes compute, so a round has that many leaves.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { shippedFeeds } from "../dist/devnet/paths.js";
import { devnetFeeds } from "../dist/devnet/feed-files.js";

const SPOTS = ["BTC-USD.spot-index", "ETH-USD.spot-index"];
const KINDS = ["forward", "rate", "iv-atm", "skew-25d"];
/** Tenors between the synthetic chain's listed expiries. */
const FIRST_DAYS = 8;
const LAST_DAYS = 74;
/** There is an expiry behind the last tenor within this. */
const MAX_DAYS = 120;
const SETTLE_EVERY_MS = 60_000;

function shipped(name) {
  return shippedFeeds().find((file) => basename(file) === `${name}.json`);
}

function atTenor(file, kind, days) {
  const definition = JSON.parse(readFileSync(file, "utf8"));
  const { method } = definition;
  const tenor = kind === "forward" ? { maturity: { type: "constant", days } } : { tenorDays: days };
  const name = `${definition.symbol}.${kind}-${days}d`;
  const expiries = method.expiries === undefined ? {} : { expiries: { ...method.expiries, maxDays: MAX_DAYS } };
  return { ...definition, name, title: name, method: { ...method, ...tenor, ...expiries } };
}

/**
 * @param count 2: spot indices; 26: what is shipped; any other: spot indices and so many less two off the chains
 * @returns definition files
 */
export function feedSet(count, dir) {
  mkdirSync(dir, { recursive: true });
  const spots = SPOTS.map(shipped);
  if (count === spots.length) return spots;
  if (count === shippedFeeds().length) return devnetFeeds(dir, SETTLE_EVERY_MS);
  const made = [];
  for (const kind of KINDS) {
    for (let days = FIRST_DAYS; days <= LAST_DAYS; days++) {
      for (const symbol of ["BTC-USD", "ETH-USD"]) {
        if (made.length === count - spots.length) return [...spots, ...made];
        const definition = atTenor(shipped(`${symbol}.${kind}-30d`), kind, days);
        const schema = join(dirname(shipped(SPOTS[0])), "feed.schema.json");
        const path = join(dir, `${definition.name}.json`);
        writeFileSync(path, JSON.stringify({ ...definition, $schema: schema }));
        made.push(path);
      }
    }
  }
  throw new Error(`at most ${made.length + spots.length} feeds can be made, not ${count}`);
}
