import {
  chmodSync,
  existsSync,
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
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { recoverAddress } from "ethers";
import { afterAll, describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import type { OracleError } from "../../src/base/errors.ts";
import { verifyEd25519 } from "../../src/keystore/ed25519.ts";
import { readPublicIdentity } from "../../src/keystore/identity-file.ts";
import type { Keystore } from "../../src/keystore/keystore.ts";
import { createKeystore, openKeystore } from "../../src/keystore/keystore.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import { listShareHeaders } from "../../src/keystore/share-file.ts";
import type { CeremonySetup } from "../../src/threshold/ceremony-setup.ts";
import { keccak } from "../../src/base/keccak.ts";
import { thresholdFor } from "../../src/threshold/quorum.ts";
import { makeShares, read, run, shapeOf } from "./committee.ts";

const PASSPHRASE = "correct horse battery staple";
const root = mkdtempSync(join(tmpdir(), "keystore-test-"));
let count = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshDir(): string {
  return join(root, String(++count));
}

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return (error as OracleError).code;
  }
  return "no error";
}

/** Changes one character of one field's hexadecimal text. */
function damage(path: string, field: "sealed" | "groupKeyX" | "observer"): void {
  const text = readFileSync(path, "utf8");
  const at = text.indexOf(`"${field}": "0x`) + field.length + 7 + 10;
  const changed = text[at] === "0" ? "1" : "0";
  writeFileSync(path, text.slice(0, at) + changed + text.slice(at + 1));
}

const made = await createKeystore({ dir: freshDir(), passphrase: PASSPHRASE });
const madeDir = join(root, "1");
const share = makeShares(4).get(2)!;

describe("a new keystore", () => {
  test("opens with its passphrase to the same keys, and reads its public part without", async () => {
    const opened = await openKeystore({ dir: madeDir, passphrase: Buffer.from(PASSPHRASE) });
    expect(opened.publicIdentity()).toEqual(made.publicIdentity());
    expect(readPublicIdentity(madeDir)).toEqual(made.publicIdentity());
    const message = new Uint8Array([1, 2, 3]);
    expect(opened.signEnvelope(message)).toEqual(made.signEnvelope(message));
  });

  test("is open to its owner only, and holds no key in the clear", () => {
    expect(statSync(madeDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(madeDir)).toEqual(["keystore.json"]);
    expect(statSync(join(madeDir, "keystore.json")).mode & 0o777).toBe(0o600);
  });

  test("is never overwritten", async () => {
    expect(await codeOf(createKeystore({ dir: madeDir, passphrase: PASSPHRASE }))).toBe("keystore-exists");
  });

  test("needs a passphrase", async () => {
    expect(await codeOf(createKeystore({ dir: freshDir(), passphrase: "" }))).toBe("keystore-passphrase");
  });
});

describe("opening refuses, each with its own code", () => {
  async function broken(change: (path: string, dir: string) => void, passphrase = PASSPHRASE): Promise<string> {
    const dir = freshDir();
    await createKeystore({ dir, passphrase: PASSPHRASE });
    change(join(dir, "keystore.json"), dir);
    return codeOf(openKeystore({ dir, passphrase }));
  }

  test("a wrong passphrase", async () => {
    expect(await broken(() => undefined, "wrong")).toBe("keystore-passphrase");
  });

  test("a directory without a keystore", async () => {
    expect(await codeOf(openKeystore({ dir: freshDir(), passphrase: PASSPHRASE }))).toBe("keystore-missing");
  });

  test("a changed secret and a changed header", async () => {
    expect(await broken((path) => damage(path, "sealed"))).toBe("keystore-corrupt");
    expect(await broken((path) => damage(path, "observer"))).toBe("keystore-corrupt");
  });

  test("a torn file, and one that asks for another amount of work", async () => {
    expect(await broken((path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, 200)))).toBe(
      "keystore-corrupt",
    );
    const heavier = (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace("32768", "1073741824"));
    expect(await broken(heavier)).toBe("keystore-corrupt");
  });

  test("files or a directory that others may read", async () => {
    expect(await broken((path) => chmodSync(path, 0o640))).toBe("keystore-permissions");
    expect(await broken((_, dir) => chmodSync(dir, 0o755))).toBe("keystore-permissions");
  });
});

