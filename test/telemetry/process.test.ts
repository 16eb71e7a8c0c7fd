import { afterEach, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import type { ProcessMetrics } from "../../src/telemetry/process.ts";
import { watchProcess } from "../../src/telemetry/process.ts";

let watch: ProcessMetrics | undefined;
afterEach(() => watch?.stop());

test("the customary process metrics, the build and the loop's lag are exposed", async () => {
  const metrics = new Metrics();
  watch = watchProcess({ version: "1.2.3" }, { metrics, log: silentLogger });
  const text = await metrics.text();
  expect(text).toContain("process_cpu_user_seconds_total");
  expect(text).toContain("process_resident_memory_bytes");
  expect(text).toContain(`tenor_build_info{version="1.2.3",node="${process.version}"} 1`);
  expect(text).toMatch(/^tenor_event_loop_lag_seconds \d/m);
});

test("a blocked event loop is seen by the node, and by the scrape as well", async () => {
  const metrics = new Metrics();
  watch = watchProcess({ version: "1.2.3" }, { metrics, log: silentLogger });
  const untilMs = performance.now() + 250;
  while (performance.now() < untilMs);
  expect(watch.takeLagMs()).toBeGreaterThan(200);
  const scraped = /^tenor_event_loop_lag_seconds ([\d.e-]+)$/m.exec(await metrics.text());
  expect(Number(scraped?.[1])).toBeGreaterThan(0.2);
});
