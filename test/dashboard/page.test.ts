/**
 * The page in a real browser, served by the real API over a hand-made view. Screenshots go to a temporary folder, or to
 * TENOR_SCREENSHOTS where it is set.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningApi } from "../../src/api/server.ts";
import { startApi } from "../../src/api/server.ts";
import type { FeedView } from "../../src/api/view.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import type { Fixture } from "../api/fixture.ts";
import { amount, makeFixture } from "../api/fixture.ts";

const EXECUTABLE = process.env["TENOR_CHROMIUM"] ?? "/usr/bin/chromium";
const present = existsSync(EXECUTABLE);
const required = process.env["TENOR_REQUIRE_ALL"] === "1";
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const NO_CHAIN = { kind: "missing", reason: "no-chain", detail: "deribit:ETH.options timed out" } as const;

const title = present ? "the page in Chromium" : `the page in Chromium (skipped: there is no ${EXECUTABLE})`;

describe.skipIf(!present && !required)(title, { timeout: 60_000 }, () => {
  let work: string;
  let shots: string;
  let browser: Browser;
  let fixture: Fixture;
  let api: RunningApi;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "tenor-page-"));
    shots = process.env["TENOR_SCREENSHOTS"] ?? join(work, "shots");
    mkdirSync(shots, { recursive: true });
    execFileSync(process.execPath, ["scripts/dashboard.mjs", "--out", join(work, "dashboard")], { stdio: "pipe" });
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fixture = makeFixture({ nowMs: Date.now() });
    api = await startApi(
      { port: 0, dashboardDir: join(work, "dashboard") },
      { view: fixture.view, metrics: new Metrics(), log: silentLogger },
    );
    complaints = [];
  });
  afterEach(async () => {
    await page?.close();
    await api?.stop();
  });

  async function open(options: { width: number; dark?: boolean }): Promise<void> {
    page = await browser.newPage({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.dark === true ? "dark" : "light",
    });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(api.url);
    await page.locator(".feed").nth(25).waitFor();
    await page.locator("#connection", { hasText: "Live" }).waitFor();
  }

  function replaceFeed(name: string, change: (feed: FeedView) => FeedView): void {
    fixture.state.feeds = fixture.state.feeds.map((feed) => (feed.name === name ? change(feed) : feed));
  }

  function card(name: string) {
    return page.locator(`[data-feed="${name}"]`);
  }

  /** Opens what is below a feed's line; spot indices are open already on a wide page. */
  async function unfold(name: string): Promise<void> {
    const button = card(name).locator("button.row");
    if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
    await card(name).locator(".detail").waitFor();
  }

  test("shows every feed with its value, status and comparison with the chain, and more on a press", async () => {
    // However long a busy machine takes to open the page, the value is not old yet.
    replaceFeed("BTC-USD.spot-index", (feed) => ({ ...feed, timeMs: Date.now() + 60_000 }));
    await open({ width: 1_400 });
    const spot = card("BTC-USD.spot-index");
    await spot.locator(".detail").waitFor();
    expect(await spot.locator(".row .value").innerText()).toMatch(/^97,123\.45\s*USD$/);
    expect(await spot.locator(".badge").textContent()).toBe("Agreed");
    expect(await spot.locator(".facts").innerText()).toContain("+2.6 bps");
    expect(await spot.locator(".inputs tbody th").allInnerTexts()).toEqual(["Coinbase", "Kraken", "Binance"]);
    expect(await spot.locator(".inputs").innerText()).toContain("33.3 %");
    expect(await spot.locator(".excluded").innerText()).toContain("Bitstamp outlier: 97,604.10 is 49 bps");
    const shown = async (name: string): Promise<string> =>
      (await card(name).locator(".row .value").innerText()).replace(/\s+/g, " ");
    expect(await shown("BTC-USD.iv-atm-30d")).toBe("47.12 %");
    expect(await shown("BTC-USD.skew-25d-30d")).toBe("\u22122.31 vol pts");
    expect(await shown("BTC-USD.rate-30d")).toBe("5.81 % a year");
    expect(await shown("BTC-USD.funding-8h")).toBe("0.0083 % per 8 h");
    expect(await page.locator("#feeds .group").count()).toBe(10);
    expect(await card("ETH-USD.rate-30d").locator(".detail").count()).toBe(0);
    await unfold("ETH-USD.rate-30d");
    expect(await card("ETH-USD.rate-30d").locator(".facts").innerText()).toContain("at 0.50 % a year");
    expect(complaints).toEqual([]);
  });

  test("the filter leaves what matches, says so when nothing does, and takes nothing away for good", async () => {
    await open({ width: 1_400 });
    await page.locator("#feeds-filter").fill("vol 30");
    expect(await page.locator(".feed:visible").count()).toBe(6);
    await page.locator("#feeds-filter").fill("btc realised");
    expect(await page.locator(".feed:visible").count()).toBe(2);
    expect(await page.locator(".column:visible").count()).toBe(1);
    await page.locator("#feeds-filter").fill("dogecoin");
    expect(await page.locator("#feeds-no-match").innerText()).toContain("dogecoin");
    await page.locator("#feeds-filter").fill("");
    expect(await page.locator(".feed:visible").count()).toBe(26);
  });

  test("draws a line in every row, and in an opened one the agreed line and the published steps", async () => {
    await open({ width: 1_400 });
    await unfold("BTC-USD.iv-atm-30d");
    await page.waitForFunction(`document.querySelectorAll(".feed canvas").length === 3`);
    await page.waitForFunction(
      `[...document.querySelectorAll(".spark-line")].every((line) => line.getAttribute("d").length > 100)`,
    );
    // Counts the pixels of the two line colours of the light theme, on the canvas itself.
    const count = `(() => [...document.querySelectorAll(".feed canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const near = (i, r, g, b) => Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 30 && data[i + 3] > 128;
      let agreed = 0, published = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (near(i, 0x0b, 0x7a, 0x55)) agreed++;
        if (near(i, 0xb3, 0x59, 0x0a)) published++;
      }
      return agreed > 300 && published > 300;
    }))()`;
    await page.waitForFunction(`${count}.every((drawn) => drawn)`);
    expect(await page.evaluate<boolean[]>(count)).toEqual([true, true, true]);
  });

  test("follows the node live: an event changes the value, the chain's difference and the round", async () => {
    await open({ width: 1_400 });
    replaceFeed("BTC-USD.spot-index", (feed) => ({ ...feed, value: amount("98765.43"), timeMs: Date.now() }));
    fixture.state.round = {
      ...fixture.state.round!,
      round: 48_212,
      phase: "observing",
      proposal: null,
      sharesFrom: [],
      latencyMs: null,
      observedBy: [1, 4],
    };
    fixture.emit("feeds");
    fixture.emit("round");
    await card("BTC-USD.spot-index").locator(".number", { hasText: "98,765.43" }).waitFor();
    await page.locator("#round-title", { hasText: "Round 48,212" }).waitFor();
    expect(await page.locator("#round-badge").innerText()).toBe("Collecting observations");
    expect(await page.locator("#round-members .has-observed").count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  test("tells the round, the nodes, the transactions and the sources", async () => {
    await open({ width: 1_400 });
    expect(await page.locator("#round-badge").innerText()).toBe("Signed in 38 ms");
    expect(await page.locator("#round-steps").innerText()).toContain("3 of 3");
    expect(await page.locator("#round-strip rect").count()).toBe(60);
    expect(await page.locator("#round-caption").innerText()).toContain("1 without a signature");
    expect(await page.locator("#peers-rows tr").count()).toBe(4);
    expect(await page.locator("#peers-rows").innerText()).toContain("Not connected");
    expect(await page.locator("#transactions-rows tr").count()).toBe(8);
    expect(await page.locator("#transactions-rows").innerText()).toContain("StaleReport: given round 47 647");
    expect(await page.locator("#sources-count").innerText()).toBe("3 of 5 venues good");
    expect(await page.locator("#sources-rows tr").count()).toBe(5);
  });

  test("tells who is convicted of what, as soon as it is known, and links the proof", async () => {
    await open({ width: 1_400 });
    expect(await page.locator("#evidence-table").isVisible()).toBe(false);
    const name = `0x${"e1".repeat(32)}`;
    const cfg = `0x${"c4".repeat(32)}`;
    const row = { name, cfg, round: 48_200, firstSeenMs: Date.now() } as const;
    fixture.state.evidence = [
      { ...row, kind: "double-sign", accused: 3 },
      { ...row, name: `0x${"e2".repeat(32)}`, kind: "bad-share", accused: 2 },
    ];
    fixture.emit("evidence");
    await page.locator("#evidence-rows tr").first().waitFor();
    const cells = await page.locator("#evidence-rows tr").first().locator("th, td").allInnerTexts();
    expect(cells.slice(0, 2)).toEqual(["3", "Signed twice"]);
    expect(await page.locator("#evidence-rows a").first().getAttribute("href")).toBe(`/v1/evidence/${name}`);
    // The fixture's node is node 2.
    expect(await page.locator("#evidence-rows").innerText()).toContain("2, this node");
    expect(await page.locator("#evidence-count").innerText()).toBe("2 nodes convicted");
    expect(await page.locator("#evidence-empty").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test("tells each venue in a line, and opens to its connections, limits and sources by keyboard", async () => {
    await open({ width: 1_400 });
    const kraken = page.locator('[data-venue="kraken"]');
    const cells = (await kraken.locator("th, td").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    expect(cells.slice(0, 7)).toEqual([
      "Kraken",
      "Left alone for 10 s",
      "Stream 2, REST 1",
      "now",
      "41 ms",
      "no stamps",
      "10 %",
    ]);
    expect(cells[7]).toContain("Rate limited: HTTP 429, retry after 12 s");
    const width = await page.evaluate<number>(
      `document.querySelector('[data-venue="kraken"] .budget-left').getBoundingClientRect().width`,
    );
    expect(width).toBeGreaterThan(3);
    expect(width).toBeLessThan(9);

    const button = kraken.getByRole("button", { name: "Kraken" });
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    await button.focus();
    await page.keyboard.press("Enter");
    const below = page.locator("#venue-kraken");
    await below.waitFor();
    expect(await button.getAttribute("aria-controls")).toBe("venue-kraken");
    expect(await below.locator("tbody tr").count()).toBe(3);
    expect(await below.locator(".connections").innerText()).toContain("spot: live for 1 h, opened again 2 times");
    expect(await below.locator("tbody").innerText()).toContain("HTTP 429, retry after 12 s");
    // It stays open, and in its place, over what the node tells next.
    fixture.state.venues = fixture.state.venues.map((venue) =>
      venue.venue === "kraken" ? { ...venue, state: "ok", pausedMs: null } : venue,
    );
    await kraken.locator(".badge", { hasText: "Good" }).waitFor();
    expect(await below.isVisible()).toBe(true);
    await page
      .locator("section", { has: page.locator("#sources-heading") })
      .last()
      .screenshot({
        path: join(shots, "sources-1400.png"),
      });
    await page.keyboard.press("Enter");
    await below.waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  test("on a phone a venue's line fits, and what it leaves out is told below it", async () => {
    await open({ width: 390 });
    const bitstamp = page.locator('[data-venue="bitstamp"]');
    await bitstamp.waitFor();
    expect(await bitstamp.locator("td:visible").count()).toBe(3);
    await bitstamp.getByRole("button").click();
    const below = page.locator("#venue-bitstamp");
    await below.waitFor();
    expect(await below.innerText()).toContain("Latency 75 ms");
    expect(await below.innerText()).toContain("Last error, of Bitstamp BTC-USD: Stream ended: closed with 1006");
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await below.scrollIntoViewIfNeeded();
    await page
      .locator("section", { has: page.locator("#sources-heading") })
      .last()
      .screenshot({
        path: join(shots, "sources-390.png"),
      });
  });

  test("tells beside a spot index how far its books are open and what it costs to move it, and beside nothing else", async () => {
    await open({ width: 1_400 });
    await card("BTC-USD.spot-index").locator(".depth").waitFor();
    expect((await card("BTC-USD.spot-index").locator(".depth").innerText()).replace(/\s/g, " ")).toBe(
      "Half the spread of its books is 0.04 bp. Moving it 1 % costs about $12.3m down, $11m up.",
    );
    await unfold("BTC-USD.iv-atm-30d");
    expect(await card("BTC-USD.iv-atm-30d").locator(".depth").isVisible()).toBe(false);
  });

  test("says that it lost the node, and recovers by itself when the node is back", async () => {
    await open({ width: 1_400 });
    const port = Number(new URL(api.url).port);
    await api.stop();
    await page.locator("#banner", { hasText: "Connection lost" }).waitFor();
    expect(await page.locator("#connection").innerText()).toBe("Connection lost");
    await page.screenshot({ path: join(shots, "lost-1400.png"), fullPage: true });
    api = await startApi(
      { port, dashboardDir: join(work, "dashboard") },
      { view: fixture.view, metrics: new Metrics(), log: silentLogger },
    );
    await page.locator("#banner").waitFor({ state: "hidden" });
    await page.locator("#connection", { hasText: "Live" }).waitFor();
  });

  test("shows what the node refuses to tell, and everything else beside it", async () => {
    const peers = fixture.view.peers();
    fixture.view.peers = () => {
      throw new Error("no such table");
    };
    await open({ width: 1_400 });
    await page.locator("#error", { hasText: "/v1/peers answered 500" }).waitFor();
    expect(await page.locator("#banner").isVisible()).toBe(false);
    expect(await card("ETH-USD.spot-index").locator(".number").innerText()).toBe("3,412.08");
    fixture.view.peers = () => peers;
    await page.locator("#error").waitFor({ state: "hidden" });
    await page.locator("#peers-rows tr").nth(3).waitFor();
  });

  test("a node without a key says what it waits for, and a missing feed says why", async () => {
    fixture.state.ceremonyPhase = "dealing";
    fixture.state.health = {
      live: true,
      ready: false,
      reasons: ["the key ceremony is not complete", "no report within 3 slots"],
    };
    fixture.state.round = null;
    fixture.state.recent = [];
    fixture.state.transactions = [];
    for (const [name, surface] of fixture.state.surfaces) {
      const refusal = "no-chain: deribit:ETH.options timed out";
      const empty = { status: "none", round: null, gridRound: 0, timeMs: null, headline: null } as const;
      fixture.state.surfaces.set(name, { ...surface, ...empty, slices: [], smiles: [], refusal });
    }
    fixture.state.feeds = fixture.state.feeds.map((feed) => ({
      ...feed,
      settlement: feed.settlement === null ? null : { ...feed.settlement, agreed: null, own: null, past: [] },
      status: "none",
      value: null,
      timeMs: null,
      round: null,
      published: null,
      onChain: null,
      own: feed.name !== "ETH-USD.iv-atm-30d" ? feed.own : { ...NO_CHAIN, sources: [], inputs: [], excluded: [] },
    }));
    await open({ width: 1_400, dark: true });
    expect(await page.locator("#ready").innerText()).toBe("Not ready");
    expect(await page.locator("#reasons").innerText()).toContain("No report within 3 slots");
    expect(await page.locator("#notice").innerText()).toBe(
      "The key ceremony is running: 3 of 4 nodes have dealt their shares.",
    );
    await unfold("ETH-USD.iv-atm-30d");
    expect(await card("ETH-USD.iv-atm-30d").innerText()).toContain(
      "This node has no value: no option chain. deribit:ETH.options timed out",
    );
    expect(await card("BTC-USD.spot-index").innerText()).toContain("Waiting for the first agreed value.");
    await page.locator("#vol-empty", { hasText: "no report has been signed. This node has no smiles" }).waitFor();
    expect(await page.locator("#vol-empty").innerText()).toContain("deribit:ETH.options timed out");
    expect(await page.locator("#settlements").innerText()).toContain("no report speaks of it yet");
    expect(await page.locator("#round-empty").isVisible()).toBe(true);
    expect(await page.locator("#transactions-empty").isVisible()).toBe(true);
    expect(await page.locator("#evidence-empty").innerText()).toBe("No evidence against any member.");
    await page.screenshot({ path: join(shots, "waiting-dark-1400.png"), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test.each([
    [390, false],
    [390, true],
    [820, false],
    [1_400, false],
    [1_400, true],
    [1_600, false],
  ])("fits %i px without scrolling sideways (dark: %s)", async (width, dark) => {
    await open({ width, dark });
    await page.locator("#vol-body").waitFor();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(shots, `page-${dark ? "dark" : "light"}-${width}.png`), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test("can be worked by keyboard: the chart's span is chosen with the arrow keys", async () => {
    await open({ width: 1_400 });
    await page.locator("input[name=range]:checked").focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("input[name=range]:checked").getAttribute("value")).toBe("3600000");
  });

  test("text from the node is shown as text, never run as markup", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    replaceFeed("BTC-USD.spot-index", (feed) => ({
      ...feed,
      own: { kind: "missing", reason: "too-few-sources", detail: evil, sources: [evil], inputs: [], excluded: [] },
    }));
    fixture.state.venues = fixture.state.venues.map((venue) => ({
      ...venue,
      lastError: { source: evil, reason: evil, detail: evil, atMs: Date.now() },
    }));
    fixture.state.sources = fixture.state.sources.map((source) => ({
      ...source,
      state: "gap",
      reason: evil,
      detail: evil,
    }));
    await open({ width: 1_400 });
    await page.locator('[data-venue="kraken"]').getByRole("button").click();
    expect(await page.locator("#venue-kraken").innerText()).toContain(evil);
    expect(await page.locator("#sources-rows img").count()).toBe(0);
    expect(await card("BTC-USD.spot-index").locator(".own").innerText()).toContain(evil);
    expect(await page.locator(".feed img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
