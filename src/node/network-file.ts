/** The network's public facts: who the members are, which contract, which feeds in which order. No secret is in it. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import type { FeedDefinition } from "../feeds/definition.ts";
import type { LinkedFeed } from "../feeds/context.ts";
import { parseDefinitionSet } from "../feeds/definition-set.ts";
import { feedSetRoot, toRules } from "../feeds/feed-id.ts";
import type { DefinitionProblem } from "../feeds/parse-definition.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { byzantineMax, signingThreshold } from "../protocol/quorum.ts";
import { keccakHex } from "../base/keccak.ts";
import { readYaml } from "./config.ts";
import { ConfigError, type ConfigProblem, problemsOf } from "./config-error.ts";

function hexOf(bytes: number): z.ZodType<Hex> {
  return z.custom<Hex>(
    (value) => typeof value === "string" && new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(value),
    `0x and ${2 * bytes} hexadecimal digits, in quotes`,
  );
}

const member = z.strictObject({
  id: z.number().int().min(1).max(127),
  peerId: z.string().min(10).max(80),
  observer: hexOf(20),
  transmitter: hexOf(20),
  addresses: z.array(z.string().startsWith("/")).max(8),
});

/** What this configuration follows, as a running member tells it: `tenor keys refresh` and `rotate` write it. */
const previous = z.strictObject({
  configCount: z.number().int().min(1),
  cfg: hexOf(32),
  groupKeyX: hexOf(32),
  transcriptHash: hexOf(32),
});

const networkSchema = z.strictObject({
  name: z.string().min(1).max(40),
  networkId: hexOf(32),
  configCount: z.number().int().min(1),
  /** How the members come to their shares: by a ceremony for a new group key, or by refreshing those of the key they have. */
  kind: z.enum(["ceremony", "refresh"]).default("ceremony"),
  /** Left out by a network's first configuration. */
  previous: previous.optional(),
  slotMs: z.number().int().min(250).max(60_000),
  chain: z.strictObject({ chainId: z.number().int().min(1), hub: hexOf(20) }),
  /** Definition files in the order of the hub's append-only list, relative to this file. */
  feeds: z.array(z.string().min(1)).min(1).max(1_000),
  members: z.array(member).min(4).max(100),
});

export type Member = z.output<typeof member>;
export type Predecessor = Readonly<z.output<typeof previous>>;

export type NetworkFacts = LoadedFeeds & {
  readonly name: string;
  readonly networkId: Hex;
  readonly configCount: number;
  readonly kind: "ceremony" | "refresh";
  /** Never null where `kind` is a refresh. */
  readonly previous: Predecessor | null;
  readonly slotMs: number;
  readonly chainId: number;
  readonly hub: Hex;
  readonly members: readonly Member[];
  readonly n: number;
  readonly f: number;
  readonly t: number;
  readonly feedSetRoot: Hex;
  /** Digest of what the members must agree on besides: the slot length. */
  readonly paramsHash: Hex;
};

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(file, [{ path: "", seen: reasonOf(error), allowed: "a readable JSON file" }]);
  }
}

/** A refusal names one file, and the first wrong one is enough to go on with. */
function refused(problems: readonly DefinitionProblem[]): ConfigError {
  const { file } = problems[0]!;
  const ofFile = problems.filter((problem) => problem.file === file);
  return new ConfigError(
    file,
    ofFile.map(({ line, path, seen, allowed }) => ({
      path: path === "" ? `line ${line}` : `${path} (line ${line})`,
      seen,
      allowed,
    })),
  );
}

export type LoadedFeeds = {
  /** As the files come, with the feeds that they refer to among the files given. */
  readonly feeds: readonly LinkedFeed[];
  readonly definitions: readonly FeedDefinition[];
  readonly rules: readonly FeedRule[];
};

/** @throws ConfigError naming the first file that is wrong and every problem in it */
export function loadDefinitions(files: readonly string[]): LoadedFeeds {
  const set = parseDefinitionSet(files.map((file) => ({ file, text: readText(file) })));
  if (!set.ok) throw refused(set.problems);
  const { feeds } = set;
  return { feeds, definitions: feeds.map(({ definition }) => definition), rules: toRules(feeds) };
}

function memberProblems(members: readonly Member[]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = members.map(({ id }) => id).sort((a, b) => a - b);
  if (!ids.every((id, i) => id === i + 1)) {
    problems.push({ path: "members", seen: `ids ${ids.join(", ")}`, allowed: `each of 1 to ${members.length} once` });
  }
  for (const key of ["peerId", "observer", "transmitter"] as const) {
    const values = members.map((one) => one[key].toLowerCase());
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined)
      problems.push({ path: "members", seen: `${key} ${twice} twice`, allowed: "every key once" });
  }
  return problems;
}

function predecessorProblems({ kind, configCount, previous }: z.output<typeof networkSchema>): ConfigProblem[] {
  if (previous === undefined) {
    const allowed = "the configuration whose key is refreshed";
    return kind === "refresh" ? [{ path: "previous", seen: "nothing", allowed }] : [];
  }
  if (previous.configCount < configCount) return [];
  const seen = String(previous.configCount);
  return [{ path: "previous.configCount", seen, allowed: `less than this configuration's ${configCount}` }];
}

function readNetwork(file: string): z.output<typeof networkSchema> {
  const raw = readYaml(file);
  const parsed = networkSchema.safeParse(raw);
  if (!parsed.success) throw new ConfigError(file, problemsOf(parsed.error, raw));
  const problems = [...memberProblems(parsed.data.members), ...predecessorProblems(parsed.data)];
  if (problems.length > 0) throw new ConfigError(file, problems);
  return parsed.data;
}

function definitionPaths(file: string, feeds: readonly string[]): readonly string[] {
  return feeds.map((path) => resolve(dirname(file), path));
}

/** Absolute paths of the feed definitions that a network file lists, in its order. @throws ConfigError */
export function networkFeedFiles(file: string): readonly string[] {
  return definitionPaths(file, readNetwork(file).feeds);
}

/** @throws ConfigError naming the file and every problem in it, feed definitions included */
export function loadNetwork(file: string): NetworkFacts {
  const { members, chain, feeds, previous: predecessor, ...rest } = readNetwork(file);
  const loaded = loadDefinitions(definitionPaths(file, feeds));
  const n = members.length;
  return {
    ...rest,
    previous: predecessor ?? null,
    chainId: chain.chainId,
    hub: chain.hub,
    members: [...members].sort((a, b) => a.id - b.id),
    n,
    f: byzantineMax(n),
    t: signingThreshold(n),
    ...loaded,
    feedSetRoot: feedSetRoot(loaded.rules),
    paramsHash: keccakHex(new ByteWriter().raw(asciiBytes("TENOR/PARAMS/1")).uint(rest.slotMs, 4).done()),
  };
}
