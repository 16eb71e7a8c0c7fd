/**
 * An operator's file: YAML, checked by schema, overridable by environment variables (`TENOR__API__PORT=9000` sets
 * `api.port`). A wrong file is refused before anything starts, with the path inside it, what was seen and what is allowed.
 */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { reasonOf } from "../base/errors.ts";
import { type Venue, VENUES } from "../market/venue.ts";
import { DEFAULT_POLL_MS } from "../sources/collector-options.ts";
import { PRODUCTION } from "../sources/hosts.ts";
import { LOG_LEVELS } from "../telemetry/log.ts";
import { ConfigError, type ConfigProblem, problemsOf } from "./config-error.ts";

const url = z.string().regex(/^https?:\/\/[^\s?#]+$/, "an http(s) URL without query");
const port = z.number().int().min(0).max(65_535);
const pollMs = z.number().int().min(50).max(3_600_000);
const wei = z.string().regex(/^\d{1,30}$/, "wei as decimal digits in quotes");

const streamUrl = z.string().regex(/^wss?:\/\/[^\s?#]+$/, "a ws(s) URL without query");

/** Without a `streamUrl` of its own a venue elsewhere than in production is only polled. */
const venue = z.strictObject({
  baseUrl: url,
  optionsUrl: url.optional(),
  futuresUrl: url.optional(),
  streamUrl: streamUrl.optional(),
  optionsStreamUrl: streamUrl.optional(),
  futuresStreamUrl: streamUrl.optional(),
  allowTestnet: z.boolean().optional(),
});
const venues = Object.fromEntries(VENUES.map((name) => [name, venue.prefault(PRODUCTION[name])])) as Record<
  Venue,
  z.ZodPrefault<typeof venue>
>;

export const nodeConfigSchema = z.strictObject({
  /** Public facts of the network, the same file at every member. */
  network: z.string().min(1),
  /** Where the file of the next configuration will lie; a running node takes it up when it comes. */
  pending: z.string().min(1).optional(),
  dataDir: z.string().min(1),
  keystore: z.strictObject({ dir: z.string().min(1), passphraseFile: z.string().min(1) }),
  /** libp2p multiaddrs to listen on. */
  listen: z.array(z.string().startsWith("/")).min(1).max(4),
  api: z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port: port.default(8080) }).prefault({}),
  venues: z.strictObject(venues).prefault({}),
  /** Sources to hear besides those that feeds need: to know a venue before a feed relies on it. */
  watch: z.array(z.string().min(3).max(64)).max(64).default([]),
  pollMs: z
    .strictObject({
      spot: pollMs.default(DEFAULT_POLL_MS.spot),
      depth: pollMs.default(DEFAULT_POLL_MS.depth),
      index: pollMs.default(DEFAULT_POLL_MS.index),
      "vol-index": pollMs.default(DEFAULT_POLL_MS["vol-index"]),
      futures: pollMs.default(DEFAULT_POLL_MS.futures),
      options: pollMs.default(DEFAULT_POLL_MS.options),
    })
    .prefault({}),
  chain: z.strictObject({
    rpcs: z
      .array(z.strictObject({ name: z.string().min(1), url }))
      .min(1)
      .max(8),
    quorum: z.number().int().min(1).max(8).default(2),
    finalityDepth: z.number().int().min(0).max(1_000).default(12),
    timeoutMs: z.number().int().min(100).max(60_000).default(5_000),
    blockTimeMs: z.number().int().min(100).max(60_000).default(12_000),
    maxFeeCapWei: wei.default("500000000000"),
    tipWei: wei.default("1000000000"),
  }),
  log: z.strictObject({ level: z.enum(LOG_LEVELS).default("info") }).prefault({}),
  retentionDays: z.number().int().min(1).max(3_650).default(30),
});

export type NodeConfig = z.output<typeof nodeConfigSchema>;

const ENVIRONMENT_PREFIX = "TENOR__";

type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `TENOR__CHAIN__QUORUM=1` → `chain.quorum`. Numbers and booleans are read as YAML reads them. */
function overlay(file: string, config: Tree, environment: Readonly<Record<string, string | undefined>>): Tree {
  const result: Tree = structuredClone(config);
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || text === undefined) continue;
    const path = name.slice(ENVIRONMENT_PREFIX.length).toLowerCase().split("__");
    let node = result;
    for (const word of path.slice(0, -1)) {
      const key = keyOf(node, word);
      const next = node[key] ?? {};
      if (!isTree(next)) {
        throw new ConfigError(file, [
          { path: name, seen: text, allowed: `a path to one value; ${word} is not a group` },
        ]);
      }
      node[key] = next;
      node = next;
    }
    node[keyOf(node, path.at(-1)!)] = parse(text) as unknown;
  }
  return result;
}

const KNOWN_KEYS = [
  "dataDir",
  "passphraseFile",
  "baseUrl",
  "optionsUrl",
  "futuresUrl",
  "streamUrl",
  "optionsStreamUrl",
  "futuresStreamUrl",
  "allowTestnet",
  "pollMs",
  "finalityDepth",
  "timeoutMs",
  "blockTimeMs",
  "maxFeeCapWei",
  "tipWei",
  "retentionDays",
];

/** Environment names know no case: the key is found by its lower-case form. */
function keyOf(node: Tree, word: string): string {
  return [...Object.keys(node), ...KNOWN_KEYS].find((key) => key.toLowerCase() === word) ?? word;
}

export function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(file, [{ path: "", seen: reasonOf(error), allowed: "a readable file" }]);
  }
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new ConfigError(file, [{ path: "", seen: reasonOf(error).split("\n")[0] ?? "", allowed: "valid YAML" }]);
  }
}

/** @throws ConfigError naming every problem */
export function loadNodeConfig(file: string, environment: Readonly<Record<string, string | undefined>>): NodeConfig {
  const raw = readYaml(file);
  if (!isTree(raw)) throw new ConfigError(file, [{ path: "", seen: JSON.stringify(raw), allowed: "a mapping" }]);
  const merged = overlay(file, raw, environment);
  const parsed = nodeConfigSchema.safeParse(merged);
  if (!parsed.success) throw new ConfigError(file, problemsOf(parsed.error, merged));
  const config = parsed.data;
  const problems: ConfigProblem[] = [];
  if (config.chain.quorum > config.chain.rpcs.length) {
    problems.push({
      path: "chain.quorum",
      seen: String(config.chain.quorum),
      allowed: `at most the ${config.chain.rpcs.length} RPCs listed`,
    });
  }
  if (problems.length > 0) throw new ConfigError(file, problems);
  const at = (path: string): string => (isAbsolute(path) ? path : resolve(dirname(file), path));
  return {
    ...config,
    network: at(config.network),
    ...(config.pending === undefined ? {} : { pending: at(config.pending) }),
    dataDir: at(config.dataDir),
    keystore: { dir: at(config.keystore.dir), passphraseFile: at(config.keystore.passphraseFile) },
  };
}
