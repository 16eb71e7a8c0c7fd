import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HubAnswer } from "../../src/chain/hub-answers.ts";
import type { HubConfigurations } from "../../src/chain/hub-client.ts";
import type { Head } from "../../src/chain/rpc.ts";
import { ChainWatch, type ChainWatchDoors, chainPollMs } from "../../src/node/chain-watch.ts";
import { hexOf } from "../support/protocol.ts";
import { HandClock, type Line, notebook } from "./support/members.ts";

const DEPTH = 5;
const NONE: HubConfigurations = { newest: undefined, previous: undefined };

let clock: HandClock;
let block: number;
let asked: string[];
let failing: Set<string>;
let lines: Line[];
let looks: number;
let tellings: number;
let doors: ChainWatchDoors;
let watch: ChainWatch;
let following: Promise<void>;

function begin(pollMs: number): void {
  watch = new ChainWatch({ feeds: 2, pollMs }, doors);
  following = watch.follow(() => {
    looks += 1;
    return Promise.resolve();
  });
}

function ask<T>(what: string, at: number, value: T): Promise<T> {
  asked.push(`${what} ${at}`);
  return failing.has(what) ? Promise.reject(new Error(`no ${what}`)) : Promise.resolve(value);
}

const answer = (index: number): HubAnswer => ({
  index,
  value: 7n,
  confidencePpb: 0,
  round: block,
  timeSec: block,
  count: 1,
  status: "ok",
});

beforeEach(() => {
  clock = new HandClock(1_000_000);
  block = 100;
  asked = [];
  failing = new Set();
  looks = 0;
  tellings = 0;
  const book = notebook();
  lines = book.lines;
  const head = (): Head => ({
    number: block,
    hash: hexOf(`block ${block}`),
    timeSec: block,
    baseFeeWei: 0n,
    finalNumber: block - DEPTH,
  });
  doors = {
    rpc: { head: async () => await ask("head", block, head()) },
    hub: {
      finalConfiguration: async (finalNumber) => await ask("configuration", finalNumber, NONE),
      answers: async (indices, at) => await ask("answers", at ?? -1, indices.map(answer)),
    },
    clock,
    log: book.log,
    onAnswers: () => (tellings += 1),
  };
  begin(1);
});
afterEach(async () => {
  await watch.stop();
  await following;
});

/** What three looks asked for besides the head. */
async function asks(): Promise<readonly string[]> {
  await nextLooks();
  asked = [];
  await nextLooks();
  return asked.filter((what) => !what.startsWith("head"));
}

async function nextLooks(): Promise<void> {
  const wanted = asked.filter((what) => what.startsWith("head")).length + 3;
  await vi.waitFor(() => expect(asked.filter((what) => what.startsWith("head")).length).toBeGreaterThan(wanted));
}

test("a block is asked about once, and what was read of it is told with every look", async () => {
  await nextLooks();
  expect(asked.filter((what) => !what.startsWith("head"))).toEqual(["configuration 95"]);
  expect(looks).toBeGreaterThan(2);
  watch.start();
  await nextLooks();
  expect(asked.filter((what) => what.startsWith("answers"))).toEqual(["answers 100"]);
  expect([watch.answer(1), watch.answer(2), tellings]).toEqual([answer(1), undefined, 1]);
  clock.pass(10_000);
  expect(await asks()).toEqual([]);
  block = 101;
  await vi.waitFor(() => expect(watch.answer(0)?.round).toBe(101));
  expect([tellings, asked.filter((what) => what.startsWith("configuration")).at(-1)]).toEqual([2, "configuration 96"]);
});

test("answers are read every two seconds, however fast the blocks are", async () => {
  watch.start();
  await vi.waitFor(() => expect(tellings).toBe(1));
  block = 101;
  await nextLooks();
  clock.pass(1_999);
  expect(await asks()).toEqual([]);
  expect(watch.answer(0)?.round).toBe(100);
  // They stand as they were read a moment ago: the chain is there.
  expect(watch.lastReadMs()).toBe(clock.nowMs());
  clock.pass(1);
  await vi.waitFor(() => expect(watch.answer(0)?.round).toBe(101));
});

test("where answers fail configurations are told, the failure once, and readiness sees the age of the last read", async () => {
  watch.start();
  await vi.waitFor(() => expect(tellings).toBe(1));
  const readMs = watch.lastReadMs();
  failing.add("answers");
  block = 101;
  clock.pass(5_000);
  await nextLooks();
  const before = looks;
  await nextLooks();
  expect(looks).toBeGreaterThan(before);
  expect(watch.lastReadMs()).toBe(readMs);
  failing.clear();
  await vi.waitFor(() => expect(watch.lastReadMs()).toBe(clock.nowMs()));
  expect(lines.map(({ message }) => message)).toEqual(["the hub cannot be read", "the hub is read again"]);
});

test("the head is looked at twice a block, not more than once a second, and in time for readiness", () => {
  expect([250, 2_000, 12_000, 60_000].map(chainPollMs)).toEqual([1_000, 1_000, 6_000, 10_000]);
});

test("however long it rests, it reads answers as soon as they are wanted, and ends as soon as it is stopped", async () => {
  await watch.stop();
  begin(3_600_000);
  await vi.waitFor(() => expect(looks).toBeGreaterThan(0));
  watch.start();
  await vi.waitFor(() => expect(tellings).toBe(1));
  await watch.stop();
  await following;
});

test("a look without a head says nothing", async () => {
  failing.add("head");
  await nextLooks();
  const before = looks;
  await nextLooks();
  expect(looks).toBe(before);
  expect(lines.map(({ level, message }) => [level, message])).toEqual([["warn", "the hub cannot be read"]]);
});
