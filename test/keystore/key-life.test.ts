/** One committee's keys from the ceremony over a refresh to the day on which a machine is lost, on real files. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import { hasActed } from "../../src/keystore/acted-file.ts";
import { restoreBackup } from "../../src/keystore/backup.ts";
import type { Keystore } from "../../src/keystore/keystore.ts";
import { createKeystore, openKeystore } from "../../src/keystore/keystore.ts";
import { clearRestored, isMarkedRestored } from "../../src/keystore/restored-marker.ts";
import { realFiles } from "../../src/keystore/sealed/files.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import type { CeremonySetup } from "../../src/threshold/ceremony-setup.ts";
import { ceremonyIdOf } from "../../src/threshold/ceremony-setup.ts";
import { keccak } from "../../src/base/keccak.ts";
import type { GroupPublic } from "../../src/threshold/group.ts";
import { thresholdFor } from "../../src/threshold/quorum.ts";
import { signatureFromFrost } from "../../src/threshold/schnorr.ts";
import { signByReference } from "../threshold/dealt.ts";
import { read, run, shapeOf } from "./committee.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

const PASSPHRASE = "correct horse battery staple";
const BACKUP_PASSPHRASE = "another horse";
const root = mkdtempSync(join(tmpdir(), "key-life-"));
let count = 0;
const freshDir = (): string => join(root, String(++count));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof OracleError ? error.code : String(error);
  }
  return "no error";
}

async function codeOfAsync(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "no error",
    (error: unknown) => (error instanceof OracleError ? error.code : String(error)),
  );
}

const dirs = [1, 2, 3, 4].map(freshDir);
let keystores: Keystore[];
let first: CeremonySetup;
let oldHash: Hex;
let refresh: CeremonySetup;
let newHash: Hex;

/** Every member's part in one ceremony, until nobody has anything to say. */
function ceremony(setup: CeremonySetup): Hex {
  const members = new Map(keystores.map((keystore, i) => [i + 1, keystore.ceremony(setup)]));
  run(members);
  const results = [...members.values()].map((member) => member.result());
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0]!.transcriptHash;
}

beforeAll(async () => {
  keystores = await Promise.all(dirs.map((dir) => createKeystore({ dir, passphrase: PASSPHRASE })));
  const members = keystores.map((keystore, i) => {
    const { observer, transmitter } = keystore.publicIdentity();
    return { id: i + 1, peerId: keystore.peerId(), observer, transmitter };
  });
  const hash: Hex = `0x${"05".repeat(32)}`;
  first = { networkId: hash, configCount: 1, ...thresholdFor(4), members, feedSetRoot: hash, paramsHash: hash };
  oldHash = ceremony(first);
  const { groupKeyX } = keystores[0]!.openShare(oldHash).group;
  refresh = { ...first, configCount: 2, refreshes: { transcriptHash: oldHash, groupKeyX } };
  newHash = ceremony(refresh);
}, 60_000);

/** A signature by members 1, 2 and 4, each with the share that `pick` names for it. */
function signWith(group: GroupPublic, pick: (id: number) => Hex): boolean {
  const shares = new Map(keystores.map((keystore, i) => [i + 1, secretOf(keystore.openShare(pick(i + 1)))]));
  const digest = keccak(Uint8Array.of(9));
  const signed = signByReference({ group, shares, negated: false }, [1, 2, 4], digest);
  return nobleCurve.verifyGroupSignature(group.groupKeyX, toHex(digest), signatureFromFrost(signed.reference));
}

describe("a refresh", () => {
  test("gives everybody another share of the same key, under a transcript of its own", () => {
    expect(newHash).not.toBe(oldHash);
    for (const keystore of keystores) {
      const [before, after] = [keystore.openShare(oldHash), keystore.openShare(newHash)];
      expect(after.group.groupKeyX).toBe(before.group.groupKeyX);
      expect(secretOf(after)).not.toEqual(secretOf(before));
      expect(after.header).toMatchObject({ configCount: 2, ceremonyId: ceremonyIdOf(refresh) });
    }
    const group = keystores[0]!.openShare(newHash).group;
    const old = keystores[0]!.openShare(oldHash).group;
    for (const id of [1, 2, 3, 4]) expect(group.verifyingShares[id]).not.toBe(old.verifyingShares[id]);
  });

  test("new shares sign for the key, and so do the old ones while they exist", () => {
    expect(signWith(keystores[0]!.openShare(newHash).group, () => newHash)).toBe(true);
    expect(signWith(keystores[0]!.openShare(oldHash).group, () => oldHash)).toBe(true);
  });

  test("a thief's old share and two new ones make nothing", () => {
    const group = keystores[0]!.openShare(newHash).group;
    let isGood = false;
    // The reference checks its own sum, and may already refuse to add these up.
    try {
      isGood = signWith(group, (id) => (id === 1 ? oldHash : newHash));
    } catch {
      isGood = false;
    }
    expect(isGood).toBe(false);
  });

  test("needs the share that it refreshes, of the key that it names and among the same members", async () => {
    const refreshes = { transcriptHash: `0x${"77".repeat(32)}` as const, groupKeyX: refresh.refreshes!.groupKeyX };
    expect(codeOf(() => keystores[0]!.ceremony({ ...refresh, configCount: 3, refreshes }))).toBe("share-missing");
    const otherKey = { transcriptHash: oldHash, groupKeyX: `0x${"77".repeat(32)}` as const };
    expect(codeOf(() => keystores[0]!.ceremony({ ...refresh, configCount: 3, refreshes: otherKey }))).toBe(
      "bad-ceremony",
    );
    expect(codeOf(() => keystores[0]!.ceremony({ ...refresh, configCount: 3, t: 4 }))).toBe("bad-ceremony");
  });

  test("can itself be refreshed", () => {
    const again = { ...refresh, configCount: 3, refreshes: { ...refresh.refreshes!, transcriptHash: newHash } };
    const third = ceremony(again);
    expect(signWith(keystores[0]!.openShare(third).group, () => third)).toBe(true);
  });
});

