/** Which providers are asked and how many must agree. */
import { OracleError } from "../base/errors.ts";

export type RpcOptions = {
  readonly rpcs: readonly { readonly name: string; readonly url: string }[];
  /** Equal answers needed for a read. It is assumed that fewer than this many providers lie together. */
  readonly quorum: number;
  readonly chainId: number;
  /** Blocks on top of a block until it counts as final; 0 where blocks are final at once. */
  readonly finalityDepth: number;
  readonly timeoutMs: number;
  /** A provider this many blocks behind the agreeing ones counts as down; default 3. */
  readonly maxLagBlocks?: number;
};

/** Only the local test chain may be read through one provider: there is nobody to lie. */
export const LOCAL_CHAIN_ID = 31_337;

const TIMEOUT_MAX_MS = 60_000;

/** @throws OracleError `rpc-config`, with the field, what was seen and what is wanted */
export function checkRpcOptions(options: RpcOptions): void {
  const { rpcs, quorum, chainId, finalityDepth, timeoutMs } = options;
  const refuse = (field: string, seen: unknown, wanted: string): never => {
    throw new OracleError(`rpc: ${field} must be ${wanted}, saw ${String(seen)}`, {
      code: "rpc-config",
      field,
      seen,
      wanted,
    });
  };
  if (!isInteger(chainId, 1, Number.MAX_SAFE_INTEGER)) refuse("chainId", chainId, "a positive integer");
  if (!isInteger(quorum, 1, rpcs.length)) refuse("quorum", quorum, `1 to ${rpcs.length}, the number of rpcs`);
  if (quorum === 1 && chainId !== LOCAL_CHAIN_ID) {
    refuse(
      "quorum",
      quorum,
      `at least 2 on chain ${chainId}; only chain ${LOCAL_CHAIN_ID} may be read through one rpc`,
    );
  }
  if (!isInteger(finalityDepth, 0, 10_000)) refuse("finalityDepth", finalityDepth, "0 to 10000 blocks");
  if (!isInteger(timeoutMs, 1, TIMEOUT_MAX_MS)) refuse("timeoutMs", timeoutMs, `1 to ${TIMEOUT_MAX_MS} ms`);
  const names = new Set<string>();
  const hosts = new Set<string>();
  for (const { name, url } of rpcs) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      // The address may hold an access key in its path, so it is not printed.
      return refuse(`rpcs[${name}].url`, "something else", "an http or https address");
    }
    if (names.has(name)) refuse("rpcs[].name", name, "different for each rpc");
    if (hosts.has(parsed.host))
      refuse("rpcs[].url", parsed.host, "a different host for each rpc: one provider is one vote");
    names.add(name);
    hosts.add(parsed.host);
  }
}

function isInteger(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
