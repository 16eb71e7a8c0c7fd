import { describe, expect, test } from "vitest";
import { type Mistake, changed, expectComplaints } from "./support/complaints.ts";
import { FEED_NAMES, feedJson } from "./support/definitions.ts";

const spot = feedJson("BTC-USD.spot-index");

const market = (venue: string, quote = "USD", weight = 1) => ({ venue, base: "BTC", quote, weight });

const COMMON: readonly Mistake[] = [
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
    [[["revision"], "1.2.0"]],
    [
      /^changelog\[0\].revision is "1.1.0", allowed is the revision of the file, 1.2.0: the newest change stands first$/,
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
    [[["changelog", 1, "date"], "2026-02-29"]],
    [/^changelog\[1\].date is "2026-02-29", allowed is a day of the calendar$/],
  ],
  [
    "a review on a day that is none",
    [[["methodology", "reviewedOn"], "2026-11-31"]],
    [/^methodology.reviewedOn is "2026-11-31", allowed is a day of the calendar$/],
  ],
];

describe("any definition is refused with", () => {
  test.each(COMMON)("%s", (_, changes, complaints) => {
    expectComplaints(changed(spot, changes), complaints);
  });
});

test("a changelog is ordered by number and not by text: 1.10.0 is newer than 1.9.0", () => {
  const entry = (revision: string, date: string) => ({ revision, date, reason: "A change." });
  const changelog = [entry("1.10.0", "2026-11-23"), entry("1.9.0", "2026-11-23"), entry("1.0.0", "2024-02-29")];
  expectComplaints(
    changed(spot, [
      [["revision"], "1.10.0"],
      [["changelog"], changelog],
    ]),
    [],
  );
});

const SPOT: readonly Mistake[] = [
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
    [
      /^method.markets\[1\] is "coinbase:BTC-USD", allowed is each market once$/,
      /^method.markets\[0\] is "2 of 4 parts with Coinbase", allowed is less than half/,
    ],
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
    [/^method.markets\[0\] is "3 of 5 parts with Coinbase", allowed is less than half of the weight with one owner$/],
  ],
  [
    "one market heavier than all others",
    [[["method", "markets", 2, "weight"], 3]],
    [/^method.markets\[2\] is "3 of 6 parts with Robinhood", allowed is less than half/],
  ],
  [
    "half of the weight converted",
    [
      [
        ["method", "markets"],
        [market("coinbase"), market("kraken"), market("bitstamp", "USDT"), market("binance", "USDT")],
      ],
    ],
    [/^method.markets is "2 of 4 parts in USD", allowed is more than half of the weight in USD books$/],
  ],
  [
    "a conversion by the book's own venue only",
    [
      [
        ["method", "markets"],
        [
          market("coinbase"),
          market("kraken"),
          market("bitstamp"),
          market("kraken", "USDT"),
          market("coinbase", "USDT"),
        ],
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
  return { ...(spot["method"] as { conversions: object[] }).conversions[0], quote };
}

describe("a spot index is refused with", () => {
  test.each(SPOT)("%s", (_, changes, complaints) => {
    expectComplaints(changed(spot, changes), complaints);
  });
});

test("signed kinds may be below zero, and the others may not", () => {
  const signed = FEED_NAMES.filter((name) => (feedJson(name)["bounds"] as { low: string }).low.startsWith("-"));
  expect(signed.map((name) => name.split(".")[1])).toEqual(
    [1, 2].flatMap(() => ["funding-8h", "rate-30d", "skew-25d-30d"]),
  );
});
