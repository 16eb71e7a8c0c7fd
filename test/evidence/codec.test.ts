import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEvidence, decodeEvidenceHeader, encodeEvidence } from "../../src/evidence/codec.ts";
import { EVIDENCE_KINDS, nameOf } from "../../src/evidence/evidence.ts";
import { evidenceJson, parseEvidenceFile, parseEvidenceJson } from "../../src/evidence/json-form.ts";
import { EVIDENCE_BYTES_MAX } from "../../src/evidence/limits.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { hexOf } from "../support/protocol.ts";
import { judge, oneOfEach, publicConfiguration } from "./support.ts";

const pieces = oneOfEach();
const configuration = publicConfiguration();

function convicts(bytes: Uint8Array): boolean {
  const evidence = decodeEvidence(bytes);
  return evidence !== null && verifyEvidence(evidence, configuration, judge).convicts;
}

describe("both forms", () => {
  test("hold every kind, and give back what they were given", () => {
    for (const kind of EVIDENCE_KINDS) {
      const evidence = pieces[kind];
      const bytes = encodeEvidence(evidence);
      const text = JSON.stringify(evidenceJson(evidence), null, 2);
      expect(decodeEvidence(bytes)).toEqual(evidence);
      expect(parseEvidenceJson(text)).toEqual(evidence);
      expect(parseEvidenceFile(bytes)).toEqual(evidence);
      expect(parseEvidenceFile(new TextEncoder().encode(text))).toEqual(evidence);
      expect(decodeEvidenceHeader(bytes)).toMatchObject({ kind, accused: evidence.accused, round: evidence.round });
      expect(convicts(bytes)).toBe(true);
    }
  });

  test("of arbitrary fields are one encoding each", () => {
    const arbitrary = fc.record({
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      cfg: fc.constant(hexOf("cfg")),
      accused: fc.integer({ min: 0, max: 255 }),
      round: fc.maxSafeNat(),
      envelopes: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(arbitrary, (evidence) => {
        const bytes = encodeEvidence(evidence);
        const back = decodeEvidence(bytes)!;
        expect(encodeEvidence(back)).toEqual(bytes);
        expect(parseEvidenceJson(JSON.stringify(evidenceJson(evidence)))).toEqual(back);
      }),
    );
  });

  test("refuse what is longer than anything that is sent", () => {
    const long = { ...pieces["bad-proposal"], envelopes: [new Uint8Array(EVIDENCE_BYTES_MAX)] };
    expect(decodeEvidence(encodeEvidence(long))).toBeNull();
    expect(decodeEvidenceHeader(encodeEvidence(long))).toBeNull();
    expect(parseEvidenceJson(JSON.stringify(evidenceJson(long)))).toBeNull();
  });

  test("of JSON refuse fields too many, too few or of another type", () => {
    const good = evidenceJson(pieces["double-sign"]);
    const wrong: unknown[] = [
      null,
      [],
      "text",
      { ...good, extra: 1 },
      { ...good, version: 2 },
      { ...good, kind: "gossip" },
      { ...good, accused: "2" },
      { ...good, accused: 2.5 },
      { ...good, round: -1 },
      { ...good, round: 1e300 },
      { ...good, cfg: good.cfg.toUpperCase() },
      { ...good, envelopes: "0x00" },
      { ...good, envelopes: [1] },
      { ...good, envelopes: ["0x0"] },
      { ...good, envelopes: [] },
      { ...good, envelopes: Array.from({ length: 300 }, () => "0x00") },
    ];
    for (const value of wrong) expect(parseEvidenceJson(JSON.stringify(value)), JSON.stringify(value)).toBeNull();
    expect(parseEvidenceJson("{")).toBeNull();
  });
});

describe("damage", () => {
  test.each(EVIDENCE_KINDS)("of any byte of %s convicts nobody", (kind) => {
    const whole = encodeEvidence(pieces[kind]);
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = damaged[at]! ^ (1 << (at % 8));
      if (convicts(damaged)) expect.fail(`byte ${at} may be damaged`);
    }
  });

  test("by cutting, lengthening or repeating convicts nobody", () => {
    for (const kind of EVIDENCE_KINDS) {
      const whole = encodeEvidence(pieces[kind]);
      for (let length = 0; length < whole.length; length += 7) expect(convicts(whole.slice(0, length))).toBe(false);
      expect(convicts(Uint8Array.from([...whole, 0]))).toBe(false);
      expect(convicts(Uint8Array.from([...whole, ...whole]))).toBe(false);
    }
  });

  test("and noise never throw and never convict", () => {
    const whole = encodeEvidence(pieces["bad-share"]);
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      // A true beginning and then anything: the reader gets past the header.
      fc
        .tuple(fc.integer({ min: 1, max: whole.length - 1 }), fc.uint8Array({ maxLength: 200 }))
        .map(([keep, tail]) => Uint8Array.from([...whole.subarray(0, keep), ...tail])),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(convicts(bytes)).toBe(false);
        parseEvidenceFile(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test("of lengths takes no memory: a lying length is refused before anything is copied", () => {
    const header = encodeEvidence({ ...pieces["double-sign"], envelopes: [new Uint8Array()] }).subarray(0, 44);
    const lying = Uint8Array.from([...header, 0xff, 0xff, 0xff]);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 10_000; i++) expect(decodeEvidence(lying)).toBeNull();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });
});

test("a fault has one name, however it is proven", () => {
  const evidence = pieces["equivocated-observation"];
  expect(nameOf(evidence)).toBe(nameOf({ ...evidence, envelopes: [] } as typeof evidence));
  const names = [
    evidence,
    { ...evidence, kind: "double-sign" as const },
    { ...evidence, accused: 3 },
    { ...evidence, round: evidence.round + 1 },
    { ...evidence, cfg: hexOf("other") },
  ].map(nameOf);
  expect(new Set(names).size).toBe(5);
});
