/** The chain and the market as processes: each says where it listens, and is heard. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.ts";
import { anvilBinary, commandLine } from "./paths.ts";
import { waitFor } from "./wait.ts";

type StartedServer = { readonly child: Child; readonly url: string };

const START_TIMEOUT_MS = 60_000;

async function heard(child: Child, pattern: RegExp): Promise<string> {
  const waiting = { timeoutMs: START_TIMEOUT_MS, pollMs: 50, what: "listening address", child };
  return await waitFor(() => pattern.exec(readFileSync(child.logFile, "utf8"))?.[1] ?? null, waiting);
}

/** @param made told of the process before it answers, so that it can be ended when it never does */
export async function startChain(
  options: { readonly dir: string; readonly host: string; readonly chainId: number; readonly blockTimeSec: number },
  made: (child: Child) => void,
): Promise<StartedServer> {
  const { dir, host, chainId, blockTimeSec } = options;
  const args = [
    "--host",
    host,
    "--port",
    "0",
    "--chain-id",
    String(chainId),
    "--block-time",
    String(blockTimeSec),
    "--accounts",
    "1",
  ];
  const child = new Child({ name: "anvil", command: anvilBinary(), args, logFile: join(dir, "chain.log") });
  made(child);
  const port = await heard(child, /Listening on [\d.]+:(\d+)/);
  return { child, url: `http://${host}:${port}` };
}

/** @param made as above */
export async function startMarketProcess(
  options: { readonly dir: string; readonly host: string; readonly marketArguments: readonly string[] },
  made: (child: Child) => void,
): Promise<StartedServer> {
  const args = [commandLine, "market", "--host", options.host, "--port", "0", ...options.marketArguments];
  const child = new Child({
    name: "market",
    command: process.execPath,
    args,
    logFile: join(options.dir, "market.log"),
  });
  made(child);
  return { child, url: await heard(child, /market at (http:\/\/\S+)/) };
}
