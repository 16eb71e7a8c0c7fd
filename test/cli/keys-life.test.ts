/** The built program with a committee's real keystores: shares are checked, saved and brought back, and nothing secret is said. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { verifyShares } from "../../src/cli/keys-share.ts";
import { createKeystore, type Keystore, openKeystore } from "../../src/keystore/keystore.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import { setupOf } from "../../src/node/activation.ts";
import { loadNetwork } from "../../src/node/network-file.ts";
import { run } from "../keystore/committee.ts";
import { root } from "../support/compose-file.ts";
import { expand } from "../support/documented-commands.ts";
import type { Ended } from "./support.ts";
import { tenor } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const BACKUP_PASSPHRASE = "another horse";

/** As docs/operations.md has them, run in a folder in which these names are. */
const VERIFY = "npx tenor keys verify-share --dir keys --passphrase-file passphrase --network config/network.yaml";
const BACKUP =
  "npx tenor keys backup --dir keys --passphrase-file passphrase --backup-passphrase-file backup-passphrase --out keys.backup";
const RESTORE =
  "npx tenor keys restore keys.backup --dir restored-keys --passphrase-file new-passphrase --new-passphrase --backup-passphrase-file backup-passphrase";

const folder = mkdtempSync(join(tmpdir(), "tenor-key-life-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let keystores: Keystore[];
let transcriptHash: Hex;
/** What must never be shown. */
let secrets: readonly string[];
const shown: string[] = [];

function documented(command: string): Ended {
  const [program = "", ...words] = expand(command);
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  shown.push(stdout, stderr);
  return { status, stdout, stderr };
}

function keys(...words: readonly string[]): Ended {
  const ended = tenor("keys", ...words);
  shown.push(ended.stdout, ended.stderr);
  return ended;
}

const at = (...names: readonly string[]): string => join(folder, ...names);

beforeAll(async () => {
  keystores = await Promise.all(
    ["keys", "keys2", "keys3", "keys4"].map((name) => createKeystore({ dir: at(name), passphrase: PASSPHRASE })),
  );
  writeFileSync(at("passphrase"), `${PASSPHRASE}\n`, { mode: 0o600 });
  writeFileSync(at("backup-passphrase"), `${BACKUP_PASSPHRASE}\n`, { mode: 0o600 });
  spawnSync("mkdir", ["-p", at("config")]);
  const members = keystores.map((keystore, i) => {
    const { observer, transmitter } = keystore.publicIdentity();
    return { id: i + 1, peerId: keystore.peerId(), observer, transmitter, addresses: [`/dns4/node${i + 1}/tcp/4001`] };
  });
  const made = tenor(
    "network",
    "create",
    "--name",
    "testnet",
    "--network-id",
    `0x${"01".repeat(32)}`,
    "--hub",
    `0x${"02".repeat(20)}`,
    "--chain-id",
    "31337",
    "--slot-ms",
    "1000",
    "--feeds",
    join(root, "feeds/BTC-USD.spot-index.json"),
    ...members.flatMap((member) => ["--member", JSON.stringify(member)]),
    "--out",
    at("config/network.yaml"),
  );
  expect(made.stderr).toBe("");
  const setup = setupOf(loadNetwork(at("config/network.yaml")));
  const ceremonies = new Map(keystores.map((keystore, i) => [i + 1, keystore.ceremony(setup)]));
  run(ceremonies);
  transcriptHash = ceremonies.get(1)!.result()!.transcriptHash;
  const bytes = secretOf(keystores[0]!.openShare(transcriptHash));
  secrets = [
    PASSPHRASE,
    BACKUP_PASSPHRASE,
    Buffer.from(bytes).toString("hex"),
    BigInt(`0x${Buffer.from(bytes).toString("hex")}`).toString(),
  ];
}, 60_000);

describe("verify-share", () => {
  test("says what the world may know of a share that opens and fits", () => {
    const { status, stdout, stderr } = documented(VERIFY);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { group } = keystores[0]!.openShare(transcriptHash);
    expect(JSON.parse(stdout)).toEqual({
      member: 1,
      configCount: 1,
      kind: "ceremony",
      transcriptHash,
      groupKeyX: group.groupKeyX,
      verifyingShare: group.verifyingShares[1],
      signers: 3,
      members: 4,
      transcript: "certified by all 4 members",
    });
  });

  test("refuses another configuration's file, one with other keys, a wrong passphrase and a changed share", async () => {
    const file = readFileSync(at("config/network.yaml"), "utf8");
    const verify = async (network: string, dir = at("keys"), passphraseFile = at("passphrase")): Promise<string> => {
      const ended = verifyShares({ dir, network, passphraseFile }).then(() => "no error");
      const said = await ended.catch((error: unknown) => inspect(error, { depth: 9 }));
      shown.push(said);
      return said;
    };
    writeFileSync(at("config/other.yaml"), file.replace("configCount: 1", "configCount: 2"));
    expect(await verify(at("config/other.yaml"))).toContain("no share of configuration 2");
    const { transmitter } = keystores[0]!.publicIdentity();
    writeFileSync(at("config/keys.yaml"), file.replace(transmitter, `0x${"77".repeat(20)}`));
    expect(await verify(at("config/keys.yaml"))).toContain("key-mismatch");
    writeFileSync(at("wrong"), "wrong\n");
    expect(await verify(at("config/network.yaml"), at("keys"), at("wrong"))).toContain("keystore-passphrase");
    const path = at("keys2", `share-${transcriptHash.slice(2)}.json`);
    const share = readFileSync(path, "utf8");
    const place = share.indexOf('"sealed": "0x') + 30;
    writeFileSync(path, share.slice(0, place) + (share[place] === "0" ? "1" : "0") + share.slice(place + 1));
    expect(await verify(at("config/network.yaml"), at("keys2"))).toContain("keystore-corrupt");
  });
});

describe("backup and restore", () => {
  test("bring a member back on another machine, with a marker for its first start, and say what is not in a backup", async () => {
    const made = documented(BACKUP);
    expect(made.status).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ file: "keys.backup", peerId: keystores[0]!.peerId() });
    expect(made.stderr).toMatch(/Not in it: signing nonces.*reservations of rounds/s);
    expect(made.stderr).toContain("halts both");
    expect(statSync(at("keys.backup")).mode & 0o777).toBe(0o600);

    const back = documented(RESTORE);
    expect(back.status).toBe(0);
    expect(JSON.parse(back.stdout)).toMatchObject({ shares: [{ transcriptHash, memberId: 1 }] });
    expect(back.stderr).toContain("halts both");
    const passphrase = readFileSync(at("new-passphrase"), "utf8").trim();
    secrets = [...secrets, passphrase];
    const restored = await openKeystore({ dir: at("restored-keys"), passphrase });
    expect(secretOf(restored.openShare(transcriptHash))).toEqual(secretOf(keystores[0]!.openShare(transcriptHash)));
    expect(existsSync(at("restored-keys/restored.json"))).toBe(true);
    const given = {
      dir: at("restored-keys"),
      network: at("config/network.yaml"),
      passphraseFile: at("new-passphrase"),
    };
    expect(await verifyShares(given)).toMatchObject([{ transcriptHash, transcript: "not held here" }]);
  });

  test("write over nothing, and want two passphrases that differ", () => {
    const before = readFileSync(at("keys.backup"), "utf8");
    expect(documented(BACKUP)).toMatchObject({ status: 2, stdout: "" });
    expect(readFileSync(at("keys.backup"), "utf8")).toBe(before);
    const same = keys(
      "backup",
      "--dir",
      at("keys"),
      "--passphrase-file",
      at("passphrase"),
      "--backup-passphrase-file",
      at("passphrase"),
      "--out",
      at("second.backup"),
    );
    expect(same).toMatchObject({ status: 2, stdout: "" });
    expect(same.stderr).toContain("wanted another one");
    expect(existsSync(at("second.backup"))).toBe(false);
    // A passphrase that was made for a restore which then fails does not stay either.
    const failed = keys(
      "restore",
      at("keys.backup"),
      "--dir",
      at("keys3"),
      "--passphrase-file",
      at("fourth"),
      "--new-passphrase",
      "--backup-passphrase-file",
      at("backup-passphrase"),
    );
    expect(failed.status).toBe(2);
    expect(existsSync(at("fourth"))).toBe(false);
  });
});

test("none of these commands has shown a passphrase or a share", () => {
  expect(shown.length).toBeGreaterThan(9);
  for (const text of [...shown, readFileSync(at("keys.backup"), "utf8")]) {
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
});