describe("an old share", () => {
  const settled = () => ({ transcriptHash: newHash, firstRound: 100, finalRound: 100 });
  const sharesIn = (dir: string): readonly string[] => readdirSync(dir).filter((name) => name.startsWith("share-"));

  test("stays while any condition of its end is missing, each refused by name", async () => {
    const keystore = keystores[1]!;
    const before = sharesIn(dirs[1]!);
    const why = (old: Hex, setup: CeremonySetup, change: object = {}) => {
      const verdict = keystore.retireShare(old, setup, { ...settled(), ...change });
      return verdict.ok ? "erased" : verdict.why;
    };
    expect(why(oldHash, refresh, { finalRound: 99 })).toBe("not-past-first-round");
    expect(why(oldHash, refresh, { transcriptHash: `0x${"77".repeat(32)}` })).toBe("no-successor");
    expect(why(newHash, refresh)).toBe("not-older");
    expect(why(`0x${"77".repeat(32)}`, refresh)).toBe("not-older");
    // The share of a later configuration never goes for an earlier one's sake.
    const { transcriptHash } = keystore.shares().find(({ configCount }) => configCount === 3)!;
    const { refreshes: _, ...plain } = refresh;
    expect(why(transcriptHash, plain)).toBe("not-older");

    // A member that does not hold the certificates of all n.
    const late = await openKeystore({ dir: dirs[1]!, passphrase: PASSPHRASE });
    const ceremonyFile = join(dirs[1]!, `ceremony-${ceremonyIdOf(refresh).slice(2)}.json`);
    copyFileSync(ceremonyFile, join(root, "whole.json"));
    rmSync(ceremonyFile);
    expect(late.retireShare(oldHash, refresh, settled())).toEqual({ ok: false, why: "not-certified-by-all" });
    copyFileSync(join(root, "whole.json"), ceremonyFile);
    expect(sharesIn(dirs[1]!)).toEqual(before);
  });

  test("goes with every generation, and with the seeds that could bring it back, once all n and the chain say so", async () => {
    const dir = dirs[2]!;
    const keystore = keystores[2]!;
    const path = join(dir, `share-${oldHash.slice(2)}.json`);
    keystore.saveShare(keystore.openShare(oldHash));
    writeFileSync(`${path}.tmp`, readFileSync(path), { mode: 0o600 });
    expect(existsSync(`${path}.previous`)).toBe(true);
    expect(keystore.retireShare(oldHash, refresh, settled())).toEqual({ ok: true, erased: [oldHash] });
    expect(sharesIn(dir).filter((name) => name.includes(oldHash.slice(2)))).toEqual([]);
    expect(codeOf(() => keystore.openShare(oldHash))).toBe("share-missing");
    expect(keystore.openShare(newHash).memberId).toBe(3);
    for (const setup of [first, refresh]) {
      const file = readFileSync(join(dir, `ceremony-${ceremonyIdOf(setup).slice(2)}.json`), "utf8");
      expect(JSON.parse(file)).toMatchObject({ public: { isErased: true } });
    }
    // Again, and after a restart: nothing more to do, and the refresh can still be told to a member that was away.
    const reopened = await openKeystore({ dir, passphrase: PASSPHRASE });
    expect(reopened.retireShare(oldHash, refresh, settled())).toEqual({ ok: true, erased: [] });
    const relay = reopened.ceremony(refresh);
    expect(relay.status().phase).toBe("done");
    expect(relay.messagesFor(1).map((bytes) => read(shapeOf(refresh), bytes).kind)).toContain("certificate");
  });
});

