/** The consumers' kit, packed as it would be published, used by a project that has nothing else: in Node and in a browser. */
import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toldReports } from "../consumer/report.support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = process.env["TENOR_CHROMIUM"] ?? "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
const isRequired = process.env["TENOR_REQUIRE_ALL"] === "1";
const [told] = toldReports();
const feedId = String((told!.reply["leaves"] as Record<string, unknown>[])[0]!["feedId"]);

/** What a consumer does with it, wherever it runs. */
const USE = `
import { fetchReport, leafIn, payloadOf, proofOf } from "tenor-consumer";
export async function use(node, network, feedId) {
  const report = await fetchReport(node, network);
  const strange = { ...network, networkId: "0x" + "11".repeat(32) };
  const refused = await fetchReport(node, strange).then(() => "accepted", (error) => error.code);
  return {
    digest: report.digest,
    value: leafIn(report.report, feedId).value.toString(),
    proof: proofOf(report, network, [feedId]),
    payload: payloadOf(report, network),
    refused,
  };
}`;

let project: string;
let server: Server;
let url: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "tenor-kit-"));
  execFileSync(process.execPath, ["scripts/kit.mjs"], { cwd: root });
  execFileSync("npm", ["pack", join(root, "kit"), "--pack-destination", project, "--silent"], { cwd: project });
  const [tarball] = readdirSync(project).filter((name) => name.endsWith(".tgz"));
  const installed = join(project, "node_modules", "tenor-consumer");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, tarball!), "-C", installed, "--strip-components=1"]);
  // Its two dependencies as npm would have installed them; nothing else of this repository can be reached from there.
  symlinkSync(join(root, "node_modules/@noble"), join(project, "node_modules/@noble"));
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  writeFileSync(join(project, "use.js"), USE);

  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path === "/v1/reports/latest") return response.end(JSON.stringify(told!.reply));
    const file = join(project, path);
    if (path === "/" || !existsSync(file)) return response.setHeader("content-type", "text/html").end(page());
    const isCode = extname(file) === ".js";
    return response.setHeader("content-type", isCode ? "text/javascript" : "text/plain").end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);

afterAll(() => {
  server?.close();
  rmSync(project, { recursive: true, force: true });
});

function page(): string {
  const imports = {
    "tenor-consumer": "/node_modules/tenor-consumer/js/consumer/index.js",
    "@noble/curves/": "/node_modules/@noble/curves/",
    "@noble/hashes/": "/node_modules/@noble/hashes/",
  };
  return `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;
}

function expectUsed(used: Record<string, unknown>): void {
  expect(used["digest"]).toBe(told!.digest);
  expect(used["value"]).toBe(String((told!.reply["leaves"] as Record<string, unknown>[])[0]!["value"]));
  expect(used["payload"]).toBe(told!.reply["submitPayload"]);
  expect(String(used["proof"])).toMatch(/^0x81[0-9a-f]{200,}$/);
  expect(used["refused"]).toBe("bad-signature");
}

describe("the kit", () => {
  test("fetches, verifies and proves a node's report in Node", async () => {
    const given = JSON.stringify([url, told!.network, feedId]);
    const run = `import { use } from "./use.js"; console.log(JSON.stringify(await use(...${given})));`;
    writeFileSync(join(project, "run.js"), run);
    const { stdout } = await promisify(execFile)(process.execPath, ["run.js"], { cwd: project, env: {} });
    expectUsed(JSON.parse(stdout) as Record<string, unknown>);
  });

  test.skipIf(!hasBrowser && !isRequired)(
    `and in a browser${hasBrowser ? "" : ` (left out: no ${CHROMIUM})`}`,
    async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
      try {
        const tab = await browser.newPage();
        await tab.goto(url);
        const used = await tab.evaluate(
          `import("/use.js").then(({ use }) => use(...${JSON.stringify([url, told!.network, feedId])}))`,
        );
        expectUsed(used as Record<string, unknown>);
      } finally {
        await browser.close();
      }
    },
  );

  test("ships the contracts that its readme imports, and types", () => {
    const installed = join(project, "node_modules/tenor-consumer");
    const readme = readFileSync(join(installed, "README.md"), "utf8");
    const named = [...readme.matchAll(/tenor-consumer\/(contracts\/[\w/]+\.sol)/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(0);
    for (const path of [...named, "contracts/kit/MockHub.sol", "js/consumer/index.d.ts"]) {
      expect(existsSync(join(installed, path)), path).toBe(true);
    }
  });
});
