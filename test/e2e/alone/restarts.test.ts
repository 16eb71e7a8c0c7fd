/** Real processes: one is killed again and again, its disk fails, its key lives twice. Nobody says anything twice. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HealthView } from "../../../src/api/view.ts";
import type { Devnet } from "../../../src/devnet/devnet.ts";
import { memberPaths } from "../../../src/devnet/members.ts";
import { spawnNode } from "../../../src/devnet/node-process.ts";
import { freePorts } from "../../../src/devnet/wait.ts";
import { BadDisk, canFailDisks } from "../bad-disk-support.ts";
import { awaitRound, currentSlot, eventually, FOUR_FEEDS, type LogLine, logOf, startDevnet } from "../support.ts";

const SLOT_MS = Number(process.env["TENOR_TEST_SLOT_MS"] ?? 250);
const IS_FULL = process.env["TENOR_FULL"] === "1";
const KILLS = IS_FULL ? 100 : 12;
/** One in so many is a life that is left alone until it has signed; a short slot makes its wait short. */
const LATE_EVERY = IS_FULL ? 2 : 4;
const SPAN = 16;
/** Of a life: from the last rounds of its reservation that it idles, plus the one that it may have begun in. */
const IDLE_MAX = SPAN + 1;
const VICTIM = 3;
/** For a look at the logs afterwards. */
const KEEP = process.env["TENOR_TEST_KEEP"] === undefined ? {} : { keepDir: process.env["TENOR_TEST_KEEP"] };

let devnet: Devnet;
let disk: BadDisk | null = null;

beforeAll(async () => {
  if (canFailDisks) {
    disk = new BadDisk();
    disk.install();
  }
  devnet = await startDevnet({ feeds: FOUR_FEEDS, slotMs: SLOT_MS, ...KEEP });
  await awaitRound(devnet, 1, 3, 60_000);
}, 240_000);

afterAll(async () => {
  await devnet.stop();
  disk?.remove();
}, 60_000);

/** How many lines a node's log had when its present life was started. */
const startedAtLine = new Map<number, number>();

/** Gone by kill -9, and the same peer id back within milliseconds. */
async function killAndRestart(id: number, between: () => void = () => undefined): Promise<void> {
  const { child } = devnet.nodes[id - 1]!;
  child.signal("SIGKILL");
  await child.exited;
  between();
  startedAtLine.set(id, logOf(devnet, id).length);
  devnet.restart(id);
}

/** Lines of a node's present life. */
function lifeOf(id: number): readonly LogLine[] {
  return logOf(devnet, id).slice(startedAtLine.get(id) ?? 0);
}

function lives(id: number): readonly (readonly LogLine[])[] {
  const found: LogLine[][] = [];
  for (const line of logOf(devnet, id)) {
    if (line.msg === "node is up") found.push([]);
    found.at(-1)?.push(line);
  }
  return found;
}

async function awaitLine(id: number, msg: string, timeoutMs: number): Promise<LogLine> {
  return await eventually(
    `"${msg}" at node ${id}`,
    timeoutMs,
    () => lifeOf(id).find((line) => line.msg === msg) ?? null,
    devnet,
  );
}

const everyLine = (...messages: readonly string[]): readonly LogLine[] =>
  devnet.nodes.flatMap(({ id }) => logOf(devnet, id).filter(({ msg }) => messages.includes(msg)));
const accusations = (): readonly LogLine[] =>
  everyLine("a member said two things in one round", "bad signature shares", "two signed reports for one round");

async function readiness(apiUrl: string): Promise<Pick<HealthView, "ready" | "reasons">> {
  const response = await fetch(`${apiUrl}/readyz`);
  return (await response.json()) as HealthView;
}

