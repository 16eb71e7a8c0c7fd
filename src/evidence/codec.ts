/**
 * Evidence as bytes: version u8 | kind u8 | cfg 32 | accused u8 | round u64 | count u8 | count × (length u24 | envelope).
 * Strict lengths; one piece of evidence has one encoding.
 */
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Evidence } from "./evidence.ts";
import { codeOf, EVIDENCE_KINDS } from "./evidence.ts";
import { ENVELOPES_MAX, EVIDENCE_BYTES_MAX } from "./limits.ts";

const VERSION = 1;
const LENGTH_BYTES = 3;
/** Version, kind, cfg, accused, round, count. */
const EVIDENCE_HEADER_BYTES = 1 + 1 + 32 + 1 + 8 + 1;

export type EvidenceHeader = Omit<Evidence, "envelopes"> & { readonly count: number };

export function encodeEvidence(evidence: Evidence): Uint8Array {
  const { kind, cfg, accused, round, envelopes } = evidence;
  const writer = new ByteWriter()
    .uint(VERSION, 1)
    .uint(codeOf(kind), 1)
    .hex(cfg, 32)
    .uint(accused, 1)
    .uint(round, 8)
    .uint(envelopes.length, 1);
  for (const envelope of envelopes) writer.uint(envelope.length, LENGTH_BYTES).raw(envelope);
  return writer.done();
}

function readHeader(reader: ByteReader): EvidenceHeader | null {
  const version = reader.uint(1);
  const kind = EVIDENCE_KINDS[reader.uint(1) - 1];
  if (version !== VERSION || kind === undefined) return null;
  const header = { kind, cfg: reader.hex(32), accused: reader.uint(1), round: reader.uint(8), count: reader.uint(1) };
  return header.count >= 1 && header.count <= ENVELOPES_MAX ? header : null;
}

/** What is read before anything is copied: enough to know what is accused, and whether it is known. Never throws. */
export function decodeEvidenceHeader(bytes: Uint8Array): EvidenceHeader | null {
  if (bytes.length < EVIDENCE_HEADER_BYTES || bytes.length > EVIDENCE_BYTES_MAX) return null;
  return refusing(() => readHeader(new ByteReader(bytes.subarray(0, EVIDENCE_HEADER_BYTES))));
}

/** Null for anything that `encodeEvidence` does not write. Never throws; copies what is there and no more. */
export function decodeEvidence(bytes: Uint8Array): Evidence | null {
  if (bytes.length > EVIDENCE_BYTES_MAX) return null;
  return refusing(() => {
    const reader = new ByteReader(bytes);
    const header = readHeader(reader);
    if (header === null) return null;
    const { count, ...rest } = header;
    const envelopes: Uint8Array[] = [];
    for (let i = 0; i < count; i++) envelopes.push(reader.raw(reader.uint(LENGTH_BYTES)));
    reader.end();
    return { ...rest, envelopes };
  });
}

function refusing<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}
