/** `npm start`: a devnet, its live table, and for a bounded run a verdict. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { Devnet, type DevnetOptions } from "./devnet.ts";
import { Monitor } from "./monitor.ts";
import { summarize } from "./summary.ts";
import { renderTable } from "./table.ts";

export type RunOptions = DevnetOptions & {
  /** Ends by itself so long after the first slot, with a summary; null runs until it is stopped. */
  readonly forMs: number | null;
  readonly isTerminal: boolean;
};

export type RunDoors = { readonly write: (text: string) => void; readonly stopped: AbortSignal };

const LOOK_EVERY_MS = 250;
const TABLE_EVERY_MS = { terminal: 1_000, plain: 15_000 };

/** @returns the exit code */
export async function runDevnet(options: RunOptions, doors: RunDoors): Promise<number> {
  const { write, stopped } = doors;
  write(`tenor devnet: ${options.nodes} nodes, a slot every ${options.slotMs} ms\n`);
  const devnet = await Devnet.start(options, { progress: (line) => write(`${line}\n`) });
  const monitor = new Monitor(devnet);
  try {
    write(`open ${devnet.nodes[0]!.apiUrl} in a browser; Ctrl-C ends everything\n\n`);
    const fallen = await watch(devnet, monitor, options, doors);
    if (fallen !== null) {
      write(`\nFAIL ${fallen}\n`);
      return 1;
    }
    if (options.forMs === null || stopped.aborted) return 0;
    const { lines, ok } = summarize(devnet, monitor, {
      slotMs: options.slotMs,
      blockMs: options.blockTimeSec * 1_000,
      elapsedMs: options.forMs,
      expectTruth: devnet.marketUrl !== null,
    });
    write(`\nsummary\n${lines.join("\n")}\n`);
    return ok ? 0 : 1;
  } finally {
    monitor.close();
    write("stopping\n");
    await devnet.stop();
  }
}

/** @returns what ended that nobody asked to end, or null */
async function watch(devnet: Devnet, monitor: Monitor, options: RunOptions, doors: RunDoors): Promise<string | null> {
  const { forMs, isTerminal } = options;
  let drawnLines = 0;
  let nextTableMs = 0;
  for (;;) {
    const elapsedMs = Date.now() - devnet.firstRoundTimeMs;
    if (doors.stopped.aborted || (forMs !== null && elapsedMs >= forMs)) break;
    const fallen = devnet.fallen();
    if (fallen !== null) return fallen.failure("ended by itself").message;
    await monitor.look();
    if (elapsedMs >= nextTableMs) {
      const lines = await renderTable(devnet, monitor, Math.max(0, elapsedMs));
      // On a terminal the table stays where it is.
      if (isTerminal && drawnLines > 0) doors.write(`\u001b[${drawnLines}A\u001b[J`);
      doors.write(`${lines.join("\n")}\n${isTerminal ? "" : "\n"}`);
      drawnLines = lines.length;
      nextTableMs = Math.max(0, elapsedMs) + (isTerminal ? TABLE_EVERY_MS.terminal : TABLE_EVERY_MS.plain);
    }
    await sleepFor(LOOK_EVERY_MS, undefined, { signal: doors.stopped }).catch(() => undefined);
  }
  // What was due in the last slots may still be on its way: look until it landed, within what the rule allows.
  const endMs = Date.now() + 2 * options.slotMs + 2_000 * options.blockTimeSec;
  while (!doors.stopped.aborted && Date.now() < endMs && !monitor.crossings.areAllClosed()) {
    await monitor.look();
    await sleepFor(LOOK_EVERY_MS);
  }
  return null;
}
