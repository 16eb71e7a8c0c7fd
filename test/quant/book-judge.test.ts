import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BookCase, type BookJudgement, type DueItems, judgeBook, NO_PRICE } from "../../src/quant/book-judge.ts";
import { WAD } from "../../src/quant/fixed-exp-ln.ts";
import { base, caseOf, DAY_MS, expiry, judged, NOW_MS, RULE, smiles } from "./support/book-cases.ts";

describe("the judge", () => {
  test("nothing moved: nothing is due and every u is zero", () => {
    const judgement = judged(caseOf({}));
    expect(judgement).toMatchObject({ due: { spot: false, expiries: [] }, reason: null, unpriced: [] });
    expect(judgement.worst?.u).toBe(0n);
  });

  test("a spot that moved sends the spot alone", () => {
    const judgement = judged(caseOf({ candidate: { ...base, spot: 6_030_000n } }));
    expect(judgement).toMatchObject({ due: { spot: true, expiries: [] }, reason: "error-above-lambda" });
    // 50 bp of spot, half of it in the at-the-money call, against 3 bp.
    expect(Number(judgement.worst?.u) / 1e18).toBeGreaterThan(8);
    expect(Number(judgement.worst?.u) / 1e18).toBeLessThan(14);
  });

  test("a smile that moved sends its slice alone", () => {
    const slices = smiles(0.5, 0.56, 0.55);
    const judgement = judged(caseOf({ candidate: { ...base, slices } }));
    expect(judgement).toMatchObject({ due: { spot: false, expiries: [expiry(1)] }, reason: "error-above-lambda" });
    expect(judgement.worst?.expiryMs).toBe(expiry(1));
  });

  test("an error just at λ is no reason, and one unit less of λ is", () => {
    const moved = caseOf({ candidate: { ...base, spot: 6_030_000n } });
    const u = judged(moved).worst?.u ?? 0n;
    expect(judged({ ...moved, rule: { ...RULE, lambda: u } }).reason).toBeNull();
    expect(judged({ ...moved, rule: { ...RULE, lambda: u - 1n } }).reason).toBe("error-above-lambda");
  });

  test("what is due anyway takes along all that is above the rest, and leaves the others", () => {
    // About 3 units of u in the second expiry: below λ, above the rest.
    const candidate = { ...base, slices: smiles(0.5, 0.5375, 0.552) };
    const input = caseOf({ candidate });
    const { worst, reason } = judged(input);
    expect(reason).toBeNull();
    expect(Number(worst?.u) / 1e18).toBeGreaterThan(2);
    const heartbeat = judged({ ...input, already: { spot: true, expiries: [] } });
    expect(heartbeat).toMatchObject({ due: { spot: true, expiries: [expiry(1)] }, reason: "already-due" });
    const slice0 = judged({ ...input, already: { spot: false, expiries: [expiry(0)] } });
    expect(slice0.due).toEqual({ spot: false, expiries: [expiry(0), expiry(1)] });
  });

  test("a slice due anyway takes the spot along when it alone would uncover an error that the two made up for", () => {
    const published = { spot: 6_000_000n, slices: smiles(0.5) };
    const input = caseOf({ published, candidate: { spot: 6_008_000n, slices: smiles(0.4967) } });
    expect(Number(judged(input).worst?.u) / 1e18).toBeLessThan(2);
    expect(judged({ ...input, already: { spot: false, expiries: [expiry(0)] } }).due).toEqual({
      spot: true,
      expiries: [expiry(0)],
    });
  });

  test("a new expiry and a first spot are due, an expired one is ignored", () => {
    const fewer = { ...base, slices: base.slices.slice(0, 2) };
    expect(judged(caseOf({ published: fewer }))).toMatchObject({
      due: { spot: false, expiries: [expiry(2)] },
      reason: "first",
    });
    expect(judged(caseOf({ candidate: fewer })).reason).toBeNull();
    expect(judged(caseOf({ published: { spot: null, slices: [] } }))).toMatchObject({
      worst: null,
      due: { spot: true, expiries: [expiry(0), expiry(1), expiry(2)] },
      reason: "first",
    });
  });

  test("within the settlement window an expiry is out of the book", () => {
    const candidate = { ...base, slices: smiles(0.9, 0.52, 0.55) };
    const at = (beforeMs: number): BookJudgement =>
      judgeBook(caseOf({ candidate, reportTimeMs: expiry(0) - beforeMs, rule: { ...RULE, lambda: 3n * WAD } }));
    expect(at(1_800_001)).toMatchObject({ due: { expiries: [expiry(0)] } });
    expect(at(1_800_000)).toMatchObject({ reason: null });
    expect(judged({ ...caseOf({}), published: { spot: base.spot, slices: [] }, reportTimeMs: expiry(0) }).due).toEqual({
      spot: false,
      expiries: [expiry(1), expiry(2)],
    });
  });

  test("a published slice without a price is due; a candidate without one is named and not due", () => {
    const [one, ...others] = base.slices;
    if (one === undefined) throw new Error("no slice");
    const broken = { ...base, slices: [{ ...one, svi: { ...one.svi, a: -WAD } }, ...others] };
    expect(judged(caseOf({ published: broken }))).toMatchObject({
      worst: { u: NO_PRICE, expiryMs: expiry(0) },
      due: { spot: false, expiries: [expiry(0)] },
    });
    expect(judged(caseOf({ candidate: broken }))).toMatchObject({
      due: { spot: false, expiries: [] },
      unpriced: [{ expiryMs: expiry(0), why: "no-variance" }],
    });
  });

  test("senseless input is refused with a reason", () => {
    const [one] = base.slices;
    if (one === undefined) throw new Error("no slice");
    const refusals: readonly (readonly [why: string, changes: Partial<BookCase>])[] = [
      ["bad-rule", { rule: { ...RULE, lambda: 0n } }],
      ["bad-rule", { rule: { ...RULE, rest: RULE.lambda + 1n } }],
      ["bad-rule", { rule: { ...RULE, toleranceFloor: 0n } }],
      ["bad-rule", { rule: { ...RULE, sliceGas: -1 } }],
      ["bad-time", { reportTimeMs: Number.NaN }],
      ["bad-spot", { candidate: { ...base, spot: 0n } }],
      ["bad-spot", { published: { ...base, spot: -1n } }],
      ["repeated-expiry", { candidate: { ...base, slices: [one, one] } }],
      ["repeated-expiry", { published: { ...base, slices: [one, one] } }],
    ];
    for (const [why, changes] of refusals) expect(judgeBook(caseOf(changes))).toEqual({ verdict: "refused", why });
  });

  test("no signed data make it throw", () => {
    const word = fc.oneof(fc.bigInt(-(1n << 127n), (1n << 127n) - 1n), fc.bigInt(-2n * WAD, 2n * WAD));
    const time = fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, NOW_MS + DAY_MS, NOW_MS, NOW_MS + 2 * DAY_MS));
    const anySlice = fc.record({
      expiryMs: time,
      fitTimeMs: time,
      forwardRatio: word,
      svi: fc.record({ a: word, b: word, rho: word, m: word, sigma: word }),
    });
    const anyMarket = fc.record({ spot: word, slices: fc.array(anySlice, { maxLength: 3 }) });
    fc.assert(
      fc.property(anyMarket, anyMarket, (published, candidate) => {
        expect(["judged", "refused"]).toContain(judgeBook(caseOf({ published, candidate })).verdict);
      }),
      { numRuns: 2_000 },
    );
  });
});