async function metric(id: number, name: string): Promise<number> {
  const text = await (await fetch(`${devnet.nodes[id - 1]!.apiUrl}/metrics`)).text();
  return Number(new RegExp(`^${name.replaceAll(/[{}"]/g, "\\$&")} (.+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** The same in every run: where a kill falls is chance enough. */
function unevenMs(i: number, maxMs: number): number {
  return ((i * 0.618_033_988_7) % 1) * maxMs;
}

describe(`kill -9, ${KILLS} times in a row`, () => {
  test("at uneven points: nothing is said twice, and each life that is left alone signs within one reservation", {
    timeout: KILLS * 60_000,
  }, async () => {
    for (let i = 0; i < KILLS; i++) {
      const isLate = i % LATE_EVERY === 0;
      if (isLate) {
        await awaitLine(VICTIM, "nonce used", 60_000);
        await sleepFor(unevenMs(i, 3 * SLOT_MS));
      } else {
        await sleepFor(500 + unevenMs(i, 3_000));
      }
      await killAndRestart(VICTIM);
    }
    await awaitLine(VICTIM, "nonce used", 60_000);
    await awaitRound(devnet, VICTIM, currentSlot(devnet) + 1, 60_000);

    const digestOf = new Map<string, string>();
    for (const line of logOf(devnet, VICTIM).filter(({ msg }) => msg === "nonce used")) {
      const commitment = String(line["commitment"]);
      expect(digestOf.has(commitment)).toBe(false);
      digestOf.set(commitment, String(line["digest"]));
    }
    expect(digestOf.size).toBeGreaterThan(KILLS / LATE_EVERY);
    expect(accusations()).toEqual([]);
    expect(everyLine("two processes speak under one key")).toEqual([]);

    const idle = lives(VICTIM)
      .filter((life) => life.some(({ msg }) => msg === "nonce used"))
      .map((life) => {
        const reasons = life.filter(({ msg }) => msg === "slot not used").map((line) => String(line["why"]));
        return reasons.filter((why) => why === "reserved-by-earlier-life" || why === "recovering").length;
      });
    expect(idle.length).toBeGreaterThan(KILLS / LATE_EVERY);
    if (IS_FULL) process.stdout.write(`idle slots after each start: ${idle.join(" ")}\n`);
    expect(Math.max(...idle)).toBeLessThanOrEqual(IDLE_MAX);
  });
});

describe.skipIf(!canFailDisks)("a disk", () => {
  test("whose fsync takes two seconds costs its node those slots, and it says so; the others go on", {
    timeout: 90_000,
  }, async () => {
    disk!.fail("node2/data", "slow");
    await awaitLine(2, "the disk is slow", 60_000);
    disk!.heal();
    const stood = currentSlot(devnet);
    await awaitRound(devnet, 1, stood + 4, 30_000);
    await awaitRound(devnet, 2, stood + 4, 30_000);
    expect(await metric(2, "tenor_reservation_seconds_count")).toBeGreaterThan(0);
    expect(accusations()).toEqual([]);
  });

  test.each(["eio", "full"] as const)(
    "that fails (%s) silences its node at once; it follows, says why, and the others sign on",
    { timeout: 90_000 },
    async (how) => {
      const id = how === "eio" ? 2 : 4;
      disk!.fail(`node${id}/data`, how);
      await awaitLine(id, "the disk failed: this node only follows from now on", 60_000);
      const { apiUrl } = devnet.nodes[id - 1]!;
      expect((await fetch(`${apiUrl}/livez`)).status).toBe(200);
      const { ready, reasons } = await readiness(apiUrl);
      expect(ready).toBe(false);
      expect(reasons.join()).toContain("this node only follows");
      expect(await metric(id, 'tenor_hold_state{reason="disk-failed"}')).toBe(1);
      const said = await metric(id, "tenor_round_observation_sent_total");
      const stood = currentSlot(devnet);
      // A relay: it holds each new report like the others.
      await awaitRound(devnet, id, stood + 4, 60_000);
      expect(await metric(id, "tenor_round_observation_sent_total")).toBe(said);
      disk!.heal();
      // One comes back on the disk it had, the other without it: quarantine.
      await killAndRestart(id, () => {
        if (how === "full") rmSync(memberPaths(devnet.dir, id).data, { recursive: true });
      });
      await awaitLine(id, "nonce used", 60_000);
      const told = lifeOf(id).some(
        ({ msg }) => msg === "the database knows less than this member has said: quarantine",
      );
      expect(told).toBe(how === "full");
      expect(accusations()).toEqual([]);
    },
  );
});

describe("a copy of a running member's key and data, started elsewhere", () => {
  test("never speaks, says what it found, and pages; the member goes on and nobody is accused", {
    timeout: 120_000,
  }, async () => {
    const own = memberPaths(devnet.dir, 1);
    const copied = memberPaths(join(devnet.dir, "copy"), 1);
    cpSync(own.dir, copied.dir, { recursive: true });
    rmSync(join(copied.data, "tenor.sqlite.lock"), { force: true });
    const [p2p = 0, api = 0] = await freePorts(2);
    const twin = spawnNode({
      id: 1,
      paths: { ...copied, networkFile: join(devnet.dir, "network.yaml") },
      place: { p2p: { host: "127.0.0.1", port: p2p }, api: { host: "127.0.0.1", port: api } },
      at: (command, args) => ({ command, args }),
      setup: {},
      rpcUrl: devnet.rpcUrl,
      marketUrl: devnet.marketUrl,
      blockTimeMs: 1_000,
      logLevel: "debug",
      watch: [],
    });
    try {
      await eventually("the twin's own word", 60_000, async () => {
        try {
          const { reasons } = await readiness(`http://127.0.0.1:${api}`);
          return reasons.some((reason) => reason.startsWith("another process speaks under this member's key"))
            ? true
            : null;
        } catch {
          return null;
        }
      });
      const text = await (await fetch(`http://127.0.0.1:${api}/metrics`)).text();
      expect(text).toMatch(/^tenor_round_observation_sent_total 0$/m);
      expect(text).toMatch(/^tenor_peer_duplicate_instances_total\{peer="1"\} [1-9]/m);
      await awaitRound(devnet, 2, currentSlot(devnet) + 6, 60_000);
      expect(accusations()).toEqual([]);
    } finally {
      await twin.stop(5_000);
    }
  });
});
