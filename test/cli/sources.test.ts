/** `tenor sources`, the built program, against a real API over a hand-made node. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type RunningApi, startApi } from "../../src/api/server.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { commandLine } from "../../src/devnet/paths.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { type Fixture, makeFixture } from "../api/fixture.ts";
import { expand } from "../support/documented-commands.ts";
import type { Ended } from "./support.ts";

let fixture: Fixture;
let api: RunningApi;

beforeEach(async () => {
  fixture = makeFixture({ nowMs: Date.now() });
  api = await startApi(
    { port: 0, dashboardDir: null },
    { view: fixture.view, metrics: new Metrics(), log: silentLogger },
  );
});
afterEach(() => api.stop());

function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [commandLine, "sources", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Not the synchronous run of the other tests: the API lives in this process. */
async function run(...words: readonly string[]): Promise<Ended> {
  const child = start(...words);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

function setState(venue: string, state: "ok" | "down"): void {
  fixture.state.venues = fixture.state.venues.map((one) => (one.venue === venue ? { ...one, state } : one));
}

test("prints a line a venue without colours into a pipe, and ends with 0 while none is down", async () => {
  const { status, stdout, stderr } = await run("--node", `${api.url}/`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}venue +state +sources +via +age +latency +clock +budget left +last error$/m);
  expect(stdout).toMatch(/^ {2}kraken +degraded +2 of 3/m);
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("kraken:BTC-USD ");
});

/** As docs/operations.md has it. */
const DOCUMENTED = "npx tenor sources --all --node http://127.0.0.1:8080";

test("--all tells every source and connection; a venue that is down makes it end with 1", async () => {
  setState("deribit", "down");
  const [, , command, ...words] = expand(DOCUMENTED).map((word) => (word.startsWith("http:") ? api.url : word));
  expect(command).toBe("sources");
  const { status, stdout } = await run(...words);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^ {2}deribit options +live/m);
  expect(stdout).toMatch(/^ {2}deribit:BTC\.options +ok +stream/m);
});

test("a venue that no feed reads is shown as watched, and may be down", async () => {
  setState("deribit", "down");
  fixture.state.venues = fixture.state.venues.map((one) => ({ ...one, isNeeded: one.venue !== "deribit" }));
  const { status, stdout } = await run("--node", api.url);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ {2}deribit \(watched\) +down/m);
});

test("--json is what the API says, in one object", async () => {
  const { status, stdout } = await run("--node", api.url, "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    nowMs: expect.any(Number),
    venues: fixture.state.venues,
    sources: fixture.state.sources,
  });
});

test("--watch looks again, goes on over a node that is away, and ends with its last look when it is stopped", async () => {
  const child = start("--node", api.url, "--watch", "--json");
  const looks: string[] = [];
  const complaints: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
  const next = async (): Promise<{ readonly venues: readonly { readonly state: string }[] }> => {
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    looks.push(chunk.toString());
    return JSON.parse(chunk.toString()) as { readonly venues: readonly { readonly state: string }[] };
  };
  expect((await next()).venues.map(({ state }) => state)).not.toContain("down");
  const port = Number(new URL(api.url).port);
  await api.stop();
  await once(child.stderr, "data");
  expect(complaints.join("")).toContain(`no node answers at http://127.0.0.1:${port}/v1/venues`);
  setState("coinbase", "down");
  api = await startApi({ port, dashboardDir: null }, { view: fixture.view, metrics: new Metrics(), log: silentLogger });
  expect((await next()).venues.map(({ state }) => state)).toContain("down");
  child.kill("SIGTERM");
  await once(child, "close");
  expect(child.exitCode).toBe(1);
});

test("a node that does not answer, and what is no node, are told in one line with exit code 1", async () => {
  await api.stop();
  const nobody = await run("--node", api.url);
  expect(nobody).toMatchObject({ status: 1, stdout: "" });
  expect(nobody.stderr).toMatch(/^no node answers at http:\/\/127\.0\.0\.1:\d+\/v1\/venues: .*ECONNREFUSED.*\n$/);
  const other = createServer((request, response) => {
    if (request.url?.startsWith("/page") === true) response.end("<!doctype html>");
    else response.writeHead(404).end();
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  expect(await run("--node", url)).toMatchObject({ status: 1, stderr: expect.stringContaining("answers 404") });
  expect(await run("--node", `${url}/page`)).toMatchObject({ status: 1, stderr: expect.stringContaining("no JSON") });
});

test.each([
  [["--node", "nowhere"], "is no URL"],
  [["--node", "ftp://127.0.0.1"], "is no URL"],
  [["--every"], "unknown option"],
])("wrong usage %j ends with 2", async (words, told) => {
  const { status, stdout, stderr } = await run(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(told);
});
