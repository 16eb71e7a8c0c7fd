/**
 * An RPC whose `send` comes back after the block. A chain that mines by itself answers with the transaction's hash
 * *before* it has made the block of it; a test that ticks twice and reads would win that race on most machines only.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "../../../src/base/bytes.ts";
import type { SendResult } from "../../../src/chain/rpc.ts";
import { QuorumRpc } from "../../../src/chain/rpc.ts";
import type { RpcOptions } from "../../../src/chain/rpc-options.ts";
import { forward } from "./rpc-server.ts";

/** A transaction that pays too little waits in the pool for as long as its chain lets it: no longer than this here. */
const PATIENCE_MS = 1_000;

export class MinedRpc extends QuorumRpc {
  readonly #urls: readonly string[];

  constructor(options: RpcOptions, doors: ConstructorParameters<typeof QuorumRpc>[1]) {
    super(options, doors);
    this.#urls = options.rpcs.map(({ url }) => url);
  }

  override async send(raw: Hex): Promise<readonly SendResult[]> {
    const results = await super.send(raw);
    await Promise.all(this.#urls.map((url) => poolIsEmpty(url)));
    return results;
  }
}

/** Waits for the block of every transaction that is ready; at once where blocks are made by hand or by the clock. */
async function poolIsEmpty(url: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  if ((await ask(url, "anvil_getAutomine")) !== true) return;
  while (performance.now() < endMs) {
    const status = (await ask(url, "txpool_status")) as { pending: string } | undefined;
    if (status === undefined || BigInt(status.pending) === 0n) return;
    await sleep(5);
  }
}

/** Undefined where the server does not know the method, hangs up or is not there. */
async function ask(url: string, method: string): Promise<unknown> {
  try {
    const answer = await forward(url, { method, params: [] });
    return typeof answer === "object" && "result" in answer ? answer.result : undefined;
  } catch {
    return undefined;
  }
}
