/** One node as a process: the shared configuration file, and by environment what differs from node to node. */
import { dirname, join } from "node:path";
import { VENUES } from "../market/venue.ts";
import { accessBelow } from "../sources/hosts.ts";
import { Child } from "./child.ts";
import { multiaddrOf, type Place } from "./ground.ts";
import type { MemberPaths } from "./members.ts";
import { commandLine, devnetNodeConfig } from "./paths.ts";

/** In the devnet's folder: where its nodes look for the configuration that is to follow. */
export const PENDING_FILE = "next.yaml";

/**
 * Room for what lives as long as a round does, in MB: with V8's own 16 it is copied about more often, for an eighth of a node's
 * CPU at n = 16. And no threads of V8's own beside the one that works: for a heap of sixty megabytes they take longer to wake
 * and to agree than they save, a tenth of a node's CPU. And no collections because nothing else is to do, and no code thrown
 * away in one: a node mostly waits, and what it lost so it compiles again, another tenth. The command's first line and the
 * Dockerfile say the same.
 */
const RUNTIME_FLAGS: readonly string[] = [
  "--max-semi-space-size=32",
  "--single-threaded",
  "--no-memory-reducer",
  "--no-flush-bytecode",
];

/** What one node has besides the others. */
export type NodeSetup = {
  /** Flags of the runtime, before the program: --cpu-prof, --inspect=…, --import=… */
  readonly runtime?: readonly string[];
  /** The program, where it is not the bundle: what --import changes must be a module that the program loads. */
  readonly program?: string;
  /** Settings by environment, over those of the devnet. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type NodeProcessOptions = {
  readonly id: number;
  readonly paths: MemberPaths;
  readonly place: Place;
  /** The command that runs another one at this node's place. */
  readonly at: (
    command: string,
    args: readonly string[],
  ) => { readonly command: string; readonly args: readonly string[] };
  readonly setup: NodeSetup;
  readonly rpcUrl: string;
  /** null: the real exchanges. */
  readonly marketUrl: string | null;
  readonly blockTimeMs: number;
  readonly logLevel: "debug" | "info";
  /** Sources that it hears besides those of its feeds. */
  readonly watch: readonly string[];
};

/** Below one market server, which counts each node by its name as a venue counts addresses. */
function venueEnvironment(marketUrl: string, id: number): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const venue of VENUES) {
    const { baseUrl, streamUrl } = accessBelow(`${marketUrl}/as/node-${id}`, venue);
    const key = `TENOR__VENUES__${venue.toUpperCase()}`;
    environment[`${key}__BASEURL`] = baseUrl;
    environment[`${key}__STREAMURL`] = streamUrl;
  }
  return environment;
}

export function spawnNode(options: NodeProcessOptions): Child {
  const { id, paths, place, marketUrl, setup } = options;
  const environment: Record<string, string> = {
    TENOR__NETWORK: paths.networkFile,
    TENOR__PENDING: join(dirname(paths.dir), PENDING_FILE),
    TENOR__DATADIR: paths.data,
    TENOR__KEYSTORE__DIR: paths.keys,
    TENOR__KEYSTORE__PASSPHRASEFILE: paths.passphraseFile,
    TENOR__LISTEN: `[${multiaddrOf(place.p2p)}]`,
    TENOR__API__HOST: place.api.host,
    TENOR__API__PORT: String(place.api.port),
    TENOR__CHAIN__RPCS: `[{ name: devnet, url: "${options.rpcUrl}" }]`,
    TENOR__CHAIN__BLOCKTIMEMS: String(options.blockTimeMs),
    TENOR__LOG__LEVEL: options.logLevel,
    TENOR__WATCH: JSON.stringify(options.watch),
  };
  if (marketUrl !== null) Object.assign(environment, venueEnvironment(marketUrl, id));
  Object.assign(environment, setup.environment);
  const flags = [...RUNTIME_FLAGS, ...(setup.runtime ?? [])];
  const args = [...flags, setup.program ?? commandLine, "node", "--config", devnetNodeConfig];
  return new Child({
    name: `node ${id}`,
    ...options.at(process.execPath, args),
    environment,
    logFile: paths.log,
  });
}
