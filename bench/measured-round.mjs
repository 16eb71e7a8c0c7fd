// A committee of real node processes, measured: how long rounds take, what they cost, and what went over every wire. Where the
// machine allows it each node lives in a network namespace and every line goes through a proxy that can delay it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Devnet } from "../dist/devnet/devnet.js";
import { NamespacedGround, WiredGround } from "../dist/devnet/wires/ground.js";
import { feedSet } from "./feed-sets.mjs";
import { mean, quantile } from "./statistics.mjs";

/** A node keeps 60 rounds. */
const LOOK_EVERY_SLOTS = 20;
const TICKS_PER_SEC = 100;

function cpuSecOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

function residentBytesOf(pid) {
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}

export class Bench {
  devnet;
  #ground = null;
  #isBent;
  #dir;

  /**
   * @param options.wired false: all on loopback, where lines cannot be bent
   * @param options.isBent every line through a proxy, which takes its share of the machine
   * @param options.warmUpSec the first slots warm the compiler and fill the sources; they are run and not counted
   */
  static async start({ nodes, slotMs, feeds, wired, isBent, profileDir, warmUpSec }, say) {
    const bench = new Bench();
    bench.#dir = mkdtempSync(join(tmpdir(), "tenor-bench-"));
    if (wired) bench.#ground = isBent ? new WiredGround(nodes) : new NamespacedGround(nodes);
    bench.#isBent = wired && isBent;
    try {
      bench.devnet = await Devnet.start(
        {
          nodes,
          slotMs,
          live: false,
          // Only what moves is told anew: a venue's chatter is another benchmark.
          marketArguments: feeds === 26 ? [] : ["--option-turn", "30000"],
          apiPort: 0,
          logLevel: "info",
          blockTimeSec: 1,
          settleEveryMs: 60_000,
          feeds: feedSet(feeds, bench.#dir),
          nodeSetup: () => ({
            runtime: profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`],
          }),
          ...(bench.#ground === null ? {} : { ground: bench.#ground }),
        },
        { progress: say },
      );
    } catch (error) {
      rmSync(bench.#dir, { recursive: true, force: true });
      throw error;
    }
    await sleep(Math.max(0, bench.devnet.firstRoundTimeMs + warmUpSec * 1_000 - Date.now()));
    return bench;
  }

  async stop() {
    await this.devnet.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Every line this much longer from now on, one way. */
  delay(delayMs) {
    if (this.#isBent) this.#ground.wires.bendAll({ delayMs });
  }

  async #costs() {
    const perNode = await Promise.all(
      this.devnet.nodes.map(async ({ apiUrl, child }) => {
        const text = await (await fetch(`${apiUrl}/metrics`)).text();
        const read = (pattern) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
        return {
          cpuSec: cpuSecOf(child.pid),
          rssBytes: residentBytesOf(child.pid),
          bytesOut: read(/^tenor_wire_bytes\{direction="out"\} (\S+)/m),
          messagesOut: read(/^tenor_wire_messages\{direction="out"\} (\S+)/m),
          relayed: read(/^tenor_relayed_messages\{fate="relayed"\} (\S+)/m),
        };
      }),
    );
    return { perNode, atMs: performance.now(), wireBytes: this.#isBent ? this.#ground.wires.bytesTotal() : Number.NaN };
  }

  /**
   * @param seconds how long to look
   * @returns per round: the slowest node's latency, its work from slot start to signature; and means of what it cost
   */
  async measure(seconds) {
    const { nodes, facts } = this.devnet;
    const { slotMs } = facts;
    const first = 1 + Math.ceil((Date.now() - this.devnet.firstRoundTimeMs) / slotMs);
    const before = await this.#costs();
    const rounds = new Map();
    const endMs = Date.now() + seconds * 1_000;
    while (Date.now() < endMs) {
      await sleep(Math.min(LOOK_EVERY_SLOTS * slotMs, Math.max(0, endMs - Date.now())));
      for (const { id, apiUrl } of nodes) {
        const { recent } = await json(`${apiUrl}/v1/rounds`);
        for (const { round, latencyMs, ok, leader, steps } of recent) {
          if (round < first) continue;
          const held = rounds.get(round) ?? { leader, of: {} };
          rounds.set(round, held);
          if (ok) held.of[id] = { latencyMs, steps };
        }
      }
    }
    const after = await this.#costs();
    const elapsedRounds = (after.atMs - before.atMs) / slotMs;
    // The last rounds may not be closed everywhere.
    const seen = [...rounds.keys()].sort((a, b) => a - b).slice(0, -2);
    const whole = seen.filter((round) => Object.keys(rounds.get(round).of).length === nodes.length);
    const latencies = whole.map((round) =>
      Math.max(...Object.values(rounds.get(round).of).map((one) => one.latencyMs)),
    );
    // Nodes look their work up in some rounds, all in the same.
    const work = whole.flatMap((round) => {
      const known = Object.values(rounds.get(round).of).flatMap(
        ({ steps }) => steps.find(({ step }) => step === "signed")?.cpuMs ?? [],
      );
      return known.length === 0 ? [] : [Math.max(...known)];
    });
    const sum = (pick) => after.perNode.reduce((total, one, i) => total + pick(one) - pick(before.perNode[i]), 0);
    latencies.sort((a, b) => a - b);
    work.sort((a, b) => a - b);
    return {
      n: nodes.length,
      t: facts.t,
      slotMs,
      feeds: facts.rules.length,
      rounds: whole.length,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      completeRatio: whole.length / (seen.at(-1) - seen[0] + 1),
      workP50Ms: quantile(work, 0.5),
      cpuMsPerNodeRound: (1_000 * sum(({ cpuSec }) => cpuSec)) / nodes.length / elapsedRounds,
      cpuCoreRatio: sum(({ cpuSec }) => cpuSec) / nodes.length / ((after.atMs - before.atMs) / 1_000),
      bytesPerNodeRound: sum(({ bytesOut }) => bytesOut) / nodes.length / elapsedRounds,
      wireBytesPerRound: (after.wireBytes - before.wireBytes) / elapsedRounds,
      messagesPerRound: sum(({ messagesOut }) => messagesOut) / elapsedRounds,
      relayedPerRound: sum(({ relayed }) => relayed) / elapsedRounds,
      rssBytes: mean(after.perNode.map(({ rssBytes }) => rssBytes)),
      agreedFeeds: await this.#agreed(),
      steps: this.#steps(whole.map((round) => rounds.get(round))),
    };
  }

  async #agreed() {
    const { feeds } = await json(`${this.devnet.nodes[0].apiUrl}/v1/feeds`);
    return feeds.filter(({ status }) => status === "ok").length;
  }

  /** Medians over rounds of when the leader and the slowest other node did what. */
  #steps(rounds) {
    const at = (node, step) => node?.steps.find((one) => one.step === step);
    const middle = (values) =>
      values.length === 0
        ? Number.NaN
        : quantile(
            values.sort((a, b) => a - b),
            0.5,
          );
    const table = {};
    for (const step of ["observed", "proposed", "accepted", "shared", "signed"]) {
      const slowest = rounds.flatMap(({ of }) => {
        const all = Object.values(of).flatMap((node) => at(node, step) ?? []);
        return all.length === 0 ? [] : [all.reduce((a, b) => (b.afterMs > a.afterMs ? b : a))];
      });
      table[step] = {
        afterMs: middle(slowest.map(({ afterMs }) => afterMs)),
        cpuMs: middle(slowest.flatMap(({ cpuMs }) => cpuMs ?? [])),
      };
    }
    return table;
  }
}
