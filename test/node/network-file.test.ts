import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { feedSetRoot } from "../../src/feeds/feed-id.ts";
import { ConfigError } from "../../src/node/config-error.ts";
import { loadDefinitions, loadNetwork, networkFeedFiles } from "../../src/node/network-file.ts";
import { hex20, hexOf } from "../support/protocol.ts";

const FEEDS = ["BTC-USD.spot-index", "ETH-USD.spot-index", "BTC-USD.iv-atm-30d"];
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenor-network-"));
  file = join(folder, "network.yaml");
  mkdirSync(join(folder, "feeds"));
  for (const name of FEEDS) {
    cpSync(new URL(`../../feeds/${name}.json`, import.meta.url), join(folder, "feeds", `${name}.json`));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const member = (id: number) => ({
  id,
  peerId: `12D3KooWMember${id}`,
  observer: hex20(`o${id}`),
  transmitter: hex20(`t${id}`),
  addresses: [`/ip4/127.0.0.1/tcp/${4_000 + id}`],
});

const GOOD = {
  name: "devnet",
  networkId: hexOf("network"),
  configCount: 1,
  slotMs: 1_000,
  chain: { chainId: 31_337, hub: hex20("hub") },
  feeds: FEEDS.map((name) => `feeds/${name}.json`),
  members: [1, 2, 3, 4].map(member),
};

function load(network: unknown) {
  writeFileSync(file, stringify(network));
  return loadNetwork(file);
}

/** The refusal of a network file: `file` is the one that is named, its own or a feed's. */
function refusal(network: unknown): { readonly file: unknown; readonly problems: readonly string[] } {
  try {
    load(network);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message.startsWith(String(error.fields["file"]))).toBe(true);
    return {
      file: error.fields["file"],
      problems: error.problems.map(({ path, seen, allowed }) => `${path}: saw ${seen}, allowed: ${allowed}`),
    };
  }
  throw new Error("the file was accepted");
}

const withMembers = (...members: readonly object[]) => ({ ...GOOD, members });

