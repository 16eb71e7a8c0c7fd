import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NOW_MS } from "../bodies.ts";
import { take } from "../session-laws.ts";
import { CALL, EXPIRY_MS, ROW, changed, future, open, option } from "./frames.ts";

describe("the rows of deribit's boards", () => {
  test("a snapshot is a row: premiums in coin, vols from percent, its own forward", () => {
    expect(take(open(), option(), NOW_MS).updates).toEqual([
      {
        kind: "options",
        source: "deribit:BTC.options",
        rows: [ROW],
        gone: [],
        timeMs: NOW_MS - 20,
        receivedAtMs: NOW_MS,
        refused: {},
      },
    ]);
  });

  test("a perpetual has its funding and the index, a dated future no funding", () => {
    const session = open();
    expect(take(session, future({ funding_8h: 5.06e-6, current_funding: 0.0 }), NOW_MS).updates).toEqual([
      {
        kind: "futures",
        source: "deribit:BTC.futures",
        rows: [
          {
            instrument: "BTC-PERPETUAL",
            expiryMs: null,
            bid: 78608.5,
            ask: 78612.5,
            mark: 78610.75,
            funding8h: 5.06e-6,
            currentFunding: 0,
            index: 78494.25,
          },
        ],
        gone: [],
        timeMs: NOW_MS - 20,
        receivedAtMs: NOW_MS,
        refused: {},
      },
    ]);
    expect(take(session, future({ funding_8h: 5e-6 }, "BTC-25SEP26"), NOW_MS).updates).toMatchObject([
      { rows: [{ expiryMs: EXPIRY_MS, funding8h: null }] },
    ]);
  });

  test("a change changes only the fields it names", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ best_bid_price: 0.025 }), NOW_MS).updates).toMatchObject([
      { rows: [{ ...ROW, bidCoin: 0.025 }], timeMs: NOW_MS },
    ]);
    expect(take(session, changed({ mark_iv: 40, underlying_price: 78700 }), NOW_MS).updates).toMatchObject([
      { rows: [{ ...ROW, bidCoin: 0.025, markVol: 0.4, forward: 78700 }] },
    ]);
    expect(take(session, changed({ best_bid_price: 0.0, best_ask_price: null }), NOW_MS).updates).toMatchObject([
      { rows: [{ bidCoin: null, askCoin: null, forward: 78700 }] },
    ]);
    // A new snapshot begins anew.
    expect(take(session, option(), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });

  test("changes one by one end in the row that one snapshot of the last values is", () => {
    const fields = {
      best_bid_price: fc.constantFrom(0, null, 0.01, 0.0245),
      best_ask_price: fc.constantFrom(0, null, 0.0245, 0.03),
      mark_price: fc.constantFrom(0, 0.02, 0.025),
      mark_iv: fc.constantFrom(0, 38.17, 61.5, null),
      underlying_price: fc.constantFrom(78610.75, 78700),
      state: fc.constantFrom("open", "open", "closed"),
    };
    const change = fc.record(fields, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const session = open();
        take(session, option(), NOW_MS);
        const last = changes.map((each) => take(session, changed(each), NOW_MS).updates).at(-1);
        const merged: Record<string, unknown> = Object.assign({ timestamp: NOW_MS }, ...changes);
        expect(last).toEqual(take(open(), option(merged), NOW_MS).updates);
      }),
      { numRuns: 300 },
    );
  });

  test("a change before its snapshot is refused", () => {
    expect(take(open(), changed({ best_bid_price: 0.025 }), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
    });
  });

  test.each([
    ["a push of an unknown type", { type: "delta" }],
    ["a push of no type", { type: undefined }],
    ["a push of another instrument", { instrument_name: "BTC-25SEP26-70000-P" }],
  ])("%s leaves the row as it was", (_name, change) => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, option({ best_bid_price: 0.01, ...change }), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "bad-shape" },
    });
    expect(take(session, changed({}), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });

  const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["closed", { state: "closed" }, "halted"],
    ["delivered", { state: "delivered" }, "halted"],
    ["locked", { state: "locked" }, "halted"],
    ["of no state", { state: null }, "bad-number"],
    ["crossed", { best_bid_price: 0.03 }, "crossed"],
    ["of a premium in dollars", { mark_price: 1966.2 }, "out-of-bounds"],
    ["of a premium as text", { mark_price: "0.025" }, "bad-number"],
    ["of a negative bid", { best_bid_price: -0.01 }, "bad-number"],
    ["of no forward", { underlying_price: 0 }, "bad-number"],
    ["of no time", { timestamp: null }, "bad-number"],
    ["of yesterday", { timestamp: NOW_MS - 90_000_000 }, "stale"],
  ];
  test.each(refusals)("a row %s is gone, and back once it is sound again", (_name, change, reason) => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed(change), NOW_MS).updates).toMatchObject([
      { kind: "options", rows: [], gone: [CALL], refused: { [reason]: 1 } },
    ]);
    expect(take(session, option(), NOW_MS).updates).toMatchObject([{ rows: [ROW], gone: [], refused: {} }]);
  });

  test.each([
    ["closed", true],
    ["delivered", true],
    ["locked", undefined],
  ])("a row that is %s says of the list of instruments: ended %s", (state, hasEnded) => {
    const session = open();
    take(session, option(), NOW_MS);
    const [update] = take(session, changed({ state }), NOW_MS).updates;
    expect(update).toMatchObject({ gone: [CALL] });
    expect(update?.kind === "options" ? update.hasEnded : null).toBe(hasEnded);
  });

  test("a row past its expiry is gone", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ timestamp: EXPIRY_MS }), EXPIRY_MS).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { expired: 1 } },
    ]);
  });

  test("in settlement, which is seconds, a row stands as it was", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ state: "settlement" }), NOW_MS).updates).toMatchObject([
      { rows: [], gone: [], refused: { halted: 1 } },
    ]);
    expect(take(session, changed({ state: "open" }), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });
});
