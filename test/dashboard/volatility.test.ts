/** The volatility section in a real browser, served by the real API over a hand-made view. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningApi } from "../../src/api/server.ts";
import { startApi } from "../../src/api/server.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import type { Fixture } from "../api/fixture.ts";
import { makeFixture } from "../api/fixture.ts";
import { variance } from "../api/surface-fixture.ts";

const EXECUTABLE = process.env["TENOR_CHROMIUM"] ?? "/usr/bin/chromium";
const present = existsSync(EXECUTABLE);
const required = process.env["TENOR_REQUIRE_ALL"] === "1";
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const title = present ? "the volatility section" : `the volatility section (skipped: there is no ${EXECUTABLE})`;

describe.skipIf(!present && !required)(title, { timeout: 60_000 }, () => {
  let work: string;
  let browser: Browser;
  let fixture: Fixture;
  let api: RunningApi;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "tenor-vol-"));
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
    page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(api.url);
    await page.locator("#vol-body").waitFor();
    await page.locator("#read-vol", { hasText: "%" }).waitFor();
  });
  afterEach(async () => {
    await page?.close();
    await api?.stop();
  });

  const choose = async (name: string, value: string): Promise<void> => {
    await page.locator(`label:has(> input[name="${name}"][value="${value}"])`).click();
  };
  /** As text: these tests know no browser types. */
  const picture = (): Promise<string> => page.evaluate("document.querySelector('#surface-canvas').toDataURL()");
  /** Two frames: one that draws, one in which it is seen. */
  const drawn = (): Promise<void> =>
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))");
  const middle = async (): Promise<{ x: number; y: number }> => {
    const canvas = page.locator("#surface-canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  test("reads the surface off at a strike and a listed expiry exactly as the API's slice says", async () => {
    const surface = fixture.state.surfaces.get("BTC-USD.vol-surface")!;
    const slice = surface.slices[5]!;
    const strike = 105_000;
    await page.locator("#read-strike").fill(String(strike));
    await page.locator("#read-day").fill(new Date(slice.expiryMs).toISOString().slice(0, 10));
    const w = variance(slice.params, Math.log(strike / slice.forward));
    expect(await page.locator("#read-vol").innerText()).toBe(`${(Math.sqrt(w / slice.years) * 100).toFixed(2)} %`);
    expect(await page.locator("#read-variance").innerText()).toBe(w.toFixed(6));
    expect(await page.locator("#read-note").innerText()).toContain("a listed expiry");
    expect(complaints).toEqual([]);
  });

  test("between two expiries it interpolates and says so; outside of them, and at no strike, it says why not", async () => {
    const { slices } = fixture.state.surfaces.get("BTC-USD.vol-surface")!;
    const [near, far] = [slices[5]!, slices[6]!];
    const dayMs = near.expiryMs + 10 * 86_400_000;
    await page.locator("#read-day").fill(new Date(dayMs).toISOString().slice(0, 10));
    const vol = Number((await page.locator("#read-vol").innerText()).replace(" %", "")) / 100;
    expect(vol).toBeGreaterThan(near.atmVol - 0.02);
    expect(vol).toBeLessThan(far.atmVol + 0.02);
    expect(await page.locator("#read-note").innerText()).toContain("interpolated in total variance");
    await page.locator("#read-day").fill("2035-01-01");
    expect(await page.locator("#read-vol").innerText()).toBe("\u2013");
    expect(await page.locator("#read-note").innerText()).toContain("nothing is extrapolated");
    await page.locator("#read-strike").fill("0");
    expect(await page.locator("#read-note").innerText()).toContain("above zero");
  });

  test("the surface is turned by dragging and by keys, and Home turns it back", async () => {
    await drawn();
    const first = await picture();
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 120, y - 40, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(5, 5);
    await drawn();
    const dragged = await picture();
    expect(dragged).not.toBe(first);
    await page.locator("#surface-canvas").focus();
    await page.keyboard.press("ArrowLeft");
    await drawn();
    expect(await picture()).not.toBe(dragged);
    await page.keyboard.press("Home");
    await drawn();
    expect(await picture()).toBe(first);
    expect(complaints).toEqual([]);
  });

  test("a finger turns it sideways", async () => {
    const turn = async (): Promise<string | null> => await page.locator("#surface-canvas").getAttribute("data-turn");
    expect(await turn()).toBeNull();
    const event = (kind: string, x: number): string =>
      `document.querySelector("#surface-canvas").dispatchEvent(new PointerEvent("${kind}", {
        pointerId: 1, pointerType: "touch", isPrimary: true, button: 0, clientX: ${x}, clientY: 300, bubbles: true }))`;
    await page.evaluate("document.querySelector('#surface-canvas').setPointerCapture = () => {}");
    for (const [kind, x] of [
      ["pointerdown", 300],
      ["pointermove", 380],
      ["pointerup", 380],
    ] as const) {
      await page.evaluate(event(kind, x));
    }
    expect(Number(await turn())).toBeLessThan(-1);
  });

  test("what lies under the pointer is told, and a press puts it into the read-off", async () => {
    const hover = page.locator("#surface-hover");
    const { x, y } = await middle();
    // Somewhere around the middle there is the sheet.
    let found: { x: number; y: number } | null = null;
    for (let step = 0; step < 60 && found === null; step++) {
      const at = { x: x - 90 + 30 * (step % 7), y: y - 90 + 24 * Math.floor(step / 7) };
      await page.mouse.move(at.x, at.y);
      if ((await hover.innerText()).includes("at strike")) found = at;
    }
    expect(found).not.toBeNull();
    const said = await hover.innerText();
    const strike = Number(/strike ([\d,]+)/.exec(said)![1]!.replaceAll(",", ""));
    await page.mouse.click(found!.x, found!.y);
    expect(Math.abs(Number(await page.locator("#read-strike").inputValue()) - strike)).toBeLessThanOrEqual(250.5);
  });

  test("the smile shows market ranges and three curves of the chosen expiry, and says what is not there", async () => {
    await choose("vol-expiry", String(fixture.state.surfaces.get("BTC-USD.vol-surface")!.slices[4]!.expiryMs));
    const chart = page.locator("#smile-chart");
    for (const name of ["own", "agreed", "published"]) expect(await chart.locator(`.xy-line.${name}`).count()).toBe(1);
    expect((await chart.locator(".xy-range.is-used").getAttribute("d"))!.length).toBeGreaterThan(100);
    await choose("vol-expiry", String(fixture.state.surfaces.get("BTC-USD.vol-surface")!.slices[0]!.expiryMs));
    expect(await chart.locator(".xy-line.published").count()).toBe(0);
    expect(await page.locator("#smile-facts").innerText()).toContain("has not been published yet");
    await choose("vol-expiry", String(fixture.state.surfaces.get("BTC-USD.vol-surface")!.slices[2]!.expiryMs));
    expect(await chart.locator(".xy-line.own").count()).toBe(0);
    expect(await page.locator("#smile-facts").innerText()).toContain("no curve fits its 4 quotes");
  });

  test("the coin, the axis and whose surface can be chosen, and the choice outlives an update", async () => {
    await choose("vol-symbol", "ETH-USD");
    await page.locator("#read-forward", { hasText: "3,4" }).waitFor();
    await choose("vol-axis", "strike");
    await choose("vol-source", "own");
    expect(await page.locator("#smile-chart svg").textContent()).toContain("Strike, USD");
    const [surface] = [fixture.state.surfaces.get("ETH-USD.vol-surface")!];
    fixture.state.surfaces.set("ETH-USD.vol-surface", { ...surface, gridRound: 77_777 });
    await page.locator("#vol-summary", { hasText: "77,777" }).waitFor();
    expect(await page.locator("input[name=vol-source]:checked").getAttribute("value")).toBe("own");
    expect(await page.locator("input[name=vol-symbol]:checked").getAttribute("value")).toBe("ETH-USD");
    expect(complaints).toEqual([]);
  });

  test("the settlement tells the window, its two parts, the coverage of the network and of this node, and past prices", async () => {
    const text = (await page.locator('[data-settlement="BTC-USD"]').innerText()).replace(/\s+/g, " ");
    for (const part of ["Window running", "until the price of", "Fixed so far", "Still open", "99.8 %", "not seen"])
      expect(text).toContain(part);
    expect(await page.locator('[data-settlement="BTC-USD"] .past li').count()).toBe(4);
    expect(await page.locator('[data-settlement="BTC-USD"] .is-low').count()).toBe(1);
    const first = await page.locator('[data-settlement="BTC-USD"] .clock').innerText();
    expect(first).toMatch(/^\d+:\d\d$/);
    await page.locator('[data-settlement="BTC-USD"] .clock', { hasNotText: first }).waitFor();
  });

  test("nothing on the page moves while it is updated every second", async () => {
    const layout = (): Promise<string> =>
      page.evaluate(`JSON.stringify([...document.querySelectorAll(".card, .row, .xy, canvas")].map((node) => {
        const { x, y, width, height } = node.getBoundingClientRect();
        return [x, y + scrollY, width, height].map(Math.round);
      }))`);
    // Stale badges appear once, five seconds after the fixture's time: let them.
    await page.locator('[data-feed="BTC-USD.rate-30d"] .badge', { hasText: "Stale" }).waitFor();
    const before = await layout();
    for (let second = 0; second < 3; second++) {
      fixture.emit("feeds");
      fixture.emit("report");
      await page.waitForResponse((response) => response.url().endsWith("/v1/feeds"));
    }
    await drawn();
    expect(await layout()).toBe(before);
  });
});
