import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import type { Ceremony } from "../../src/keystore/ceremony.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import type { CeremonyMessage } from "../../src/threshold/ceremony-messages.ts";
import { keccak } from "../../src/base/keccak.ts";
import { parsePoint, Point } from "../../src/threshold/curve.ts";
import { isConsistentGroup } from "../../src/threshold/group.ts";
import { signatureFromFrost } from "../../src/threshold/schnorr.ts";
import { signByReference } from "../threshold/dealt.ts";
import type { Disk } from "./committee.ts";
import {
  emptyDisk,
  read,
  run,
  seededRandom,
  seedOf,
  setupFor,
  shapeOf,
  signAs,
  startAll,
  startMember,
} from "./committee.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

function expectOneKey(members: ReadonlyMap<number, Ceremony>, disks: ReadonlyMap<number, Disk>): string {
  const results = [...members.values()].map((member) => member.result());
  const first = results[0];
  expect(first).not.toBeNull();
  for (const result of results) expect(result).toEqual(first);
  expect(isConsistentGroup(first!.public)).toBe(true);
  expect(first!.public.commitments[0]!.startsWith("0x02")).toBe(true);
  for (const [id, disk] of disks) {
    expect(disk.shares.at(-1)!.header).toMatchObject({ memberId: id, transcriptHash: first!.transcriptHash });
  }
  for (const member of members.values()) expect(member.status()).toMatchObject({ phase: "done", culprits: [] });
  return first!.transcriptHash;
}

describe("a ceremony among honest members", () => {
  test.each([4, 7])(
    "of %i: any order and any duplicates give the same transcript and one even key at all",
    (n) => {
      const setup = setupFor(n);
      const transcripts = new Set<string>();
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const { members, disks } = startAll(setup);
          const ticks = run(members, { random: seededRandom(seed), duplicateShare: 0.3 });
          expect(ticks).toBeLessThan(20);
          transcripts.add(expectOneKey(members, disks));
        }),
        { numRuns: n === 4 ? 6 : 2 },
      );
      expect(transcripts.size).toBe(1);
    },
    120_000,
  );

  test("succeeds over a network that loses half of everything", () => {
    const random = seededRandom(7);
    const { members, disks } = startAll(setupFor(4));
    run(members, { random, wire: ({ bytes }) => (random() < 0.5 ? null : bytes), ticksMax: 60 });
    expectOneKey(members, disks);
  });

  test("succeeds when two members reach each other only through others", () => {
    const { members, disks } = startAll(setupFor(4));
    const isCut = (a: number, b: number): boolean => a + b === 3;
    run(members, { wire: ({ from, to, bytes }) => (isCut(from, to) ? null : bytes), ticksMax: 12 });
    expectOneKey(members, disks);
  });

  test("falls silent once everybody is done and knows it, also when the last words are lost", () => {
    const random = seededRandom(11);
    const { members } = startAll(setupFor(4));
    run(members, { random, wire: ({ bytes }) => (random() < 0.3 ? null : bytes), ticksMax: 200 });
    for (const [self, member] of members) {
      for (const peer of members.keys()) if (peer !== self) expect(member.messagesFor(peer)).toEqual([]);
    }
  });

  test("the shares of any t members sign for the group, and half of all ceremonies had to be normalised", () => {
    let negated = 0;
    for (let count = 1; count <= 8; count++) {
      const setup = setupFor(4, count);
      const { members, disks } = startAll(setup);
      run(members);
      expectOneKey(members, disks);
      const constants = members
        .get(1)!
        .transcript()
        .map((bytes) => read(shapeOf(setup), bytes));
      const sum = constants
        .filter((message) => message.kind === "commit")
        .reduce((point, message) => point.add(parsePoint(message.points[0]!)!), Point.ZERO);
      if (sum.toBytes(true)[0] === 3) negated++;
      const group = members.get(1)!.result()!.public;
      const shares = new Map([...disks].map(([id, disk]) => [id, secretOf(disk.shares.at(-1)!)]));
      const digest = keccak(Uint8Array.from([count]));
      const signed = signByReference({ group, shares, negated: false }, [4, 1 + (count % 2), 3], digest);
      expect(
        nobleCurve.verifyGroupSignature(group.groupKeyX, toHex(digest), signatureFromFrost(signed.reference)),
      ).toBe(true);
    }
    expect(negated).toBeGreaterThan(0);
    expect(negated).toBeLessThan(8);
  });

  test("members that crash and restart at any moment say the same again: nobody is named, one key results", () => {
    const setup = setupFor(4);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const { members, disks } = startAll(setup);
        let crashes = 0;
        run(members, {
          random,
          before: ({ to }) => {
            if (crashes >= 12 || random() > 0.1) return;
            crashes++;
            members.set(to, startMember(setup, to, disks.get(to)));
          },
        });
        expectOneKey(members, disks);
      }),
      { numRuns: 5 },
    );
  }, 120_000);

  test("what the disk refused is never said", () => {
    const setup = setupFor(4);
    const disk = emptyDisk();
    const { members } = startAll(setup);
    members.set(1, startMember(setup, 1, disk));
    disk.isFull = true;
    expect(() => run(members)).toThrow(/no space/);
    const said = [2, 3, 4].flatMap((id) => members.get(1)!.messagesFor(id)).map((bytes) => read(shapeOf(setup), bytes));
    expect(said.some((message) => message.kind === "deal" && message.sender === 1)).toBe(false);
    disk.isFull = false;
    run(members);
    expect(members.get(1)!.status().phase).toBe("done");
  });
});

