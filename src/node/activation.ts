/**
 * From a network without a key to a running configuration: the ceremony where no share fits, then the chain's word on
 * which share counts. No share is used, and none is deleted, because this node thinks a ceremony went well or badly.
 */
import type { Hex } from "../base/bytes.ts";
import type { Logger } from "../base/ports.ts";
import type { HubConfiguration } from "../chain/hub-client.ts";
import type { Keystore } from "../keystore/keystore.ts";
import type { ShareHeader } from "../keystore/signing-share.ts";
import { cfgHash } from "../protocol/cfg.ts";
import type { CeremonySetup } from "../threshold/ceremony-setup.ts";
import { ceremonyIdOf } from "../threshold/ceremony-setup.ts";
import { CeremonyDriver } from "./ceremony-driver.ts";
import type { NetworkFacts } from "./network-file.ts";

export function setupOf(facts: NetworkFacts): CeremonySetup {
  const { networkId, configCount, f, t, members, feedSetRoot, paramsHash, kind, previous } = facts;
  const setup = { networkId, configCount, f, t, members, feedSetRoot, paramsHash };
  if (kind === "ceremony" || previous === null) return setup;
  return { ...setup, refreshes: { groupKeyX: previous.groupKeyX, transcriptHash: previous.transcriptHash } };
}

/** The hash the hub must hold for a share to count: the nodes' own arithmetic on the chain's times. */
export function cfgOf(
  facts: NetworkFacts,
  share: { readonly groupKeyX: Hex; readonly transcriptHash: Hex },
  times: Pick<HubConfiguration, "firstRound" | "firstRoundTimeMs" | "slotMs">,
): Hex {
  const { networkId, configCount, f, t, members, feedSetRoot, paramsHash } = facts;
  const { firstRound, firstRoundTimeMs, slotMs } = times;
  const { groupKeyX, transcriptHash } = share;
  return cfgHash({
    networkId,
    configCount,
    f,
    t,
    groupKeyX,
    transcriptHash,
    members,
    feedSetRoot,
    paramsHash,
    firstRound,
    firstRoundTimeMs,
    slotMs,
  });
}

export function startCeremony(
  facts: NetworkFacts,
  keystore: Keystore,
  doors: {
    readonly send: (toId: number, bytes: Uint8Array) => void;
    readonly log: Logger;
    readonly onChange: () => void;
  },
): CeremonyDriver {
  const ceremony = keystore.ceremony(setupOf(facts));
  const ownPeerId = keystore.peerId();
  const peerIds = facts.members.filter(({ peerId }) => peerId !== ownPeerId).map(({ id }) => id);
  const driver = new CeremonyDriver({ peerIds }, { ceremony, ...doors });
  driver.start();
  return driver;
}

/** The shares of this very ceremony that lie in the keystore. */
export function sharesFor(facts: NetworkFacts, keystore: Keystore): readonly ShareHeader[] {
  const ceremonyId = ceremonyIdOf(setupOf(facts));
  return keystore.shares().filter((share) => share.ceremonyId === ceremonyId);
}

/** The share that a configuration of the hub counts on, if it is one of this file's ceremony: field by field the same. */
export function shareFor(
  facts: NetworkFacts,
  shares: readonly ShareHeader[],
  configuration: HubConfiguration,
): ShareHeader | undefined {
  if (configuration.slotMs !== facts.slotMs || configuration.configCount !== facts.configCount) return undefined;
  return shares.find(({ group: { groupKeyX }, transcriptHash }) => {
    if (groupKeyX !== configuration.groupKeyX) return false;
    return cfgOf(facts, { groupKeyX, transcriptHash }, configuration) === configuration.cfg;
  });
}
