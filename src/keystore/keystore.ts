/**
 * The only room that sees a secret. A node's keystore is a directory of mode 0700 with files of mode 0600:
 *
 *   keystore.json              identity, observer and transmitter keys
 *   ceremony-<id>.json         an unfinished key ceremony
 *   share-<transcript>.json    a share of a group key, and its last generation but one as .previous; the active
 *                              configuration's and the pending one's lie beside each other
 *   restored.json              these keys came out of a backup and have not spoken since
 *
 * The passphrase is stretched once, at open; the stretched key stays in memory, as shares are written later.
 */
import type { KeyObject } from "node:crypto";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Hex } from "../base/bytes.ts";
import { concatBytes, fromHex, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { CeremonySetup } from "../threshold/ceremony-setup.ts";
import { ceremonyIdOf } from "../threshold/ceremony-setup.ts";
import type { GroupPublic } from "../threshold/group.ts";
import { peerIdOf } from "../threshold/peer-id.ts";
import type { Backup } from "./backup.ts";
import { sealBackup } from "./backup.ts";
import { Ceremony } from "./ceremony.ts";
import { eraseCeremonySeed, readCeremony, SEED_BYTES, writeCeremony } from "./ceremony-file.ts";
import { privateKeyOf, signEd25519, verifyEd25519 } from "./ed25519.ts";
import type { IdentitySecrets, PublicIdentity } from "./identity-file.ts";
import { identityPath, openIdentity, publicIdentityOf, writeIdentity } from "./identity-file.ts";
import type { MasterKey } from "./sealed/cipher.ts";
import { newMasterKey } from "./sealed/cipher.ts";
import type { FileDoors } from "./sealed/files.ts";
import { assertPrivate, makeDirectory, realFiles } from "./sealed/files.ts";
import { Secretive } from "./sealed/secrets.ts";
import type { RetireVerdict, SettledSuccessor } from "./retire.ts";
import { isCertifiedByAll, retireRefusal } from "./retire.ts";
import { eraseShare, listShareHeaders, readShare, shareFiles, writeShare } from "./share-file.ts";
import type { ShareHeader, SigningShare } from "./signing-share.ts";

export type KeystoreOptions = { readonly dir: string; readonly passphrase: string | Uint8Array };

/** ECDSA over secp256k1 as the EVM takes it: s in the lower half. */
export type EvmEcdsaSignature = { readonly r: Hex; readonly s: Hex; readonly yParity: 0 | 1 };

export class Keystore extends Secretive {
  readonly #dir: string;
  readonly #secrets: IdentitySecrets;
  readonly #identity: PublicIdentity;
  readonly #envelopeKey: KeyObject;
  readonly #master: MasterKey;
  readonly #files: FileDoors;
  readonly #isRestored: boolean;
  #handedOver = false;

  /** By `createKeystore` or `openKeystore`. */
  constructor(
    options: { dir: string; secrets: IdentitySecrets; master: MasterKey; isRestored?: boolean },
    doors: FileDoors,
  ) {
    super();
    this.#isRestored = options.isRestored ?? false;
    this.#dir = options.dir;
    this.#secrets = options.secrets;
    this.#identity = publicIdentityOf(options.secrets);
    this.#envelopeKey = privateKeyOf(options.secrets.identitySeed);
    this.#master = options.master;
    this.#files = doors;
  }

  publicIdentity(): PublicIdentity {
    return this.#identity;
  }

  /** The libp2p peer id of this identity. */
  peerId(): string {
    return peerIdOf(this.#identity.identityPublicKey);
  }

  /**
   * The identity for libp2p's host: seed 32 | public key 32. Once: whoever asks a second time is not the host.
   * @throws OracleError `identity-handed-over`
   */
  handOverIdentity(): Uint8Array {
    if (this.#handedOver) {
      throw new OracleError("the identity was handed over before", { code: "identity-handed-over" });
    }
    this.#handedOver = true;
    return concatBytes(this.#secrets.identitySeed, fromHex(this.#identity.identityPublicKey));
  }

  /** ed25519 by the identity, 64 bytes. The caller hashes with its own domain. */
  signEnvelope(bytes: Uint8Array): Uint8Array {
    return signEd25519(this.#envelopeKey, bytes);
  }

  /** @param digest 32 bytes, signed as they are */
  signTransmitterDigest(digest: Hex): EvmEcdsaSignature {
    return ecdsa(digest, this.#secrets.transmitterKey);
  }

  /** @param digest 32 bytes, signed as they are */
  signObserverDigest(digest: Hex): EvmEcdsaSignature {
    return ecdsa(digest, this.#secrets.observerKey);
  }

  /**
   * My part in a key ceremony: begun, or taken up where a restart left it. One that has given its share and was erased is not
   * begun again, as other messages than before would convict me: it only relays.
   * @throws OracleError `not-a-member` when no member has my peer id, `bad-ceremony`, `keystore-corrupt`; `share-missing` when
   * a refresh begins and the share that it refreshes is not here
   */
  ceremony(setup: CeremonySetup): Ceremony {
    const ceremonyId = ceremonyIdOf(setup);
    const peerId = this.peerId();
    const self = setup.members.find((member) => member.peerId === peerId)?.id;
    if (self === undefined) {
      throw new OracleError(`${peerId} is no member of this ceremony`, { code: "not-a-member", peerId, ceremonyId });
    }
    const record = readCeremony(this.#dir, ceremonyId, this.#master);
    const isOver = record === null && this.shares().some((share) => share.ceremonyId === ceremonyId);
    const seed = record === null ? (isOver ? null : new Uint8Array(randomBytes(SEED_BYTES))) : record.seed;
    const { refreshes } = setup;
    const old = refreshes === undefined ? null : this.#oldGroup(refreshes.transcriptHash, seed !== null);
    return new Ceremony(
      { setup, self, seed, messages: record?.messages ?? [], mayHaveSpoken: this.#isRestored, old },
      {
        sign: (message) => this.signEnvelope(message),
        verify: verifyEd25519,
        save: (messages) => writeCeremony(this.#dir, ceremonyId, { seed, messages }, this.#master, this.#files),
        keepShare: (share) => this.saveShare(share),
        ...(refreshes === undefined ? {} : { openOldShare: () => this.openShare(refreshes.transcriptHash) }),
      },
    );
  }

  /** Who takes part must be able to open the old share, and says so before anybody waits for it. */
  #oldGroup(transcriptHash: Hex, takesPart: boolean): GroupPublic | null {
    if (!takesPart) return this.shares().find((share) => share.transcriptHash === transcriptHash)?.group ?? null;
    const share = this.openShare(transcriptHash);
    share.destroy();
    return share.group;
  }

  /** When the key is in use: the per-ceremony secrets go, the public messages stay for members that were away. */
  eraseCeremony(ceremonyId: Hex): void {
    eraseCeremonySeed(this.#dir, ceremonyId, this.#master, this.#files);
  }

  /** On disk when it returns. A ceremony does this by itself before it certifies. */
  saveShare(share: SigningShare): void {
    writeShare(this.#dir, share, this.#master, this.#files);
  }

  /** @throws OracleError `share-missing`, `keystore-corrupt`, `keystore-permissions` */
  openShare(transcriptHash: Hex): SigningShare {
    return readShare(this.#dir, transcriptHash, this.#master);
  }

  /**
   * Destroys a share that a later configuration has replaced, in all its generations, and the seeds of both ceremonies [R68].
   * Refused, with the reason, unless every condition holds; asking again does no harm.
   * @throws OracleError when a file cannot be read or written
   */
  retireShare(old: Hex, setup: CeremonySetup, chain: SettledSuccessor): RetireVerdict {
    const ceremonyId = ceremonyIdOf(setup);
    const record = readCeremony(this.#dir, ceremonyId, this.#master);
    const before = this.shares().find((share) => share.transcriptHash === old);
    const successor = this.#headerThatOpens(chain.transcriptHash);
    const configCount = before?.configCount ?? null;
    const why = retireRefusal({ old: { transcriptHash: old, configCount }, setup, chain, successor, record });
    if (why !== null) return { ok: false, why };
    // The seeds first: with one and the old transcript a thief could compute the old share from the new one.
    this.eraseCeremony(ceremonyId);
    if (before !== undefined) this.eraseCeremony(before.ceremonyId);
    return { ok: true, erased: eraseShare(this.#dir, old) ? [old] : [] };
  }

  #headerThatOpens(transcriptHash: Hex): ShareHeader | null {
    try {
      const share = this.openShare(transcriptHash);
      share.destroy();
      return share.header;
    } catch (error) {
      if (error instanceof OracleError) return null;
      throw error;
    }
  }

  /** Whether the members of this ceremony have all certified this transcript, by the messages that are kept here. */
  holdsCertificates(setup: CeremonySetup, transcriptHash: Hex): boolean {
    const record = readCeremony(this.#dir, ceremonyIdOf(setup), this.#master);
    return record !== null && isCertifiedByAll(setup, transcriptHash, record);
  }

  /**
   * Everything that another machine needs to be this member, under a passphrase of its own.
   * @throws OracleError `keystore-corrupt` when a share does not open: a backup that lacks one would look whole
   */
  async backup(passphrase: string | Uint8Array, madeAtMs: number): Promise<Backup> {
    const shares = shareFiles(this.#dir).map((transcriptHash) => this.openShare(transcriptHash));
    return await sealBackup({ secrets: this.#secrets, shares, passphrase, madeAtMs });
  }

  /** Which shares there are. The chain decides which one counts. */
  shares(): readonly ShareHeader[] {
    return listShareHeaders(this.#dir);
  }
}

function ecdsa(digest: Hex, secretKey: Uint8Array): EvmEcdsaSignature {
  const message = fromHex(digest);
  const bytes = secp256k1.sign(message, secretKey, {
    prehash: false,
    lowS: true,
    format: "recovered",
    extraEntropy: true,
  });
  // recovery id | r 32 | s 32; a recovery id above 1 has probability 2^-127 and no EVM encoding.
  const yParity = bytes[0];
  if (message.length !== 32 || (yParity !== 0 && yParity !== 1)) {
    throw new OracleError(`cannot sign a digest of ${message.length} bytes`, {
      code: "bad-digest",
      seen: message.length,
    });
  }
  return { r: toHex(bytes.subarray(1, 33)), s: toHex(bytes.subarray(33, 65)), yParity };
}

/**
 * Makes the three keys and writes them. Never overwrites.
 * @throws OracleError `keystore-exists`, `keystore-passphrase` when the passphrase is empty, `keystore-permissions` when the
 * directory exists and is open to others
 */
export async function createKeystore(options: KeystoreOptions, doors: FileDoors = realFiles): Promise<Keystore> {
  const { dir, passphrase } = options;
  const path = identityPath(dir);
  if (existsSync(path))
    throw new OracleError(`${path}: there is a keystore already`, { code: "keystore-exists", path });
  const master = await newMasterKey(passphrase);
  const secrets: IdentitySecrets = {
    identitySeed: new Uint8Array(randomBytes(32)),
    observerKey: secp256k1.utils.randomSecretKey(),
    transmitterKey: secp256k1.utils.randomSecretKey(),
  };
  makeDirectory(dir);
  assertPrivate(dir);
  writeIdentity(dir, secrets, master, doors);
  return new Keystore({ dir, secrets, master }, doors);
}

/**
 * @throws OracleError `keystore-missing`, `keystore-passphrase`, `keystore-corrupt`, `keystore-permissions`, each naming the
 * file and what to do about it
 */
export async function openKeystore(options: KeystoreOptions, doors: FileDoors = realFiles): Promise<Keystore> {
  const { secrets, master, isRestored } = await openIdentity(options.dir, options.passphrase);
  return new Keystore({ dir: options.dir, secrets, master, isRestored }, doors);
}
