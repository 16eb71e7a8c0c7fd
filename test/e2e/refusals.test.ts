/** A report is stored as three of four nodes signed it, or refused with the reason: nothing in between, and no answer moves. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SignedReportView } from "../../src/api/view.ts";
import { asciiBytes, fromHex, type Hex } from "../../src/base/bytes.ts";
import { configureHub, deployHub } from "../../src/chain/deploy.ts";
import type { RevertReason } from "../../src/chain/revert.ts";
import { SubmissionReader } from "../../src/chain/submissions.ts";
import { openUnlocked, type UnlockedAccount } from "../../src/chain/unlocked.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { ENTRY_BYTES, encodeSubmit, reportDigest, SUBMIT_HEADER_BYTES } from "../../src/report/codec.ts";
import { keccakHex } from "../../src/base/keccak.ts";
import type { Report } from "../../src/report/report.ts";
import { SigningGroup } from "./group-support.ts";
import { AT, ENTRY_AT, HubDoor, spliced, withAccepted, withByteChanged } from "./hub-support.ts";
import { FOUR_FEEDS, eventually, startDevnet } from "./support.ts";

const ROUND_MAX = 2 ** 33 - 1;
const AHEAD_MAX_SEC = 30;
const OTHER_NETWORK = keccakHex(asciiBytes("another network"));

type Captured = {
  readonly round: number;
  readonly digest: Hex;
  readonly due: readonly number[];
  readonly payload: Hex;
};

let devnet: Devnet;
let account: UnlockedAccount;
let hub: HubDoor;
let watching: NodeJS.Timeout;
/** Every report with due feeds that any node has served, oldest first. */
const captured: Captured[] = [];
const doors: HubDoor[] = [];

async function look(): Promise<void> {
  for (const { apiUrl } of devnet.nodes) {
    const view = await fetchJson<SignedReportView>(`${apiUrl}/v1/reports/latest`);
    if (view === null || view.due.length === 0 || captured.some(({ round }) => round >= view.round)) continue;
    const { round, due } = view;
    captured.push({ round, due, digest: view.digest as Hex, payload: view.submitPayload as Hex });
  }
}

beforeAll(async () => {
  devnet = await startDevnet({ logLevel: "info", feeds: FOUR_FEEDS });
  watching = setInterval(() => void look(), 250);
  account = await openUnlocked(devnet.rpcUrl);
  hub = door(devnet.hub);
}, 120_000);

afterAll(async () => {
  clearInterval(watching);
  for (const one of doors) one.close();
  account.close();
  await devnet.stop();
}, 30_000);

function door(address: Hex): HubDoor {
  const opened = new HubDoor({ url: devnet.rpcUrl, address, feeds: devnet.facts.rules.length });
  doors.push(opened);
  return opened;
}

/** Another hub on the same chain, with the devnet's feeds and clock. */
async function anotherHub(networkId: Hex, groupKeyX?: Hex): Promise<HubDoor> {
  const { rules } = devnet.facts;
  const feeds = rules.map(({ name, feedId, definitionDigest, decimals, heartbeatMs }) => ({
    name,
    feedId,
    definitionDigest,
    decimals,
    heartbeatSec: Math.ceil(heartbeatMs / 1_000),
  }));
  const options = { networkId, owner: account.address, feeds, readerGraceSec: 60 };
  const deployed = await deployHub(options, { signer: account.signer });
  const [newest] = await hub.contract.getFunction("configuration").staticCall();
  const configuration = {
    cfg: String(newest.cfg) as Hex,
    groupKeyX: groupKeyX ?? (`0x${BigInt(newest.groupKeyX).toString(16).padStart(64, "0")}` as const),
    configCount: Number(newest.configCount),
    firstRound: Number(newest.firstRound),
    firstRoundTimeMs: Number(newest.firstRoundTimeMs),
    slotMs: Number(newest.slotMs),
  };
  await configureHub({ hub: deployed.hub, configuration }, { signer: account.signer });
  return door(deployed.hub);
}

