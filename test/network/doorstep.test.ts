import { expect, test } from "vitest";
import { Doorstep, type Visit } from "../../src/network/doorstep.ts";
import { handshakesPerAddressMax, STRANGERS_PER_SEC, strangersBurst } from "../../src/network/peer-policy.ts";

const MEMBERS = 4;

function doorstep(): { door: Doorstep; clock: { nowMs(): number; monotonicMs(): number; atMs: number } } {
  const clock = { atMs: 0, nowMs: () => clock.atMs, monotonicMs: () => clock.atMs };
  return { door: new Doorstep({ members: MEMBERS }, { clock }), clock };
}

/** Knocks until it is told to wait, leaving each time. */
function knocks(door: Doorstep, address: string, end: (visit: Visit) => void = (visit) => door.leave(visit)): number {
  for (let count = 0; count < 1_000; count++) {
    const visit = door.enter(address);
    if (visit === null) return count;
    end(visit);
  }
  return Number.POSITIVE_INFINITY;
}

test("an address of strangers has a burst and then a few visits a second, and others are not held up by it", () => {
  const { door, clock } = doorstep();
  expect(knocks(door, "10.0.0.1")).toBe(strangersBurst(MEMBERS));
  clock.atMs += 2_000;
  expect(knocks(door, "10.0.0.1")).toBe(2 * STRANGERS_PER_SEC);
  expect(knocks(door, "10.0.0.2")).toBe(strangersBurst(MEMBERS));
});

test("members cost an address nothing, however often they come", () => {
  const { door } = doorstep();
  expect(knocks(door, "10.0.0.1", (visit) => door.welcome(visit))).toBe(Number.POSITIVE_INFINITY);
});

test("who stands at the door and says nothing takes half of the room at most, until it is gone", () => {
  const { door, clock } = doorstep();
  const silent: Visit[] = [];
  for (let second = 0; second < 60; second++) {
    knocks(door, "10.0.0.1", (visit) => silent.push(visit));
    clock.atMs += 1_000;
  }
  expect(silent.length).toBe(handshakesPerAddressMax(MEMBERS));
  for (const visit of silent.slice(0, 3)) door.leave(visit);
  expect(knocks(door, "10.0.0.1", () => undefined)).toBe(3);
});

test("a visit ends once", () => {
  const { door } = doorstep();
  const visit = door.enter("10.0.0.1")!;
  door.leave(visit);
  door.leave(visit);
  door.welcome(visit);
  expect(knocks(door, "10.0.0.1")).toBe(strangersBurst(MEMBERS) - 1);
});

test("addresses without end are not remembered without end", () => {
  const { door } = doorstep();
  for (let i = 0; i < 5_000; i++) door.leave(door.enter(`10.0.${i >> 8}.${i & 255}`)!);
  // The first is forgotten and begins anew.
  expect(knocks(door, "10.0.0.0")).toBe(strangersBurst(MEMBERS));
});
