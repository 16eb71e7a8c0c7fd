import { describe, test } from "vitest";
import { type Change, type Mistake, changed, expectComplaints } from "./support/complaints.ts";
import { feedJson, withValue } from "./support/definitions.ts";

const iv = feedJson("BTC-USD.iv-atm-30d");
const surface = feedJson("BTC-USD.vol-surface");
const settlement = feedJson("BTC-USD.settlement");
const realised = feedJson("BTC-USD.realised-vol-7d");
const forward = feedJson("BTC-USD.forward-30d");

const CHAIN: readonly Mistake[] = [
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
    expectComplaints(changed(iv, changes), complaints);
  });

  test("a listed forward whose expiry is no day, and otherwise not", () => {
    const listed = (expiry: string) =>
      changed(forward, [
        [["name"], `BTC-USD.forward-${expiry}`],
        [["method", "maturity"], { type: "listed", expiry }],
      ]);
    expectComplaints(listed("2027-03-26"), []);
    expectComplaints(listed("2027-02-30"), [
      /^method.maturity.expiry is "2027-02-30", allowed is a day of the calendar$/,
    ]);
  });

  test("expiries that end before they begin, where there is no tenor to bracket", () => {
    const listed: readonly Change[] = [
      [["name"], "BTC-USD.forward-2027-03-26"],
      [["method", "maturity"], { type: "listed", expiry: "2027-03-26" }],
      [["method", "expiries"], { minHours: 48, maxDays: 2 }],
    ];
    expectComplaints(changed(forward, listed), [
      /^method.expiries.minHours is 48, allowed is less than maxDays, 2 days$/,
    ]);
  });
});

const book = (field: string) => ["method", "book", field];
const SURFACE: readonly Mistake[] = [
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
  [
    "a book that always fires",
    [[book("lambda"), "0"]],
    [
      /^method.book.lambda is "0", allowed is more than zero$/,
      /^method.book.rest is "1.2", allowed is at most lambda, 0$/,
    ],
  ],
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
    "slices that cost nothing",
    [[["method", "book", "gas", "slice"], 0]],
    [/^method.book.gas.slice is 0, allowed is more than zero$/],
  ],
  [
    "a book that leaves more behind than it fires for",
    [[book("rest"), "4.1"]],
    [/^method.book.rest is "4.1", allowed is at most lambda, 4$/],
  ],
];

describe("a surface is refused with", () => {
  test.each(SURFACE)("%s", (_, changes, complaints) => {
    expectComplaints(changed(surface, changes), complaints);
  });

  test("nothing, when it has no book", () => {
    expectComplaints(withValue(surface, ["method", "book"], null), []);
  });
});

const every = { type: "every", periodMs: 300_000, offsetMs: 0 };
const SETTLEMENT: readonly Mistake[] = [
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
    "a window of more than half the period",
    [[["method", "schedule"], { ...every, periodMs: 3_599_998 }]],
    [/^method.windowMs is 1800000, allowed is at most half the period of the schedule, 1799999$/],
  ],
  [
    "a heartbeat that a price cannot keep",
    [[["heartbeatMs"], 86_400_000]],
    [/^heartbeatMs is 86400000, allowed is more than the period of the schedule, 86400000$/],
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
    expectComplaints(changed(settlement, changes), complaints);
  });

  test("nothing, when a test network settles every five minutes", () => {
    const changes: readonly Change[] = [
      [["method", "schedule"], every],
      [["method", "windowMs"], 60_000],
    ];
    expectComplaints(changed(settlement, changes), []);
  });
});

const CANDLES: readonly Mistake[] = [
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
    expectComplaints(changed(realised, changes), complaints);
  });
});
