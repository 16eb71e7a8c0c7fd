/** Stored evidence as the API shows it. */
import type { EvidencePieceView, EvidenceRowView } from "../api/evidence-view.ts";
import type { Hex } from "../base/bytes.ts";
import { decodeEvidence } from "../evidence/codec.ts";
import { EVIDENCE_KINDS } from "../evidence/evidence.ts";
import { evidenceJson } from "../evidence/json-form.ts";
import { isHex } from "../evidence/json-values.ts";
import type { EvidenceRow, StoredEvidence } from "../store/evidence.ts";

const ROWS_SHOWN_MAX = 100;

export type EvidenceReader = {
  list(limit: number): readonly EvidenceRow[];
  find(name: Hex): StoredEvidence | undefined;
};

export function evidenceRows(reader: EvidenceReader): readonly EvidenceRowView[] {
  return reader.list(ROWS_SHOWN_MAX).flatMap(({ name, cfg, kind, accused, round, firstSeenMs }) => {
    const known = EVIDENCE_KINDS.find((one) => one === kind);
    return known === undefined ? [] : [{ name, kind: known, accused, round, firstSeenMs, cfg }];
  });
}

/** @param name as a stranger gives it */
export function evidencePiece(reader: EvidenceReader, name: string): EvidencePieceView | null {
  if (!isHex(name, 32)) return null;
  const stored = reader.find(name);
  const evidence = stored === undefined ? null : decodeEvidence(stored.bytes);
  return evidence === null ? null : evidenceJson(evidence);
}
