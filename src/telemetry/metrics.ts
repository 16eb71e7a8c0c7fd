/**
 * The metrics registry of one process, and the naming rule as code: `tenor_<thing>_<unit>`, base units only (seconds and
 * bytes, never milliseconds), `_total` on counters and nowhere else. Whoever measures a number defines its metric here
 * by calling a factory; there is no central list.
 */
import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from "prom-client";
import { OracleError } from "../base/errors.ts";

/** What the last word of a gauge's or histogram's name may be. A new unit is added here, once, for everybody. */
const UNITS = [
  "seconds",
  "bytes",
  "ratio",
  "bps",
  "vol",
  "value",
  "wei",
  "gas",
  "hours",
  "blocks",
  "rows",
  "rounds",
  "feeds",
  "sources",
  "peers",
  "nodes",
  "messages",
  "transactions",
  "connections",
  "listeners",
  "samples",
  "observations",
  "flags",
  "state",
  "info",
] as const;
export type Unit = (typeof UNITS)[number];

export type CounterName = `tenor_${string}_total`;
export type MeasureName = `tenor_${string}_${Unit}`;

export type Labels<L extends string> = Readonly<Record<L, string>>;
/** A metric without labels is called without them. */
type LabelArguments<L extends string> = [L] extends [never] ? [] : [labels: Labels<L>];

export type Counter<L extends string> = { add(amount: number, ...labels: LabelArguments<L>): void };
export type Gauge<L extends string> = {
  set(value: number, ...labels: LabelArguments<L>): void;
  /** Forgets all label sets, for gauges whose set of labels changes, such as excluded sources. */
  clear(): void;
};
export type Histogram<L extends string> = { observe(value: number, ...labels: LabelArguments<L>): void };

type Described<N extends string, L extends string> = {
  readonly name: N;
  /** One sentence, shown by Prometheus. */
  readonly help: string;
  readonly labels?: readonly L[];
};

/** Per metric. A label that takes a peer's text would grow without end; beyond this the sample is dropped and counted. */
const MAX_SERIES = 1_000;
/** Feed names, venues, reasons and hashes fit; sentences do not. */
const MAX_LABEL_CHARACTERS = 80;

function refuse(name: string, wanted: string): never {
  throw new OracleError(`metric name ${name} breaks the naming rule, wanted ${wanted}`, {
    code: "metric-name",
    seen: name,
    wanted,
  });
}

/** @throws OracleError `metric-name` */
export function checkMetricName(kind: "counter" | "gauge" | "histogram", name: string): void {
  if (!/^tenor(_[a-z][a-z0-9]*)+$/.test(name)) refuse(name, "tenor_ and lower-case words joined by one underscore");
  const words = name.split("_");
  const last = words.at(-1)!;
  if (words.some((word) => ["ms", "millis", "milliseconds", "us", "kb", "mb", "percent"].includes(word))) {
    refuse(name, "base units: seconds, bytes, ratio");
  }
  if (kind === "counter") {
    if (last !== "total" || words.length < 3) refuse(name, "a counter that ends in _total");
    return;
  }
  if (last === "total") refuse(name, `a ${kind} that does not end in _total, which is for counters`);
  if (!(UNITS as readonly string[]).includes(last) || words.length < 3) {
    refuse(name, `tenor_<thing>_<unit> with a unit of ${UNITS.join(", ")}`);
  }
}

export class Metrics {
  readonly registry = new Registry();
  readonly #dropped: PromCounter<"metric">;
  readonly #looks = new Set<() => void>();

  constructor() {
    this.#dropped = new PromCounter({
      name: "tenor_metrics_dropped_total",
      help: "Samples not recorded because a label was too long or a metric had too many series",
      labelNames: ["metric"],
      registers: [this.registry],
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /**
   * What is only looked up for whoever reads the metrics: between two scrapes nobody sees it.
   * @param look sets gauges
   * @returns ends the looking
   */
  onRead(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  /** The exposition text for `/metrics`. */
  text(): Promise<string> {
    for (const look of this.#looks) look();
    return this.registry.metrics();
  }

  /** Asked for again, it is the same one: two configurations that run side by side during a rotation count together. */
  counter<L extends string = never>(options: Described<CounterName, L>): Counter<L> {
    checkMetricName("counter", options.name);
    const metric =
      this.#held(options.name, PromCounter<string>) ??
      new PromCounter<string>({ ...this.#common(options), registers: [this.registry] });
    const admit = this.#gate<L>(options);
    return {
      add: (amount, ...labels) => {
        const set = admit(labels);
        if (set !== undefined) metric.inc(set, amount);
      },
    };
  }

  gauge<L extends string = never>(options: Described<MeasureName, L>): Gauge<L> {
    checkMetricName("gauge", options.name);
    const metric =
      this.#held(options.name, PromGauge<string>) ??
      new PromGauge<string>({ ...this.#common(options), registers: [this.registry] });
    const admit = this.#gate<L>(options);
    return {
      set: (value, ...labels) => {
        const set = admit(labels);
        if (set !== undefined) metric.set(set, value);
      },
      clear: () => metric.reset(),
    };
  }

  /** @param options.buckets upper bounds in the metric's unit, ascending */
  histogram<L extends string = never>(
    options: Described<MeasureName, L> & { readonly buckets: readonly number[] },
  ): Histogram<L> {
    checkMetricName("histogram", options.name);
    const metric =
      this.#held(options.name, PromHistogram<string>) ??
      new PromHistogram<string>({
        ...this.#common(options),
        buckets: [...options.buckets],
        registers: [this.registry],
      });
    const admit = this.#gate<L>(options);
    return {
      observe: (value, ...labels) => {
        const set = admit(labels);
        if (set !== undefined) metric.observe(set, value);
      },
    };
  }

  #held<M>(name: string, kind: abstract new (...args: never[]) => M): M | undefined {
    const held = this.registry.getSingleMetric(name);
    return held instanceof kind ? held : undefined;
  }

  #common<L extends string>(options: Described<string, L>): { name: string; help: string; labelNames: L[] } {
    const labelNames = [...(options.labels ?? [])];
    const bad = labelNames.find((label) => !/^[a-z][a-z0-9_]*$/.test(label) || label === "le" || label === "quantile");
    if (bad !== undefined) {
      throw new OracleError(`metric ${options.name} has a label ${bad}, wanted lower-case words`, {
        code: "metric-label",
        seen: bad,
        metric: options.name,
      });
    }
    return { name: options.name, help: options.help, labelNames };
  }

  /** Answers the label set to record under, or nothing when the sample must be dropped. */
  #gate<L extends string>(
    options: Described<string, L>,
  ): (labels: readonly [Labels<L>?]) => Partial<Record<L, string>> | undefined {
    const known = new Set<string>();
    const names = options.labels ?? [];
    return ([labels]) => {
      const set: Partial<Record<L, string>> = {};
      let key = "";
      for (const name of names) {
        const value = labels?.[name] ?? "";
        if (value.length > MAX_LABEL_CHARACTERS) return this.#drop(options.name);
        set[name] = value;
        key += `${value}\n`;
      }
      if (!known.has(key)) {
        if (known.size >= MAX_SERIES) return this.#drop(options.name);
        known.add(key);
      }
      return set;
    };
  }

  #drop(metric: string): undefined {
    this.#dropped.inc({ metric });
    return undefined;
  }
}
