/** A real HTTP server that speaks JSON-RPC and does what a test wants: lie, hang, or hand on to a real chain. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type RpcCall = { readonly method: string; readonly params: readonly unknown[] };

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly status: number; readonly body: string }
  | "hang";

export type RpcServer = { readonly url: string; readonly calls: RpcCall[] };

export async function startRpcServer(answer: (call: RpcCall) => Answer | Promise<Answer>): Promise<RpcServer> {
  const calls: RpcCall[] = [];
  const server = createServer((request, response) => {
    void reply(request, response, async (call) => {
      calls.push(call);
      return await answer(call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (call: RpcCall) => Promise<Answer>,
): Promise<void> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
  const given = await answer({ method, params });
  if (given === "hang") return;
  if ("status" in given) {
    response.writeHead(given.status).end(given.body);
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, ...given }));
}

/** Hands a call on to a real chain. */
export async function forward(url: string, call: RpcCall): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...call }),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
  return error === undefined ? { result } : { error };
}
