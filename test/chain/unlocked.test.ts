/** An account that an RPC holds: what is said where there is no such RPC, or no such account. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openUnlocked } from "../../src/chain/unlocked.ts";
import { startAnvil } from "./support/anvil.ts";

test("an RPC that is not there is said at once, and of its URL no more than the host", async () => {
  const refused = openUnlocked("http://127.0.0.1:1/a-key-of-mine");
  await expect(refused).rejects.toMatchObject({ code: "rpc-unreachable" });
  await expect(refused).rejects.toThrow(/^no RPC answers at 127\.0\.0\.1:1: (?!.*a-key-of-mine)/);
});

test("a server that is no RPC is told apart, without its page", async () => {
  const server = createServer((_, response) => response.writeHead(501).end("<html>a-page</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const refused = openUnlocked(`http://127.0.0.1:${port}/a-key-of-mine`);
  await expect(refused).rejects.toThrow(/^no RPC answers at 127\.0\.0\.1:\d+: .*501(?!.*(?:a-key-of-mine|a-page))/);
});

test("an account that the RPC does not hold is refused by its number", { timeout: 30_000 }, async () => {
  const { url } = await startAnvil();
  await expect(openUnlocked(url, 999)).rejects.toMatchObject({ code: "no-account" });
  const held = await openUnlocked(url, 0);
  held.close();
  expect(held.address).toMatch(/^0x[0-9a-fA-F]{40}$/);
});
