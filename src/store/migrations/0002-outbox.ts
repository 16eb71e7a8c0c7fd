import type { Migration } from "../migrate.ts";

/** The transaction outbox: publications still to be sent, and every transaction ever signed for them. Wei are text. */
export const outboxTables: Migration = {
  version: 2,
  name: "outbox",
  sql: `
CREATE TABLE publications (
  chain_id INTEGER NOT NULL,
  hub TEXT NOT NULL,
  round INTEGER NOT NULL,
  report_time_ms INTEGER NOT NULL,
  payload TEXT NOT NULL,
  pushes TEXT NOT NULL,
  PRIMARY KEY (chain_id, hub, round)
) STRICT, WITHOUT ROWID;

CREATE TABLE transactions (
  hash TEXT NOT NULL PRIMARY KEY,
  chain_id INTEGER NOT NULL,
  account TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  hub TEXT NOT NULL,
  round INTEGER NOT NULL,
  pushes TEXT NOT NULL,
  raw TEXT NOT NULL,
  max_fee_wei TEXT NOT NULL,
  tip_wei TEXT NOT NULL,
  gas_limit INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('signed', 'broadcast', 'mined', 'final', 'replaced', 'dropped')),
  signed_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,
  mined_at_ms INTEGER,
  block_number INTEGER,
  block_hash TEXT,
  gas_used INTEGER,
  fee_wei TEXT,
  reverted INTEGER NOT NULL CHECK (reverted IN (0, 1)),
  error TEXT
) STRICT;
CREATE INDEX transactions_by_nonce ON transactions (chain_id, account, nonce);
CREATE INDEX transactions_by_time ON transactions (signed_at_ms);
CREATE INDEX transactions_open ON transactions (chain_id, account, nonce) WHERE status IN ('signed', 'broadcast', 'mined');
`,
};
