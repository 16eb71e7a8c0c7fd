/** One node as a process: the shared configuration file, and by environment what differs from node to node. */
import { dirname, join } from "node:path";
import { VENUES } from "../market/venue.ts";
import { accessBelow } from "../sources/hosts.ts";
import { Child } from "./child.ts";
import type { MemberPaths } from "./members.ts";
import { commandLine, devnetNodeConfig } from "./paths.ts";

/** Beside the network file: where a devnet's nodes look for the configuration that is to follow. */
export const PENDING_FILE = "next.yaml";

export type NodeProcessOptions = {
  readonly id: number;
  readonly paths: MemberPaths;
  /** multiaddr */
  readonly listen: string;
  readonly apiPort: string;
  readonly networkFile: string;
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
  const { id, paths, marketUrl } = options;
  const environment: Record<string, string> = {
    TENOR__NETWORK: options.networkFile,
    TENOR__PENDING: join(dirname(options.networkFile), PENDING_FILE),
    TENOR__DATADIR: paths.data,
    TENOR__KEYSTORE__DIR: paths.keys,
    TENOR__KEYSTORE__PASSPHRASEFILE: paths.passphraseFile,
    TENOR__LISTEN: `[${options.listen}]`,
    TENOR__API__PORT: options.apiPort,
    TENOR__CHAIN__RPCS: `[{ name: devnet, url: "${options.rpcUrl}" }]`,
    TENOR__CHAIN__BLOCKTIMEMS: String(options.blockTimeMs),
    TENOR__LOG__LEVEL: options.logLevel,
    TENOR__WATCH: JSON.stringify(options.watch),
  };
  if (marketUrl !== null) Object.assign(environment, venueEnvironment(marketUrl, id));
  const args = [commandLine, "node", "--config", devnetNodeConfig];
  return new Child({ name: `node ${id}`, command: process.execPath, args, environment, logFile: paths.log });
}
