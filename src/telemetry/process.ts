/** What the process itself costs: CPU, memory, handles, garbage collection, and how late the event loop runs. */
import { collectDefaultMetrics, Gauge } from "prom-client";
import type { Logger } from "../base/ports.ts";
import { LagMonitor } from "./lag.ts";
import type { Metrics } from "./metrics.ts";
import { watchRejections } from "./stray-errors.ts";

export type ProcessMetrics = {
  /**
   * The longest time the event loop was late since this was last asked, in milliseconds; asking starts it anew.
   * What the protocol looks at is how late a slot itself begins [R59].
   */
  takeLagMs(): number;
  stop(): void;
};

/**
 * Registers the customary `process_*` and `nodejs_*` metrics under their customary names, because every Node dashboard
 * knows them, and our own `tenor_event_loop_lag_seconds`, `tenor_unhandled_rejections_total` and `tenor_build_info`.
 * @param options.version the package's version
 */
export function watchProcess(
  options: { readonly version: string },
  doors: { readonly metrics: Metrics; readonly log: Logger },
): ProcessMetrics {
  const { metrics } = doors;
  const rejections = watchRejections(doors);
  collectDefaultMetrics({ register: metrics.registry });
  metrics
    .gauge({ name: "tenor_build_info", help: "1, with what is running as labels", labels: ["version", "node"] })
    .set(1, { version: options.version, node: process.version });

  const monitor = new LagMonitor({ monotonicMs: () => performance.now() });
  const scrape = monitor.reader();
  const node = monitor.reader();
  metrics.registry.registerMetric(
    new Gauge({
      name: "tenor_event_loop_lag_seconds",
      help: "The longest time the event loop was late since the last scrape",
      registers: [],
      collect() {
        this.set(scrape.takeMs() / 1_000);
      },
    }),
  );
  return {
    takeLagMs: () => node.takeMs(),
    stop: () => {
      monitor.stop();
      rejections.stop();
    },
  };
}
