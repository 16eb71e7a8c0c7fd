import { describe, expect, test } from "vitest";
import { toHex } from "../../src/base/bytes.ts";
import { verifyEd25519 } from "../../src/keystore/ed25519.ts";
import { seededScalar } from "../../src/keystore/sealed/seeded.ts";
import { CeremonyBoard } from "../../src/threshold/ceremony.ts";
import { payloadHash, SIGNATURE_BYTES } from "../../src/threshold/ceremony-messages.ts";
import { parsePoint } from "../../src/threshold/curve.ts";
import { proveSharedPoint } from "../../src/threshold/proofs.ts";
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
} from "../keystore/committee.ts";

const setup = setupFor(4);
const shape = shapeOf(setup);

function newBoard(): CeremonyBoard {
  return new CeremonyBoard({ setup, self: 1 }, { verify: verifyEd25519 });
}

function find(messages: readonly Uint8Array[], kind: string, sender: number): Uint8Array {
  const found = messages.find((bytes) => read(shape, bytes).kind === kind && read(shape, bytes).sender === sender);
  if (found === undefined) throw new Error(`${kind} of ${sender} is missing`);
  return found;
}

const { members } = startAll(setup);
run(members);
const transcript = members.get(1)!.transcript();
/** The same identity under another seed: everything it says contradicts what member 4 said. */
const double = startMember(setup, 4, emptyDisk(), seedOf(4, 99)).transcript();

describe("CeremonyBoard", () => {
  test("convinces itself from the public transcript alone, in any order", () => {
    const expected = members.get(1)!.result();
    for (let seed = 0; seed < 5; seed++) {
      const random = seededRandom(seed);
      const shuffled = transcript.map((bytes) => ({ bytes, at: random() })).sort((a, b) => a.at - b.at);
      const board = newBoard();
      for (const { bytes } of shuffled) expect(board.receive(bytes)).toEqual({ verdict: "accept" });
      for (const { bytes } of shuffled) expect(board.receive(bytes)).toEqual({ verdict: "ignore", why: "duplicate" });
      expect(board.status()).toEqual({ phase: "done", have: [1, 2, 3, 4], culprits: [] });
      expect(board.transcriptHash()).toBe(expected?.transcriptHash);
      expect(board.group()).toMatchObject({ ok: true, group: expected?.public });
    }
  });

  test("walks through its phases as messages come", () => {
    const board = newBoard();
    const phases: string[] = [];
    for (const bytes of transcript) {
      board.receive(bytes);
      const { phase, have } = board.status();
      phases.push(`${phase} ${have.length}`);
    }
    const steps = [
      "keys 1, keys 2, keys 3, commitments 0",
      "commitments 1, commitments 2, commitments 3, deals 0",
      "deals 1, deals 2, deals 3, certificates 0",
      "certificates 1, certificates 2, certificates 3, done 4",
    ];
    expect(phases.join(", ")).toBe(steps.join(", "));
  });

  test.each(["key", "commit"])("a second %s convicts its sender, and nothing else can be said there", (kind) => {
    const board = newBoard();
    board.receive(find(transcript, kind, 4));
    expect(board.receive(find(double, kind, 4))).toEqual({ verdict: "accept" });
    expect(board.status().culprits).toEqual([{ id: 4, why: "equivocated" }]);
    const third = startMember(setup, 4, emptyDisk(), seedOf(4, 55)).transcript();
    expect(board.receive(find(third, kind, 4))).toEqual({ verdict: "ignore", why: "duplicate" });
  });

  test("a deal that names another COMMIT of its own dealer convicts him, whichever comes first", () => {
    for (const order of [
      ["deal", "commit"],
      ["commit", "deal"],
    ]) {
      const board = newBoard();
      for (const kind of order)
        board.receive(kind === "deal" ? find(transcript, "deal", 4) : find(double, "commit", 4));
      expect(board.status().culprits).toEqual([{ id: 4, why: "equivocated" }]);
    }
  });

  test("does not judge a dealer by a key that it did not deal to", () => {
    // Member 4 has two keys. Dealer 2 dealt to the first; the accusation is honest arithmetic under the second.
    const secret = seededScalar(seedOf(4, 99), "key", Buffer.from(shape.ceremonyId.slice(2), "hex"));
    const keyOf = (messages: readonly Uint8Array[], id: number) => {
      const message = read(shape, find(messages, "key", id));
      return parsePoint(message.kind === "key" ? message.key : new Uint8Array(0))!;
    };
    const shared = keyOf(transcript, 2).multiply(secret);
    const parties = { accuserKey: keyOf(double, 4), dealerKey: keyOf(transcript, 2) };
    const statement = { ceremonyId: shape.ceremonyId, accuser: 4, dealer: 2, ...parties, shared };
    const deal = find(transcript, "deal", 2);
    const accusation = signAs(shape, {
      kind: "complaint",
      sender: 4,
      dealer: 2,
      dealHash: toHex(payloadHash(deal.subarray(0, deal.length - SIGNATURE_BYTES))),
      shared: shared.toBytes(true),
      proof: proveSharedPoint(statement, secret, 31337n),
    });

    const board = newBoard();
    board.receive(find(double, "key", 4));
    for (const id of [1, 2, 3]) board.receive(find(transcript, "key", id));
    for (const id of [1, 2, 3, 4]) board.receive(find(transcript, "commit", id));
    for (const id of [1, 2, 3, 4]) board.receive(find(transcript, "deal", id));
    board.receive(accusation);
    expect(board.status()).toMatchObject({ phase: "deals", have: [], culprits: [] });
    board.receive(find(transcript, "key", 4));
    expect(board.status().culprits).toEqual([{ id: 4, why: "equivocated" }]);

    const informed = newBoard();
    for (const bytes of transcript.filter((message) => read(shape, message).kind !== "certificate"))
      informed.receive(bytes);
    informed.receive(accusation);
    expect(informed.status().culprits).toEqual([{ id: 4, why: "false-accusation" }]);
  });

  test("certificates over another transcript do not count", () => {
    const board = newBoard();
    const isLast = (bytes: Uint8Array): boolean => {
      const message = read(shape, bytes);
      return message.kind === "certificate" && message.sender === 4;
    };
    for (const bytes of transcript.filter((message) => !isLast(message))) board.receive(bytes);
    board.receive(signAs(shape, { kind: "certificate", sender: 4, transcriptHash: `0x${"77".repeat(32)}` }));
    expect(board.status()).toEqual({ phase: "certificates", have: [1, 2, 3], culprits: [] });
  });

  test("holds a bounded number of messages, whatever members say", () => {
    const board = newBoard();
    for (let i = 0; i < 60; i++) {
      const transcriptHash = toHex(new Uint8Array(32).fill(i));
      board.receive(signAs(shape, { kind: "certificate", sender: 3, transcriptHash }));
      const dealHash = transcriptHash;
      const nonsense = { shared: new Uint8Array(33), proof: new Uint8Array(64) };
      board.receive(signAs(shape, { kind: "complaint", sender: 3, dealer: 2, dealHash, ...nonsense }));
    }
    expect(board.messages()).toHaveLength(3);
  });
});