/** The next report with due feeds that a node serves from now on. */
async function freshReport(): Promise<Captured> {
  const seen = captured.at(-1)?.round ?? 0;
  return await eventually("a report with due feeds", 60_000, () => captured.find(({ round }) => round > seen) ?? null);
}

/** The reason in a sentence: the error's name, and every field with what was seen and wanted. */
function expectSentence(reason: RevertReason): void {
  const fields = Object.entries(reason.fields).map(([name, value]) => `${name} ${value}`);
  expect(reason.text).toBe([reason.name, fields.join(", ")].filter((part) => part !== "").join(": "));
  expect(reason.name).toMatch(/^[A-Z][A-Za-z]+$/);
}

/**
 * Sends each payload as a transaction. All must revert, leave no event, say the wanted error when asked again, and leave the
 * answers as the members' own submissions of those blocks make them.
 */
async function expectRefused(
  at: HubDoor,
  payloads: readonly Hex[],
  wanted: readonly string[],
): Promise<readonly RevertReason[]> {
  const mined = await at.submitAll(account, payloads);
  const reasons: RevertReason[] = [];
  for (const [i, { succeeded, logs, block }] of mined.entries()) {
    expect(succeeded, `payload ${i}`).toBe(false);
    expect(logs).toBe(0);
    const reason = await at.refusal(payloads[i]!, block);
    if (reason === null) throw new Error(`payload ${i} would be accepted on top of block ${block}`);
    expect(reason.name, `payload ${i}: ${reason.text}`).toBe(wanted[i]);
    expectSentence(reason);
    reasons.push(reason);
  }
  for (const block of new Set(mined.map((one) => one.block))) {
    const reader = new SubmissionReader({ url: devnet.rpcUrl, hub: at.address, fromBlock: block });
    const inBlock = (await reader.next()).filter((submission) => submission.block === block);
    reader.close();
    expect(inBlock.filter(({ report }) => report === null).length).toBeGreaterThan(0);
    expect(await at.answers(block)).toEqual(withAccepted(await at.answers(block - 1), inBlock));
  }
  return reasons;
}

/** What the hub's own order of checks makes of one changed byte of an otherwise good payload. */
function errorOfByte(changed: Hex, at: number, nowSec: number): string {
  const bytes = Buffer.from(fromHex(changed));
  if (at < AT.networkTag) return "UnknownVersion";
  if (at < AT.keyTag) return "WrongNetwork";
  if (bytes.readUIntBE(AT.time, 6) > (nowSec + AHEAD_MAX_SEC) * 1_000) return "FutureReport";
  if (bytes.readUIntBE(AT.round, 6) > ROUND_MAX) return "RoundOverflow";
  return at >= AT.keyTag && at < AT.round ? "UnknownKey" : "BadSignature";
}