const move = fc.double({ min: -1, max: 1, noNaN: true });
const moves = fc.record({
  spot: move,
  vols: fc.array(move, { minLength: 3, maxLength: 3 }),
  already: fc.record({ spot: fc.boolean(), expiries: fc.subarray([expiry(0), expiry(1), expiry(2)]) }),
  spotGas: fc.constantFrom(0, 7_150, 20_000, 60_000),
});

/** A candidate some percent of spot and some vol points away. */
function movedCase(change: { spot: number; vols: readonly number[]; already: DueItems; spotGas: number }): BookCase {
  const vols = [0.5, 0.52, 0.55].map((vol, i) => vol + 0.05 * (change.vols[i] ?? 0));
  return caseOf({
    candidate: { spot: BigInt(Math.round(6_000_000 * (1 + 0.006 * change.spot))), slices: smiles(...vols) },
    already: change.already,
    rule: { ...RULE, spotGas: change.spotGas },
  });
}

/** What readers hold after a publication. */
function after({ published, candidate }: BookCase, due: DueItems): BookCase["published"] {
  const sent = candidate.slices.filter(({ expiryMs }) => due.expiries.includes(expiryMs));
  const kept = published.slices.filter(({ expiryMs }) => !due.expiries.includes(expiryMs));
  return { spot: due.spot ? candidate.spot : published.spot, slices: [...kept, ...sent] };
}

