import { describe, expect, test } from "vitest";
import { checkMetricName, Metrics } from "../../src/telemetry/metrics.ts";

describe("the naming rule", () => {
  test.each([
    ["counter", "tenor_rounds_completed_total"],
    ["counter", "tenor_peer_received_bytes_total"],
    ["gauge", "tenor_report_age_seconds"],
    ["gauge", "tenor_onchain_value"],
    ["gauge", "tenor_onchain_offchain_deviation_bps"],
    ["histogram", "tenor_round_latency_seconds"],
  ] as const)("allows the %s %s", (kind, name) => expect(() => checkMetricName(kind, name)).not.toThrow());

  test.each([
    ["counter", "tenor_rounds_completed", "_total"],
    ["counter", "rounds_completed_total", "tenor_"],
    ["counter", "tenor_total", "_total"],
    ["gauge", "tenor_reports_total", "counters"],
    ["histogram", "tenor_latency_total", "counters"],
    ["gauge", "tenor_report_age", "<unit>"],
    ["gauge", "tenor_seconds", "<unit>"],
    ["gauge", "tenor_report_age_ms", "seconds"],
    ["histogram", "tenor_latency_ms_seconds", "base units"],
    ["gauge", "tenor_Report_age_seconds", "lower-case"],
    ["gauge", "tenor__age_seconds", "lower-case"],
    ["gauge", "tenor_report-age_seconds", "lower-case"],
  ] as const)("refuses the %s %s", (kind, name, wanted) => expect(() => checkMetricName(kind, name)).toThrow(wanted));
});

describe("the registry", () => {
  test("belongs to its process: two do not share a series", async () => {
    const a = new Metrics();
    const b = new Metrics();
    a.counter({ name: "tenor_rounds_completed_total", help: "h" }).add(1);
    b.counter({ name: "tenor_rounds_completed_total", help: "h" }).add(5);
    expect(await a.text()).toContain("tenor_rounds_completed_total 1");
    expect(await b.text()).toContain("tenor_rounds_completed_total 5");
  });

  test("counters, gauges and histograms appear in the exposition text with their labels", async () => {
    const metrics = new Metrics();
    metrics
      .counter({ name: "tenor_source_fetches_total", help: "h", labels: ["source", "result"] })
      .add(2, { source: "kraken:BTC-USD", result: "ok" });
    metrics
      .gauge({ name: "tenor_report_age_seconds", help: "h", labels: ["feed"] })
      .set(1.5, { feed: "BTC-USD.spot-index" });
    metrics.histogram({ name: "tenor_round_latency_seconds", help: "h", buckets: [0.05, 0.1] }).observe(0.06);
    const text = await metrics.text();
    expect(text).toContain('tenor_source_fetches_total{source="kraken:BTC-USD",result="ok"} 2');
    expect(text).toContain('tenor_report_age_seconds{feed="BTC-USD.spot-index"} 1.5');
    expect(text).toContain('tenor_round_latency_seconds_bucket{le="0.05"} 0');
    expect(text).toContain('tenor_round_latency_seconds_bucket{le="0.1"} 1');
  });

  test("a wrong name is refused when the metric is made, even where the types were circumvented", () => {
    const name = "tenor_queue_total" as string as `tenor_${string}_seconds`;
    expect(() => new Metrics().gauge({ name, help: "h" })).toThrow("counters");
  });

  test("a label that grows without end is capped, and the drops are counted", async () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge({ name: "tenor_peer_rtt_seconds", help: "h", labels: ["peer"] });
    for (let i = 0; i < 1_010; i++) gauge.set(0.1, { peer: `peer-${i}` });
    gauge.set(0.1, { peer: "x".repeat(200) });
    gauge.set(0.2, { peer: "peer-0" });
    const text = await metrics.text();
    expect(text.match(/^tenor_peer_rtt_seconds\{/gm)?.length).toBe(1_000);
    expect(text).toContain('tenor_peer_rtt_seconds{peer="peer-0"} 0.2');
    expect(text).toContain('tenor_metrics_dropped_total{metric="tenor_peer_rtt_seconds"} 11');
  });

  test("a cleared gauge forgets label sets that no longer hold", async () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge({ name: "tenor_excluded_sources", help: "h", labels: ["reason"] });
    gauge.set(1, { reason: "stale" });
    gauge.clear();
    gauge.set(1, { reason: "outlier" });
    const text = await metrics.text();
    expect(text).toContain('reason="outlier"');
    expect(text).not.toContain('reason="stale"');
  });
});
