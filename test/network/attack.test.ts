/**
 * What one hostile member, or a stranger, costs a member of a committee of four that signs rounds, and what the rounds
 * lose by it. TENOR_ATTACK_SECONDS=10 measures every attack for so long and prints the table.
 */
import { afterAll, describe, expect, test } from "vitest";
import { type Measured, Siege } from "./attack.support.ts";
import { ATTACKS } from "./attacks.support.ts";

const seconds = Number(process.env["TENOR_ATTACK_SECONDS"] ?? "0");
const only = process.env["TENOR_ATTACK"] ?? "";

function row(name: string, { cpuPercent, before, during, heapGrownBytes, attackerView, refused }: Measured): string {
  const offences = Object.entries(attackerView.offences).flatMap(([kind, count]) =>
    count > 0 ? [`${kind} ${count}`] : [],
  );
  const cut = attackerView.excludedForMs > 0 ? "cut" : "";
  return [
    name.padEnd(46),
    `${cpuPercent.toFixed(1)} %`.padStart(8),
    `${before.cpuPercent.toFixed(1)}→${during.cpuPercent.toFixed(1)}`.padStart(12),
    `p50 ${before.p50Ms.toFixed(0)}→${during.p50Ms.toFixed(0)}`.padStart(14),
    `p99 ${before.p99Ms.toFixed(0)}→${during.p99Ms.toFixed(0)}`.padStart(14),
    `rounds ${before.rounds}→${during.rounds}`,
    `${attackerView.messagesIn} messages, ${(attackerView.bytesIn / 1_000).toFixed(0)} kB`,
    `rss ${(heapGrownBytes / 1e6).toFixed(0)} MB`,
    cut,
    offences.join(", "),
    JSON.stringify(refused),
  ].join("  ");
}

const SHORT = "new OBSERVEs, gossip, as fast as it can";
const SHORT_MS = 3_000;

describe("while a member signs ever new observations as fast as it can", () => {
  const siege = new Siege();
  afterAll(() => siege.stop());

  test("the others sign their rounds and cut it off", async () => {
    await siege.start();
    const { during, attackerView, honestOffences } = await siege.measure(ATTACKS[SHORT]!, SHORT_MS);
    expect(during.rounds).toBeGreaterThan(0);
    expect(attackerView.excludedForMs).toBeGreaterThan(0);
    expect(honestOffences).toBe(0);
    // The versions that anybody may say, of few rounds; then ten too many.
    expect(attackerView.messagesIn).toBeLessThan(100);
  }, 120_000);
});

describe.runIf(seconds > 0)("measured at length", () => {
  const siege = new Siege();
  afterAll(() => siege.stop());

  for (const [name, attack] of Object.entries(ATTACKS)) {
    if (!name.includes(only)) continue;
    test(name, async () => {
      await siege.start();
      const measured = await siege.measure(attack, seconds * 1_000);
      process.stdout.write(`${row(name, measured)}\n`);
      expect(measured.during.rounds).toBeGreaterThan(0);
    }, 120_000);
  }
});
