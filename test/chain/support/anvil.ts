/** A real chain for one test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const PACKAGED = fileURLToPath(
  new URL("../../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", import.meta.url),
);

export type Anvil = { readonly url: string; rpc(method: string, params?: readonly unknown[]): Promise<unknown> };

/** Starts anvil on a free port; it is ended with the test. */
export async function startAnvil(...args: readonly string[]): Promise<Anvil> {
  const program = existsSync(PACKAGED) ? PACKAGED : "anvil";
  const child = spawn(program, ["--port", "0", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error("anvil ended before it listened")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const match = /Listening on (127\.0\.0\.1:\d+)/.exec(line);
      if (match !== null) resolve(`http://${match[1]}`);
    });
  });
  return { url, rpc: (method, params = []) => jsonRpc(url, method, params) };
}

async function jsonRpc(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const body = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (body.error !== undefined) throw new Error(`${method}: ${body.error.message}`);
  return body.result;
}
