/** A newcomer who has nothing but feeds/README.md: each of its commands in its order, in a folder of their own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../../src/devnet/wait.ts";
import { root } from "../support/compose-file.ts";
import { expand } from "../support/documented-commands.ts";

const FILE = "feeds/SOL-USD.spot-index.json";
/** What the README tells to type. The market is the first, and stays. */
const MARKET = "npx tenor market --port 8180";
const COMMANDS = {
  create: "npx tenor feed new SOL-USD.spot-index",
  validate: "npx tenor feed validate feeds/SOL-USD.spot-index.json",
  explain: "npx tenor feed explain feeds/SOL-USD.spot-index.json",
  preview: "npx tenor feed preview feeds/SOL-USD.spot-index.json --market http://127.0.0.1:8180",
  record:
    "npx tenor record recordings/sol --feeds feeds/SOL-USD.spot-index.json --market http://127.0.0.1:8180 --for 6s",
  backtest: "npx tenor feed backtest feeds/SOL-USD.spot-index.json --recording recordings/sol",
  keep: "cp feeds/SOL-USD.spot-index.json recordings/before.json",
  diff: "npx tenor feed diff recordings/before.json feeds/SOL-USD.spot-index.json --recording recordings/sol",
  methodology: "npx tenor feed methodology feeds/SOL-USD.spot-index.json --out SOL-USD.spot-index.md",
} as const;

type Definition = {
  revision: string;
  bounds: { low: string; high: string };
  method: { capBps: number };
  methodology: Record<string, unknown>;
  changelog: { revision: string; date: string; reason: string }[];
};

describe("a newcomer with feeds/README.md", () => {
  let folder: string;
  let market: ChildProcess;
  let port = 0;

  const words = (command: string): readonly string[] =>
    command.startsWith("npx ") ? expand(command.replaceAll("8180", String(port))) : command.split(" ");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tenor-newcomer-"));
    cpSync(join(root, "feeds"), join(folder, "feeds"), { recursive: true });
    [port = 0] = await freePorts(1);
    const [program = "", ...rest] = words(MARKET);
    market = spawn(program, rest, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      market.once("exit", (code) => reject(new Error(`the market ended with ${code}`)));
      market.stdout?.once("data", () => resolve());
    });
  });
  afterAll(async () => {
    market.removeAllListeners("exit");
    const ended = new Promise((resolve) => market.once("exit", resolve));
    market.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  const type = (command: string): string => {
    const [program = "", ...rest] = words(command);
    const { status, stdout, stderr } = spawnSync(program, rest, { cwd: folder, encoding: "utf8" });
    expect({ command, status, stderr: status === 0 ? "" : stderr }).toEqual({ command, status: 0, stderr: "" });
    return stdout;
  };
  const edit = (change: (definition: Definition) => void): void => {
    const path = join(folder, FILE);
    const definition = JSON.parse(readFileSync(path, "utf8")) as Definition;
    change(definition);
    writeFileSync(path, `${JSON.stringify(definition, null, 2)}\n`);
  };

  test("types what the README says, and nothing else", () => {
    const readme = readFileSync(join(root, "feeds", "README.md"), "utf8");
    const typed = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((block) => block[1]!.trim().split("\n"));
    expect(typed).toEqual([MARKET, ...Object.values(COMMANDS)]);
  });

  test("has a feed for SOL written, checked, tried, compared and explained", { timeout: 120_000 }, () => {
    expect(type(COMMANDS.create)).toContain(`${FILE}: written, after BTC-USD.spot-index`);
    expect(type(COMMANDS.validate)).toContain("still to edit: methodology.purpose, line ");
    edit((definition) => {
      definition.bounds = { low: "1", high: "100000" };
      for (const [key, text] of Object.entries(definition.methodology)) {
        if (typeof text === "string") definition.methodology[key] = text.replace("EDIT: ", "");
      }
    });
    const validated = type(COMMANDS.validate);
    expect(validated).toMatch(/^feeds\/SOL-USD\.spot-index\.json: ok\n {2}name +SOL-USD\.spot-index\n/);
    expect(validated).toContain("USD/SOL, which follows from the inputs");
    expect(validated).not.toContain("still to edit");
    expect(type(COMMANDS.explain)).toContain("binance SOL-USDT [USDT/SOL] × USDT-USD [USD/USDT] = USD/SOL");

    const previewed = type(COMMANDS.preview);
    expect(previewed).toMatch(/^value {2}\d+\.\d{8} USD\/SOL$/m);
    expect(previewed).toContain("8 sources of 8 owners");

    expect(type(COMMANDS.record)).toContain("recorded to recordings/sol");
    const tested = type(COMMANDS.backtest);
    expect(tested).toMatch(/coverage +100\.00 %/);
    expect(tested).toMatch(/updates +.*first 1/);

    type(COMMANDS.keep);
    edit((definition) => {
      definition.method.capBps = 25;
      definition.revision = "1.1.0";
      definition.changelog.unshift({
        revision: "1.1.0",
        date: definition.changelog[0]!.date,
        reason: "A narrower cap: the books of SOL lie close together.",
      });
    });
    const compared = type(COMMANDS.diff);
    expect(compared).toContain("normative    1 fields changed:\n    method.capBps: 50 → 25\n");
    expect(compared).toMatch(/difference +mean \S+, p50 \S+, p99 \S+, max \S+ bps/);

    expect(type(COMMANDS.methodology)).toContain("SOL-USD.spot-index.md");
    const page = readFileSync(join(folder, "SOL-USD.spot-index.md"), "utf8");
    expect(page).toMatch(/^# SOL in US dollars, spot index\n/);
    expect(page).toContain("- 1.1.0, ");
    expect(page).not.toContain("EDIT");
    expect(existsSync(join(folder, "feeds", "BTC-USD.spot-index.json"))).toBe(true);
  });

  test("a mistake is told at its line, and the exit code is 2", () => {
    const path = join(folder, "feeds", "BTC-USD.spot-index.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"quote": "USDT",\n        "weight"', '"quote": "USDC",\n        "weight"'));
    const [program = "", ...rest] = words("npx tenor feed validate feeds/BTC-USD.spot-index.json");
    const { status, stderr } = spawnSync(program, rest, { cwd: folder, encoding: "utf8" });
    writeFileSync(path, text);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^feeds\/BTC-USD\.spot-index\.json:\d+:\d+: method\.markets\[5\]\.quote is "USDC"/m);
    expect(stderr).not.toContain("    at ");
  });
});