describe("a good network file", () => {
  test("gives the members by id, the quorums, the rules in their order and the root over them", () => {
    const facts = load({ ...GOOD, members: [...GOOD.members].reverse() });
    expect(facts.members.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect([facts.n, facts.f, facts.t, facts.chainId, facts.hub]).toEqual([4, 1, 3, 31_337, GOOD.chain.hub]);
    expect(facts.rules.map(({ name, index }) => [name, index])).toEqual(FEEDS.map((name, index) => [name, index]));
    expect(facts.feedSetRoot).toBe(feedSetRoot(facts.rules));
  });

  test("links every feed to the one it refers to, among the files of the network", () => {
    const { feeds, definitions } = load(GOOD);
    expect(feeds.map(({ definition }) => definition)).toEqual(definitions);
    expect(feeds.map(({ spot }) => spot?.name ?? null)).toEqual([null, null, "BTC-USD.spot-index"]);
  });

  test("has parameters whose hash changes with the slot length and with nothing else here", () => {
    const { paramsHash } = load(GOOD);
    expect(load({ ...GOOD, name: "other", configCount: 2 }).paramsHash).toBe(paramsHash);
    expect(load({ ...GOOD, slotMs: 2_000 }).paramsHash).not.toBe(paramsHash);
  });

  test("says another feed set when two feeds change places", () => {
    const exchanged = [GOOD.feeds[1]!, GOOD.feeds[0]!, GOOD.feeds[2]!];
    expect(load({ ...GOOD, feeds: exchanged }).feedSetRoot).not.toBe(load(GOOD).feedSetRoot);
  });
});

describe("members are refused", () => {
  test.each<readonly [string, number[], string]>([
    ["with a hole in their ids", [1, 2, 3, 5], "ids 1, 2, 3, 5"],
    ["with an id twice", [1, 2, 3, 3], "ids 1, 2, 3, 3"],
    ["that begin at 2", [2, 3, 4, 5], "ids 2, 3, 4, 5"],
  ])("%s", (_name, ids, seen) => {
    const members = ids.map((id, i) => ({ ...member(i + 1), id }));
    expect(refusal(withMembers(...members)).problems).toEqual([`members: saw ${seen}, allowed: each of 1 to 4 once`]);
  });

  test.each(["peerId", "observer", "transmitter"] as const)("that share a %s, in capitals too", (key) => {
    const value = member(1)[key];
    const upper = key === "peerId" ? value : `0x${value.slice(2).toUpperCase()}`;
    const members = [...GOOD.members.slice(0, 3), { ...member(4), [key]: upper }];
    expect(refusal(withMembers(...members)).problems).toEqual([
      `members: saw ${key} ${value.toLowerCase()} twice, allowed: every key once`,
    ]);
  });

  test("that are fewer than four, or lack a key", () => {
    expect(refusal(withMembers(...GOOD.members.slice(0, 3))).problems[0]).toMatch(/^members: /);
    const { observer: _observer, ...keyless } = member(4);
    expect(refusal(withMembers(...GOOD.members.slice(0, 3), keyless)).problems).toEqual([
      "members.3.observer: saw nothing, allowed: 0x and 40 hexadecimal digits, in quotes",
    ]);
  });
});

describe("a network file names what it follows", () => {
  const previous = { configCount: 1, cfg: hexOf("cfg"), groupKeyX: hexOf("key"), transcriptHash: hexOf("transcript") };

  test("a first configuration follows none and makes a key; a later one names its predecessor, and how it comes to shares", () => {
    expect(load(GOOD)).toMatchObject({ configCount: 1, kind: "ceremony", previous: null });
    expect(load({ ...GOOD, configCount: 2, previous })).toMatchObject({ kind: "ceremony", previous });
    expect(load({ ...GOOD, configCount: 2, kind: "refresh", previous })).toMatchObject({ kind: "refresh", previous });
  });

  test("a refresh without a predecessor, and a predecessor that is not older, are refused", () => {
    expect(refusal({ ...GOOD, configCount: 2, kind: "refresh" }).problems).toEqual([
      "previous: saw nothing, allowed: the configuration whose key is refreshed",
    ]);
    expect(refusal({ ...GOOD, previous }).problems).toEqual([
      "previous.configCount: saw 1, allowed: less than this configuration's 1",
    ]);
    expect(refusal({ ...GOOD, kind: "reshare" }).problems[0]).toMatch(/^kind: saw "reshare"/);
    const { transcriptHash: _, ...less } = previous;
    expect(refusal({ ...GOOD, configCount: 2, previous: less }).problems[0]).toMatch(/^previous.transcriptHash: saw/);
  });

  test("its definition files come with absolute paths, in its order", () => {
    load(GOOD);
    expect(networkFeedFiles(file)).toEqual(FEEDS.map((name) => join(folder, "feeds", `${name}.json`)));
  });
});

describe("a network file is refused", () => {
  test("with an unknown key, a wrong type, and a hash that YAML read as a number", () => {
    const { file: named, problems } = refusal({ ...GOOD, slotMs: "fast", slots: 3, networkId: 12 });
    expect(named).toBe(file);
    expect(problems.map((problem) => problem.split(",")[0])).toEqual(
      expect.arrayContaining(['slotMs: saw "fast"', "slots: saw 3", "networkId: saw 12"]),
    );
    expect(problems).toHaveLength(3);
  });

  test("when it is empty", () => {
    writeFileSync(file, "");
    expect(() => loadNetwork(file)).toThrow(ConfigError);
  });
});

describe("feed files", () => {
  const wrongFile = (): string => join(folder, "feeds", "wrong.json");

  test("that are wrong are named themselves, with the path inside them", () => {
    const json = JSON.parse(readFileSync(join(folder, "feeds", `${FEEDS[0]}.json`), "utf8")) as Record<string, object>;
    writeFileSync(
      wrongFile(),
      JSON.stringify({
        ...json,
        decimals: 400,
        method: { ...json["method"], crossCheck: { venue: "nyse", maxApartBps: 100 } },
      }),
    );
    const { file: named, problems } = refusal({ ...GOOD, feeds: [...GOOD.feeds, "feeds/wrong.json"] });
    expect(named).toBe(wrongFile());
    expect(problems).toEqual([
      expect.stringMatching(/^decimals \(line 1\): saw 400, allowed: 8/),
      'method.crossCheck.venue (line 1): saw "nyse", allowed: "deribit"',
    ]);
  });

  test("that are no JSON or not there are named themselves", () => {
    writeFileSync(wrongFile(), "{ not json");
    expect(refusal({ ...GOOD, feeds: ["feeds/wrong.json"] }).file).toBe(wrongFile());
    const absent = refusal({ ...GOOD, feeds: ["feeds/absent.json"] });
    expect(absent.file).toBe(join(folder, "feeds", "absent.json"));
    expect(absent.problems[0]).toMatch(/ENOENT.*allowed: a readable JSON file/);
  });

  test("that refer to a feed which is not in the network are named, with the line of the reference", () => {
    const [, ethFile, ivFile] = GOOD.feeds;
    const { file: named, problems } = refusal({ ...GOOD, feeds: [ethFile, ivFile] });
    expect(named).toBe(join(folder, ivFile!));
    expect(problems).toEqual([
      expect.stringMatching(
        /^method.spot.ref \(line \d+\): saw "BTC-USD.spot-index", allowed: a spot index of the same set; it has ETH-USD.spot-index$/,
      ),
    ]);
  });

  test("that hold a field twice are refused, though the last one would be right", () => {
    const text = readFileSync(join(folder, "feeds", `${FEEDS[0]}.json`), "utf8");
    writeFileSync(wrongFile(), text.replace('"unit": "USD/BTC"', '"unit": "USD/ETH",\n  "unit": "USD/BTC"'));
    expect(refusal({ ...GOOD, feeds: ["feeds/wrong.json"] }).problems).toEqual([
      expect.stringMatching(/^unit \(line 11\): saw there again, first on line 10, allowed: each field once$/),
    ]);
  });

  test("that define one feed twice are refused, in whichever file it comes again", () => {
    const again = join(folder, "feeds", "again.json");
    cpSync(join(folder, "feeds", `${FEEDS[1]}.json`), again);
    expect(refusal({ ...GOOD, feeds: [...GOOD.feeds, "feeds/again.json"] })).toEqual({
      file: again,
      problems: [`name (line 4): saw "${FEEDS[1]}", allowed: every feed of the set once`],
    });
    expect(() => loadDefinitions([again, again])).toThrow(ConfigError);
  });
});