describe("keys at work", () => {
  test("the identity is handed over once, as libp2p takes it, and its peer id is libp2p's", async () => {
    const keystore = await openKeystore({ dir: madeDir, passphrase: PASSPHRASE });
    const raw = keystore.handOverIdentity();
    const key = await generateKeyPairFromSeed("Ed25519", raw.subarray(0, 32));
    expect(toHex(key.publicKey.raw)).toBe(keystore.publicIdentity().identityPublicKey);
    expect(raw.subarray(32)).toEqual(Uint8Array.from(key.publicKey.raw));
    expect(peerIdFromPrivateKey(key).toString()).toBe(keystore.peerId());
    expect(() => keystore.handOverIdentity()).toThrow(/before/);
  });

  test("envelopes verify under the identity, and under nothing else", () => {
    const message = new Uint8Array([7, 7, 7]);
    const signature = made.signEnvelope(message);
    const { identityPublicKey } = made.publicIdentity();
    expect(verifyEd25519(identityPublicKey, message, signature)).toBe(true);
    expect(verifyEd25519(identityPublicKey, new Uint8Array([7, 7, 8]), signature)).toBe(false);
    expect(verifyEd25519(`0x${"22".repeat(32)}`, message, signature)).toBe(false);
    expect(verifyEd25519("0x", message, signature)).toBe(false);
    expect(verifyEd25519(identityPublicKey, message, new Uint8Array(3))).toBe(false);
  });

  test("EVM signatures recover to the published addresses, low s always", () => {
    const half = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
    const { observer, transmitter } = made.publicIdentity();
    for (let i = 0; i < 20; i++) {
      const digest = toHex(keccak(Uint8Array.of(i)));
      const byTransmitter = made.signTransmitterDigest(digest);
      const byObserver = made.signObserverDigest(digest);
      expect(recoverAddress(digest, byTransmitter).toLowerCase()).toBe(transmitter);
      expect(recoverAddress(digest, byObserver).toLowerCase()).toBe(observer);
      expect(BigInt(byTransmitter.s) <= half && BigInt(byObserver.s) <= half).toBe(true);
    }
    expect(() => made.signTransmitterDigest("0x1234")).toThrow();
  });

  test("prints as [secret]", async () => {
    const keystore = await openKeystore({ dir: madeDir, passphrase: PASSPHRASE });
    const seed = Buffer.from(keystore.handOverIdentity().subarray(0, 32)).toString("hex");
    for (const text of [
      inspect(keystore, { showHidden: true, depth: 9 }),
      JSON.stringify({ keystore }),
      String(keystore),
    ]) {
      expect(text).toContain("[secret]");
      expect(text).not.toContain(seed);
      expect(text).not.toContain(PASSPHRASE);
    }
    expect(readFileSync(join(madeDir, "keystore.json"), "utf8")).not.toContain(seed);
  });
});

describe("share files", () => {
  async function keystoreWithShare(): Promise<{ keystore: Keystore; dir: string; path: string }> {
    const dir = freshDir();
    const keystore = await createKeystore({ dir, passphrase: PASSPHRASE });
    keystore.saveShare(share);
    return { keystore, dir, path: join(dir, `share-${share.transcriptHash.slice(2)}.json`) };
  }

  test("a share comes back after a restart; its header reads without a passphrase", async () => {
    const { dir, path } = await keystoreWithShare();
    const reopened = await openKeystore({ dir, passphrase: PASSPHRASE });
    const back = reopened.openShare(share.transcriptHash);
    expect(back.header).toEqual(share.header);
    expect(secretOf(back)).toEqual(secretOf(share));
    expect(listShareHeaders(dir)).toEqual([share.header]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).not.toContain(Buffer.from(secretOf(share)).toString("hex"));
  });

  test("a flipped byte of secret or header does not open, where there is no older generation", async () => {
    for (const field of ["sealed", "groupKeyX"] as const) {
      const { keystore, path } = await keystoreWithShare();
      damage(path, field);
      expect(await codeOf(() => keystore.openShare(share.transcriptHash))).toBe("keystore-corrupt");
    }
  });

  test("a damaged newest generation is replaced by the one before", async () => {
    const { keystore, path } = await keystoreWithShare();
    keystore.saveShare(share);
    expect(existsSync(`${path}.previous`)).toBe(true);
    damage(path, "sealed");
    expect(secretOf(keystore.openShare(share.transcriptHash))).toEqual(secretOf(share));
  });

  test.each([0, 1])(
    "a crash before rename number %i of a second save keeps the old generation whole",
    async (survived) => {
      const { dir, path } = await keystoreWithShare();
      const before = readFileSync(path, "utf8");
      let renames = 0;
      const doors = {
        rename: (from: string, to: string) => {
          if (renames++ === survived) throw new Error("the machine stopped here");
          renameSync(from, to);
        },
      };
      const crashing = await openKeystore({ dir, passphrase: PASSPHRASE }, doors);
      expect(() => crashing.saveShare(share)).toThrow(/stopped/);
      expect(readFileSync(path, "utf8")).toBe(before);
      const after = await openKeystore({ dir, passphrase: PASSPHRASE });
      expect(secretOf(after.openShare(share.transcriptHash))).toEqual(secretOf(share));
      after.saveShare(share);
      expect(readFileSync(path, "utf8")).not.toBe(before);
      expect(secretOf(after.openShare(share.transcriptHash))).toEqual(secretOf(share));
    },
  );

  test("what is missing, another keystore's, or readable by others is refused as such", async () => {
    const { keystore, path } = await keystoreWithShare();
    const other = await keystoreWithShare();
    expect(await codeOf(() => keystore.openShare(`0x${"00".repeat(32)}`))).toBe("share-missing");
    writeFileSync(path, readFileSync(other.path));
    expect(await codeOf(() => keystore.openShare(share.transcriptHash))).toBe("keystore-corrupt");
    chmodSync(path, 0o644);
    expect(await codeOf(() => keystore.openShare(share.transcriptHash))).toBe("keystore-permissions");
  });
});

