/** How a transmitter is told to behave, and what it does when it is not told. */
import type { Hex } from "../base/bytes.ts";
import type { FeePolicy, GasTable } from "./fees.ts";
import { DEFAULT_FEES, DEFAULT_GAS } from "./fees.ts";

export type TransmitterOptions = {
  readonly chainId: number;
  readonly hub: Hex;
  /** Sends and pays; one account per node and chain, used by nothing else. */
  readonly account: Hex;
  /** Of the configuration at the start; see {@link Transmitter.follow}. Null: this node is no member of it. */
  readonly selfId: number | null;
  /** Ids of all nodes of that configuration. */
  readonly members: readonly number[];
  readonly cfg: Hex;
  readonly blockTimeMs: number;
  /** Blocks until a transaction is settled; the same as the RPCs'. */
  readonly finalityDepth: number;
  /** How often the chain is looked at while something is on its way; default a quarter of a block time, 250 ms to 3 s. */
  readonly pollMs?: number;
  readonly fees?: FeePolicy;
  readonly gas?: GasTable;
  /** See {@link NurseOptions}; default 4 block times, at least 8 s. */
  readonly bumpAfterMs?: number;
  /** Default 2 block times, at least 4 s. */
  readonly rebroadcastMs?: number;
  /** Nonces open at a time; default 4. Lower: feeds wait for one another. Higher: more to replace when fees jump. */
  readonly maxInFlight?: number;
};

const POLL_MIN_MS = 250;
const POLL_MAX_MS = 3_000;
const MAX_IN_FLIGHT = 4;

export function withDefaults(options: TransmitterOptions): Required<TransmitterOptions> {
  const { blockTimeMs } = options;
  return {
    pollMs: Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, blockTimeMs / 4)),
    fees: DEFAULT_FEES,
    gas: DEFAULT_GAS,
    bumpAfterMs: Math.max(4 * blockTimeMs, 8_000),
    rebroadcastMs: Math.max(2 * blockTimeMs, 4_000),
    maxInFlight: MAX_IN_FLIGHT,
    ...options,
  };
}