describe("laws", () => {
  test("the due set costs the least of all subsets that leave no u above the rest, by trying all of them", () => {
    const items = [null, expiry(0), expiry(1), expiry(2)] as const;
    const costOf = (input: BookCase, due: DueItems): number =>
      (due.spot ? input.rule.spotGas : 0) + due.expiries.length * input.rule.sliceGas;
    fc.assert(
      fc.property(moves, (change) => {
        const input = movedCase(change);
        const { due, worst, reason } = judged(input);
        const isAsked = change.already.spot || change.already.expiries.length > 0;
        expect(reason !== null).toBe(isAsked || (worst?.u ?? 0n) > RULE.lambda);
        if (reason === null) return;
        const restOf = (set: DueItems): bigint =>
          judged({ ...input, published: after(input, set), already: { spot: false, expiries: [] } }).worst?.u ?? 0n;
        let cheapest = Number.POSITIVE_INFINITY;
        for (let mask = 0; mask < 16; mask++) {
          const chosen = items.filter((_, i) => (mask >> i) % 2 === 1);
          const set = { spot: chosen.includes(null), expiries: chosen.filter((one) => one !== null) };
          const covers =
            (set.spot || !change.already.spot) && change.already.expiries.every((one) => set.expiries.includes(one));
          if (covers && costOf(input, set) < cheapest && restOf(set) <= RULE.rest) cheapest = costOf(input, set);
        }
        expect(costOf(input, due)).toBe(cheapest);
        expect(restOf(due)).toBeLessThanOrEqual(RULE.rest);
      }),
      { numRuns: 250 },
    );
  });

  test("after what is due was published nothing is due, and the worst u is at most λ whether or not something was", () => {
    fc.assert(
      fc.property(moves, (change) => {
        const input = { ...movedCase(change), already: { spot: false, expiries: [] } };
        const again = judged({ ...input, published: after(input, judged(input).due) });
        expect(again.due).toEqual({ spot: false, expiries: [] });
        expect(again.worst?.u).toBeLessThanOrEqual(RULE.lambda);
      }),
    );
  });

  test("spots in another unit change nothing, to the last place of every u", () => {
    fc.assert(
      fc.property(moves, fc.bigInt(1n, 10n ** 20n), (change, factor) => {
        const input = movedCase(change);
        const scaled = {
          ...input,
          published: { ...input.published, spot: (input.published.spot ?? 0n) * factor },
          candidate: { ...input.candidate, spot: input.candidate.spot * factor },
        };
        expect(judgeBook(scaled)).toEqual(judgeBook(input));
      }),
    );
  });

  test("the order in which slices are listed changes nothing but the order of ties", () => {
    fc.assert(
      fc.property(moves, (change) => {
        const input = movedCase(change);
        const turned = {
          ...input,
          published: { ...input.published, slices: [...input.published.slices].reverse() },
          candidate: { ...input.candidate, slices: [...input.candidate.slices].reverse() },
        };
        const [one, other] = [judged(input), judged(turned)];
        expect(other.due).toEqual(one.due);
        expect(other.reason).toBe(one.reason);
        expect(other.worst?.u).toBe(one.worst?.u);
      }),
    );
  });

  test("tolerances and λ trade against each other: twice the one is half the other", () => {
    fc.assert(
      fc.property(moves, (change) => {
        const input = movedCase(change);
        const { rule } = input;
        const wider = {
          ...rule,
          spotTolerance: 2n * rule.spotTolerance,
          premiumTolerance: 2n * rule.premiumTolerance,
          toleranceFloor: 2n * rule.toleranceFloor,
          lambda: rule.lambda / 2n,
          rest: rule.rest / 2n,
        };
        expect(judged({ ...input, rule: wider }).due).toEqual(judged(input).due);
      }),
    );
  });
});
