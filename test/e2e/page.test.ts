/**
 * The page over a real devnet, in a real browser: what a customer sees. The pictures go to a temporary folder;
 * `npm run picture` puts the first one into the README.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TransactionsReply } from "../../src/api/replies.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { awaitRound, startDevnet } from "./support.ts";

const CHROMIUM = process.env["TENOR_CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(CHROMIUM);
const isRequired = process.env["TENOR_REQUIRE_ALL"] === "1";
/** Seconds of history before the picture is taken: a chart of three points sells nothing. */
const HISTORY_SEC = Number(process.env["TENOR_PICTURE_SECONDS"] ?? "12");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The node that has sent most: its table of transactions has something to show. */
async function busiestNode(devnet: Devnet): Promise<string> {
  const counted = await Promise.all(
    devnet.nodes.map(async ({ apiUrl }) => {
      const reply = await fetchJson<TransactionsReply>(`${apiUrl}/v1/transactions`);
      return { apiUrl, count: reply?.transactions.length ?? 0 };
    }),
  );
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).apiUrl;
}

describe.skipIf(!hasChromium && !isRequired)(`the page (needs ${CHROMIUM})`, () => {
  let devnet: Devnet;
  let browser: Browser;
  const kept = process.env["TENOR_SCREENSHOTS"];
  const pictures = kept ?? mkdtempSync(join(tmpdir(), "tenor-page-"));

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    devnet = await startDevnet({ logLevel: "info" });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    await awaitRound(devnet, 1, 5, 40_000);
    await sleepFor(HISTORY_SEC * 1_000);
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await devnet?.stop();
    if (kept === undefined) rmSync(pictures, { recursive: true, force: true });
  }, 60_000);

  test("shows every feed with its value, its chart and its answer on chain, and goes on by itself", {
    timeout: 60_000,
  }, async () => {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 }, deviceScaleFactor: 1 });
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(await busiestNode(devnet));
    for (const { name } of devnet.facts.rules) await page.locator(`[data-feed="${name}"]`).first().waitFor();
    await page.locator("canvas").nth(3).waitFor();
    const text = async (): Promise<string> => await page.locator("body").innerText();
    const first = await text();
    expect(first).toMatch(/95,?\d{3}|9\d,\d{3}/);
    // Live: the round number moves without a reload.
    for (let looks = 0; (await text()) === first; looks++) {
      expect(looks, "the page stands still").toBeLessThan(100);
      await sleepFor(100);
    }
    await page.getByText("5 min", { exact: true }).click();
    await sleepFor(2_000);
    await page.screenshot({ path: join(pictures, "devnet-1400.png") });
    await page.screenshot({ path: join(pictures, "devnet-1400-full.png"), fullPage: true });
    expect(errors).toEqual([]);
    await page.close();
  });

  test("fits a phone without scrolling sideways", { timeout: 60_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(devnet.nodes[0]!.apiUrl);
    await page.locator(`[data-feed="BTC-USD.spot-index"]`).waitFor();
    const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(pictures, "devnet-390.png") });
    await page.close();
  });
});
