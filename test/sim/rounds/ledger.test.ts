/** A ledger that notices nothing proves nothing: every property is broken here once, and kept once. */
import { describe, expect, test } from "vitest";
import { buildReport, digestOf } from "../../../src/protocol/build-report.ts";
import type { Observe } from "../../../src/protocol/messages.ts";
import type { SurfaceDetail } from "../../../src/report/detail.ts";
import type { FeedState, Report, SignedReport } from "../../../src/report/report.ts";
import { Ledger } from "../../../src/sim/rounds/ledger.ts";
import { settlementRule, settlementSeen, surfaceRule, surfaceSeen } from "../../support/derivatives.ts";
import {
  configOf,
  feedRule,
  FIRST,
  hashOf,
  hexOf,
  incarnationOf,
  observeOf,
  proposeOf,
  shareOf,
  signedOf,
  T0,
} from "../../support/protocol.ts";

const config = configOf();
const LIAR = 4;

function ledger(): Ledger {
  return new Ledger({ faulty: new Set([LIAR]), threshold: 3, rules: config.rules, isWithinAgreement: false });
}

const broken = (book: Ledger): string[] => book.violations.map(({ property }) => property);

/** A report whose first feed says `value`, the rest missing. */
function reporting(value: bigint, status: FeedState["status"] = "ok"): SignedReport {
  const leaves = signedOf(config, FIRST).report.leaves.map((leaf) =>
    leaf.feedId === config.rules[0]!.feedId ? { ...leaf, value, status } : { ...leaf, status: "missing" as const },
  );
  return signedOf(config, FIRST, { leaves });
}

function observedAndShared(signed: SignedReport): Ledger {
  const book = ledger();
  for (const [id, value] of [1_000n, 1_010n, 1_020n].entries()) {
    book.observed(observeOf(config, id + 1, FIRST, { values: [value, null] }));
  }
  book.observed(observeOf(config, LIAR, FIRST, { values: [10n ** 30n, 1n] }));
  for (const id of [1, 2, 3]) book.signed(0, id, signed.digest, hexOf(`n${id}`), "session");
  return book;
}

describe("S1, values within the honest range", () => {
  test.each([1_000n, 1_010n, 1_020n])("holds for %s", (value) => {
    const book = observedAndShared(reporting(value));
    book.published(0, 1, reporting(value));
    expect(broken(book)).toEqual([]);
    expect([...book.completed().keys()]).toEqual([FIRST]);
  });

  test.each([999n, 1_021n, 10n ** 30n])("is broken by %s, the liar's own included", (value) => {
    const book = observedAndShared(reporting(value));
    book.published(5, 1, reporting(value));
    expect(book.violations).toMatchObject([{ property: "S1", atMs: 5 }]);
  });

  test("is not asked of a feed that is missing or disputed", () => {
    const signed = reporting(5n, "disputed");
    const book = observedAndShared(signed);
    book.published(0, 1, signed);
    expect(broken(book)).toEqual([]);
  });

  test("is broken by a value of a feed that nobody honest observed", () => {
    const signed = signedOf(config, FIRST);
    const book = ledger();
    for (const id of [1, 2, 3]) book.signed(0, id, signed.digest, hexOf(`n${id}`), "session");
    book.published(0, 1, signed);
    expect(broken(book)).toEqual(["S1", "S1"]);
  });
});

test("S2: a signature with fewer than t members behind its digest is noticed", () => {
  const signed = reporting(1_010n);
  const book = observedAndShared(reporting(1_000n));
  for (const id of [1, LIAR]) book.signed(0, id, signed.digest, hexOf(`m${id}`), "other");
  book.published(0, 1, signed);
  expect(broken(book)).toEqual(["S2"]);
});

