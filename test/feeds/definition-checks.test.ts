import { describe, expect, test } from "vitest";
import { describeProblem, parseDefinition } from "../../src/feeds/parse-definition.ts";
import { FEED_NAMES, feedJson, withValue } from "./support/definitions.ts";

type Change = readonly [path: readonly (string | number)[], value: unknown];
type Case = readonly [what: string, changes: readonly Change[], complaints: readonly RegExp[]];

const spot = feedJson("BTC-USD.spot-index");
const iv = feedJson("BTC-USD.iv-atm-30d");
const surface = feedJson("BTC-USD.vol-surface");
const settlement = feedJson("BTC-USD.settlement");
const realised = feedJson("BTC-USD.realised-vol-7d");
const forward = feedJson("BTC-USD.forward-30d");

function changed(json: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((out, [path, value]) => withValue(out, path, value), json);
}

/** One line a problem, without the place in the text: every one must be expected, in order. */
function check(json: unknown, expected: readonly RegExp[]): void {
  const parsed = parseDefinition(JSON.stringify(json), "x.json");
  const lines = parsed.ok ? [] : parsed.problems.map((one) => describeProblem(one).replace(/^x\.json:1:\d+: /, ""));
  expect(lines, lines.join("\n")).toHaveLength(expected.length);
  for (const [i, pattern] of expected.entries()) expect(lines[i]).toMatch(pattern);
}

const market = (venue: string, quote = "USD", weight = 1) => ({ venue, base: "BTC", quote, weight });

