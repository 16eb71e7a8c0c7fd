import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openKeystore } from "../../src/keystore/keystore.ts";
import { tenor } from "./support.ts";

describe("tenor keys", () => {
  let folder: string;
  let dir: string;
  let passphraseFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tenor-keys-"));
    dir = join(folder, "keys");
    passphraseFile = join(folder, "passphrase");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const init = (...more: readonly string[]) =>
    tenor("keys", "init", "--dir", dir, "--passphrase-file", passphraseFile, ...more);

  test("init makes a keystore that opens with the passphrase, prints its public parts and nothing else", async () => {
    writeFileSync(passphraseFile, "correct horse\n", { mode: 0o600 });
    const { status, stdout, stderr } = init();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const keystore = await openKeystore({ dir, passphrase: "correct horse" });
    const { observer, transmitter } = keystore.publicIdentity();
    expect(JSON.parse(stdout)).toEqual({ peerId: keystore.peerId(), observer, transmitter });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test("show prints the same without the passphrase, and the entry of a network file when asked", () => {
    const made = JSON.parse(init("--new-passphrase").stdout) as object;
    rmSync(passphraseFile);
    expect(JSON.parse(tenor("keys", "show", "--dir", dir).stdout)).toEqual(made);
    const entry = tenor("keys", "show", "--dir", dir, "--member", "3", "--address", "/ip4/10.0.0.3/tcp/4001");
    expect(JSON.parse(entry.stdout)).toEqual({ id: 3, ...made, addresses: ["/ip4/10.0.0.3/tcp/4001"] });
  });

  test("init never overwrites: neither keys nor a passphrase", () => {
    init("--new-passphrase");
    const before = [join(dir, "keystore.json"), passphraseFile].map((path) => readFileSync(path, "utf8"));
    const { status, stdout, stderr } = init("--new-passphrase");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("there is a keystore already");
    expect([join(dir, "keystore.json"), passphraseFile].map((path) => readFileSync(path, "utf8"))).toEqual(before);
  });

  test("--new-passphrase makes a private file with a passphrase of its own, and keeps one that is there", async () => {
    init("--new-passphrase");
    const first = readFileSync(passphraseFile, "utf8");
    expect(statSync(passphraseFile).mode & 0o777).toBe(0o600);
    expect(first.trim().length).toBeGreaterThanOrEqual(32);
    rmSync(dir, { recursive: true });
    expect(init("--new-passphrase").status).toBe(0);
    expect(readFileSync(passphraseFile, "utf8")).toBe(first);
    await openKeystore({ dir, passphrase: first.trim() });
  });

  test("without a passphrase no key is made, and the message says what to do", () => {
    const absent = init();
    expect(absent.status).toBe(2);
    expect(absent.stderr).toContain("--new-passphrase");
    writeFileSync(passphraseFile, "\n");
    const empty = init();
    expect(empty.status).toBe(2);
    expect(empty.stderr).toContain("holds no passphrase");
    expect(existsSync(dir)).toBe(false);
  });
});