describe("a backup", () => {
  const madeAtMs = 1_700_000_000_000;
  const restore = (text: string, dir: string, passphrase = BACKUP_PASSPHRASE, doors = realFiles) =>
    restoreBackup(
      { text, path: "keys.backup", backupPassphrase: passphrase, dir, passphrase: "third horse", restoredAtMs: 5 },
      doors,
    );
  let text: string;
  beforeAll(async () => {
    text = (await keystores[3]!.backup(BACKUP_PASSPHRASE, madeAtMs)).text;
  });

  test("brings back identity and shares under another passphrase, marked as restored", async () => {
    const dir = freshDir();
    const header = await restore(text, dir);
    expect(header.shares.map(({ transcriptHash }) => transcriptHash)).toEqual(
      expect.arrayContaining([oldHash, newHash]),
    );
    const restored = await openKeystore({ dir, passphrase: "third horse" });
    expect(restored.publicIdentity()).toEqual(keystores[3]!.publicIdentity());
    expect(secretOf(restored.openShare(newHash))).toEqual(secretOf(keystores[3]!.openShare(newHash)));
    expect(restored.shares()).toEqual(keystores[3]!.shares());
    expect(isMarkedRestored(dir)).toBe(true);
    for (const { groupKeyX } of header.shares) expect(hasActed(dir, groupKeyX)).toBe(true);
    expect(JSON.parse(readFileSync(join(dir, "restored.json"), "utf8"))).toEqual({
      backupMadeAtMs: madeAtMs,
      restoredAtMs: 5,
    });
    clearRestored(dir);
    expect(isMarkedRestored(dir)).toBe(false);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o077).toBe(0);
    expect(statSync(dir).mode & 0o077).toBe(0);
  });

  test("holds keys and shares, and no seed of a ceremony: the restored member does not begin one that it may have begun", async () => {
    const dir = freshDir();
    await restore(text, dir);
    expect(readdirSync(dir).filter((name) => name.startsWith("ceremony-"))).toEqual([]);
    const next = { ...first, configCount: 9 };
    const members = new Map(keystores.map((keystore, i) => [i + 1, keystore.ceremony(next)]));
    run(members, { ticksMax: 1 });
    const restored = await openKeystore({ dir, passphrase: "third horse" });
    members.set(4, restored.ceremony(next));
    run(members, { ticksMax: 6 });
    for (const member of members.values()) expect(member.status().culprits).toEqual([]);
    // Where it never spoke it takes part as everybody does.
    const other = { ...first, configCount: 10 };
    const fresh = new Map(keystores.map((keystore, i) => [i + 1, (i === 3 ? restored : keystore).ceremony(other)]));
    run(fresh);
    for (const member of fresh.values()) expect(member.status()).toMatchObject({ phase: "done", culprits: [] });
  });

  test("shows public facts only, and its messages do too", async () => {
    const secrets = [BACKUP_PASSPHRASE, Buffer.from(secretOf(keystores[3]!.openShare(newHash))).toString("hex")];
    const { header } = await keystores[3]!.backup(BACKUP_PASSPHRASE, madeAtMs);
    const said = await restore(text, freshDir(), "wrong").catch((error: unknown) => inspect(error, { depth: 9 }));
    for (const secret of secrets) {
      for (const shown of [text, JSON.stringify(header), inspect(said)]) expect(shown).not.toContain(secret);
    }
    expect(Object.keys(header).sort()).toEqual(["identityPublicKey", "madeAtMs", "observer", "shares", "transmitter"]);
  });

  test("does not open with another passphrase, when a byte was changed, or as another kind of file", async () => {
    expect(await codeOfAsync(restore(text, freshDir(), "wrong"))).toBe("keystore-passphrase");
    const at = text.indexOf('"sealed": "0x') + 30;
    const changed = text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
    expect(await codeOfAsync(restore(changed, freshDir()))).toBe("keystore-corrupt");
    const younger = text.replace(String(madeAtMs), String(madeAtMs + 1));
    expect(await codeOfAsync(restore(younger, freshDir()))).toBe("keystore-corrupt");
    const identity = readFileSync(join(dirs[3]!, "keystore.json"), "utf8");
    expect(await codeOfAsync(restore(identity, freshDir()))).toBe("keystore-corrupt");
  });

  test("is restored whole or not at all, and never over anything", async () => {
    expect(await codeOfAsync(restore(text, dirs[3]!))).toBe("keystore-exists");
    const dir = freshDir();
    for (const survived of [0, 2, 5, 8]) {
      let renames = 0;
      const rename = (from: string, to: string): void => {
        if (renames++ === survived) throw new Error("the machine stopped here");
        renameSync(from, to);
      };
      await expect(restore(text, dir, BACKUP_PASSPHRASE, { rename })).rejects.toThrow(/stopped/);
      expect(existsSync(dir)).toBe(false);
    }
    mkdirSync(dir, { mode: 0o700 });
    await restore(text, dir);
    expect((await openKeystore({ dir, passphrase: "third horse" })).peerId()).toBe(keystores[3]!.peerId());
  });

  test("that would lack a share which lies there damaged is refused", async () => {
    const dir = freshDir();
    await restore(text, dir);
    const keystore = await openKeystore({ dir, passphrase: "third horse" });
    writeFileSync(join(dir, `share-${newHash.slice(2)}.json`), "torn", { mode: 0o600 });
    expect(await codeOfAsync(keystore.backup(BACKUP_PASSPHRASE, madeAtMs))).toBe("keystore-corrupt");
  });
});