const COMMON: readonly Case[] = [
  [
    "a name that is not symbol and kind",
    [[["name"], "ETH-USD.spot-index"]],
    [/^name is "ETH-USD.spot-index", allowed is "BTC-USD.spot-index", from symbol, kind and method$/],
  ],
  [
    "a margin as long as the heartbeat",
    [[["heartbeatMarginMs"], 3_600_000]],
    [/^heartbeatMarginMs is 3600000, allowed is less than heartbeatMs, 3600000$/],
  ],
  [
    "an agreement below the deviation",
    [[["agreement", "bps"], 9]],
    [/^agreement is .*allowed is the type of the deviation and at least as much: {"type":"relative","bps":10}$/],
  ],
  [
    "an agreement of another type",
    [[["agreement"], { type: "absolute", amount: "5" }]],
    [/^agreement is .*the type of the deviation/],
  ],
  [
    "bounds the wrong way round",
    [[["bounds", "high"], "1000"]],
    [/^bounds.high is "1000", allowed is more than bounds.low, 1000$/],
  ],
  [
    "bounds finer than the feed",
    [[["bounds", "low"], "0.000000001"]],
    [/^bounds.low is "0.000000001", allowed is at most the feed's 8 decimal places$/],
  ],
  [
    "a price of zero",
    [[["bounds", "low"], "0"]],
    [/^bounds.low is "0", allowed is more than zero for a feed of kind spot-index$/],
  ],
  ["a price below zero", [[["bounds", "low"], "-1"]], [/^bounds.low is "-1", allowed is more than zero/]],
  [
    "a distance finer than the feed",
    [
      [["deviation"], { type: "absolute", amount: "0.000000001" }],
      [["agreement"], { type: "absolute", amount: "1" }],
    ],
    [/^deviation.amount .* at most the feed's 8/],
  ],
  [
    "a distance of zero",
    [
      [["deviation"], { type: "absolute", amount: "0.0" }],
      [["agreement"], { type: "absolute", amount: "1" }],
    ],
    [/^deviation.amount is "0.0", allowed is more than zero$/],
  ],
  [
    "a ladder whose steps do not descend",
    [[["contingency", 0, "whenSourcesBelow"], 3]],
    [/^contingency\[1\].whenSourcesBelow is 3, allowed is less than the step before, 3$/],
  ],
  [
    "a ladder that ends above the minimum",
    [[["contingency", 1], undefined]],
    [
      /^contingency\[0\] is {"whenSourcesBelow":4,"do":"note"}, allowed is missing below minSources, 3: the last step is the end$/,
    ],
  ],
  [
    "a ladder that never says missing",
    [[["contingency", 1, "do"], "note"]],
    [/^contingency\[1\] is .*allowed is missing below minSources, 3/],
  ],
  [
    "a ladder that says missing at another number",
    [[["contingency", 1, "whenSourcesBelow"], 2]],
    [/^contingency\[1\] is .*allowed is missing below minSources, 3/],
  ],
  [
    "a ladder that says missing twice",
    [[["contingency", 0, "do"], "missing"]],
    [/^contingency\[0\].do is "missing", allowed is "note": only the last step says missing$/],
  ],
  [
    "a step that is always taken",
    [[["contingency", 0, "whenSourcesBelow"], 5]],
    [/^contingency\[0\].whenSourcesBelow is 5, allowed is at most 4: there are no more sources/],
  ],
  [
    "a revision the changelog does not know",
    [[["revision"], "1.1.0"]],
    [
      /^changelog\[0\].revision is "1.0.0", allowed is the revision of the file, 1.1.0: the newest change stands first$/,
    ],
  ],
  [
    "a changelog with the oldest first",
    [
      [["revision"], "1.0.0"],
      [
        ["changelog"],
        [
          { revision: "1.0.0", date: "2026-11-20", reason: "First." },
          { revision: "1.10.0", date: "2026-11-23", reason: "Later." },
        ],
      ],
    ],
    [
      /^changelog\[1\].revision is "1.10.0", allowed is older than 1.0.0: newest first$/,
      /^changelog\[1\].date is "2026-11-23", allowed is not after 2026-11-20: newest first$/,
    ],
  ],
  [
    "a change on a day that is none",
    [[["changelog", 0, "date"], "2026-02-29"]],
    [/^changelog\[0\].date is "2026-02-29", allowed is a day of the calendar$/],
  ],
  [
    "a review on a day that is none",
    [[["methodology", "reviewedOn"], "2026-11-31"]],
    [/^methodology.reviewedOn is "2026-11-31", allowed is a day of the calendar$/],
  ],
];

describe("any definition is refused with", () => {
  test.each(COMMON)("%s", (_, changes, complaints) => {
    check(changed(spot, changes), complaints);
  });
});

test("a changelog is ordered by number and not by text: 1.10.0 is newer than 1.9.0", () => {
  const entry = (revision: string, date: string) => ({ revision, date, reason: "A change." });
  const changelog = [entry("1.10.0", "2026-11-23"), entry("1.9.0", "2026-11-23"), entry("1.0.0", "2024-02-29")];
  check(
    changed(spot, [
      [["revision"], "1.10.0"],
      [["changelog"], changelog],
    ]),
    [],
  );
});

const SPOT: readonly Case[] = [
  [
    "two sources",
    [
      [["minSources"], 2],
      [["minOwners"], 2],
      [["contingency", 1, "whenSourcesBelow"], 2],
    ],
    [
      /^minSources is 2, allowed is at least 3 for a feed of kind spot-index$/,
      /^minOwners is 2, allowed is at least 3/,
    ],
  ],
  [
    "more sources than markets",
    [
      [["minSources"], 5],
      [["contingency"], [{ whenSourcesBelow: 5, do: "missing" }]],
    ],
    [/whenSourcesBelow is 5, allowed is at most 4/, /^minSources is 5, allowed is at most the number of markets, 4$/],
  ],
  [
    "more owners than there are",
    [[["minOwners"], 5]],
    [
      /^minOwners is 5, allowed is at most 4: the owners are Coinbase, Payward, Robinhood, Binance$/,
      /^minOwners is 5, allowed is at most minSources, 3/,
    ],
  ],
  [
    "more owners than sources",
    [[["minOwners"], 4]],
    [/^minOwners is 4, allowed is at most minSources, 3: so few sources have no more owners$/],
  ],
  [
    "a venue twice",
    [[["method", "markets", 1], market("coinbase")]],
    [/^method.markets\[1\] is "coinbase:BTC-USD", allowed is each market once$/],
  ],
  [
    "half of the weight with one owner's two books and a third",
    [
      [
        ["method", "markets"],
        [
          market("coinbase"),
          market("coinbase", "USDT"),
          market("coinbase", "USDC"),
          market("kraken"),
          market("bitstamp"),
        ],
      ],
      [
        ["method", "conversions"],
        [
          { ...conversion("USDT"), venues: ["kraken"] },
          { ...conversion("USDC"), venues: ["kraken"] },
        ],
      ],
    ],
    [/^method.markets\[0\] is "3 of 5 parts with Coinbase", allowed is at most half of the weight with one owner$/],
  ],
  [
    "one market heavier than all others",
    [[["method", "markets", 2, "weight"], 4]],
    [/^method.markets\[2\] is "4 of 7 parts with Robinhood", allowed is at most half/],
  ],
  [
    "half of the weight converted",
    [[["method", "markets", 3, "weight"], 3]],
    [/^method.markets is "3 of 6 parts in USD", allowed is more than half of the weight in USD books$/],
  ],
  [
    "a conversion by the book's own venue only",
    [
      [
        ["method", "markets"],
        [market("coinbase"), market("kraken"), market("bitstamp"), market("kraken", "USDT")],
      ],
      [["method", "conversions", 0, "venues"], ["kraken"]],
    ],
    [/^method.markets\[3\].venue is "kraken", allowed is a venue other than the only one that converts USDT$/],
  ],
  [
    "a conversion by one venue twice",
    [
      [
        ["method", "conversions", 0, "venues"],
        ["kraken", "kraken"],
      ],
    ],
    [/^method.conversions\[0\].venues is \["kraken","kraken"\], allowed is each venue once$/],
  ],
  [
    "a conversion range the wrong way round",
    [[["method", "conversions", 0, "low"], "1.5"]],
    [/^method.conversions\[0\].high is "1.5", allowed is more than low, 1.5$/],
  ],
  [
    "a conversion from nothing",
    [[["method", "conversions", 0, "low"], "0"]],
    [/^method.conversions\[0\].low is "0", allowed is more than zero$/],
  ],
  [
    "a cap beyond the outlier limit",
    [[["method", "capBps"], 201]],
    [/^method.capBps is 201, allowed is at most outlierBps, 200$/],
  ],
  [
    "a re-admission without distance",
    [[["method", "readmitBps"], 101]],
    [/^method.readmitBps is 101, allowed is at most half of outlierBps, 100/],
  ],
];

function conversion(quote: string): object {
  return { ...((spot["method"] as { conversions: object[] }).conversions[0] ?? {}), quote };
}

describe("a spot index is refused with", () => {
  test.each(SPOT)("%s", (_, changes, complaints) => {
    check(changed(spot, changes), complaints);
  });
});

const CHAIN: readonly Case[] = [
  [
    "a tenor that is not the name's",
    [[["method", "tenorDays"], 14]],
    [/^name is "BTC-USD.iv-atm-30d", allowed is "BTC-USD.iv-atm-14d"/],
  ],
  [
    "a relative deviation",
    [
      [["deviation"], { type: "relative", bps: 50 }],
      [["agreement"], { type: "relative", bps: 50 }],
    ],
    [/^deviation.type is "relative", allowed is "absolute" for a feed of kind iv-atm/, /^agreement.type is "relative"/],
  ],
  [
    "an agreement below the deviation",
    [[["agreement", "amount"], "0.0049"]],
    [/^agreement is .*at least as much: {"type":"absolute","amount":"0.005"}$/],
  ],
  [
    "three sources of one venue",
    [
      [["minSources"], 3],
      [["contingency", 0, "whenSourcesBelow"], 3],
    ],
    [/whenSourcesBelow is 3, allowed is at most 1/, /^minSources is 3, allowed is 1: this feed has one source$/],
  ],
  [
    "two owners of one venue",
    [[["minOwners"], 2]],
    [
      /^minOwners is 2, allowed is at most 1: one source has one owner$/,
      /^minOwners is 2, allowed is at most minSources, 1/,
    ],
  ],
  [
    "a volatility of zero",
    [[["bounds", "low"], "0"]],
    [/^bounds.low is "0", allowed is more than zero for a feed of kind iv-atm$/],
  ],
  [
    "expiries that begin at the tenor",
    [[["method", "expiries", "minHours"], 720]],
    [/^method.expiries.minHours is 720, allowed is less than 720, the hours of tenorDays: expiries on both sides/],
  ],
  [
    "expiries that end at the tenor",
    [[["method", "expiries", "maxDays"], 30]],
    [/^method.expiries.maxDays is 30, allowed is more than tenorDays, 30/],
  ],
  [
    "no volatility that is believed",
    [
      [["method", "chain", "minVol"], "0.5"],
      [["method", "chain", "maxVol"], "0.5"],
    ],
    [/^method.chain.maxVol is "0.5", allowed is more than minVol, 0.5$/],
  ],
  [
    "a volatility of zero that is believed",
    [[["method", "chain", "minVol"], "0.0"]],
    [/^method.chain.minVol is "0.0", allowed is more than zero$/],
  ],
];

describe("a feed on an option chain is refused with", () => {
  test.each(CHAIN)("%s", (_, changes, complaints) => {
    check(changed(iv, changes), complaints);
  });

  test("a listed forward whose expiry is no day, and otherwise not", () => {
    const listed = (expiry: string) =>
      changed(forward, [
        [["name"], `BTC-USD.forward-${expiry}`],
        [["method", "maturity"], { type: "listed", expiry }],
      ]);
    check(listed("2027-03-26"), []);
    check(listed("2027-02-30"), [/^method.maturity.expiry is "2027-02-30", allowed is a day of the calendar$/]);
  });

  test("expiries that end before they begin, where there is no tenor to bracket", () => {
    const listed: readonly Change[] = [
      [["name"], "BTC-USD.forward-2027-03-26"],
      [["method", "maturity"], { type: "listed", expiry: "2027-03-26" }],
      [["method", "expiries"], { minHours: 48, maxDays: 2 }],
    ];
    check(changed(forward, listed), [/^method.expiries.minHours is 48, allowed is less than maxDays, 2 days$/]);
  });
});

test("signed kinds may be below zero, and the others may not", () => {
  const signed = FEED_NAMES.filter((name) => String((feedJson(name)["bounds"] as { low: string }).low).startsWith("-"));
  expect(signed.map((name) => name.split(".")[1])).toEqual(
    [1, 2].flatMap(() => ["funding-8h", "rate-30d", "skew-25d-30d"]),
  );
});

const book = (field: string) => ["method", "book", field];
const SURFACE: readonly Case[] = [
  [
    "a phase that never comes",
    [[["method", "phase"], 10]],
    [/^method.phase is 10, allowed is less than everyRounds, 10$/],
  ],
  [
    "fewer expiries than it needs",
    [[["method", "minExpiries"], 13]],
    [/^method.minExpiries is 13, allowed is at most maxExpiries, 12$/],
  ],
  [
    "a start that no row could have",
    [[["method", "startVol"], "11"]],
    [/^method.startVol is "11", allowed is between chain.minVol, 0.01, and chain.maxVol, 10$/],
  ],
  [
    "wings known better than the centre",
    [[["method", "fitToleranceVolBps", "wing"], 299]],
    [/^method.fitToleranceVolBps.wing is 299, allowed is at least centre, 300/],
  ],
  [
    "a headline outside its expiries",
    [
      [["method", "headlineDays"], 365],
      [["method", "expiries", "maxDays"], 300],
    ],
    [/^method.expiries.maxDays is 300, allowed is more than headlineDays, 365/],
  ],
  ["a book that always fires", [[book("lambda"), "0"]], [/^method.book.lambda is "0", allowed is more than zero$/]],
  [
    "a book without tolerance",
    [
      [book("spotToleranceBps"), "0.0"],
      [book("floorBps"), "0.0"],
    ],
    [/^method.book.spotToleranceBps is "0.0", allowed is more than zero$/, /^method.book.floorBps is "0.0"/],
  ],
  [
    "a floor above the tolerance",
    [[book("floorBps"), "3.1"]],
    [/^method.book.floorBps is "3.1", allowed is at most spotToleranceBps, 3$/],
  ],
  [
    "a tolerance finer than integers hold",
    [[book("floorBps"), "0.000000000000001"]],
    [/^method.book.floorBps is .*, allowed is at most 14 decimal places$/],
  ],
  [
    "a tolerance of more than everything",
    [[book("spotToleranceBps"), "10001"]],
    [/^method.book.spotToleranceBps is "10001", allowed is at most 10000$/],
  ],
  [
    "free transactions",
    [[["method", "book", "gas", "transaction"], 0]],
    [/^method.book.gas.transaction is 0, allowed is more than zero$/],
  ],
];

describe("a surface is refused with", () => {
  test.each(SURFACE)("%s", (_, changes, complaints) => {
    check(changed(surface, changes), complaints);
  });

  test("nothing, when it has no book", () => {
    check(withValue(surface, ["method", "book"], null), []);
  });
});

const every = { type: "every", periodMs: 300_000, offsetMs: 0 };
const SETTLEMENT: readonly Case[] = [
  [
    "an hour that no day has",
    [[["method", "schedule", "timeUtc"], "24:00"]],
    [/^method.schedule.timeUtc is "24:00", allowed is a time from 00:00 to 23:59$/],
  ],
  [
    "an offset of a whole period",
    [
      [["method", "schedule"], { ...every, offsetMs: 300_000 }],
      [["method", "windowMs"], 60_000],
    ],
    [/^method.schedule.offsetMs is 300000, allowed is less than periodMs, 300000$/],
  ],
  [
    "a window as long as the period",
    [[["method", "schedule"], { ...every, periodMs: 1_800_000 }]],
    [/^method.windowMs is 1800000, allowed is less than the period of the schedule, 1800000$/],
  ],
  [
    "nine samples in a window",
    [
      [["method", "windowMs"], 10_000],
      [["method", "sampleEveryMs"], 1_001],
    ],
    [/^method.sampleEveryMs is 1001, allowed is at most a tenth of windowMs, 1000$/],
  ],
  [
    "samples that expire before the next",
    [[["method", "maxHoldMs"], 999]],
    [/^method.maxHoldMs is 999, allowed is at least sampleEveryMs, 1000/],
  ],
  [
    "a coverage of nothing",
    [[["method", "minCoverage"], "0.00"]],
    [/^method.minCoverage is "0.00", allowed is more than zero$/],
  ],
];

describe("a settlement is refused with", () => {
  test.each(SETTLEMENT)("%s", (_, changes, complaints) => {
    check(changed(settlement, changes), complaints);
  });

  test("nothing, when a test network settles every five minutes", () => {
    const changes: readonly Change[] = [
      [["method", "schedule"], every],
      [["method", "windowMs"], 60_000],
    ];
    check(changed(settlement, changes), []);
  });
});

const CANDLES: readonly Case[] = [
  [
    "two venues enough",
    [
      [["minSources"], 2],
      [["minOwners"], 2],
      [["contingency", 0, "whenSourcesBelow"], 2],
    ],
    [/^minSources is 2, allowed is at least 3 for a feed of kind realised-vol$/, /^minOwners is 2/],
  ],
  [
    "a venue that forgets within the window",
    [[["method", "candles", 1, "venue"], "kraken"]],
    [
      /^method.candles\[1\].venue is "kraken", allowed is a venue whose trade bars go back 7 days; those of kraken go back 2$/,
    ],
  ],
  [
    "a venue twice",
    [[["method", "candles", 1, "venue"], "coinbase"]],
    [
      /^minOwners is 3, allowed is at most 2: the owners are Coinbase, Binance$/,
      /^method.candles\[1\] is "coinbase:BTC-USD", allowed is each market once$/,
      /^method.candles\[0\] is "2 of 3 parts with Coinbase"/,
    ],
  ],
];

describe("a realised volatility is refused with", () => {
  test.each(CANDLES)("%s", (_, changes, complaints) => {
    check(changed(realised, changes), complaints);
  });
});
