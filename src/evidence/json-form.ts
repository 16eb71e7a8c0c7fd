/** Evidence as JSON, for people and tickets: the same fields, envelopes in hexadecimal. */
import type { Hex } from "../base/bytes.ts";
import { fromHex, toHex } from "../base/bytes.ts";
import type { Evidence, EvidenceKind } from "./evidence.ts";
import { EVIDENCE_KINDS } from "./evidence.ts";
import { decodeEvidence, encodeEvidence } from "./codec.ts";
import { EVIDENCE_FILE_BYTES_MAX } from "./limits.ts";
import { isHex, isRecord, isWhole, parseJson } from "./json-values.ts";

const KEYS = ["accused", "cfg", "envelopes", "kind", "round", "version"];

export type EvidenceJson = {
  readonly version: 1;
  readonly kind: EvidenceKind;
  readonly cfg: Hex;
  readonly accused: number;
  readonly round: number;
  readonly envelopes: readonly Hex[];
};

export function evidenceJson({ kind, cfg, accused, round, envelopes }: Evidence): EvidenceJson {
  return { version: 1, kind, cfg, accused, round, envelopes: envelopes.map(toHex) };
}

function readFields(value: unknown): Evidence | null {
  if (!isRecord(value) || Object.keys(value).sort().join() !== KEYS.join() || value["version"] !== 1) return null;
  const { cfg, accused, round, envelopes } = value;
  const kind = EVIDENCE_KINDS.find((known) => known === value["kind"]);
  if (kind === undefined || !isHex(cfg, 32) || !isWhole(accused, 255) || !isWhole(round, Number.MAX_SAFE_INTEGER)) {
    return null;
  }
  if (!Array.isArray(envelopes)) return null;
  const bytes: Uint8Array[] = [];
  for (const envelope of envelopes as readonly unknown[]) {
    if (!isHex(envelope)) return null;
    bytes.push(fromHex(envelope));
  }
  return { kind, cfg, accused, round, envelopes: bytes };
}

/** Null for anything that is not evidence in this form, and for what the binary form would refuse. Never throws. */
export function parseEvidenceJson(text: string): Evidence | null {
  const evidence = text.length > EVIDENCE_FILE_BYTES_MAX ? null : readFields(parseJson(text));
  // One set of bounds for both forms; a count or a length that does not fit its field has no binary form.
  if (evidence === null || evidence.envelopes.length > 255) return null;
  if (evidence.envelopes.some((envelope) => envelope.length > 0xff_ffff)) return null;
  return decodeEvidence(encodeEvidence(evidence));
}

/** Either form, told by its first byte: JSON begins with a brace, the binary form with its version. Never throws. */
export function parseEvidenceFile(bytes: Uint8Array): Evidence | null {
  if (bytes.length > EVIDENCE_FILE_BYTES_MAX) return null;
  if (bytes[0] === 1) return decodeEvidence(bytes);
  return parseEvidenceJson(new TextDecoder().decode(bytes));
}
