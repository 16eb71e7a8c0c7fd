/** Who makes a key together, and for what: everything that the ceremony's id binds. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { CeremonyShape } from "./ceremony-messages.ts";
import { keccak } from "../base/keccak.ts";
import { identityKeyOf } from "./peer-id.ts";
import { MEMBERS_MAX, MEMBERS_MIN } from "./quorum.ts";

type CeremonyMember = {
  /** 1 … n */
  readonly id: number;
  /** libp2p peer id of the member's ed25519 identity. */
  readonly peerId: string;
  /** EVM address of the member's observer key. */
  readonly observer: Hex;
  /** EVM address of the member's transmitter key. */
  readonly transmitter: Hex;
};

export type CeremonySetup = {
  readonly networkId: Hex;
  /** Counts configurations; a ceremony that failed is repeated under a new count. */
  readonly configCount: number;
  readonly f: number;
  readonly t: number;
  readonly members: readonly CeremonyMember[];
  readonly feedSetRoot: Hex;
  readonly paramsHash: Hex;
  /** The key whose shares are made anew [R67]; left out where a new key is made. */
  readonly refreshes?: RefreshedKey;
};

export type RefreshedKey = { readonly groupKeyX: Hex; readonly transcriptHash: Hex };

/**
 * @throws OracleError `bad-ceremony` unless ids are 1 … n once each, peer ids are distinct ed25519 ids, 3f < n,
 * f + 1 ≤ t ≤ n and t ≥ 2
 */
function checkSetup(setup: CeremonySetup): void {
  const { f, t, members } = setup;
  const n = members.length;
  const refuse = (message: string): never => {
    throw new OracleError(`key ceremony: ${message}`, { code: "bad-ceremony", n, f, t });
  };
  if (n < MEMBERS_MIN || n > MEMBERS_MAX) refuse(`${MEMBERS_MIN} to ${MEMBERS_MAX} members wanted, saw ${n}`);
  if (!Number.isInteger(f) || f < 0 || 3 * f >= n) refuse(`f = ${f} faulty of ${n} members, but 3f < n is wanted`);
  if (!Number.isInteger(t) || t < 2 || t <= f || t > n) refuse(`t = ${t} of ${n} members with f = ${f} faulty`);
  const ids = [...members].map((member) => member.id).sort((a, b) => a - b);
  if (ids.some((id, i) => id !== i + 1)) refuse(`member ids must be 1 … ${n}, saw ${ids.join(", ")}`);
  if (new Set(members.map((member) => identityKeyOf(member.peerId))).size !== n)
    refuse("two members share one peer id");
}

/**
 * keccak("TENOR/DKG/1" | networkId 32 | configCount u64 | f u8 | t u8 | n u8 | members ascending by id: id u8,
 * peerId length u8 and ASCII, observer 20, transmitter 20 | feedSetRoot 32 | paramsHash 32). A refresh begins with
 * "TENOR/DKG-REFRESH/1" | groupKeyX 32 | transcriptHash 32 of the key that it refreshes, and goes on in the same way: no
 * message of one kind can be read in the other.
 */
export function ceremonyIdOf(setup: CeremonySetup): Hex {
  checkSetup(setup);
  const { refreshes } = setup;
  const writer = new ByteWriter();
  if (refreshes === undefined) writer.ascii("TENOR/DKG/1");
  else writer.ascii("TENOR/DKG-REFRESH/1").hex(refreshes.groupKeyX, 32).hex(refreshes.transcriptHash, 32);
  writer
    .hex(setup.networkId, 32)
    .uint(setup.configCount, 8)
    .uint(setup.f, 1)
    .uint(setup.t, 1)
    .uint(setup.members.length, 1);
  for (const member of [...setup.members].sort((a, b) => a.id - b.id)) {
    writer.uint(member.id, 1).uint(member.peerId.length, 1).ascii(member.peerId);
    writer.hex(member.observer, 20).hex(member.transmitter, 20);
  }
  return toHex(keccak(writer.hex(setup.feedSetRoot, 32).hex(setup.paramsHash, 32).done()));
}

export function ceremonyShapeOf(setup: CeremonySetup): CeremonyShape {
  const isRefresh = setup.refreshes !== undefined;
  return { ceremonyId: ceremonyIdOf(setup), n: setup.members.length, t: setup.t, isRefresh };
}
