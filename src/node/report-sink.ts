/** A complete report: written down, kept for charts, handed to the transmitter. */
import type { Hex } from "../base/bytes.ts";
import { fixedToNumber } from "../base/fixed.ts";
import type { Logger } from "../base/ports.ts";
import type { Publication } from "../chain/outbox-rows.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { encodeSignedReport } from "../protocol/report-bytes.ts";
import { encodeSubmit } from "../report/codec.ts";
import type { SignedReport } from "../report/report.ts";
import type { ValueRow } from "../store/value-history.ts";
import type { Gauge, Metrics } from "../telemetry/metrics.ts";
import type { ReportSink } from "./ports.ts";
import type { PublishedLog } from "./published-log.ts";
import type { ReportRows } from "./report-writer.ts";

export type SinkOptions = {
  readonly networkId: Hex;
  readonly groupKeyX: Hex;
  /** Reports below it were signed by another key: they are kept, and sent by those who hold that one. */
  readonly firstRound: number;
  readonly rules: readonly FeedRule[];
};

export type SinkDoors = {
  readonly writer: { add(rows: ReportRows): void };
  readonly offer: (publication: Publication) => void;
  readonly published: PublishedLog;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onReport: (hasPushes: boolean) => void;
};

export class Sink implements ReportSink {
  readonly #options: SinkOptions;
  readonly #doors: SinkDoors;
  readonly #agreed: Gauge<"feed">;
  readonly #byId: ReadonlyMap<Hex, FeedRule>;

  constructor(options: SinkOptions, doors: SinkDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#byId = new Map(options.rules.map((rule) => [rule.feedId, rule]));
    this.#agreed = doors.metrics.gauge({
      name: "tenor_agreed_feed_value",
      help: "Agreed value of a feed",
      labels: ["feed"],
    });
  }

  published(signed: SignedReport): void {
    const { report } = signed;
    this.#save(signed);
    this.#doors.published.add(signed);
    const { networkId, groupKeyX, firstRound } = this.#options;
    if (report.pushes.length > 0 && report.round >= firstRound) {
      this.#doors.offer({
        round: report.round,
        reportTimeMs: report.reportTimeMs,
        payload: encodeSubmit(report, signed.signature, networkId, groupKeyX),
        pushes: report.pushes.map(({ index }) => ({ index, round: report.round })),
      });
      const feeds = report.pushes.map(({ index }) => this.#options.rules[index]?.name ?? String(index));
      this.#doors.log.info("report has due feeds", { round: report.round, feeds });
    }
    this.#doors.onReport(report.pushes.length > 0);
  }

  #save({ report, digest, ...rest }: SignedReport): void {
    const values: ValueRow[] = [];
    for (const leaf of report.leaves) {
      const rule = this.#byId.get(leaf.feedId);
      if (rule === undefined) continue;
      values.push({
        feedIndex: rule.index,
        round: report.round,
        timeMs: report.reportTimeMs,
        value: leaf.value.toString(),
        status: leaf.status,
      });
      if (leaf.status === "ok") this.#agreed.set(fixedToNumber(leaf.value, rule.decimals), { feed: rule.name });
    }
    const bytes = encodeSignedReport({ report, digest, ...rest });
    this.#doors.writer.add({
      report: { round: report.round, digest, timeMs: report.reportTimeMs, bytes },
      values,
    });
  }
}
