/** What goes wrong in a key ceremony, row by row: it ends in one key at all or in none, and no share is ever deleted. */
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import type { Ceremony } from "../../src/keystore/ceremony.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import type { CeremonyMessage } from "../../src/threshold/ceremony-messages.ts";
import type { CeremonySetup } from "../../src/threshold/ceremony-setup.ts";
import { evaluatePolynomial } from "../../src/threshold/vss.ts";
import { applyDealPad } from "../../src/threshold/deal.ts";
import { parsePoint, Scalar, scalarBytes } from "../../src/threshold/curve.ts";
import { dealingOf } from "../../src/keystore/dealer.ts";
import { seededScalar } from "../../src/keystore/sealed/seeded.ts";
import type { Disk } from "./committee.ts";
import {
  emptyDisk,
  read,
  refreshOf,
  run,
  seedOf,
  setupFor,
  shapeOf,
  signAs,
  startAll,
  startMember,
  startRefresh,
} from "./committee.ts";

const setup = setupFor(4);
const made = startAll(setup);
run(made.members);
const refresh = refreshOf(setup, made.disks);

type Started = { readonly members: Map<number, Ceremony>; readonly disks: Map<number, Disk> };

/** Both kinds of ceremony, as they begin. */
const KINDS: readonly (readonly [string, CeremonySetup, () => Started])[] = [
  ["a new key", setup, () => startAll(setup)],
  ["a refresh", refresh, () => startRefresh(refresh, made.disks)],
];

function expectNobodyFailed({ members, disks }: Started): void {
  const first = members.get(1)!.result();
  expect(first).not.toBeNull();
  for (const [id, member] of members) {
    expect(member.status()).toEqual({ phase: "done", have: [1, 2, 3, 4], culprits: [] });
    expect(member.result()).toEqual(first);
    expect(disks.get(id)!.shares.at(-1)!.transcriptHash).toBe(first!.transcriptHash);
  }
}

describe.each(KINDS)("in the ceremony for %s", (_kind, wanted, start) => {
  const shape = shapeOf(wanted);

  function runWithLie(lie: (said: CeremonyMessage, to: number) => CeremonyMessage | null): Started {
    const started = start();
    run(started.members, {
      ticksMax: 8,
      wire: ({ from, to, bytes }) => {
        const said = read(shape, bytes);
        if (from !== 2 || said.sender !== 2) return bytes;
        const told = lie(said, to);
        return told === null ? null : told === said ? bytes : signAs(shape, told);
      },
    });
    return started;
  }

  function expectNoKeyAndAllShares({ members, disks }: Started, before: number): void {
    // What the liar itself has seen is its own affair: no hub is configured with what the others do not confirm.
    for (const id of [1, 3, 4]) expect(members.get(id)!.result()).toBeNull();
    // Nothing that a member held when it began is gone.
    for (const disk of disks.values()) expect(disk.shares.length).toBeGreaterThanOrEqual(before);
  }

  const held = wanted === refresh ? 1 : 0;

  test("a dealer whose share to one member is bad is named by every honest member, and no key results", () => {
    const started = runWithLie((said) => {
      if (said.kind !== "deal") return said;
      const sealed = new Map(said.sealed);
      sealed.set(
        3,
        sealed.get(3)!.map((byte, i) => (i === 31 ? byte ^ 1 : byte)),
      );
      return { ...said, sealed };
    });
    for (const id of [1, 3, 4])
      expect(started.members.get(id)!.status().culprits).toEqual([{ id: 2, why: "bad-share" }]);
    expectNoKeyAndAllShares(started, held);
  });

  test("a dealer that sends one member no share changes nothing: the others pass it on", () => {
    expectNobodyFailed(runWithLie((said, to) => (said.kind === "deal" && to === 3 ? null : said)));
  });

  test("a dealer that sends nobody a share is missed by everybody and named by nobody, and no key results", () => {
    const started = runWithLie((said) => (said.kind === "deal" ? null : said));
    for (const id of [1, 3, 4]) {
      expect(started.members.get(id)!.status()).toEqual({ phase: "deals", have: [1, 3, 4], culprits: [] });
    }
    expectNoKeyAndAllShares(started, held);
  });

  test("a dealer that shows two halves different commitments is named by every honest member, and no key results", () => {
    const other = startMember(wanted, 2, { ...emptyDisk(), shares: start().disks.get(2)!.shares }, seedOf(2, 99));
    const second = other
      .transcript()
      .map((bytes) => read(shape, bytes))
      .find(({ kind }) => kind === "commit")!;
    const started = runWithLie((said, to) => (said.kind === "commit" && to <= 2 ? second : said));
    for (const id of [1, 3, 4]) {
      expect(started.members.get(id)!.status().culprits).toEqual([{ id: 2, why: "equivocated" }]);
    }
    expectNoKeyAndAllShares(started, held);
  });

  test("with certificates of n − 1 nobody has a key, nobody is named, and every share stays for the one that comes late", () => {
    const started = runWithLie((said) => (said.kind === "certificate" ? null : said));
    for (const id of [1, 3, 4]) {
      expect(started.members.get(id)!.status()).toEqual({ phase: "certificates", have: [1, 3, 4], culprits: [] });
    }
    expectNoKeyAndAllShares(started, held + 1);
    run(started.members);
    expectNobodyFailed(started);
  });

  test("a crash of one member in each step, before and after each write, ends in the same words, key and share", () => {
    const calm = start();
    run(calm.members);
    const transcript = calm.members.get(1)!.transcript();
    const others = transcript.filter((bytes) => read(shape, bytes).sender !== 3);
    const before = start().disks.get(3)!.shares;

    /** Member 3's life among the same others; `power` is called at every step of its disk. */
    const live = (power: (step: string) => void): { readonly member: Ceremony; readonly disk: Disk } => {
      const disk: Disk = { ...emptyDisk(), shares: [...before], power };
      const begin = (): Ceremony => survive(() => startMember(wanted, 3, disk));
      let member = begin();
      for (let i = 0; i < others.length; i++) {
        try {
          member.receive(others[i]!);
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          member = begin();
          i = -1;
        }
      }
      return { member, disk };
    };

    const steps: string[] = [];
    live((step) => steps.push(step));
    expect(steps).toEqual(STEPS);
    for (const crashAt of STEPS.keys()) {
      let calls = 0;
      const { member, disk } = live(() => {
        if (calls++ === crashAt) throw new PowerCut();
      });
      expect(calls, STEPS[crashAt]).toBeGreaterThan(crashAt);
      expect(member.status()).toEqual({ phase: "done", have: [1, 2, 3, 4], culprits: [] });
      expect(wordsOf(member)).toEqual(wordsOf(calm.members.get(1)!));
      expect(member.result()).toEqual(calm.members.get(1)!.result());
      expect(secretOf(disk.shares.at(-1)!)).toEqual(secretOf(calm.disks.get(3)!.shares.at(-1)!));
    }
  });
});

