/** A ledger that notices nothing proves nothing: every property is broken here once, and kept once. */
import { describe, expect, test } from "vitest";
import type { FeedState, SignedReport } from "../../../src/report/report.ts";
import { Ledger } from "../../../src/sim/rounds/ledger.ts";
import {
  configOf,
  FIRST,
  hashOf,
  hexOf,
  incarnationOf,
  observeOf,
  proposeOf,
  shareOf,
  signedOf,
} from "../../support/protocol.ts";

const config = configOf();
const LIAR = 4;

function ledger(): Ledger {
  return new Ledger({ liar: LIAR, threshold: 3, rules: config.rules });
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
  for (const id of [1, 2, 3]) book.shared(0, id, signed.digest, hexOf(`n${id}`), "session");
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
    for (const id of [1, 2, 3]) book.shared(0, id, signed.digest, hexOf(`n${id}`), "session");
    book.published(0, 1, signed);
    expect(broken(book)).toEqual(["S1", "S1"]);
  });
});

test("S2: a signature with fewer than t members behind its digest is noticed", () => {
  const signed = reporting(1_010n);
  const book = observedAndShared(reporting(1_000n));
  for (const id of [1, LIAR]) book.shared(0, id, signed.digest, hexOf(`m${id}`), "other");
  book.published(0, 1, signed);
  expect(broken(book)).toEqual(["S2"]);
});

test("S3: a second digest for a round is noticed, the same one from another node is not", () => {
  const book = observedAndShared(reporting(1_000n));
  book.published(0, 1, reporting(1_000n));
  book.published(1, 2, reporting(1_000n));
  expect(broken(book)).toEqual([]);
  for (const id of [1, 2, 3]) book.shared(2, id, reporting(1_020n).digest, hexOf(`m${id}`), "other");
  book.published(3, 2, reporting(1_020n));
  expect(broken(book)).toEqual(["S3"]);
  expect(book.completedRounds).toBe(1);
});

test("S4: a nonce pair in two sessions is noticed, except the liar's: its nonces are its own", () => {
  const book = ledger();
  book.shared(0, 1, hexOf("d"), hexOf("n"), "first");
  book.shared(1, 1, hexOf("d"), hexOf("n"), "first");
  book.shared(2, LIAR, hexOf("d"), hexOf("m"), "first");
  book.shared(3, LIAR, hexOf("d"), hexOf("m"), "second");
  expect(broken(book)).toEqual([]);
  book.shared(4, 1, hexOf("d"), hexOf("n"), "second");
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
