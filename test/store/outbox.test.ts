import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OutboxRows, Publication, TransactionRow } from "../../src/chain/outbox-rows.ts";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/store.ts";
import { testFolder } from "./support/folder.ts";

const HUB = `0x${"11".repeat(20)}` as const;
const ACCOUNT = `0x${"22".repeat(20)}` as const;
const CHAIN = 31_337;

function store(path = join(testFolder(), "node.db")): Store {
  const opened = openStore({ path });
  onTestFinished(() => opened.close());
  return opened;
}

const publication = (round: number): Publication => ({
  round,
  reportTimeMs: round * 1_000,
  payload: "0x01",
  pushes: [{ index: 0, round }],
});

const hashOf = (nonce: number, attempt: number): `0x${string}` =>
  `0x${(nonce * 256 + attempt).toString(16).padStart(64, "0")}`;

const transaction = (nonce: number, attempt: number, fields: Partial<TransactionRow> = {}): TransactionRow => ({
  hash: hashOf(nonce, attempt),
  chainId: CHAIN,
  account: ACCOUNT,
  nonce,
  attempt,
  hub: HUB,
  round: 10,
  pushes: [{ index: 3, round: 10 }],
  raw: "0x02",
  maxFeeWei: (2n ** 70n).toString(),
  tipWei: "1",
  gasLimit: 90_000,
  stage: 0,
  status: "signed",
  signedAtMs: 1_000 * nonce + attempt,
  sentAtMs: null,
  minedAtMs: null,
  blockNumber: null,
  blockHash: null,
  gasUsed: null,
  feeWei: null,
  reverted: false,
  error: null,
  ...fields,
});

test("publications of a chain and hub come back in order of their rounds, after a reopening too", () => {
  const path = join(testFolder(), "node.db");
  const first = openStore({ path });
  const rows: OutboxRows = first.outbox;
  for (const round of [12, 10, 11]) rows.savePublication(CHAIN, HUB, publication(round));
  rows.savePublication(1, HUB, publication(99));
  rows.removePublications(CHAIN, HUB, [11, 5]);
  first.close();
  expect(store(path).outbox.publications(CHAIN, HUB)).toEqual([publication(10), publication(12)]);
});

test("a transaction row comes back field by field as it was written", () => {
  const rows: OutboxRows = store().outbox;
  const row = transaction(4, 0, { error: "why", reverted: true, gasUsed: 36_000, feeWei: (10n ** 30n).toString() });
  rows.insertTransaction(row);
  expect(rows.openTransactions(CHAIN, ACCOUNT)).toEqual([row]);
  expect(rows.openTransactions(1, ACCOUNT)).toEqual([]);
});

test("inserting a second attempt replaces the first in the same step, and a settled nonce is no longer open", () => {
  const rows: OutboxRows = store().outbox;
  rows.insertTransaction(transaction(4, 0, { status: "broadcast" }));
  rows.insertTransaction(transaction(4, 1));
  rows.insertTransaction(transaction(5, 0));
  expect(rows.openTransactions(CHAIN, ACCOUNT).map((row) => [row.nonce, row.attempt, row.status])).toEqual([
    [4, 0, "replaced"],
    [4, 1, "signed"],
    [5, 0, "signed"],
  ]);
  rows.updateTransactions([{ hash: hashOf(4, 1), change: { status: "final", gasUsed: 7, reverted: true } }]);
  expect(rows.openTransactions(CHAIN, ACCOUNT).map((row) => row.nonce)).toEqual([5]);
  expect(rows.recentTransactions(CHAIN, ACCOUNT, 2)).toMatchObject([
    { nonce: 5 },
    { nonce: 4, attempt: 1, status: "final", gasUsed: 7, reverted: true, sentAtMs: null },
  ]);
});

test("a settled nonce that the chain gives out again takes a new row, and the same bytes take the same row", () => {
  const rows: OutboxRows = store().outbox;
  rows.insertTransaction(transaction(4, 0, { status: "final" }));
  rows.insertTransaction(transaction(4, 0, { hash: hashOf(9, 9), signedAtMs: 9_000 }));
  expect(rows.openTransactions(CHAIN, ACCOUNT)).toMatchObject([{ status: "final" }, { status: "signed" }]);
  rows.updateTransactions([{ hash: hashOf(9, 9), change: { status: "dropped" } }]);
  rows.insertTransaction(transaction(4, 0));
  expect(rows.openTransactions(CHAIN, ACCOUNT)).toMatchObject([{ hash: hashOf(4, 0), status: "signed" }, {}]);
  expect(rows.recentTransactions(CHAIN, ACCOUNT, 9)).toHaveLength(2);
});

test("pruning keeps the latest report and every hash of an open nonce, and works in batches", () => {
  const s = store();
  for (let round = 0; round < 5; round++) {
    s.saveReport(round, hashOf(round, 0), round, new Uint8Array(1));
    s.saveValues([{ feedIndex: 0, round, timeMs: round, value: "1", status: "ok" }]);
  }
  expect(s.history(0, 0, 9)).toHaveLength(5);
  s.outbox.insertTransaction(transaction(0, 0, { status: "final" }));
  s.outbox.insertTransaction(transaction(1, 0));
  s.outbox.insertTransaction(transaction(1, 1));
  expect(s.prune({ beforeMs: 1_000_000, maxRows: 3 })).toEqual({ reports: 3, values: 3, transactions: 1, more: true });
  expect(s.prune({ beforeMs: 1_000_000, maxRows: 3 })).toEqual({ reports: 1, values: 2, transactions: 0, more: false });
  expect(s.latestReport()?.round).toBe(4);
  expect(s.outbox.recentTransactions(CHAIN, ACCOUNT, 10).map((row) => row.hash)).toEqual([hashOf(1, 1), hashOf(1, 0)]);
});
