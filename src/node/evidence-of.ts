/** A running configuration's evidence desk, and the file by which others judge the same. */
import type { Hex } from "../base/bytes.ts";
import type { GroupFile } from "../evidence/group-file.ts";
import { ceremonyPartOf, parseCeremonies } from "../evidence/group-file.ts";
import type { JudgeDoors, PublicConfiguration } from "../evidence/public-configuration.ts";
import { identityKeyOf } from "../threshold/peer-id.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";
import { setupOf } from "./activation.ts";
import { signatureFits, verifyingKey } from "./envelope.ts";
import type { NetworkFacts } from "./network-file.ts";
import type { Term } from "./terms.ts";

/** What a term says of its key and its times. */
type InOffice = Pick<Term, "configuration" | "share">;

/** By this node's own share file, which it has trusted with more than this. */
export function publicConfigurationOf(facts: NetworkFacts, { configuration, share }: InOffice): PublicConfiguration {
  const { cfg, firstRound, firstRoundTimeMs, slotMs } = configuration;
  const { n, f, t, rules } = facts;
  return { cfg, n, f, t, feedCount: rules.length, firstRound, firstRoundTimeMs, slotMs, group: share.group };
}

/** Envelope signatures of the members that the network file lists. @throws OracleError `bad-peer-id` */
export function judgeDoorsOf(
  members: readonly { readonly id: number; readonly peerId: string }[],
  curve: SigningCurve,
): JudgeDoors {
  const keys = new Map(members.map(({ id, peerId }) => [id, verifyingKey(identityKeyOf(peerId))]));
  return {
    curve,
    signatureFits: (sender, hash, signature) => {
      const key = keys.get(sender);
      return key !== undefined && signatureFits(key, hash, signature);
    },
  };
}

/** Small texts that survive a restart; the store's key-values fit. */
export type CeremonyMemory = { get(key: string): string | undefined; put(key: string, value: string): void };

/**
 * A refresh builds on the ceremony before it, whose messages may be gone when it is over: so this node remembers the public
 * part of every ceremony it was active under.
 * @param messages what the ceremony kept
 * @returns null when something of it is no longer at hand here
 */
export function groupFileOf(
  facts: NetworkFacts,
  { configuration, share }: InOffice,
  messages: readonly Uint8Array[],
  memory: CeremonyMemory,
): GroupFile | null {
  const keyOf = (transcriptHash: Hex): string => `ceremonies/${transcriptHash}`;
  const setup = setupOf(facts);
  const part = ceremonyPartOf(setup, messages, share.transcriptHash);
  const before = setup.refreshes === undefined ? null : memory.get(keyOf(setup.refreshes.transcriptHash));
  const earlier = before === null ? [] : parseCeremonies(before ?? "");
  if (part === null || earlier === null) return null;
  const ceremonies = [...earlier, part];
  memory.put(keyOf(share.transcriptHash), JSON.stringify(ceremonies));
  const { firstRound, firstRoundTimeMs } = configuration;
  return { version: 1, firstRound, firstRoundTimeMs, ceremonies };
}
