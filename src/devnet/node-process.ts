/** One node as a process: the shared configuration file, and by environment what differs from node to node. */
import { Child } from "./child.ts";
import type { MemberPaths } from "./members.ts";
import { commandLine, devnetNodeConfig } from "./paths.ts";

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
};

const SPOT_VENUES = ["coinbase", "kraken", "bitstamp", "binance"] as const;

export function spawnNode(options: NodeProcessOptions): Child {
  const { id, paths, marketUrl } = options;
  const environment: Record<string, string> = {
    TENOR__NETWORK: options.networkFile,
    TENOR__DATADIR: paths.data,
    TENOR__KEYSTORE__DIR: paths.keys,
    TENOR__KEYSTORE__PASSPHRASEFILE: paths.passphraseFile,
    TENOR__LISTEN: `[${options.listen}]`,
    TENOR__API__PORT: options.apiPort,
    TENOR__CHAIN__RPCS: `[{ name: devnet, url: "${options.rpcUrl}" }]`,
    TENOR__CHAIN__BLOCKTIMEMS: String(options.blockTimeMs),
    TENOR__LOG__LEVEL: options.logLevel,
  };
  if (marketUrl !== null) {
    // The market counts each node's requests on its own, as venues do by address.
    const venuesUrl = `${marketUrl}/as/node-${id}`;
    for (const venue of SPOT_VENUES) {
      environment[`TENOR__VENUES__${venue.toUpperCase()}__BASEURL`] = `${venuesUrl}/${venue}`;
    }
    environment["TENOR__VENUES__DERIBIT__BASEURL"] = `${venuesUrl}/deribit/api/v2`;
  }
  const args = [commandLine, "node", "--config", devnetNodeConfig];
  return new Child({ name: `node ${id}`, command: process.execPath, args, environment, logFile: paths.log });
}
