/** Network files with shares for tests of arithmetic alone: the keys are names, nobody signs with them. */
import type { HubConfiguration } from "../../../src/chain/hub-client.ts";
import { cfgOf } from "../../../src/node/activation.ts";
import type { NetworkFacts } from "../../../src/node/network-file.ts";
import type { Candidate } from "../../../src/node/terms.ts";
import { byzantineMax, signingThreshold } from "../../../src/protocol/quorum.ts";
import { hex20, hexOf, T0 } from "../../support/protocol.ts";

const SLOT_MS = 1_000;

export function factsOf(
  configCount: number,
  people: readonly string[],
  over: Partial<NetworkFacts> = {},
): NetworkFacts {
  const n = people.length;
  return {
    name: "paper",
    networkId: hexOf("network"),
    configCount,
    kind: "ceremony",
    previous: null,
    slotMs: SLOT_MS,
    chainId: 1,
    hub: hex20("hub"),
    members: people.map((peerId, i) => ({
      id: i + 1,
      peerId,
      observer: hex20(`observer of ${peerId}`),
      transmitter: hex20(`transmitter of ${peerId}`),
      addresses: [],
    })),
    n,
    f: byzantineMax(n),
    t: signingThreshold(n),
    feeds: [],
    definitions: [],
    rules: [],
    feedSetRoot: hexOf("feeds"),
    paramsHash: hexOf("parameters"),
    ...over,
  };
}

export function candidateOf(configCount: number, people = ["a", "b", "c", "d"]): Candidate {
  const groupKeyX = hexOf(`key ${configCount}`);
  const group = { n: people.length, t: 3, groupKeyX, commitments: [], verifyingShares: {} };
  const header = {
    ceremonyId: hexOf("ceremony"),
    transcriptHash: hexOf(`transcript ${configCount}`),
    memberId: 1,
    group,
  };
  return { facts: factsOf(configCount, people), shares: [header] };
}

/** As the hub would hold it, round 1 at T0. */
export function hubOf({ facts, shares }: Candidate, firstRound: number): HubConfiguration {
  const { transcriptHash, group } = shares[0]!;
  const times = { firstRound, firstRoundTimeMs: T0 + (firstRound - 1) * SLOT_MS, slotMs: SLOT_MS };
  const { groupKeyX } = group;
  const cfg = cfgOf(facts, { groupKeyX, transcriptHash }, times);
  return { cfg, groupKeyX, configCount: facts.configCount, ...times };
}