describe("a ceremony between keystores", () => {
  async function begin(): Promise<{ dirs: string[]; setup: CeremonySetup }> {
    const dirs = Array.from({ length: 4 }, freshDir);
    const members = [];
    for (const [i, dir] of dirs.entries()) {
      const keystore = await createKeystore({ dir, passphrase: PASSPHRASE });
      const { observer, transmitter } = keystore.publicIdentity();
      members.push({ id: i + 1, peerId: keystore.peerId(), observer, transmitter });
    }
    const hash: Hex = `0x${"05".repeat(32)}`;
    return {
      dirs,
      setup: { networkId: hash, configCount: 1, ...thresholdFor(4), members, feedSetRoot: hash, paramsHash: hash },
    };
  }

  const open = (dir: string) => openKeystore({ dir, passphrase: PASSPHRASE });

  test("leaves every share on disk under the same transcript, over a restart of all in its middle", async () => {
    const { dirs, setup } = await begin();
    const first = await Promise.all(dirs.map(open));
    run(new Map(first.map((keystore, i) => [i + 1, keystore.ceremony(setup)])), { ticksMax: 1 });
    const second = await Promise.all(dirs.map(open));
    const ceremonies = new Map(second.map((keystore, i) => [i + 1, keystore.ceremony(setup)]));
    // Member 1 hears nobody's certificate; the others are done.
    const shape = shapeOf(setup);
    const isCertificate = (bytes: Uint8Array): boolean => read(shape, bytes).kind === "certificate";
    run(ceremonies, { ticksMax: 8, wire: ({ to, bytes }) => (to === 1 && isCertificate(bytes) ? null : bytes) });
    const result = ceremonies.get(2)!.result();
    expect(result).not.toBeNull();
    expect(ceremonies.get(1)!.result()).toBeNull();
    for (const [i, keystore] of second.entries()) {
      expect(keystore.shares().map((header) => header.transcriptHash)).toEqual([result!.transcriptHash]);
      expect(keystore.openShare(result!.transcriptHash)).toMatchObject({ memberId: i + 1, group: result!.public });
    }

    // The others use the key and erase their seeds; member 1 still gets their certificates.
    const { ceremonyId } = shape;
    for (const keystore of second.slice(1)) keystore.eraseCeremony(ceremonyId);
    const third = await Promise.all(dirs.map(open));
    const late = new Map(third.map((keystore, i) => [i + 1, keystore.ceremony(setup)]));
    expect(late.get(1)!.result()).toBeNull();
    run(late);
    for (const ceremony of late.values()) expect(ceremony.result()).toEqual(result);

    // Everybody keeps the certificates of all, the late one and those without a seed: only with them may an old share go.
    expect(third.map((keystore) => keystore.holdsCertificates(setup, result!.transcriptHash))).toEqual(
      dirs.map(() => true),
    );

    // Even with the file gone, a finished ceremony is not begun anew: that would look like equivocation.
    rmSync(join(dirs[3]!, `ceremony-${ceremonyId.slice(2)}.json`));
    const fourth = await Promise.all(dirs.map(open));
    const again = new Map(fourth.map((keystore, i) => [i + 1, keystore.ceremony(setup)]));
    run(again);
    for (const ceremony of again.values()) expect(ceremony.status()).toMatchObject({ phase: "done", culprits: [] });
  });

  test("is refused to a keystore that is no member", async () => {
    const { setup } = await begin();
    expect(await codeOf(() => made.ceremony(setup))).toBe("not-a-member");
  });
});
