/** Which test runs which command of the documents, and how a test runs one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./compose-file.ts";

export type RunBy =
  /** test/documents.test.ts itself, in the repository or in an empty folder. */
  | { readonly by: "documents"; readonly where: "repository" | "empty folder"; readonly prints: RegExp }
  /** `.ci/run`, which does it word for word, or with more words behind it. */
  | { readonly by: "ci" }
  | { readonly by: "file"; readonly file: string };

const NEWCOMER: RunBy = { by: "file", file: "test/e2e/newcomer.test.ts" };

const KEY_LIFE: RunBy = { by: "file", file: "test/cli/keys-life.test.ts" };
const NEXT_KEYS: RunBy = { by: "file", file: "test/cli/keys-next.test.ts" };

export const DOCUMENTED_COMMANDS: Readonly<Record<string, RunBy>> = {
  "npm ci": { by: "ci" },
  "npm start": { by: "file", file: "test/e2e/alone/commands.test.ts" },
  "npm start -- --for 60s": { by: "ci" },
  "npm start -- --nodes 5 --slot 2000 --for 30s": { by: "file", file: "test/e2e/alone/commands.test.ts" },
  "docker compose up --build": { by: "file", file: "test/e2e/compose.test.ts" },
  "npm test": { by: "ci" },
  "npm run check": { by: "ci" },
  "npm run bench -- rounds": { by: "ci" },
  // Three rounds of four members.
  "npm run bench -- simulated": { by: "file", file: "test/e2e/bench-simulated.test.ts" },
  // Its quick form: the whole takes minutes.
  "npm run bench -- triggers": { by: "file", file: "test/e2e/bench-triggers.test.ts" },
  // For a minute's part of its hour.
  "npm run soak -- --minutes 60 --slot-ms 250": { by: "file", file: "test/e2e/alone/soak.test.ts" },
  "npm run simulate -- --seeds 5 --from 0": {
    by: "documents",
    where: "repository",
    prints: /^5 seeds, \d+ rounds completed, 0 seeds with a violation$/m,
  },
  "npx tenor model --rounds 1 --departures 1 --lies 1": {
    by: "documents",
    where: "repository",
    prints: /^no violation in any state within 1 rounds, 1 departures, 1 lying rounds$/m,
  },
  "npm run simulate -- --seed 7 --nodes 7 --schedule leaders": {
    by: "documents",
    where: "repository",
    prints: /^round 1000: node \d leads, node \d is its backup$/m,
  },
  "npx tenor feed validate feeds/BTC-USD.spot-index.json": {
    by: "documents",
    where: "repository",
    prints: /^feeds\/BTC-USD\.spot-index\.json: ok$/m,
  },
  "npm run chaos -- --for 60s": { by: "file", file: "test/e2e/chaos.test.ts" },
  "npx tenor record recordings/okx --venues okx --market http://127.0.0.1:8180 --for 6s": {
    by: "file",
    file: "test/cli/record-command.test.ts",
  },
  "npx tenor sources --all --node http://127.0.0.1:8080": { by: "file", file: "test/cli/sources.test.ts" },
  "npx tenor evidence list --node http://127.0.0.1:8080": { by: "file", file: "test/cli/evidence.test.ts" },
  "npx tenor evidence group --node http://127.0.0.1:8080 --out group.json": {
    by: "file",
    file: "test/cli/evidence.test.ts",
  },
  "npx tenor evidence verify evidence.json --network network.yaml --group group.json": {
    by: "file",
    file: "test/cli/evidence.test.ts",
  },
  "npx tenor keys ceremony --network config/network.yaml --node http://127.0.0.1:8080": NEXT_KEYS,
  "npx tenor keys refresh --network config/network.yaml --node http://127.0.0.1:8080 --out config/next.yaml": NEXT_KEYS,
  "npx tenor keys rotate --network config/network.yaml --node http://127.0.0.1:8080 --remove 2 --add @member5.json --out config/rotated.yaml":
    NEXT_KEYS,
  "npx tenor keys verify-share --dir keys --passphrase-file passphrase --network config/network.yaml": KEY_LIFE,
  "npx tenor keys backup --dir keys --passphrase-file passphrase --backup-passphrase-file backup-passphrase --out keys.backup":
    KEY_LIFE,
  "npx tenor keys restore keys.backup --dir restored-keys --passphrase-file new-passphrase --new-passphrase --backup-passphrase-file backup-passphrase":
    KEY_LIFE,
  // The walk through feeds/README.md.
  "npx tenor market --port 8180": NEWCOMER,
  "npx tenor feed new SOL-USD.spot-index": NEWCOMER,
  "npx tenor feed validate feeds/SOL-USD.spot-index.json": NEWCOMER,
  "npx tenor feed explain feeds/SOL-USD.spot-index.json": NEWCOMER,
  "npx tenor feed preview feeds/SOL-USD.spot-index.json --market http://127.0.0.1:8180": NEWCOMER,
  "npx tenor record recordings/sol --feeds feeds/SOL-USD.spot-index.json --market http://127.0.0.1:8180 --for 6s":
    NEWCOMER,
  "npx tenor feed backtest feeds/SOL-USD.spot-index.json --recording recordings/sol": NEWCOMER,
  "cp feeds/SOL-USD.spot-index.json recordings/before.json": NEWCOMER,
  "npx tenor feed diff recordings/before.json feeds/SOL-USD.spot-index.json --recording recordings/sol": NEWCOMER,
  "npx tenor feed methodology feeds/SOL-USD.spot-index.json --out SOL-USD.spot-index.md": NEWCOMER,
  "npx tenor hub rotate --rpc http://127.0.0.1:8545 --from config/network.yaml --network config/next.yaml --node http://member1:8080":
    { by: "file", file: "test/e2e/alone/rotation.test.ts" },
  "npx tenor carry --node http://127.0.0.1:8080 --rpc http://127.0.0.1:8545 --hub HUB --surface SURFACE --settlement SETTLEMENT":
    { by: "file", file: "test/e2e/option-market.test.ts" },
  "npx tenor hub deploy-market --rpc http://127.0.0.1:8545 --network config/network.yaml": {
    by: "file",
    file: "test/e2e/option-market.test.ts",
  },
  "npx tenor audit CONSUMER --rpc http://127.0.0.1:8545 --hub HUB": {
    by: "file",
    file: "test/e2e/option-market.test.ts",
  },
  "npm run mutate -- --list": { by: "documents", where: "repository", prints: /^\d+ of \d+ mutants in \d+ files$/m },
  // It is what runs this test.
  "bash .ci/run": { by: "file", file: ".ci/run" },
  "npx vitest run test/quant": { by: "documents", where: "repository", prints: /Tests +\d+ passed/ },
  // The last part of `npm test`.
  "npm run test:contracts": { by: "file", file: "package.json" },
  "npx tenor keys init --dir keys --passphrase-file passphrase --new-passphrase --member 1 --address /dns4/oracle.example/tcp/4001":
    {
      by: "documents",
      where: "empty folder",
      prints:
        /^\{"id":1,"peerId":"12D3KooW\w+","observer":"0x[0-9a-f]{40}","transmitter":"0x[0-9a-f]{40}","addresses":\["\/dns4\/oracle\.example\/tcp\/4001"\]\}$/m,
    },
  "npx tenor keys show --dir keys --member 1 --address /dns4/oracle.example/tcp/4001": {
    by: "documents",
    where: "empty folder",
    prints: /^\{"id":1,"peerId":"12D3KooW\w+"/m,
  },
};

type Package = { readonly scripts: Readonly<Record<string, string>>; readonly bin: Readonly<Record<string, string>> };

export function readPackage(): Package & Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Package & Readonly<Record<string, unknown>>;
}

/**
 * What npm would run, as words, without the build in front of it: `npm test` has built, and a second build would take the
 * files away under other tests. Programs of npm are taken from node_modules.
 */
export function expand(command: string): readonly string[] {
  const { scripts, bin } = readPackage();
  const [npm = "", verb = "", ...rest] = command.split(" ");
  if (npm === "npx") {
    const own = bin[verb];
    const program =
      own === undefined ? [join(root, "node_modules", ".bin", verb)] : [process.execPath, join(root, own)];
    return [...program, ...rest];
  }
  const [name = "", ...given] = verb === "run" ? rest : [verb, ...rest];
  const script = scripts[name]?.replace(/^node scripts\/build\.mjs(?: --quiet)? && /, "");
  if (npm !== "npm" || script === undefined || script.includes("&&")) throw new Error(`cannot expand ${command}`);
  const [program = "", ...words] = script.split(" ");
  return [
    program === "node" ? process.execPath : join(root, "node_modules", ".bin", program),
    ...words,
    ...given.filter((word, i) => i > 0 || word !== "--"),
  ];
}