describe("a silent member", () => {
  test("leaves the ceremony without a result, without a name, and visible in what is missing", () => {
    const { members } = startAll(setupFor(4));
    members.delete(3);
    run(members, { ticksMax: 6 });
    for (const member of members.values()) {
      expect(member.result()).toBeNull();
      expect(member.status()).toEqual({ phase: "keys", have: [1, 2, 4], culprits: [] });
    }
  });

  test("that only withholds its certificate keeps everybody from success, and nobody loses a share", () => {
    const setup = setupFor(4);
    const { members, disks } = startAll(setup);
    const isWithheld = (bytes: Uint8Array): boolean => {
      const message = read(shapeOf(setup), bytes);
      return message.kind === "certificate" && message.sender === 2;
    };
    run(members, { wire: ({ bytes }) => (isWithheld(bytes) ? null : bytes), ticksMax: 8 });
    for (const id of [1, 3, 4]) {
      expect(members.get(id)!.status()).toEqual({ phase: "certificates", have: [1, 3, 4], culprits: [] });
      expect(members.get(id)!.result()).toBeNull();
      expect(disks.get(id)!.shares).toHaveLength(1);
    }
  });
});

describe("strangers and secrets", () => {
  const setup = setupFor(4);
  const shape = shapeOf(setup);

  test("hostile bytes never throw, change nothing and accuse nobody", () => {
    const { members } = startAll(setup);
    const real = members.get(2)!.messagesFor(1);
    const target = members.get(1)!;
    const before = target.status();
    const mutated = fc
      .tuple(fc.constantFrom(...real), fc.nat(), fc.integer({ min: 1, max: 255 }))
      .map(([bytes, at, mask]) => {
        const copy = bytes.slice();
        copy[at % copy.length]! ^= mask;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), (bytes) => {
        expect(target.receive(bytes).verdict).not.toBe("accept");
      }),
      { numRuns: 500 },
    );
    expect(target.status()).toEqual(before);
  });

  test("signed nonsense never throws and blames its signer at most", () => {
    const scalarOrPoint = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const hash = scalarOrPoint(32).map(toHex);
    const sender = 3;
    const message: fc.Arbitrary<CeremonyMessage> = fc.oneof(
      fc.record({
        kind: fc.constant("key" as const),
        sender: fc.constant(sender),
        key: scalarOrPoint(33),
        proof: scalarOrPoint(65),
      }),
      fc.record({
        kind: fc.constant("commit" as const),
        sender: fc.constant(sender),
        points: fc.array(scalarOrPoint(33), { minLength: 3, maxLength: 3 }),
        proof: scalarOrPoint(65),
      }),
      fc.record({
        kind: fc.constant("complaint" as const),
        sender: fc.constant(sender),
        dealer: fc.constantFrom(1, 2, 4),
        dealHash: hash,
        shared: scalarOrPoint(33),
        proof: scalarOrPoint(64),
      }),
      fc.record({ kind: fc.constant("certificate" as const), sender: fc.constant(sender), transcriptHash: hash }),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (list) => {
        const members = new Map([1, 2].map((id) => [id, startMember(setup, id)]));
        for (const said of list) members.get(1)!.receive(signAs(shape, said));
        run(members, { ticksMax: 3 });
        for (const member of members.values()) for (const { id } of member.status().culprits) expect(id).toBe(sender);
      }),
      { numRuns: 25 },
    );
  });

  test("bytes of another ceremony, and members' words in others' mouths, are rejected", () => {
    const target = startMember(setup, 1);
    const foreign = startMember(setupFor(4, 2), 2).messagesFor(1)[0]!;
    expect(target.receive(foreign)).toEqual({ verdict: "reject", why: "other-ceremony" });
    const own = startMember(setup, 2).messagesFor(1)[0]!;
    own[33] = 3;
    expect(target.receive(own)).toEqual({ verdict: "reject", why: "bad-signature" });
    own[33] = 9;
    expect(target.receive(own)).toEqual({ verdict: "reject", why: "not-a-member" });
  });

  test("a ceremony prints as [secret]", () => {
    const ceremony = startMember(setup, 1);
    for (const text of [
      inspect(ceremony, { showHidden: true, depth: 9 }),
      JSON.stringify({ ceremony }),
      String(ceremony),
    ]) {
      expect(text).toContain("[secret]");
      expect(text).not.toContain(Buffer.from(seedOf(1)).toString("hex").slice(0, 16));
    }
  });

  test("a destroyed ceremony relays what it knows and says nothing new", () => {
    const ceremony = startMember(setup, 1);
    ceremony.destroy();
    for (const bytes of startMember(setup, 2).messagesFor(1)) expect(ceremony.receive(bytes).verdict).toBe("accept");
    const kinds = ceremony.messagesFor(3).map((bytes) => read(shape, bytes).kind);
    expect(kinds).toEqual(["key", "key", "commit", "commit", "have"]);
  });
});