test("S3: a second digest for a round is noticed, the same one from another node is not", () => {
  const book = observedAndShared(reporting(1_000n));
  book.published(0, 1, reporting(1_000n));
  book.published(1, 2, reporting(1_000n));
  expect(broken(book)).toEqual([]);
  for (const id of [1, 2, 3]) book.signed(2, id, reporting(1_020n).digest, hexOf(`m${id}`), "other");
  book.published(3, 2, reporting(1_020n));
  expect(broken(book)).toEqual(["S3"]);
  expect(book.completedBelow(FIRST + 1)).toBe(1);
});

test("S4: a nonce pair in two sessions is noticed, except the liar's: its nonces are its own", () => {
  const book = ledger();
  book.signed(0, 1, hexOf("d"), hexOf("n"), "first");
  book.signed(1, 1, hexOf("d"), hexOf("n"), "first");
  book.signed(2, LIAR, hexOf("d"), hexOf("m"), "first");
  book.signed(3, LIAR, hexOf("d"), hexOf("m"), "second");
  expect(broken(book)).toEqual([]);
  book.signed(4, 1, hexOf("d"), hexOf("n"), "second");
  expect(broken(book)).toEqual(["S4"]);
});

describe("S5, an honest node says nothing twice", () => {
  const say = (book: Ledger, ...messages: Parameters<typeof hashOf>[0][]): void => {
    for (const message of messages) book.said(0, message, hashOf(message));
  };
  const listed = [1, 2, 3].map((id) => observeOf(config, id, FIRST));
  const first = proposeOf(1, listed);
  const second = proposeOf(1, listed, { attempt: 1 });

  test("a message repeated, one PROPOSE for each signer set and a share under each are no offence", () => {
    const book = ledger();
    say(book, listed[0]!, listed[0]!, first, second, first);
    say(book, shareOf(1, first, hexOf("d")), shareOf(1, second, hexOf("d")));
    expect(broken(book)).toEqual([]);
  });

  test("two OBSERVEs, two PROPOSEs of one attempt, two shares under one PROPOSE or two digests are noticed", () => {
    const twice: Parameters<typeof hashOf>[0][][] = [
      [listed[0]!, observeOf(config, 1, FIRST, { incarnation: incarnationOf(1) })],
      [first, proposeOf(1, listed, { signers: [1, 2, 4] })],
      [shareOf(1, first, hexOf("d")), shareOf(1, first, hexOf("d"), { z: hexOf("z") })],
      [shareOf(1, first, hexOf("d")), shareOf(1, second, hexOf("other"))],
    ];
    for (const messages of twice) {
      const book = ledger();
      say(book, ...messages);
      expect(broken(book)).toEqual(["S5"]);
    }
  });

  test("the liar may say what it likes, in other rounds everybody may", () => {
    const book = ledger();
    say(book, observeOf(config, LIAR, FIRST), observeOf(config, LIAR, FIRST, { incarnation: incarnationOf(1) }));
    say(book, observeOf(config, 1, FIRST), observeOf(config, 1, FIRST + 1));
    expect(broken(book)).toEqual([]);
  });

  test("an accusation counts between honest nodes only", () => {
    const book = ledger();
    book.accused(0, LIAR, 1, "observe", FIRST);
    book.accused(0, 1, LIAR, "observe", FIRST);
    expect(broken(book)).toEqual([]);
    book.accused(0, 1, 2, "a bad share", FIRST);
    expect(broken(book)).toEqual(["S5"]);
  });
});

