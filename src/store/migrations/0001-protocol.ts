import type { Migration } from "../migrate.ts";

/** What a node must remember to be safe (reservations) and to be useful (signed reports, values for charts). */
export const protocolTables: Migration = {
  version: 1,
  name: "protocol",
  sql: `
CREATE TABLE reservations (
  group_key_x TEXT NOT NULL PRIMARY KEY,
  up_to_round INTEGER NOT NULL CHECK (up_to_round >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
  round INTEGER NOT NULL PRIMARY KEY CHECK (round >= 0),
  digest TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX reports_by_digest ON reports (digest);
CREATE INDEX reports_by_time ON reports (time_ms);

CREATE TABLE feed_values (
  feed_index INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  round INTEGER NOT NULL,
  value TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('none', 'ok', 'missing', 'disputed')),
  PRIMARY KEY (feed_index, time_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_values_by_time ON feed_values (time_ms);

CREATE TABLE key_values (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
