/** The configuration's hash: what every envelope names and what the contract holds. */
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter } from "../base/bytes.ts";
import { keccakHex } from "../base/keccak.ts";

export type MemberIdentity = {
  /** 1 … n */
  readonly id: number;
  readonly peerId: string;
  readonly observer: Hex;
  readonly transmitter: Hex;
};

export type Configuration = {
  readonly networkId: Hex;
  readonly configCount: number;
  readonly f: number;
  readonly t: number;
  readonly groupKeyX: Hex;
  readonly transcriptHash: Hex;
  readonly members: readonly MemberIdentity[];
  readonly feedSetRoot: Hex;
  readonly paramsHash: Hex;
  /** First round of this configuration, its slot time, and the slot length. */
  readonly firstRound: number;
  readonly firstRoundTimeMs: number;
  readonly slotMs: number;
};

export function cfgHash(configuration: Configuration): Hex {
  const writer = new ByteWriter()
    .ascii("TENOR/CFG/1")
    .hex(configuration.networkId, 32)
    .uint(configuration.configCount, 8)
    .uint(configuration.f, 1)
    .uint(configuration.t, 1)
    .hex(configuration.groupKeyX, 32)
    .hex(configuration.transcriptHash, 32)
    .uint(configuration.members.length, 1);
  for (const member of [...configuration.members].sort((a, b) => a.id - b.id)) {
    const peerId = asciiBytes(member.peerId);
    writer.uint(member.id, 1).uint(peerId.length, 1).raw(peerId).hex(member.observer, 20).hex(member.transmitter, 20);
  }
  return keccakHex(
    writer
      .hex(configuration.feedSetRoot, 32)
      .hex(configuration.paramsHash, 32)
      .uint(configuration.firstRound, 8)
      .uint(configuration.firstRoundTimeMs, 8)
      .uint(configuration.slotMs, 4)
      .done(),
  );
}