describe("S1 of surfaces and settlements", () => {
  const rules = [feedRule(0), surfaceRule(1), settlementRule(2)];
  const setting = configOf({ rules });
  const expiryMs = T0 + 40_000;
  const slot = { round: FIRST + 40, timeMs: expiryMs };

  function observed(vol: number, sender: number, fixed: bigint): Observe {
    const values = [5n, surfaceSeen({ vol, timeMs: slot.timeMs }), settlementSeen(expiryMs, fixed)];
    return observeOf(setting, sender, slot.round, { values });
  }

  const honest = [1, 2, 3].map((id) => observed(0.5 + id * 1e-3, id, 1_000n + BigInt(id)));
  const built = (from: readonly Observe[] = honest, parent: Report | null = null, at = slot): SignedReport => {
    const report = buildReport(rules, parent, from, 3, at);
    return { ...signedOf(setting, at.round), report, digest: digestOf(setting.networkId, report) };
  };
  const bookWith = (...published: readonly SignedReport[]): Ledger => {
    const book = new Ledger({ faulty: new Set([LIAR]), threshold: 3, rules, isWithinAgreement: false });
    for (const one of honest) book.observed(one);
    for (const [at, signed] of published.entries()) {
      for (const id of [1, 2, 3]) book.signed(0, id, signed.digest, hexOf(`n${at}/${id}`), `session ${at}`);
      book.published(at, 1, signed);
    }
    return book;
  };
  const altered = (signed: SignedReport, alter: (leaf: FeedState) => FeedState): SignedReport => ({
    ...signed,
    report: { ...signed.report, leaves: signed.report.leaves.map(alter) },
  });
  const inSurface = (alter: (detail: SurfaceDetail) => SurfaceDetail) => (leaf: FeedState) =>
    leaf.detail?.kind === "surface" ? { ...leaf, detail: alter(leaf.detail) } : leaf;

  test("holds for what honest nodes build, and for what is carried on from it", () => {
    const signed = built();
    expect(signed.report.leaves.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    const next = { round: slot.round + 1, timeMs: slot.timeMs + 1_000 };
    const later = honest.map((one) => ({ ...one, round: next.round }));
    const book = bookWith(signed);
    for (const one of later) book.observed(one);
    const carried = built(later, signed.report, next);
    for (const id of [1, 2, 3]) book.signed(1, id, carried.digest, hexOf(`m${id}`), "next");
    book.published(2, 1, carried);
    expect(book.violations).toEqual([]);
  });

  test("is broken by a forward, a curve or a price that nobody honest saw", () => {
    const alterations: readonly ((leaf: FeedState) => FeedState)[] = [
      inSurface((detail) => ({ ...detail, slices: detail.slices.map((one) => ({ ...one, forward: 1n })) })),
      inSurface((detail) => ({
        ...detail,
        slices: detail.slices.map((one) => ({ ...one, params: { ...one.params, a: one.params.a * 3n } })),
      })),
      (leaf) => (leaf.detail?.kind === "settlement" ? { ...leaf, value: 2_000n } : leaf),
    ];
    for (const alter of alterations) {
      const book = bookWith(altered(built(), alter));
      expect(new Set(broken(book))).toEqual(new Set(["S1"]));
    }
  });

  test("is broken by slices that change on the way, and by a final price that does", () => {
    const signed = built();
    const later = (round: number, alter: (leaf: FeedState) => FeedState): SignedReport => {
      const next = altered(built(honest, signed.report, { round, timeMs: slot.timeMs + 1_000 }), alter);
      return { ...next, digest: hexOf(`later ${round}`) };
    };
    const missing = (leaf: FeedState): FeedState => (leaf.detail === null ? { ...leaf, status: "missing" } : leaf);
    const bent = inSurface((detail) => ({ ...detail, slices: detail.slices.slice(1) }));
    expect(
      broken(
        bookWith(
          signed,
          later(slot.round + 1, (leaf) => bent(missing(leaf))),
        ),
      ),
    ).toEqual(["S1"]);
    const other = (leaf: FeedState): FeedState =>
      leaf.detail?.kind === "settlement" ? { ...leaf, value: leaf.value + 1n } : missing(leaf);
    const twice = bookWith(signed, later(slot.round + 1, missing), later(slot.round + 2, other));
    expect(broken(twice)).toEqual([]);
    const final = later(slot.round + 1, missing);
    const changed = altered({ ...final, digest: hexOf("changed") }, other);
    const round = { ...changed, report: { ...changed.report, round: slot.round + 2 } };
    expect(broken(bookWith(signed, final, round))).toEqual(["S1"]);
  });
});
