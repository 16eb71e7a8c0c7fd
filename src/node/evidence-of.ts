/** A running configuration's evidence desk, and the file by which others judge the same. */
import type { GroupFileView } from "../api/evidence-view.ts";
import { ceremonyPartOf } from "../evidence/group-file.ts";
import type { JudgeDoors, PublicConfiguration } from "../evidence/public-configuration.ts";
import { identityKeyOf } from "../threshold/peer-id.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";
import type { Activated } from "./activation.ts";
import { setupOf } from "./activation.ts";
import { signatureFits, verifyingKey } from "./envelope.ts";
import type { NetworkFacts } from "./network-file.ts";

/** By this node's own share file, which it has trusted with more than this. */
export function publicConfigurationOf(facts: NetworkFacts, { configuration, share }: Activated): PublicConfiguration {
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

/** @param messages what the ceremony kept. @returns null when it did not keep all of them */
export function groupFileOf(
  facts: NetworkFacts,
  { configuration, share }: Activated,
  messages: readonly Uint8Array[],
): GroupFileView | null {
  const part = ceremonyPartOf(setupOf(facts), messages, share.transcriptHash);
  const { firstRound, firstRoundTimeMs } = configuration;
  return part === null ? null : { version: 1, firstRound, firstRoundTimeMs, ceremonies: [part] };
}
