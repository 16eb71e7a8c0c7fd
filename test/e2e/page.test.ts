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
import type { SurfaceReply, TransactionsReply } from "../../src/api/replies.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { awaitRound, eventually, startDevnet } from "./support.ts";

const CHROMIUM = process.env["TENOR_CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(CHROMIUM);
const isRequired = process.env["TENOR_REQUIRE_ALL"] === "1";
const SURFACE = "BTC-USD.vol-surface";
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
    await eventually("an agreed surface", 60_000, async () => {
      const reply = await fetchJson<SurfaceReply>(`${devnet.nodes[0]!.apiUrl}/v1/feeds/${SURFACE}/surface`);
      return reply !== null && reply.surface.slices.length > 1 ? true : null;
    });
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
    for (const kind of new Set(devnet.facts.definitions.map((definition) => definition.kind))) {
      await page.locator(`[data-kind="${kind}"] .number`, { hasText: /\d/ }).first().waitFor();
    }
    await page.locator(".feed canvas").nth(1).waitFor();
    await page.locator("#read-vol", { hasText: "%" }).waitFor();
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
    // From the top through the surface and the settlements: what comes below is tables.
    const until = (await page.locator("#settlement-section").boundingBox())!;
    const clip = { x: 0, y: 0, width: 1_400, height: Math.ceil(until.y + until.height + 24) };
    await page.screenshot({ path: join(pictures, "devnet-1400-top.png"), fullPage: true, clip });
    expect(errors).toEqual([]);
    await page.close();
  });

  test("the surface is turned by hand, and read off at a strike it says what the API's slice says", {
    timeout: 60_000,
  }, async () => {
    const { apiUrl } = devnet.nodes[0]!;
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    await page.goto(apiUrl);
    await page.locator("#read-vol", { hasText: "%" }).waitFor();
    const canvas = page.locator("#surface-canvas");
    await canvas.scrollIntoViewIfNeeded();
    expect(await canvas.getAttribute("data-turn")).toBeNull();
    const picture = (): Promise<string> => page.evaluate("document.querySelector('#surface-canvas').toDataURL()");
    const before = await picture();
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 320, box.y + 180, { steps: 5 });
    await page.mouse.up();
    await page.waitForSelector("#surface-canvas[data-turn]");
    expect(await picture()).not.toBe(before);

    // The surface is agreed on anew every few seconds: what the page reads is the API's slice of some moment near now.
    await eventually("the page reads what the API says", 20_000, async () => {
      const reply = await fetchJson<SurfaceReply>(`${apiUrl}/v1/feeds/${SURFACE}/surface`);
      const slice = reply?.surface.slices[2];
      if (slice === undefined) return null;
      const strike = Math.round(slice.forward / 1_000) * 1_000;
      await page.locator("#read-strike").fill(String(strike));
      await page.locator("#read-day").fill(new Date(slice.expiryMs).toISOString().slice(0, 10));
      const { a, b, rho, m, sigma } = slice.params;
      const offset = Math.log(strike / slice.forward) - m;
      const w = a + b * (rho * offset + Math.sqrt(offset * offset + sigma * sigma));
      const read = await page.locator("#read-vol").innerText();
      return read === `${(Math.sqrt(w / slice.years) * 100).toFixed(2)} %` ? true : null;
    });
    await page.locator("#volatility").screenshot({ path: join(pictures, "devnet-surface.png") });
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
