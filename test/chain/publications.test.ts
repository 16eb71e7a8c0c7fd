import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NonceSlot } from "../../src/chain/outbox.ts";
import type { Publication, TransactionRow } from "../../src/chain/outbox-rows.ts";
import { inFlightAt, sendable, successorOf } from "../../src/chain/planner.ts";
import { PublicationBoard } from "../../src/chain/publications.ts";

const publication = (round: number, feeds: readonly number[]): Publication => ({
  round,
  reportTimeMs: round * 1_000,
  payload: "0x01",
  pushes: feeds.map((index) => ({ index, round })),
});

function board(...publications: readonly Publication[]): PublicationBoard {
  const made = new PublicationBoard();
  for (const each of publications) made.add(each);
  return made;
}

describe("the board", () => {
  test("wants per feed the newest round that the chain lacks, oldest publication first", () => {
    const made = board(publication(12, [1]), publication(10, [0, 1]), publication(11, [2]));
    const wanted = made.wanted(new Map([[2, 11]]));
    expect(wanted.map((entry) => [entry.publication.round, entry.feeds])).toEqual([
      [10, [0]],
      [12, [1]],
    ]);
  });

  test("keeps a landed publication until finality, and starts over when a reorganisation takes it off", () => {
    const made = board(publication(10, [0]));
    const on = new Map([[0, 10]]);
    expect(made.takeFinal(on, 100, 3)).toEqual([]);
    expect(made.takeFinal(on, 102, 3)).toEqual([]);
    expect(made.takeFinal(new Map([[0, 9]]), 103, 3)).toEqual([]);
    expect(made.takeFinal(on, 104, 3)).toEqual([]);
    expect(made.takeFinal(on, 107, 3)).toEqual([10]);
    expect(made.size).toBe(0);
  });

  test("never holds more publications than feeds, whatever is offered, and still wants the newest of each feed", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({ round: fc.integer({ min: 1, max: 99 }), feeds: fc.uniqueArray(fc.nat(5), { minLength: 1 }) }),
          { selector: ({ round }) => round, maxLength: 30 },
        ),
        (offers) => {
          const made = new PublicationBoard();
          const newest = new Map<number, number>();
          for (const { round, feeds } of offers) {
            made.add(publication(round, feeds));
            made.takeSuperseded();
            for (const feed of feeds) newest.set(feed, Math.max(round, newest.get(feed) ?? 0));
          }
          expect(made.size).toBeLessThanOrEqual(newest.size);
          const wanted = made
            .wanted(new Map())
            .flatMap((entry) => entry.feeds.map((feed) => [feed, entry.publication.round]));
          expect(new Map(wanted as [number, number][])).toEqual(newest);
        },
      ),
    );
  });
});

describe("the plan", () => {
  const slot = (
    nonce: number,
    round: number,
    feeds: readonly number[],
    fields: Partial<TransactionRow> = {},
  ): NonceSlot =>
    new NonceSlot(nonce, [
      {
        hash: `0x${nonce.toString(16).padStart(64, "0")}`,
        chainId: 1,
        account: "0x",
        nonce,
        attempt: 0,
        hub: "0x",
        round,
        pushes: feeds.map((index) => ({ index, round })),
        raw: "0x",
        maxFeeWei: "1",
        tipWei: "1",
        gasLimit: 1,
        stage: 0,
        status: "broadcast",
        signedAtMs: 0,
        sentAtMs: 0,
        minedAtMs: null,
        blockNumber: null,
        blockHash: null,
        gasUsed: null,
        feeWei: null,
        reverted: false,
        error: null,
        ...fields,
      },
    ]);
  const onChain = new Map<number, number>();
  const rounds = (view: Parameters<typeof sendable>[0]): number[] =>
    sendable(view).map((entry) => entry.publication.round);

  test("a newer report for the same feed waits for the older one on its way; one for other feeds does not", () => {
    const wanted = board(publication(11, [0]), publication(12, [1])).wanted(onChain);
    expect(rounds({ wanted, onChain, inFlight: [slot(0, 10, [0])] })).toEqual([12]);
    expect(rounds({ wanted, onChain, inFlight: [slot(0, 12, [1])] })).toEqual([11]);
    expect(rounds({ wanted, onChain, inFlight: [] })).toEqual([11, 12]);
  });

  test("a report that is still wanted for another feed does not hold up the newer one", () => {
    const wanted = board(publication(10, [0, 1]), publication(11, [0])).wanted(onChain);
    expect(rounds({ wanted, onChain, inFlight: [slot(0, 10, [0, 1])] })).toEqual([11]);
  });

  test("the successor of a stuck report is the newest one for its feeds that is not on its way itself", () => {
    const wanted = board(publication(11, [0]), publication(12, [1])).wanted(onChain);
    const stuck = slot(0, 10, [0]);
    const view = { wanted, onChain, inFlight: [stuck, slot(1, 12, [1])] };
    expect(successorOf(stuck, view)).toMatchObject({ kind: "newer", publication: { round: 11 } });
    expect(successorOf(view.inFlight[1]!, view)).toEqual({ kind: "same" });
  });

  test("what is on chain already is useless, and its nonce serves another report when there is one", () => {
    const stuck = slot(0, 10, [0]);
    const landed = new Map([[0, 10]]);
    const none = { wanted: [], onChain: landed, inFlight: [stuck] };
    expect(successorOf(stuck, none)).toEqual({ kind: "useless", instead: undefined });
    const wanted = board(publication(12, [1])).wanted(landed);
    expect(successorOf(stuck, { ...none, wanted })).toMatchObject({ kind: "useless", instead: { round: 12 } });
  });

  test("in flight is what the state that was read does not hold yet and may come to hold", () => {
    const open = slot(5, 10, [0]);
    const usedWithoutReceipt = slot(4, 9, [0]);
    const minedLater = slot(6, 11, [1], { status: "mined", blockNumber: 101 });
    const minedBefore = slot(3, 8, [1], { status: "mined", blockNumber: 100 });
    const all = [minedBefore, usedWithoutReceipt, open, minedLater];
    expect(inFlightAt(all, 5, 100)).toEqual([open, minedLater]);
  });
});
