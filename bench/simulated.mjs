// `npm run bench -- simulated [--json]`: what the protocol itself costs a member, without a network: the production machines of a
// whole committee in one process on a virtual clock, with real nonces, shares and sums of a real group, two feeds, a slot a
// second. Committees that no machine holds as processes are measured here. A member's CPU is all of the machine's steps and of
// the curve, by the wall clock of one thread; the fastest of several passes, since the slower ones measure other work.
//   --nodes 4,7,16,31   committees            --slots 8      rounds of a pass
//   --passes 3          of which the fastest counts
// With "f bad signers" as many members as may be liars send shares that are wrong: others name them and sign without them. The
// first round has no report before it and may be lost to that.
import { loadCurve } from "../dist/keystore/native-curve.js";
import { byzantineMax } from "../dist/protocol/quorum.js";
import { step } from "../dist/protocol/step.js";
import { CurveGroup } from "../dist/sim/rounds/curve-group.js";
import { Observers } from "../dist/sim/rounds/observers.js";
import { settingFor } from "../dist/sim/rounds/setting.js";
import { World } from "../dist/sim/rounds/world.js";
import { nobleCurve } from "../dist/threshold/signing-curve.js";
import { numberOption, numbersOption } from "./options.mjs";

const asJson = process.argv.includes("--json");
const committees = numbersOption("--nodes", [4, 7, 16, 31], { low: 4, high: 31 });
const slots = numberOption("--slots", 8, { low: 2, high: 100 });
const passes = numberOption("--passes", 3, { low: 1, high: 20 });
const SEED = 1;
const SLOT_MS = 1_000;

/** Milliseconds by part; no part is within another. */
class Stopwatch {
  spentMs = { machine: 0, nonces: 0, shares: 0, sums: 0 };

  time(part, run) {
    const start = process.hrtime.bigint();
    try {
      return run();
    } finally {
      this.spentMs[part] += Number(process.hrtime.bigint() - start) / 1e6;
    }
  }
}

/** @param group a SimGroup, each call of which is timed */
const timed = (watch, group) => ({
  draw: (id, label) => {
    const drawn = watch.time("nonces", () => group.draw(id, label));
    return {
      pair: drawn.pair,
      sign: (digest, commitments) => watch.time("shares", () => drawn.sign(digest, commitments)),
    };
  },
  aggregate: (...session) => watch.time("sums", () => group.aggregate(...session)),
  verify: (digest, signature) => watch.time("sums", () => group.verify(digest, signature)),
});

class Counting extends Observers {
  saidCount = 0;

  said(...what) {
    this.saidCount += 1;
    super.said(...what);
  }
}

function pass(n, liars, curve) {
  const schedule = {
    family: "calm",
    seed: SEED,
    n,
    slots,
    slotMs: SLOT_MS,
    feeds: "numbers",
    curve: true,
    delayMaxMs: 20,
    skewMaxMs: 10,
    relay: true,
    faults: Array.from({ length: liars }, (_, i) => ({ kind: "liar", node: i + 1, how: "bad-share" })),
  };
  const config = settingFor(schedule);
  const watch = new Stopwatch();
  const observers = new Counting(schedule, config, null);
  const group = timed(watch, new CurveGroup(n, config.t, SEED, curve));
  const machine = { step: (node, event) => watch.time("machine", () => step(node.state, event)) };
  new World(schedule, config, group, machine, observers).run();
  const [violation] = observers.ledger.violations;
  if (violation !== undefined) throw new Error(`${violation.property}: ${violation.detail}`);
  return {
    completed: observers.ledger.completedBelow(config.firstRound + slots),
    messages: (observers.saidCount * (n - 1)) / slots,
    spentMs: watch.spentMs,
  };
}

const sum = (spentMs) => Object.values(spentMs).reduce((total, ms) => total + ms, 0);

const { curve: native, why } = await loadCurve();
if (why !== null && !asJson) process.stdout.write(`${why}\n`);
const curves = why === null ? [nobleCurve, native] : [nobleCurve];
for (const n of committees) {
  for (const curve of curves) {
    const f = byzantineMax(n);
    for (const liars of [0, f]) {
      const runs = Array.from({ length: passes }, () => pass(n, liars, curve));
      const best = runs.reduce((a, b) => (sum(b.spentMs) < sum(a.spentMs) ? b : a));
      const perRound = (ms) => ms / (n * slots);
      const label = `n=${n}, ${liars === 0 ? "nobody lies" : `${f} bad signers`}, ${curve.name}`;
      const parts = Object.entries(best.spentMs).map(([part, ms]) => `${part} ${perRound(ms).toFixed(2)}`);
      const cpuMs = perRound(sum(best.spentMs));
      const row = { name: label, cpuMs, parts, completed: best.completed, slots, messages: best.messages };
      process.stdout.write(
        asJson
          ? `${JSON.stringify(row)}\n`
          : `${label.padEnd(42)}${cpuMs.toFixed(2).padStart(8)} ms a member and round (${parts.join(", ")}); ` +
              `${best.completed} of ${slots} rounds, ${best.messages.toFixed(0)} messages a round\n`,
      );
    }
  }
}
