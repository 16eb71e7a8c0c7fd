/** What the API needs of the metrics registry; `telemetry`'s Metrics has this shape. */
export type MetricsPort = {
  readonly contentType: string;
  text(): Promise<string>;
  counter(options: {
    readonly name: "tenor_http_requests_total";
    readonly help: string;
    readonly labels: readonly ("route" | "status")[];
  }): { add(amount: number, labels: { readonly route: string; readonly status: string }): void };
  histogram(options: {
    readonly name: "tenor_http_request_seconds";
    readonly help: string;
    readonly labels: readonly "route"[];
    readonly buckets: readonly number[];
  }): { observe(value: number, labels: { readonly route: string }): void };
  gauge(options: { readonly name: "tenor_http_event_listeners"; readonly help: string }): { set(value: number): void };
};
