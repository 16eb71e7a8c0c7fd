import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadNodeConfig } from "../../src/node/config.ts";
import { ConfigError, type ConfigProblem } from "../../src/node/config-error.ts";

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenor-config-"));
  file = join(folder, "node.yaml");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const GOOD = {
  network: "network.yaml",
  dataDir: "data",
  keystore: { dir: "keys", passphraseFile: "/run/secrets/passphrase" },
  listen: ["/ip4/0.0.0.0/tcp/4001"],
  chain: {
    rpcs: [
      { name: "one", url: "http://127.0.0.1:8545" },
      { name: "two", url: "https://rpc.example/key" },
    ],
  },
};

function load(config: unknown, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(file, typeof config === "string" ? config : stringify(config));
  return loadNodeConfig(file, environment);
}

/** The problems of a refused file; its message must name the file and each of them. */
function problemsOf(config: unknown, environment: Readonly<Record<string, string>> = {}): readonly ConfigProblem[] {
  try {
    load(config, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe("bad-config");
    expect(error.message).toContain(file);
    for (const { path, seen, allowed } of error.problems) {
      expect(error.message).toContain(`${path === "" ? "(whole file)" : path}: saw ${seen}, allowed: ${allowed}`);
    }
    return error.problems;
  }
  throw new Error("the file was accepted");
}

describe("a good file", () => {
  test("is read with defaults for what it leaves out", () => {
    const config = load(GOOD);
    expect(config.api).toEqual({ host: "127.0.0.1", port: 8_080 });
    expect(config.chain).toMatchObject({ quorum: 2, finalityDepth: 12, timeoutMs: 5_000 });
    expect(config.venues.deribit.baseUrl).toBe("https://www.deribit.com/api/v2");
    expect([config.log.level, config.retentionDays, config.pollMs.spot]).toEqual(["info", 30, 1_000]);
  });

  test("has paths relative to itself, absolute ones stay", () => {
    const config = load(GOOD);
    expect([config.network, config.dataDir, config.keystore.dir]).toEqual([
      join(folder, "network.yaml"),
      join(folder, "data"),
      join(folder, "keys"),
    ]);
    expect(config.keystore.passphraseFile).toBe("/run/secrets/passphrase");
  });
});

describe("the environment", () => {
  test("overrides a value, in a group the file has and in one it leaves out, whatever the case of the name", () => {
    const config = load(GOOD, {
      TENOR__API__PORT: "9000",
      TENOR__CHAIN__QUORUM: "1",
      tenor__log__level: "debug",
      TENOR__LOG__LEVEL: "warn",
      TENOR__KEYSTORE__PASSPHRASEFILE: "/other",
      TENOR__DATADIR: "elsewhere",
      TENOR__CHAIN__MAXFEECAPWEI: '"7"',
      HOME: "/root",
      TENOR_API_PORT: "1",
    });
    expect(config.api.port).toBe(9_000);
    expect(config.chain.quorum).toBe(1);
    expect(config.log.level).toBe("warn");
    expect(config.keystore.passphraseFile).toBe("/other");
    expect(config.dataDir).toBe(join(folder, "elsewhere"));
    expect(config.chain.maxFeeCapWei).toBe("7");
  });

  test("replaces a list as YAML", () => {
    const config = load(GOOD, { TENOR__LISTEN: "[/ip4/127.0.0.1/tcp/1]" });
    expect(config.listen).toEqual(["/ip4/127.0.0.1/tcp/1"]);
  });

  test("is checked like the file: a wrong value, an unknown key, a path through a value", () => {
    expect(problemsOf(GOOD, { TENOR__API__PORT: "many" })).toMatchObject([{ path: "api.port", seen: '"many"' }]);
    expect(problemsOf(GOOD, { TENOR__API__PROT: "1" })).toEqual([
      { path: "api.prot", seen: "1", allowed: "no such key" },
    ]);
    const [through] = problemsOf(GOOD, { TENOR__LISTEN__0: "/ip4/1.2.3.4/tcp/1" });
    expect(through).toMatchObject({
      path: "TENOR__LISTEN__0",
      allowed: expect.stringContaining("listen is not a group"),
    });
  });
});

describe("a wrong file is refused", () => {
  test("when it cannot be read", () => {
    const absent = join(folder, "absent.yaml");
    expect(() => loadNodeConfig(absent, {})).toThrow(ConfigError);
    expect(() => loadNodeConfig(absent, {})).toThrow(
      /absent\.yaml is refused:\n {2}\(whole file\): saw ENOENT.*allowed: a readable file/,
    );
  });

  test("when it is no YAML, with the place", () => {
    const [problem] = problemsOf("network: [a, b\ndataDir: {");
    expect(problem).toMatchObject({ path: "", allowed: "valid YAML", seen: expect.stringMatching(/line \d/) });
  });

  test.each(["", "just words", "- a\n- b", "42"])("when it is no mapping: %j", (text) => {
    expect(problemsOf(text)).toMatchObject([{ path: "", allowed: "a mapping" }]);
  });

  test("with every problem at once, each with its path, what was seen and what is allowed", () => {
    const problems = problemsOf({
      ...GOOD,
      dataDir: 7,
      keystor: {},
      api: { port: 70_000, hots: "x" },
      venues: { kraken: { baseUrl: "ftp://kraken" } },
      retentionDays: 0,
      log: { level: "loud" },
    });
    expect(problems.map(({ path, seen }) => [path, seen])).toEqual(
      expect.arrayContaining([
        ["dataDir", "7"],
        ["keystor", "{}"],
        ["api.port", "70000"],
        ["api.hots", '"x"'],
        ["venues.kraken.baseUrl", '"ftp://kraken"'],
        ["retentionDays", "0"],
        ["log.level", '"loud"'],
      ]),
    );
    expect(problems).toHaveLength(7);
    const allowed = new Map(problems.map((problem) => [problem.path, problem.allowed]));
    expect(allowed.get("keystor")).toBe("no such key");
    expect(allowed.get("venues.kraken.baseUrl")).toBe("an http(s) URL without query");
    expect(allowed.get("log.level")).toMatch(/debug.*info.*warn.*error/);
  });

  test("when something needed is missing: it saw nothing", () => {
    const { chain: _chain, ...rest } = GOOD;
    expect(problemsOf(rest)).toMatchObject([{ path: "chain", seen: "nothing" }]);
  });

  test("inside lists, with the index in the path", () => {
    const rpcs = [GOOD.chain.rpcs[0], { name: "two", url: "rpc.example" }];
    expect(problemsOf({ ...GOOD, chain: { rpcs } })).toMatchObject([
      { path: "chain.rpcs.1.url", seen: '"rpc.example"' },
    ]);
  });

  test("when the quorum is larger than the list of RPCs", () => {
    expect(problemsOf({ ...GOOD, chain: { ...GOOD.chain, quorum: 3 } })).toEqual([
      { path: "chain.quorum", seen: "3", allowed: "at most the 2 RPCs listed" },
    ]);
    const one = { rpcs: GOOD.chain.rpcs.slice(0, 1) };
    expect(problemsOf({ ...GOOD, chain: one })).toMatchObject([{ path: "chain.quorum", seen: "2" }]);
  });

  test("when an amount of wei is a number, which YAML would round", () => {
    expect(problemsOf({ ...GOOD, chain: { ...GOOD.chain, tipWei: 1_000 } })).toMatchObject([
      { path: "chain.tipWei", seen: "1000" },
    ]);
  });

  test("without printing long values in full", () => {
    const [problem] = problemsOf({ ...GOOD, dataDir: ["x".repeat(500)] });
    expect(problem!.seen.length).toBeLessThan(70);
  });
});