/** Every write of a member that is done: what is new in it. */
const STEPS = [
  "before writing KEY and COMMIT",
  "after writing KEY and COMMIT",
  "before writing DEAL",
  "after writing DEAL",
  "before the share",
  "after the share",
  "before writing CERTIFICATE",
  "after writing CERTIFICATE",
  "before writing all",
  "after writing all",
];

function wordsOf(member: Ceremony): readonly string[] {
  return member.transcript().map(toHex).sort();
}

class PowerCut extends Error {}

/** Once more after a power cut: what the process does when its machine is on again. */
function survive<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PowerCut) return work();
    throw error;
  }
}

describe("a refresh", () => {
  const shape = shapeOf(refresh);

  test("takes a dealer's constant term from nobody: who deals a polynomial that is not zero at zero is named", () => {
    const started = startRefresh(refresh, made.disks);
    const seed = seedOf(2);
    const { polynomial } = dealingOf(shape, 2, seed);
    const secret = seededScalar(seed, "key", Buffer.from(shape.ceremonyId.slice(2), "hex"));
    const keys = new Map<number, Uint8Array>();
    run(started.members, {
      ticksMax: 8,
      wire: ({ from, bytes }) => {
        const said = read(shape, bytes);
        if (said.kind === "key") keys.set(said.sender, said.key);
        if (from !== 2 || said.sender !== 2 || said.kind !== "deal") return bytes;
        // The same commitments, and everybody's share moved by one: the group key would move with them.
        const sealed = new Map(
          [1, 3, 4].map((id) => {
            const share = scalarBytes(Scalar.add(evaluatePolynomial(polynomial, id), 1n));
            const shared = parsePoint(keys.get(id)!)!.multiply(secret);
            return [id, applyDealPad(shape.ceremonyId, 2, id, shared, share)];
          }),
        );
        return signAs(shape, { ...said, sealed });
      },
    });
    for (const id of [1, 3, 4])
      expect(started.members.get(id)!.status().culprits).toEqual([{ id: 2, why: "bad-share" }]);
  });

  test("a message of a ceremony for a new key cannot be read in it, nor the other way round", () => {
    const fresh = startMember({ ...refresh, refreshes: undefined as never }, 2);
    const target = startRefresh(refresh, made.disks).members.get(1)!;
    for (const bytes of fresh.transcript()) expect(target.receive(bytes).verdict).toBe("reject");
    for (const bytes of target.transcript()) expect(fresh.receive(bytes).verdict).toBe("reject");
  });
});

describe("a member whose seed was lost with its machine", () => {
  test("hears the others first and says nothing where its earlier life spoke: nobody is named", () => {
    const { members } = startAll(setup);
    run(members, { ticksMax: 1 });
    members.set(3, startMember(setup, 3, emptyDisk(), seedOf(3, 99), true));
    run(members, { ticksMax: 6 });
    for (const member of members.values()) expect(member.status().culprits).toEqual([]);
    expect(
      members
        .get(3)!
        .transcript()
        .map((bytes) => read(shapeOf(setup), bytes)),
    ).not.toContainEqual(expect.objectContaining({ kind: "deal", sender: 3 }));
  });

  test("takes part where it never spoke", () => {
    const started = startAll(setup);
    started.members.set(3, startMember(setup, 3, started.disks.get(3), seedOf(3, 99), true));
    started.disks.get(3)!.messages = [];
    started.members.set(3, startMember(setup, 3, started.disks.get(3), seedOf(3, 99), true));
    run(started.members);
    expectNobodyFailed(started);
  });
});
