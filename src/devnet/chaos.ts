/**
 * `npm run chaos`: a devnet whose venues misbehave one after the other in every way, and a verdict: no value outside of
 * what honest venues quote, no feed missing that had venues enough, no venue asked for more than it documents, and all
 * well again afterwards without anybody's help.
 */
import { setTimeout as sleepFor } from "node:timers/promises";
import type { VenueView } from "../api/sources-view.ts";
import type { SignedReportView } from "../api/view.ts";
import { OracleError } from "../base/errors.ts";
import { type Episode, chaosPlan, recoveredByMs } from "./chaos-plan.ts";
import { ChaosWatch } from "./chaos-watch.ts";
import { Devnet, type DevnetOptions } from "./devnet.ts";
import { Monitor } from "./monitor.ts";
import type { Check } from "./summary.ts";
import { fetchJson } from "./wait.ts";

export type ChaosOptions = DevnetOptions & {
  /** How long venues misbehave, ms; starting and recovering come on top. */
  readonly forMs: number;
};

export type ChaosDoors = { readonly write: (text: string) => void; readonly stopped: AbortSignal };

const LOOK_EVERY_MS = 250;
const TELL_EVERY_MS = 15_000;
/** A spot index takes quotes of 15 s, and one may be on its way: so long the last word of a silent venue counts. */
const HELD_MS = 16_000;
/** Before the first fault every venue must have been heard: candles and chains take longest. */
const READY_TIMEOUT_MS = 90_000;
const RECOVER_TIMEOUT_MS = 240_000;

/** Of the market's `/control/requests`: by venue, client and documented limit. */
type RequestCounts = {
  readonly venues: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly limits: Readonly<
              Record<string, { readonly most: number; readonly limit: number; readonly exceeded: boolean }>
            >;
          }
        >
      >
    >
  >;
};

type Used = { readonly name: string; readonly most: number; readonly limit: number; readonly exceeded: boolean };

/** What the nodes called a fault, by venue and fault. */
type Named = Map<string, Set<string>>;

/** @returns the exit code */
export async function runChaos(options: ChaosOptions, doors: ChaosDoors): Promise<number> {
  const { write, stopped } = doors;
  const plan = chaosPlan(options.forMs);
  write(`tenor chaos: ${plan.length} episodes over ${Math.round(options.forMs / 1_000)} s\n`);
  const devnet = await Devnet.start(options, { progress: (line) => write(`${line}\n`) });
  const monitor = new Monitor(devnet, HELD_MS);
  try {
    await untilWell(devnet, monitor, { timeoutMs: READY_TIMEOUT_MS, when: "before the chaos", watch: null }, doors);
    await resetCounts(devnet);
    const startMs = Date.now();
    const watch = new ChaosWatch(
      plan,
      startMs,
      devnet.facts.rules.map(({ name, feedId }, i) => ({ name, feedId, definition: devnet.facts.definitions[i]! })),
    );
    const named: Named = new Map();
    for (const episode of plan) {
      if (stopped.aborted) return 0;
      await runEpisode(devnet, monitor, watch, named, episode, startMs, stopped);
      write(`${episodeLine(episode, named)}\n`);
      const fallen = devnet.fallen();
      if (fallen !== null) throw fallen.failure("ended by itself");
    }
    const recovery = { timeoutMs: RECOVER_TIMEOUT_MS, when: "after the chaos", watch };
    const recoveredMs = await untilWell(devnet, monitor, recovery, doors);
    const lastMs = Math.max(...plan.map(({ fromMs, forMs }) => fromMs + forMs));
    const allowedMs = Math.max(...plan.map(recoveredByMs)) - lastMs;
    const checks = await judge(devnet, monitor, watch, { recoveredMs, allowedMs });
    write(`\nsummary\n${checks.map(lineOf).join("\n")}\n`);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    monitor.close();
    write("stopping\n");
    await devnet.stop();
  }
}

async function runEpisode(
  devnet: Devnet,
  monitor: Monitor,
  watch: ChaosWatch,
  named: Named,
  episode: Episode,
  startMs: number,
  stopped: AbortSignal,
): Promise<void> {
  const { venue, fault, fromMs, forMs } = episode;
  await lookUntil(startMs + fromMs, devnet, monitor, watch, null, stopped);
  await control(devnet, "POST", "/control/fault", { venue, fault, forMs });
  const told = named.get(keyOf(episode)) ?? new Set<string>();
  named.set(keyOf(episode), told);
  await lookUntil(
    startMs + fromMs + forMs,
    devnet,
    monitor,
    watch,
    (view) => {
      if (view.venue !== venue) return;
      const { lastError } = view;
      if (lastError !== null && lastError.atMs >= startMs + fromMs) told.add(lastError.reason);
    },
    stopped,
  );
}

async function lookUntil(
  untilMs: number,
  devnet: Devnet,
  monitor: Monitor,
  watch: ChaosWatch,
  venue: ((view: VenueView) => void) | null,
  stopped: AbortSignal,
): Promise<void> {
  while (Date.now() < untilMs && !stopped.aborted) {
    await monitor.look();
    await lookAtReports(devnet, watch);
    if (venue !== null) for (const view of (await venuesOf(devnet, 0)) ?? []) venue(view);
    await sleepFor(Math.max(0, Math.min(LOOK_EVERY_MS, untilMs - Date.now())));
  }
}

async function lookAtReports(devnet: Devnet, watch: ChaosWatch): Promise<void> {
  for (const { apiUrl } of devnet.nodes) {
    const report = await fetchJson<SignedReportView>(`${apiUrl}/v1/reports/latest`);
    if (report !== null) watch.take(report);
  }
}

