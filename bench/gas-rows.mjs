// What the contracts cost, from .gas-snapshot after it was measured again: isolated transactions of forge, whose figures are those
// of receipts (cold storage, intrinsic gas, calldata). Views count from inside the called contract on, without its cold account.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Name, line of the snapshot, limit, and what peers pay: third update in steady state, measured side by side. */
const ROWS = [
  [
    "submit 1",
    "OracleHub: submit 1",
    36_500,
    "OCR2 (4,1) 91.8k, Scribe 82.0k, Derive 70.9k, RedStone 48.6k; bare minimum 35.0k",
  ],
  ["submit 1 ring", "OracleHub: submit 1 ring", 41_600, "bare minimum 40.1k"],
  ["submit 10", "OracleHub: submit 10", 87_000, "a feed: Orakl 94.6k, Keystone 53.9k, Pyth 40.8k; bare minimum 8.2k"],
  ["submit 50", "OracleHub: submit 50", 315_000, "a feed: bare minimum 6.0k"],
  ["submit 100", "OracleHub: submit 100", 600_000, "a feed: Keystone 43.6k; bare minimum 5.8k"],
  ["submit 100 paired", "OracleHub: submit 100 paired", 360_000, "a feed: two feeds a slot, bare 3.1k"],
  [
    "surface 11",
    "VolSurface: update of 11 expiries, third update",
    150_000,
    "two slots an expiry, no calendar check: 172.7k",
  ],
  ["verify 1 of 256", "OracleHub: verify 1 of 256", 10_500, "bare 9.9k"],
  ["verify 4 of 256", "OracleHub: verify 4 of 256, neighbours", null, ""],
  ["dispute 5", "Settlement: dispute with 5 signatures, of 13 observers", 90_000, "bare 83k"],
  ["settle", "Settlement: settle, one leaf of 26", null, ""],
  ["read hub, slotAt", "OracleHub: read slotAt", 2_700, "5.3k with the cold account; bare hub 5.1k with it"],
  ["read hub, answerAt", "OracleHub: read answerAt", 3_100, ""],
  [
    "read FeedReader",
    "FeedReader: read latestRoundData, every guard but the sequencer's",
    6_900,
    "9.5k with its own cold account; with it Chainlink behind its proxy 18.2k, Scribe 7.8k, RedStone 23.5k",
  ],
  [
    "read FeedReader, sequencer",
    "FeedReader: read latestRoundData, the sequencer's proxied feed too",
    23_000,
    "the check alone 21k",
  ],
  [
    "read impliedVol",
    "VolSurface: read impliedVol between two of the first eight expiries",
    15_000,
    "Derive getVol 29.3k",
  ],
  ["read snapshot of 4", "OracleHub: read snapshot of 4 feeds", 12_500, "bare 11.6k"],
];

/** @throws Error when what is measured now differs from what is written down, or a row is not there */
export function gasRows() {
  const run = spawnSync(process.execPath, ["scripts/forge.mjs", "snapshot", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`gas differs from .gas-snapshot:\n${run.stdout}${run.stderr}`);
  const lines = readFileSync(join(root, ".gas-snapshot"), "utf8").trim().split("\n");
  const gas = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(":")), Number(line.slice(line.lastIndexOf(":") + 1))]),
  );
  return ROWS.map(([name, key, limit, peers]) => {
    const value = gas.get(key);
    if (value === undefined) throw new Error(`.gas-snapshot has no line "${key}"`);
    return {
      name,
      value,
      unit: "gas",
      anchor: [limit === null ? "" : `limit ${limit}`, peers].filter(Boolean).join("; "),
    };
  });
}
