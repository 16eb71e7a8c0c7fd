// A container's health check: exits 0 when the address answers well, 1 otherwise.
//   node healthy.mjs http URL    wants a 2xx
//   node healthy.mjs rpc URL     wants a chain id from an EVM node
const [kind, url] = process.argv.slice(2);
const call = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
};
try {
  const response = await fetch(url, { ...(kind === "rpc" ? call : {}), signal: AbortSignal.timeout(3_000) });
  const well = response.ok && (kind !== "rpc" || typeof (await response.json()).result === "string");
  if (!well) throw new Error(`answered ${response.status}`);
} catch (error) {
  process.stderr.write(`${url}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
