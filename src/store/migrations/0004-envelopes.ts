import type { Migration } from "../migrate.ts";

/** What each member was last heard to say, for a member that lost its database and asks. One row a member and configuration. */
export const envelopeTables: Migration = {
  version: 4,
  name: "envelopes",
  sql: `
CREATE TABLE newest_envelopes (
  cfg TEXT NOT NULL,
  member INTEGER NOT NULL CHECK (member BETWEEN 1 AND 255),
  round INTEGER NOT NULL CHECK (round >= 0),
  bytes BLOB NOT NULL,
  PRIMARY KEY (cfg, member)
) STRICT, WITHOUT ROWID;
`,
};
