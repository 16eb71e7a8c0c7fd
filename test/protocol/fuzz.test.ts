/** Hostile bytes against both decoders: one kind of error, no lengthy work, and never a second encoding of one statement. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader, equalBytes } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import type { Rng } from "../../src/base/ports.ts";
import { decodeHeader, decodeMessage, encodeMessage } from "../../src/protocol/encoding.ts";
import { decodeSignedReport, encodeSignedReport } from "../../src/protocol/report-bytes.ts";
import type { SignedReport } from "../../src/report/report.ts";
import { seededRng } from "../../src/sim/random.ts";
import { hexOf } from "../support/protocol.ts";
import { messageArbitrary, signedReportArbitrary } from "./arbitrary.ts";

const ROUNDS = 20_000;
const CFG = hexOf("cfg");

/** The decoded value, or null when it was refused in the one way allowed. */
function refusedOr<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}

function readReport(bytes: Uint8Array): SignedReport {
  const reader = new ByteReader(bytes);
  const signed = decodeSignedReport(reader);
  reader.end();
  return signed;
}

const below = (rng: Rng, limit: number): number => Math.floor(rng.next() * limit);

/** One to four of: a bit flipped, a byte set to an edge, a run removed, a run doubled, the tail cut. */
function mutated(rng: Rng, bytes: Uint8Array): Uint8Array {
  let out = [...bytes];
  for (let i = 1 + below(rng, 4); i > 0 && out.length > 0; i--) {
    const at = below(rng, out.length);
    const length = 1 + below(rng, 40);
    switch (below(rng, 5)) {
      case 0:
        out[at] = out[at]! ^ (1 << below(rng, 8));
        break;
      case 1:
        out[at] = [0, 1, 2, 127, 128, 255][below(rng, 6)]!;
        break;
      case 2:
        out.splice(at, length);
        break;
      case 3:
        out.splice(at, 0, ...out.slice(at, at + length));
        break;
      default:
        out = out.slice(0, at);
    }
  }
  return Uint8Array.from(out);
}

describe(`${ROUNDS} hostile byte strings`, () => {
  test("of random bytes with a plausible type are refused by an OracleError or are exactly one message", {
    timeout: 60_000,
  }, () => {
    const rng = seededRng(1);
    let decoded = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = Uint8Array.from({ length: below(rng, 700) }, () => below(rng, 256));
      if (bytes.length > 0) bytes[0] = 1 + (i % 4);
      // Rounds below 2^53, or nothing would pass the header.
      if (bytes.length > 42) bytes.fill(0, 33, 37);
      refusedOr(() => decodeHeader(bytes));
      const message = refusedOr(() => decodeMessage(bytes));
      refusedOr(() => readReport(bytes));
      if (message === null) continue;
      decoded += 1;
      const cfg = decodeHeader(bytes).cfg;
      expect(equalBytes(encodeMessage(cfg, message), bytes)).toBe(true);
    }
    // Random bytes of the right length are a SHARE; of a fixed layout with counts, hardly ever anything.
    expect(decoded).toBeLessThan(ROUNDS / 100);
  });

  test("made of real messages by mutation decode to what encodes to the same bytes, or not at all", {
    timeout: 60_000,
  }, () => {
    const rng = seededRng(2);
    const samples = fc
      .sample(messageArbitrary, { numRuns: 200, seed: 3 })
      .map((message) => encodeMessage(CFG, message));
    let survived = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = mutated(rng, samples[i % samples.length]!);
      const message = refusedOr(() => decodeMessage(bytes));
      if (message === null) continue;
      survived += 1;
      const again = encodeMessage(decodeHeader(bytes).cfg, message);
      expect(equalBytes(again, bytes), `${message.type} in mutation ${i}`).toBe(true);
    }
    // Both outcomes must occur, or the test shows nothing.
    expect(survived).toBeGreaterThan(ROUNDS / 50);
    expect(survived).toBeLessThan(ROUNDS * 0.9);
  });

  test("made of real signed reports by mutation likewise", { timeout: 60_000 }, () => {
    const rng = seededRng(4);
    const samples = fc.sample(signedReportArbitrary, { numRuns: 200, seed: 5 }).map(encodeSignedReport);
    let survived = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = mutated(rng, samples[i % samples.length]!);
      const signed = refusedOr(() => readReport(bytes));
      if (signed === null) continue;
      survived += 1;
      expect(equalBytes(encodeSignedReport(signed), bytes), `mutation ${i}`).toBe(true);
    }
    expect(survived).toBeGreaterThan(ROUNDS / 50);
    expect(survived).toBeLessThan(ROUNDS * 0.9);
  });

  test("that promise 65 535 items behind a short body cost no more than their own length", () => {
    const head = encodeMessage(CFG, {
      type: "share",
      round: 1,
      sender: 1,
      proposalHash: CFG,
      digest: CFG,
      z: CFG,
      next: null,
    }).slice(0, 42);
    const observe = Uint8Array.from([...head, ...new Uint8Array(154), 0xff, 0xff]);
    observe[0] = 1;
    const report = Uint8Array.from([...head, ...new Uint8Array(16), 0xff, 0xff]);
    report[0] = 4;
    const propose = Uint8Array.from([...head, 0, 0, 0xff]);
    propose[0] = 2;
    const startedMs = performance.now();
    for (let i = 0; i < 2_000; i++) {
      for (const bytes of [observe, report, propose]) expect(refusedOr(() => decodeMessage(bytes))).toBeNull();
    }
    // 6 000 refusals; filling 65 535 values each time would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test("any signed report comes back from its bytes as it was", () => {
    fc.assert(
      fc.property(signedReportArbitrary, (signed) => {
        expect(readReport(encodeSignedReport(signed))).toEqual(signed);
      }),
    );
  });
});
