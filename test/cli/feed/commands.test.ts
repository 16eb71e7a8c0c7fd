/** What the commands refuse, and how: one message, no stack, exit code 2. What they do is walked through in test/e2e. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../support/compose-file.ts";
import { tenor } from "../support.ts";

const SPOT = join(root, "feeds", "BTC-USD.spot-index.json");

describe("tenor feed", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenor-feed-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const refusal = (...words: readonly string[]): string => {
    const { status, stdout, stderr } = tenor("feed", ...words);
    expect({ status, stdout, stack: /^\s+at /m.test(stderr) }, stderr).toEqual({ status: 2, stdout: "", stack: false });
    return stderr;
  };

  test("new refuses a name of no form, a kind without a source, and to overwrite", () => {
    const out = join(folder, "new");
    expect(refusal("new", "SOL-USD.price", "--out", out)).toContain("realised-vol-30d");
    expect(refusal("new", "SOL-USD.iv-atm-30d", "--out", out)).toContain("deribit has BTC and ETH");
    expect(tenor("feed", "new", "BTC-USD", "--kind", "iv-atm-60d", "--out", out).stdout).toContain(
      "tenor feed new BTC-USD.spot-index",
    );
    expect(readdirSync(out)).toEqual(["BTC-USD.iv-atm-60d.json"]);
    expect(refusal("new", "BTC-USD.iv-atm-60d", "--out", out)).toContain("is there already");
  });

  test("validate names each problem of each file, and what a reference is looked for as", () => {
    const dir = join(folder, "validate");
    mkdirSync(dir);
    cpSync(join(root, "feeds", "BTC-USD.rate-30d.json"), join(dir, "BTC-USD.rate-30d.json"));
    const twice = join(dir, "BTC-USD.spot-index.json.txt");
    writeFileSync(twice, readFileSync(SPOT, "utf8").replace('"minOwners": 5,', '"minOwners": 5,\n  "minOwners": 2,'));
    const { status, stdout, stderr } = tenor(
      "feed",
      "validate",
      SPOT,
      join(dir, "BTC-USD.rate-30d.json"),
      twice,
      join(dir, "none.json"),
    );
    expect(status).toBe(2);
    expect(stdout).toMatch(/BTC-USD\.spot-index\.json: ok\n/);
    expect(stderr).toContain(`there is no ${join(dir, "BTC-USD.spot-index.json")}`);
    expect(stderr).toMatch(/\.json\.txt:\d+:\d+: minOwners /);
    expect(stderr).toContain(`cannot read ${join(dir, "none.json")}`);
  });

  test("preview wants exactly one place to look at, and says when it is none", () => {
    expect(refusal("preview", SPOT)).toContain("--market URL");
    expect(refusal("preview", SPOT, "--live", "--market", "http://127.0.0.1:1")).toContain("--market URL");
    expect(refusal("preview", SPOT, "--market", "nowhere")).toContain("is no URL");
    const { status, stdout } = tenor("feed", "preview", SPOT, "--market", "http://127.0.0.1:1", "--timeout", "2s");
    expect(status).toBe(1);
    expect(stdout).toContain("missing: too-few-sources");
    expect(stdout).toMatch(/coinbase:BTC-USD +unreachable/);
  });

  test("backtest and diff want a finished recording, and feeds of one kind", () => {
    expect(refusal("backtest", SPOT, "--recording", folder)).toContain("is no finished recording");
    expect(refusal("backtest", SPOT)).toContain("--recording");
    const iv = join(root, "feeds", "BTC-USD.iv-atm-30d.json");
    expect(refusal("diff", SPOT, iv, "--recording", folder)).toContain("not comparable");
  });

  test("a recording that lacks a source is refused by the source's name", () => {
    const dir = join(folder, "recording");
    mkdirSync(dir);
    const manifest = { version: 1, startMs: 1, endMs: 2, files: [], sources: { "kraken:BTC-USD": 0 } };
    writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
    const told = refusal("backtest", SPOT, "--recording", dir);
    expect(told).toContain("does not hold coinbase:BTC-USD, kraken:BTC-USD, bitstamp:BTC-USD");
    expect(refusal("backtest", SPOT, "--recording", dir, "--partial")).toContain("record for longer");
  });

  test("methodology says where it cannot write", () => {
    expect(refusal("methodology", SPOT, "--out", join(folder, "no", "such", "page.md"))).toContain("cannot write");
  });
});