async function venuesOf(devnet: Devnet, position: number): Promise<readonly VenueView[] | null> {
  return (
    (await fetchJson<{ venues: readonly VenueView[] }>(`${devnet.nodes[position]!.apiUrl}/v1/venues`))?.venues ?? null
  );
}

/** @returns how long it took until every node heard every venue and every feed had a value, ms */
async function untilWell(
  devnet: Devnet,
  monitor: Monitor,
  { timeoutMs, when, watch }: { readonly timeoutMs: number; readonly when: string; readonly watch: ChaosWatch | null },
  { stopped, write }: ChaosDoors,
): Promise<number> {
  const beganMs = Date.now();
  let toldMs = beganMs;
  for (;;) {
    const ill: string[] = [];
    for (const [position, { id }] of devnet.nodes.entries()) {
      const venues = (await venuesOf(devnet, position)) ?? [];
      if (venues.length === 0) ill.push(`node ${id} does not answer`);
      for (const { venue, state, lastError } of venues) {
        if (state !== "ok") ill.push(`node ${id} ${venue} ${state} ${lastError?.reason ?? ""}`.trim());
      }
    }
    if (ill.length === 0 || stopped.aborted) return Date.now() - beganMs;
    if (Date.now() - beganMs > timeoutMs) {
      throw new OracleError(`${when} not well within ${timeoutMs / 1_000} s: ${ill.join("; ")}`, { code: "not-well" });
    }
    if (Date.now() - toldMs >= TELL_EVERY_MS) {
      toldMs = Date.now();
      write(`${when}, ${Math.round((toldMs - beganMs) / 1_000)} s: ${ill.join("; ")}\n`);
    }
    await monitor.look();
    if (watch !== null) await lookAtReports(devnet, watch);
    await sleepFor(LOOK_EVERY_MS);
  }
}

async function judge(
  devnet: Devnet,
  monitor: Monitor,
  watch: ChaosWatch,
  { recoveredMs, allowedMs }: { readonly recoveredMs: number; readonly allowedMs: number },
): Promise<readonly Check[]> {
  const outside = monitor.outside();
  const counts = await counted(devnet);
  const over = counts.filter(({ exceeded }) => exceeded);
  const nearest = counts.reduce((most, one) => Math.max(most, one.most / one.limit), 0);
  const missing = [...watch.missing].map(([feed, count]) => `${feed} ${count}`);
  return [
    {
      what: "landed values",
      seen: `${monitor.landed.length}, ${outside.length} outside${tell(outside.map(({ feed, round, value, low, high }) => `${feed} round ${round}: ${value} not in ${low} … ${high}`))}`,
      wanted: "0 outside of what honest venues quote",
      ok: outside.length === 0 && monitor.landed.length > 0,
    },
    {
      what: "missing feeds",
      seen: `${watch.unexplained.length} without cause in ${watch.rounds} rounds${tell(watch.unexplained.map(({ feed, round, living, needed }) => `${feed} round ${round}: ${living} venues lived, ${needed} needed`))}${missing.length === 0 ? "" : `; with cause: ${missing.join(", ")}`}`,
      wanted: "0 while enough venues live",
      ok: watch.unexplained.length === 0 && watch.rounds > 0,
    },
    {
      what: "venues' limits",
      seen: `${over.length} exceeded of ${counts.length}, at most ${(100 * nearest).toFixed(0)} % of one used${tell(over.map(({ name, most, limit }) => `${name}: ${most} of ${limit}`))}`,
      wanted: "0 exceeded",
      ok: over.length === 0 && counts.length > 0,
    },
    {
      what: "recovery",
      seen: `${(recoveredMs / 1_000).toFixed(1)} s after the last fault`,
      wanted: `within ${Math.round(allowedMs / 1_000)} s`,
      ok: recoveredMs <= allowedMs,
    },
    {
      what: "reverted submits",
      seen: `${monitor.submissions.filter(({ report }) => report === null).length}`,
      wanted: "0",
      ok: monitor.submissions.every(({ report }) => report !== null),
    },
  ];
}

function tell(cases: readonly string[]): string {
  return cases.length === 0 ? "" : `: ${cases.slice(0, 3).join("; ")}${cases.length > 3 ? "; …" : ""}`;
}

function lineOf({ what, seen, wanted, ok }: Check): string {
  return `${ok ? "ok  " : "FAIL"} ${what.padEnd(18)} ${seen} (wanted ${wanted})`;
}

function keyOf({ venue, fault }: Episode): string {
  return `${venue} ${fault}`;
}

function episodeLine(episode: Episode, named: Named): string {
  const said = [...(named.get(keyOf(episode)) ?? [])].join(", ");
  const seconds = (episode.fromMs / 1_000).toFixed(0).padStart(4);
  return `${seconds} s  ${episode.venue.padEnd(9)} ${episode.fault.padEnd(12)} ${said === "" ? "no error at node 1" : `node 1 said ${said}`}`;
}

async function control(devnet: Devnet, method: "POST" | "GET", path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${devnet.marketUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (response.ok) return await response.json();
  throw new OracleError(`the market answered ${response.status} to ${path}: ${await response.text()}`, {
    code: "market-refused",
  });
}

async function resetCounts(devnet: Devnet): Promise<void> {
  await control(devnet, "POST", "/control/requests/reset");
}

async function counted(devnet: Devnet): Promise<readonly Used[]> {
  const { venues } = (await control(devnet, "GET", "/control/requests")) as RequestCounts;
  return Object.entries(venues).flatMap(([venue, clients]) =>
    Object.entries(clients).flatMap(([client, { limits }]) =>
      Object.entries(limits).map(([name, used]) => ({ name: `${client} at ${venue}, ${name}`, ...used })),
    ),
  );
}
