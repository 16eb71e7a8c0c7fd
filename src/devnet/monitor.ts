/** Watches a devnet from outside: what the nodes agreed, what the chain holds, what the market's truth was. */
import { type Submission, SubmissionReader } from "../chain/submissions.ts";
import { fixedToNumber } from "../base/fixed.ts";
import type { SignedReportView } from "../api/view.ts";
import { Crossings } from "./crossings.ts";
import type { Devnet } from "./devnet.ts";
import { fetchJson } from "./wait.ts";

/** One landed value beside the market's truth at its report time. */
export type Landed = {
  readonly feed: string;
  readonly round: number;
  readonly value: number;
  readonly truth: number;
  /** What the market states: within these every honest reading of the last seconds lies. */
  readonly low: number;
  readonly high: number;
};

export type LatestAnswer = { readonly value: number; readonly reportTimeMs: number; readonly round: number };

type Truth = { readonly value: number; readonly low: number; readonly high: number };

/** A node may hold a quote for its poll interval, a venue's slowest answer and one missed poll. */
const DATA_AGE_MS: Readonly<Record<string, number>> = { "spot-index": 6_000, "iv-atm": 6_000 };
const DATA_AGE_DEFAULT_MS = 8_000;

export class Monitor {
  readonly signedRounds = new Set<number>();
  readonly landed: Landed[] = [];
  readonly crossings = new Crossings();
  readonly submissions: Submission[] = [];
  readonly latest = new Map<string, LatestAnswer>();
  /** When a report was first seen in which the feed has a value to publish: for a settlement a price that is fixed. */
  readonly agreedAtMs = new Map<string, number>();
  readonly #devnet: Devnet;
  readonly #dataAgeMs: number | null;
  readonly #reader: SubmissionReader;

  /** @param dataAgeMs how old a quote may be that a node holds; by kind where absent: nobody is silent */
  constructor(devnet: Devnet, dataAgeMs: number | null = null) {
    this.#devnet = devnet;
    this.#dataAgeMs = dataAgeMs;
    this.#reader = new SubmissionReader({ url: devnet.rpcUrl, hub: devnet.hub, fromBlock: 0 });
  }

  close(): void {
    this.#reader.close();
  }

  /** One look; call it several times a slot. */
  async look(): Promise<void> {
    await Promise.all([this.#rounds(), this.#chain()]);
  }

  /** Landed values outside what the market states. */
  outside(): readonly Landed[] {
    return this.landed.filter(({ value, low, high }) => value < low || value > high);
  }

  async truthNow(feed: string): Promise<number | null> {
    const { marketUrl } = this.#devnet;
    if (marketUrl === null) return null;
    return (await fetchJson<Truth>(`${marketUrl}/truth?feed=${feed}`))?.value ?? null;
  }

  async #rounds(): Promise<void> {
    // Any node will do, and one of them may be down on purpose.
    const reports = await Promise.all(
      this.#devnet.nodes.map(async ({ apiUrl }) => await fetchJson<SignedReportView>(`${apiUrl}/v1/reports/latest`)),
    );
    for (const report of reports) {
      if (report === null || this.signedRounds.has(report.round)) continue;
      this.signedRounds.add(report.round);
      const { rules } = this.#devnet.facts;
      for (const { feedId, status, detail } of report.leaves) {
        const isPublic = status === "ok" && (detail?.kind !== "settlement" || detail.phase === "final");
        const name = rules.find((rule) => rule.feedId === feedId)?.name;
        if (isPublic && name !== undefined && !this.agreedAtMs.has(name)) this.agreedAtMs.set(name, Date.now());
      }
      for (const index of report.due) {
        this.crossings.due(rules[index]!.name, report.round, report.reportTimeMs);
      }
    }
  }

  async #chain(): Promise<void> {
    const nowMs = Date.now();
    for (const submission of await this.#reader.next()) {
      this.submissions.push(submission);
      const { report } = submission;
      if (report === null) continue;
      for (const { index, status, value } of report.entries) {
        const rule = this.#devnet.facts.rules[index]!;
        this.crossings.took(rule.name, report.round, nowMs);
        if (status !== "ok") continue;
        const number = fixedToNumber(value, rule.decimals);
        this.latest.set(rule.name, { value: number, reportTimeMs: report.reportTimeMs, round: report.round });
        await this.#compare(index, number, report.round, report.reportTimeMs);
      }
    }
  }

  async #compare(index: number, value: number, round: number, reportTimeMs: number): Promise<void> {
    const { marketUrl, facts } = this.#devnet;
    if (marketUrl === null) return;
    const { name, kind } = facts.definitions[index]!;
    const windowMs = this.#dataAgeMs ?? DATA_AGE_MS[kind] ?? DATA_AGE_DEFAULT_MS;
    const truth = await fetchJson<Truth>(`${marketUrl}/truth?feed=${name}&atMs=${reportTimeMs}&windowMs=${windowMs}`);
    if (truth !== null)
      this.landed.push({ feed: name, round, value, truth: truth.value, low: truth.low, high: truth.high });
  }
}
