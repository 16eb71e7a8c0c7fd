import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import type { Ceremony } from "../../src/keystore/ceremony.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import { seededScalar } from "../../src/keystore/sealed/seeded.ts";
import type { CeremonyMessage } from "../../src/threshold/ceremony-messages.ts";
import { payloadHash, SIGNATURE_BYTES } from "../../src/threshold/ceremony-messages.ts";
import { keccak, parsePoint, Point } from "../../src/threshold/curve.ts";
import { isConsistentGroup } from "../../src/threshold/group.ts";
import { proveSharedPoint } from "../../src/threshold/proofs.ts";
import { signatureFromFrost, verifyGroupSignature } from "../../src/threshold/schnorr.ts";
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

function culpritsOf(members: ReadonlyMap<number, Ceremony>, honest: readonly number[]): unknown[] {
  return honest.map((id) => members.get(id)!.status().culprits);
}

describe("a ceremony among honest members", () => {
  test.each([4, 7])("of %i: any order and any duplicates give the same transcript and one even key at all", (n) => {
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
  });

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
      expect(verifyGroupSignature(group.groupKeyX, toHex(digest), signatureFromFrost(signed.reference))).toBe(true);
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
            members.set(to, startMember(setup, to, disks.get(to)!));
          },
        });
        expectOneKey(members, disks);
      }),
      { numRuns: 5 },
    );
  });

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

describe("a dishonest member is named by every honest one, and no key results", () => {
  const setup = setupFor(4);
  const shape = shapeOf(setup);

  /** Replaces what one member says about itself, wherever it travels. */
  function withLie(
    liar: number,
    lie: (message: CeremonyMessage, to: number) => CeremonyMessage | null,
  ): Map<number, Ceremony> {
    const { members } = startAll(setup);
    run(members, {
      ticksMax: 8,
      wire: ({ from, to, bytes }) => {
        const message = read(shape, bytes);
        if (from !== liar || message.sender !== liar) return bytes;
        const said = lie(message, to);
        return said === null ? null : said === message ? bytes : signAs(shape, said);
      },
    });
    for (const member of members.values()) expect(member.result()).toBeNull();
    return members;
  }

  test.each([1, 3])("a dealer whose share to member %i is bad", (victim) => {
    const members = withLie(2, (message) => {
      if (message.kind !== "deal") return message;
      const sealed = new Map(message.sealed);
      sealed.set(
        victim,
        sealed.get(victim)!.map((byte, i) => (i === 31 ? byte ^ 1 : byte)),
      );
      return { ...message, sealed };
    });
    const named = [{ id: 2, why: "bad-share" }];
    expect(culpritsOf(members, [1, 3, 4])).toEqual([named, named, named]);
  });

  test("a dealer whose commitments or proof are not what they must be", () => {
    for (const spoil of ["identity", "off-curve", "foreign-proof"] as const) {
      const members = withLie(4, (message) => {
        if (message.kind !== "commit") return message;
        if (spoil === "foreign-proof")
          return { ...message, proof: message.proof.map((b, i) => (i === 64 ? b ^ 1 : b)) };
        const points = [...message.points];
        points[2] = spoil === "identity" ? new Uint8Array(33) : new Uint8Array(33).fill(5);
        return { ...message, points };
      });
      const named = [{ id: 4, why: "bad-commitment" }];
      expect(culpritsOf(members, [1, 2, 3])).toEqual([named, named, named]);
    }
  });

  test("a member that announces another's key as its own", () => {
    const victim = startMember(setup, 1);
    const stolen = victim
      .transcript()
      .map((bytes) => read(shape, bytes))
      .find((message) => message.kind === "key")!;
    const members = withLie(3, (message) => (message.kind === "key" ? { ...stolen, sender: 3 } : message));
    const named = [{ id: 3, why: "bad-key" }];
    expect(culpritsOf(members, [1, 2, 4])).toEqual([named, named, named]);
  });

  test.each([[[1]], [[1, 2]], [[1, 2, 4]]])("a dealer that sends other commitments to members %j", (fooled) => {
    const other = startMember(setup, 3, emptyDisk(), seedOf(3, 99));
    const second = other
      .transcript()
      .map((bytes) => read(shape, bytes))
      .find((message) => message.kind === "commit")!;
    const members = withLie(3, (message, to) => (message.kind === "commit" && fooled.includes(to) ? second : message));
    const named = [{ id: 3, why: "equivocated" }];
    expect(culpritsOf(members, [1, 2, 4])).toEqual([named, named, named]);
  });

  /** A complaint of member 4 about member 2, made with member 4's real key. */
  function accusation(members: ReadonlyMap<number, Ceremony>, isProofGood: boolean): CeremonyMessage {
    const board = members.get(1)!.transcript();
    const keyOf = (id: number) => {
      const found = board.map((bytes) => read(shape, bytes)).find((m) => m.kind === "key" && m.sender === id);
      return parsePoint(found?.kind === "key" ? found.key : new Uint8Array(0))!;
    };
    const deal = board.find((bytes) => read(shape, bytes).kind === "deal" && read(shape, bytes).sender === 2)!;
    const secret = seededScalar(seedOf(4), "key", Buffer.from(shape.ceremonyId.slice(2), "hex"));
    const shared = keyOf(2).multiply(secret);
    const statement = {
      ceremonyId: shape.ceremonyId,
      accuser: 4,
      dealer: 2,
      accuserKey: keyOf(4),
      dealerKey: keyOf(2),
      shared,
    };
    const proof = proveSharedPoint(statement, isProofGood ? secret : secret + 1n, 1234567n);
    const dealHash = toHex(payloadHash(deal.subarray(0, deal.length - SIGNATURE_BYTES)));
    return { kind: "complaint", sender: 4, dealer: 2, dealHash, shared: shared.toBytes(true), proof };
  }

  test.each([true, false])("a member that accuses an honest dealer (with a good proof: %s)", (isProofGood) => {
    const { members } = startAll(setup);
    const isCertificate = (bytes: Uint8Array): boolean => read(shape, bytes).kind === "certificate";
    run(members, { ticksMax: 4, wire: ({ bytes }) => (isCertificate(bytes) ? null : bytes) });
    expect(members.get(1)!.status().phase).toBe("certificates");
    members.get(1)!.receive(signAs(shape, accusation(members, isProofGood)));
    run(members, { ticksMax: 4, wire: ({ bytes }) => (isCertificate(bytes) ? null : bytes) });
    const named = [{ id: 4, why: "false-accusation" }];
    expect(culpritsOf(members, [1, 2, 3])).toEqual([named, named, named]);
    for (const member of members.values()) expect(member.result()).toBeNull();
  });

  test("a late second commitment makes nobody fail whom all n have certified", () => {
    const other = startMember(setup, 3, emptyDisk(), seedOf(3, 99));
    const second = other.transcript().find((bytes) => read(shape, bytes).kind === "commit")!;
    const { members } = startAll(setup);
    const isLast = (bytes: Uint8Array): boolean => {
      const message = read(shape, bytes);
      return message.kind === "certificate" && message.sender === 3;
    };
    run(members, { ticksMax: 6, wire: ({ to, bytes }) => (to === 1 && isLast(bytes) ? null : bytes) });
    expect(members.get(2)!.status().phase).toBe("done");
    members.get(1)!.receive(second);
    expect(members.get(1)!.status()).toMatchObject({ phase: "failed", culprits: [{ id: 3, why: "equivocated" }] });
    run(members, { ticksMax: 4 });
    expect(members.get(1)!.status().phase).toBe("done");
    expect(members.get(1)!.result()).toEqual(members.get(2)!.result());
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
