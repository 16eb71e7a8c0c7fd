import type { Migration } from "../migrate.ts";

/** Evidence against members, by the name of the fault: the bytes are opaque here and were judged before. */
export const evidenceTables: Migration = {
  version: 3,
  name: "evidence",
  sql: `
CREATE TABLE evidence (
  name TEXT NOT NULL PRIMARY KEY,
  cfg TEXT NOT NULL,
  kind TEXT NOT NULL,
  accused INTEGER NOT NULL,
  round INTEGER NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX evidence_by_accused ON evidence (cfg, accused, first_seen_ms);
CREATE INDEX evidence_by_time ON evidence (first_seen_ms);
`,
};