describe("on a running devnet", () => {
  test("a real report with any one byte changed is refused, each byte by its own error", {
    timeout: 90_000,
  }, async () => {
    const { payload, due } = await freshReport();
    const { number: block, timeSec } = await hub.head();
    const length = fromHex(payload).length;
    expect(length).toBe(SUBMIT_HEADER_BYTES + ENTRY_BYTES * due.length);
    const seen = new Map<string, number>();
    for (let at = 0; at < length; at++) {
      const changed = withByteChanged(payload, at);
      const reason = await hub.refusal(changed, block);
      if (reason === null) throw new Error(`byte ${at} makes no difference`);
      expect(reason.name, `byte ${at}: ${reason.text}`).toBe(errorOfByte(changed, at, timeSec));
      expectSentence(reason);
      seen.set(reason.name, (seen.get(reason.name) ?? 0) + 1);
    }
    expect(seen.get("UnknownVersion")).toBe(1);
    expect(seen.get("WrongNetwork")).toBe(4);
    expect(seen.get("UnknownKey")).toBe(4);
    expect(seen.get("RoundOverflow")).toBe(1);
    // Root, R, z and entries, and what is left of round and time.
    expect(seen.get("BadSignature")).toBeGreaterThanOrEqual(length - AT.root);
  });

  test("as transactions: one changed byte in each region, and a length that is not whole", {
    timeout: 90_000,
  }, async () => {
    const { payload } = await freshReport();
    const entry = AT.entries;
    const cases: readonly (readonly [Hex, string])[] = [
      [withByteChanged(payload, AT.version), "UnknownVersion"],
      [withByteChanged(payload, AT.networkTag + 3), "WrongNetwork"],
      [withByteChanged(payload, AT.keyTag + 3), "UnknownKey"],
      [withByteChanged(payload, AT.round), "RoundOverflow"],
      [withByteChanged(payload, AT.round + 5), "BadSignature"],
      [spliced(payload, AT.time, Uint8Array.of(0x7f)), "FutureReport"],
      [withByteChanged(payload, AT.time + 5), "BadSignature"],
      [withByteChanged(payload, AT.root + 31), "BadSignature"],
      [withByteChanged(payload, AT.rAddress + 19), "BadSignature"],
      [withByteChanged(payload, AT.z + 31), "BadSignature"],
      [withByteChanged(payload, entry + ENTRY_AT.index + 1), "BadSignature"],
      [withByteChanged(payload, entry + ENTRY_AT.status), "BadSignature"],
      [withByteChanged(payload, entry + ENTRY_AT.value + 15), "BadSignature"],
      [withByteChanged(payload, entry + ENTRY_AT.confidence + 3), "BadSignature"],
      [payload.slice(0, -2) as Hex, "TruncatedPayload"],
      [`${payload}00`, "TruncatedPayload"],
      [payload.slice(0, 2 + 2 * SUBMIT_HEADER_BYTES) as Hex, "EmptyPush"],
    ];
    const payloads = cases.map(([changed]) => changed);
    await expectRefused(
      hub,
      payloads,
      cases.map(([, name]) => name),
    );
  });

  test("a report that another group signed is refused, under its own key's tag and under ours", {
    timeout: 90_000,
  }, async () => {
    const group = new SigningGroup(4);
    const { round } = await freshReport();
    const { networkId } = devnet.facts;
    // Good in every respect but the signers: the next round, at its time, a dollar for a bitcoin.
    const report: Report = {
      round: round + 1,
      reportTimeMs: devnet.firstRoundTimeMs + round * devnet.facts.slotMs,
      leaves: [],
      pushes: [{ index: 0, status: "ok", value: 100_000_000n, confidencePpb: 0 }],
    };
    const digest = reportDigest(networkId, report);
    const payload = encodeSubmit(report, group.sign(digest, [1, 3, 4]), networkId, group.groupKeyX);
    const [newest] = await hub.contract.getFunction("configuration").staticCall();
    const ourTag = fromHex(`0x${BigInt(newest.groupKeyX).toString(16).padStart(64, "0")}`).slice(-4);
    const underOurTag = spliced(payload, AT.keyTag, ourTag);
    const [unknown, bad] = await expectRefused(hub, [payload, underOurTag], ["UnknownKey", "BadSignature"]);
    expect(unknown!.fields["given"]).toBe(`0x${group.groupKeyX.slice(-8)}`);
    expect(bad!.fields).toEqual({ digest, groupKeyX: String(newest.groupKeyX) });

    // The same bytes are good where that group is the one that counts.
    const theirs = await anotherHub(networkId, group.groupKeyX);
    expect(await theirs.submitAll(account, [payload])).toMatchObject([{ succeeded: true }]);
    const [first] = await theirs.answers((await theirs.head()).number);
    expect(first).toMatchObject({ value: 100_000_000n, round: round + 1, count: 1 });
  });

  test("an older report is refused after newer ones, and a report is good once", { timeout: 120_000 }, async () => {
    const older = await eventually("a report that newer ones have overtaken", 90_000, async () => {
      const answers = await hub.answers((await hub.head()).number);
      return captured.find(({ round, due }) => due.every((index) => answers[index]!.round > round)) ?? null;
    });
    const landed = await eventually("a report that is on chain", 60_000, async () => {
      const answers = await hub.answers((await hub.head()).number);
      return captured.findLast(({ round, due }) => due.every((index) => answers[index]!.round >= round)) ?? null;
    });
    const [replayed, again] = await expectRefused(hub, [older.payload, landed.payload], ["StaleReport", "StaleReport"]);
    expect(replayed!.fields["given"]).toBe(String(older.round));
    expect(Number(replayed!.fields["stored"])).toBeGreaterThan(older.round);
    expect(Number(again!.fields["stored"])).toBeGreaterThanOrEqual(landed.round);
  });

  test("a report for another networkId is refused, also under a forged tag; its bytes are good on any hub of its own network", {
    timeout: 90_000,
  }, async () => {
    const other = await anotherHub(OTHER_NETWORK);
    const twin = await anotherHub(devnet.facts.networkId);
    const { payload, round, due, digest } = await freshReport();
    const forged = spliced(payload, AT.networkTag, fromHex(OTHER_NETWORK).slice(0, 4));
    const [wrong, bad] = await expectRefused(other, [payload, forged], ["WrongNetwork", "BadSignature"]);
    const tagOf = (networkId: Hex): string => networkId.slice(0, 10);
    expect(wrong!.fields).toEqual({ given: tagOf(devnet.facts.networkId), wanted: tagOf(OTHER_NETWORK) });
    // Over the other network the same report would have been another digest.
    expect(bad!.fields["digest"]).not.toBe(digest);
    const empty = await other.answers((await other.head()).number);
    expect(empty.map(({ count, round: at }) => [count, at])).toEqual(devnet.facts.rules.map(() => [0, 0]));

    expect(await twin.submitAll(account, [payload])).toMatchObject([{ succeeded: true }]);
    const stored = await twin.answers((await twin.head()).number);
    for (const index of due) expect(stored[index]).toMatchObject({ round, count: 1 });
  });

  test("no transaction but the members' own ever moved an answer", async () => {
    const reader = new SubmissionReader({ url: devnet.rpcUrl, hub: hub.address, fromBlock: 0 });
    const submissions = await reader.next();
    reader.close();
    const accepted = submissions.filter(({ report }) => report !== null);
    const members = new Set(devnet.facts.members.map(({ transmitter }) => transmitter.toLowerCase()));
    expect(accepted.filter(({ from }) => !members.has(from.toLowerCase()))).toEqual([]);
    const ours = submissions.filter(({ from }) => from.toLowerCase() === account.address.toLowerCase());
    expect(ours.length).toBeGreaterThan(0);
    expect(submissions.filter(({ from, report }) => report === null && members.has(from.toLowerCase()))).toEqual([]);
    const last = accepted.at(-1)!.block;
    const nothing = devnet.facts.rules.map(() => ({ value: 0n, round: 0, timeSec: 0, count: 0, status: 0 }));
    expect(await hub.answers(last)).toEqual(withAccepted(nothing, accepted));
  });

  test("readers answer what the hub holds while it is fresh, and refuse it with its age when it is not", async () => {
    const { number: block } = await hub.head();
    const answers = await hub.answers(block);
    expect(devnet.readers.length).toBe(4);
    for (const [index, { address }] of devnet.readers.entries()) {
      const { value, timeSec, count, status } = answers[index]!;
      expect(status).toBe(1);
      const wanted = [BigInt(count), value, BigInt(timeSec), BigInt(timeSec), BigInt(count)];
      expect(await hub.readThrough(address, block)).toEqual(wanted);
    }
    for (const [index, { address, maxAgeSec, name }] of devnet.readers.entries()) {
      if (!name.endsWith(".spot-index")) continue;
      await hub.advance(maxAgeSec + 60);
      const { number, timeSec: nowSec } = await hub.head();
      const stored = (await hub.answers(number))[index]!;
      const reason = (await hub.readThrough(address, number)) as RevertReason;
      expect(reason.name).toBe("StaleAnswer");
      expectSentence(reason);
      expect(Object.values(reason.fields)).toEqual([String(nowSec - stored.timeSec), String(maxAgeSec)]);
      // The hub itself judges no age: that is the reader's business.
      expect(stored.status).toBe(1);
    }
  });
});
