/** What a devnet did in its time, judged: every line says what was wanted. */
import type { Crossings } from "./crossings.ts";
import type { Devnet } from "./devnet.ts";
import type { Monitor } from "./monitor.ts";

export type Check = { readonly what: string; readonly seen: string; readonly wanted: string; readonly ok: boolean };

export type Summary = { readonly lines: readonly string[]; readonly ok: boolean };

/** By then candles are loaded, and one settlement window was seen from its beginning: a shorter run cannot have it all. */
const FULL_AFTER_MS = 88_000;

/** Two slots and two blocks: one slot to be signed, one to be sent, a block to be mined, one for bad luck. */
export function breachMaxMs(slotMs: number, blockMs: number): number {
  return 2 * slotMs + 2 * blockMs;
}

export function summarize(
  devnet: Devnet,
  monitor: Monitor,
  options: {
    readonly slotMs: number;
    readonly blockMs: number;
    readonly elapsedMs: number;
    readonly expectTruth: boolean;
  },
): Summary {
  const { slotMs, blockMs, elapsedMs } = options;
  const slots = Math.floor(elapsedMs / slotMs);
  const feeds = devnet.facts.rules.length;
  const isWanted = (name: string): boolean => {
    const agreedAtMs = monitor.agreedAtMs.get(name);
    if (agreedAtMs === undefined) return elapsedMs >= FULL_AFTER_MS;
    return Date.now() - agreedAtMs > breachMaxMs(slotMs, blockMs);
  };
  const absent = devnet.facts.rules
    .map(({ name }) => name)
    .filter((name) => !monitor.latest.has(name) && isWanted(name));
  const outside = monitor.outside();
  const breach = monitor.crossings.longest(Date.now());
  const reverted = monitor.submissions.filter(({ report }) => report === null).length;
  const wantedRounds = Math.ceil(slots * (2 / 3));
  const breachMax = breachMaxMs(slotMs, blockMs);
  const checks: Check[] = [
    {
      what: "signed rounds",
      seen: `${monitor.signedRounds.size} of ${slots} slots`,
      wanted: `at least ${wantedRounds}`,
      ok: monitor.signedRounds.size >= wantedRounds,
    },
    {
      what: "feeds on chain",
      seen: `${monitor.latest.size} of ${feeds}${absent.length === 0 ? "" : `, not ${absent.join(", ")}`}`,
      wanted: elapsedMs < FULL_AFTER_MS ? "every one that was agreed on" : "all",
      ok: absent.length === 0,
    },
    { what: "reverted submits", seen: `${reverted}`, wanted: "0", ok: reverted === 0 },
    {
      what: "rule broken for",
      seen: `${breachLine(breach)}, ${monitor.crossings.count} crossings`,
      wanted: `at most ${breachMax / 1_000} s`,
      ok: (breach?.forMs ?? 0) <= breachMax,
    },
  ];
  if (options.expectTruth) {
    checks.push({
      what: "landed values",
      seen: `${monitor.landed.length}, ${outside.length} outside the market's noise bound`,
      wanted: "0 outside",
      ok: outside.length === 0 && monitor.landed.length > 0,
    });
  }
  const gas = gasByFeeds(monitor);
  const lines = [
    ...checks.map(
      ({ what, seen, wanted, ok }) => `${ok ? "ok  " : "FAIL"} ${what.padEnd(18)} ${seen} (wanted ${wanted})`,
    ),
    ...outside.map(
      ({ feed, round, value, low, high }) => `     ${feed} round ${round}: ${value} is not within ${low} … ${high}`,
    ),
    `     gas per submit     ${gas.length === 0 ? "none" : gas.join(", ")}`,
    `     node processes     ${devnet.nodes.map(({ id, child }) => `${id}: ${child.pid}`).join(", ")}`,
  ];
  return { lines, ok: checks.every(({ ok }) => ok) };
}

function breachLine(breach: ReturnType<Crossings["longest"]>): string {
  if (breach === null) return "0 s";
  const { feed, round, landedMs } = breach.crossing;
  const where = `${feed}, round ${round}${landedMs === null ? ", still open" : ""}`;
  return `${(breach.forMs / 1_000).toFixed(1)} s at most (${where})`;
}

/** Median gas by number of due feeds; a feed's first update costs a fresh slot, so a hub's first submits are left out. */
function gasByFeeds(monitor: Monitor): readonly string[] {
  const seen = new Map<number, number>();
  const byFeeds = new Map<number, number[]>();
  for (const { report, gasUsed } of monitor.submissions) {
    if (report === null) continue;
    const updates = report.entries.map(({ index }) => {
      const count = (seen.get(index) ?? 0) + 1;
      seen.set(index, count);
      return count;
    });
    if (Math.min(...updates) < 3) continue;
    byFeeds.set(report.entries.length, [...(byFeeds.get(report.entries.length) ?? []), gasUsed]);
  }
  return [...byFeeds]
    .sort(([a], [b]) => a - b)
    .map(
      ([count, gas]) =>
        `${count} feed${count === 1 ? "" : "s"} ${gas.sort((a, b) => a - b)[Math.floor(gas.length / 2)]}`,
    );
}
