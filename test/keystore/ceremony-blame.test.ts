import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import type { Ceremony } from "../../src/keystore/ceremony.ts";
import { seededScalar } from "../../src/keystore/sealed/seeded.ts";
import type { CeremonyMessage } from "../../src/threshold/ceremony-messages.ts";
import { payloadHash, SIGNATURE_BYTES } from "../../src/threshold/ceremony-messages.ts";
import { parsePoint } from "../../src/threshold/curve.ts";
import { proveSharedPoint } from "../../src/threshold/proofs.ts";
import { emptyDisk, read, run, seedOf, setupFor, shapeOf, signAs, startAll, startMember } from "./committee.ts";

function culpritsOf(members: ReadonlyMap<number, Ceremony>, honest: readonly number[]): unknown[] {
  return honest.map((id) => members.get(id)!.status().culprits);
}

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
