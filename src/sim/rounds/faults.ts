/** The faults that befall honest nodes: crashes, networks, clocks and disks, each row of the specification's table. */
import type { Rng } from "../../base/ports.ts";
import { between, chance, membersOf, pick, wholeBelow } from "./pick.ts";
import type { Fault, Frame, Span } from "./schedule.ts";
import { CRASH_POINTS } from "./schedule.ts";

const spanMs = ({ slots, slotMs }: Frame): number => slots * slotMs;

/** A stretch of the run that ends early enough to see what comes after it. */
function stretch(rng: Rng, frame: Frame, lengthMaxFraction: number): Span {
  const fromMs = between(rng, 0, 0.55) * spanMs(frame);
  return { fromMs, untilMs: fromMs + rng.next() * lengthMaxFraction * spanMs(frame) };
}

/** Back within the slot, or slots later. */
function downMs(rng: Rng, { slotMs }: Frame): number {
  return chance(rng, 0.5) ? between(rng, 5, slotMs * 0.5) : between(rng, 0, 6 * slotMs);
}

function crash(rng: Rng, frame: Frame, node: number, atMs: number): Fault {
  return { kind: "crash", node, atMs, forMs: downMs(rng, frame), power: chance(rng, 0.5) };
}

export function crashesOf(rng: Rng, frame: Frame): Fault[] {
  const { n, f, slots, slotMs } = frame;
  const node = (): number => 1 + wholeBelow(rng, n);
  const at = (): number => between(rng, 0, 0.7) * spanMs(frame);
  const draw = rng.next();
  if (draw < 0.35) {
    // Somewhere in the middle of a node's own doing.
    return Array.from({ length: 1 + wholeBelow(rng, 4) }, () => ({
      kind: "crash-at-point",
      node: node(),
      slot: wholeBelow(rng, Math.max(1, Math.floor(slots * 0.6))),
      point: pick(rng, CRASH_POINTS),
      forMs: downMs(rng, frame),
    }));
  }
  if (draw < 0.5) {
    const count = chance(rng, 0.6) ? f : f + 1;
    const atMs = at();
    return membersOf(rng, n, count).map((id) => crash(rng, frame, id, atMs + rng.next() * 20));
  }
  if (draw < 0.6) {
    const everyMs = between(rng, 60, 0.9 * slotMs);
    const fromMs = at() * 0.5;
    return [{ kind: "restarts", node: node(), fromMs, count: 100, everyMs, downMs: between(rng, 5, 50) }];
  }
  return Array.from({ length: 1 + wholeBelow(rng, 5) }, () => crash(rng, frame, node(), at()));
}

export function cutsOf(rng: Rng, frame: Frame): Fault[] {
  const { n, f } = frame;
  const draw = rng.next();
  if (draw < 0.2) {
    const [from, to] = membersOf(rng, n, 2);
    return [
      {
        kind: "link",
        from: from!,
        to: to!,
        extraDelayMs: pick(rng, [0, 50, 200, 1_000]),
        lossRate: pick(rng, [0, 0.2, 1]),
        ...stretch(rng, frame, 0.5),
      },
    ];
  }
  const size = draw < 0.5 ? f : draw < 0.8 ? Math.floor(n / 2) : 1 + wholeBelow(rng, n - 1);
  const side = membersOf(rng, n, size);
  return [{ kind: "cut", side, oneWay: chance(rng, 0.3), flapMs: null, ...stretch(rng, frame, 0.35) }];
}

export function flappingOf(rng: Rng, frame: Frame): Fault[] {
  const side = membersOf(rng, frame.n, chance(rng, 0.5) ? frame.f : Math.floor(frame.n / 2));
  const flapMs = chance(rng, 0.7) ? 3_000 : between(rng, 100, 3_000);
  return [{ kind: "cut", side, oneWay: chance(rng, 0.2), flapMs, fromMs: 0, untilMs: spanMs(frame) * 0.75 }];
}

/** Slow, lossy and doubling networks, for the whole run or for a stretch. */
export function cloudsOf(rng: Rng, frame: Frame): Fault[] {
  const delayMinMs = pick(rng, [1, 10, 50, 200, 1_000]);
  const weather = {
    delayMinMs,
    delayMaxMs: delayMinMs * between(rng, 1, 4) + 5,
    lossRate: pick(rng, [0, 0.01, 0.05, 0.2]),
    duplicateRate: pick(rng, [0, 0.1]),
    reorderRate: pick(rng, [0, 0.05, 0.3]),
  };
  const span = chance(rng, 0.5) ? { fromMs: 0, untilMs: spanMs(frame) } : stretch(rng, frame, 0.4);
  return [{ kind: "weather", weather, ...span }];
}

export function clockFaultsOf(rng: Rng, frame: Frame): Fault[] {
  const { n, f } = frame;
  const atMs = between(rng, 0, 0.6) * spanMs(frame);
  const draw = rng.next();
  if (draw < 0.15) {
    // A leap second: those that step do so together, the others smear.
    const count = chance(rng, 0.5) ? n : 1 + wholeBelow(rng, n);
    return membersOf(rng, n, count).map((node) => ({ kind: "clock-step", node, atMs, byMs: -1_000 }));
  }
  if (draw < 0.3) return membersOf(rng, n, n).map((node) => ({ kind: "drift", node, ppm: between(rng, -500, 500) }));
  if (draw < 0.45) {
    const forMs = chance(rng, 0.5) ? 60_000 : between(rng, 0.2, 6) * frame.slotMs;
    return membersOf(rng, n, 1 + wholeBelow(rng, f)).map((node) => ({ kind: "suspend", node, atMs, forMs }));
  }
  return membersOf(rng, n, chance(rng, 0.8) ? 1 + wholeBelow(rng, f) : f + 1).flatMap((node): Fault[] => {
    const byMs = pick(rng, [100, -100, 3_000, -3_000, 3_600_000, -3_600_000]);
    const step: Fault = { kind: "clock-step", node, atMs, byMs };
    const isSetRight = chance(rng, 0.5);
    return isSetRight ? [step, { ...step, atMs: atMs + 3 * frame.slotMs, byMs: -byMs }] : [step];
  });
}

export function diskFaultsOf(rng: Rng, frame: Frame): Fault[] {
  const { n, f, slots, slotMs } = frame;
  const atMs = between(rng, 0.1, 0.6) * spanMs(frame);
  const draw = rng.next();
  const some = membersOf(rng, n, 1 + wholeBelow(rng, f));
  if (draw < 0.2) return some.map((node) => ({ kind: "disk-full", node, atWrite: 1 + wholeBelow(rng, slots) }));
  if (draw < 0.35) {
    return some.map((node) => ({ kind: "disk-slow", node, syncMs: 2_000, fromMs: atMs, untilMs: atMs + 8 * slotMs }));
  }
  if (draw < 0.45) return some.map((node) => ({ kind: "clone", node, atMs }));
  if (draw < 0.6) {
    return some.map((node) => ({
      kind: "crash-at-point",
      node,
      slot: wholeBelow(rng, Math.max(1, Math.floor(slots * 0.6))),
      point: "during-write",
      forMs: downMs(rng, frame),
    }));
  }
  return some.map((node) => {
    const backupAtMs = chance(rng, 0.5) ? null : atMs * rng.next();
    return { kind: "disk-lost", node, atMs: atMs + rng.next() * slotMs, forMs: downMs(rng, frame), backupAtMs };
  });
}
