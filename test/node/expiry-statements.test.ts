import { recoverAddress, Wallet } from "ethers";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import type { WindowMean } from "../../src/feeds/window-mean.ts";
import { ExpiryStatements } from "../../src/node/expiry-statements.ts";
import { encodeStatements, expiryStatementDigest } from "../../src/report/expiry-statement.ts";
import { notebook } from "./support/members.ts";

const NETWORK: Hex = `0x${"07".repeat(32)}`;
const FEED = { name: "BTC-USD.settlement", feedId: `0x0a${"11".repeat(31)}` as Hex, minCoverage: 0.95 };
const WINDOW_MS = 1_800_000;
const key = new Wallet(`0x${"42".repeat(32)}`);

function windowOf(expiryMs: number, mean: number, coverage = 1): WindowMean {
  const coveredMs = coverage * WINDOW_MS;
  return { expiryMs, windowMs: WINDOW_MS, priceTime: mean * coveredMs, coveredMs, last: null, doneMs: expiryMs };
}

function life(memory = new Map<string, string>(), put?: () => never) {
  const { log, lines } = notebook();
  const statements = new ExpiryStatements(
    { networkId: NETWORK, feeds: [FEED] },
    {
      memory: { get: (name) => memory.get(name), put: put ?? ((name, value) => void memory.set(name, value)) },
      sign: (digest) => {
        const { r, s, yParity } = key.signingKey.sign(digest);
        return { r: r as Hex, s: s as Hex, yParity };
      },
      signer: key.address as Hex,
      log,
    },
  );
  return { statements, memory, lines };
}

describe("what a member says of an expiry", () => {
  test("is the mean of its window, signed by its observer key, in the form that the contract takes", () => {
    const { statements } = life();
    statements.closed(FEED, windowOf(1_800_000_000_000, 65_000.123_456_789));
    const [said] = statements.list();
    expect(said).toMatchObject({
      feed: FEED.name,
      expiryMs: 1_800_000_000_000,
      value: "6500012345679",
      coveragePpm: 1_000_000,
    });
    const digest = expiryStatementDigest(NETWORK, FEED.feedId, said!.expiryMs, BigInt(said!.value));
    expect(recoverAddress(digest, { r: said!.r, s: said!.s, yParity: said!.yParity })).toBe(key.address);
    const { r, s, signer } = said as { r: Hex; s: Hex; signer: Hex };
    expect(encodeStatements([{ value: BigInt(said!.value), signer, r, s, yParity: said!.yParity }])).toHaveLength(
      2 + 160,
    );
  });

  test("is said once for each expiry, whatever a later life makes of the window", () => {
    const first = life();
    first.statements.closed(FEED, windowOf(1_000_000, 100));
    first.statements.closed(FEED, windowOf(1_000_000, 200));
    const second = life(first.memory);
    second.statements.closed(FEED, windowOf(1_000_000, 300));
    second.statements.closed(FEED, windowOf(2_000_000, 400));
    const said = second.statements.list().map(({ expiryMs, value }) => [expiryMs, value]);
    expect(said).toEqual([
      [2_000_000, "40000000000"],
      [1_000_000, "10000000000"],
    ]);
  });

  test("is nothing where too little was seen, or where it cannot be written down", () => {
    const { statements } = life();
    statements.closed(FEED, windowOf(1_000_000, 100, 0.94));
    statements.closed(FEED, windowOf(2_000_000, 100, 0));
    expect(statements.list()).toEqual([]);
    const full = life(new Map(), () => {
      throw new Error("disk full");
    });
    full.statements.closed(FEED, windowOf(1_000_000, 100));
    expect(full.statements.list()).toEqual([]);
    expect(JSON.stringify(full.lines)).toContain("cannot be written down");
  });

  test("is kept for 32 expiries, and an unreadable memory is said and left", () => {
    const { statements, memory } = life();
    for (let i = 1; i <= 40; i++) statements.closed(FEED, windowOf(i * 1_000, 100));
    expect(statements.list().map(({ expiryMs }) => expiryMs / 1_000)).toEqual(
      Array.from({ length: 32 }, (_, i) => 40 - i),
    );
    for (const name of memory.keys()) memory.set(name, '[{"feed":1}]');
    const next = life(memory);
    expect(next.statements.list()).toEqual([]);
    expect(JSON.stringify(next.lines)).toContain("unreadable");
  });
});
