/** A chain for a whole test file, ended by its own id. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../../src/devnet/child.ts";
import { anvilBinary } from "../../src/devnet/paths.ts";
import { waitFor } from "../../src/devnet/wait.ts";

export type TestChain = { readonly url: string; stop(): Promise<void> };

/** Anvil on a free port, a block for every transaction. */
export async function startChain(): Promise<TestChain> {
  const dir = mkdtempSync(join(tmpdir(), "tenor-chain-"));
  const logFile = join(dir, "chain.log");
  const child = new Child({ name: "anvil", command: anvilBinary(), args: ["--port", "0", "--accounts", "1"], logFile });
  const stop = async (): Promise<void> => {
    await child.stop(2_000);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const waiting = { timeoutMs: 20_000, pollMs: 50, what: "listening address", child };
    const found = /Listening on (127\.0\.0\.1:\d+)/;
    const address = await waitFor(() => found.exec(readFileSync(logFile, "utf8"))?.[1] ?? null, waiting);
    return { url: `http://${address}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
